/* What became of answers that reached the server after the attempt was over. The page with the result says it,
   also when it loads itself again, so it is remembered as long as the tab lives. */

const NAME = "kafedra-outcome/";

export function noted(prefix) {
  try {
    return JSON.parse(sessionStorage.getItem(NAME + prefix)) ?? {};
  } catch {
    return {}; /* A browser that remembers nothing tells what this page itself has delivered. */
  }
}

export function note(prefix, slots) {
  const fates = noted(prefix);
  for (const one of slots) fates[one.slot] = one.fate;
  try {
    sessionStorage.setItem(NAME + prefix, JSON.stringify(fates));
  } catch (error) {
    console.error(error);
  }
  return fates;
}
