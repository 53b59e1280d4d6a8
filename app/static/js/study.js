/* ← and → turn the pages of a course, where the reader has not switched that off and is not writing. */

const KEY = "kafedra-keys";
const place = document.querySelector("[data-study]");
const box = document.querySelector("[data-keys]");
const chosen = box?.querySelector("[data-keys-switch]");

function remembered() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

if (place && chosen && matchMedia("(hover: hover)").matches) {
  box.hidden = false;
  chosen.checked = remembered();
  chosen.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, chosen.checked ? "on" : "off");
    } catch {
      /* A browser that keeps nothing keeps the choice until the next page. */
    }
  });
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, textarea, select, [contenteditable], .table-scroll, pre, dialog, details.menu");
    if (!chosen.checked || busy || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const goal = { ArrowLeft: place.dataset.previous, ArrowRight: place.dataset.following }[event.key];
    if (goal) location.assign(goal);
  });
}
