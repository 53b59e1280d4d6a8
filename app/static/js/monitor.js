/* The attempts of a group, drawn anew every ten seconds while the page is looked at. */

const EVERY = 10000;

const place = document.querySelector("[data-live]");

async function look() {
  if (document.hidden || place.contains(document.activeElement)) return;
  try {
    const answer = await fetch(place.dataset.live, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
    place.replaceChildren(...fresh.children);
    place.querySelector("[data-live-note]").hidden = false;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; /* Without a connection the page stays as it is. */
  }
}

place.querySelector("[data-live-note]").hidden = false;
setInterval(look, EVERY);
