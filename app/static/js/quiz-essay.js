/* How many words a long answer has by now, counted as the server counts them. */

const words = (text) => text.split(/[\s—]+/u).filter((piece) => /[\p{L}\p{N}]/u.test(piece)).length;

for (const root of document.querySelectorAll("[data-long-text]")) {
  const area = root.querySelector("textarea");
  const place = root.querySelector("[data-word-count]");
  const section = root.closest("section");
  const missing = section?.querySelector("[data-missing]");
  const count = () => {
    place.textContent = words(area.value);
    if (missing) missing.hidden = true; /* it was said of the answer as it was */
  };
  area.addEventListener("input", count);
  section?.addEventListener("restored", count);
}
