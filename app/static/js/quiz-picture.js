/* What scripts over a picture share: its pixels, signs that keep their size, and dragging. */

const STILL = 5; /* a finger that moves less than this has tapped */

/* Where a pointer is in pixels of the picture. */
export function spotOf(svg, event) {
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return { x: Math.round(place.x), y: Math.round(place.y) };
}

/* How many pixels of the picture one pixel of the screen is. */
export const scaleOf = (svg) => 1 / (svg.getScreenCTM()?.a || 1);

/* Signs are read at their own size, however small the picture is shown. */
export function keepSize(svg, changed = () => {}) {
  const fit = () => {
    const scale = Math.max(1, scaleOf(svg));
    for (const sign of svg.querySelectorAll("[data-fixed]")) sign.setAttribute("transform", `scale(${scale.toFixed(3)})`);
    changed(scale);
  };
  new ResizeObserver(fit).observe(svg);
  return fit;
}

export const locked = (root) => root.querySelector("select, input")?.matches(":disabled") ?? true;

/* One element that a pointer picks up. `drop` gets the last event, `tap` is for a pointer that did not move, `cancel`
   for one that the browser took for itself. The click that comes after a drag is nobody's. */
export function draggable(handle, { root, ghost = null, start = () => true, move = () => {}, drop, tap = () => {}, cancel = () => {} }) {
  let held = false;
  /* Pieces of a drawing do not heed `touch-action`: the page would scroll away under the finger. */
  handle.addEventListener("touchmove", (event) => held && event.cancelable && event.preventDefault(), { passive: false });
  handle.addEventListener("pointerdown", (down) => {
    if (down.button || locked(root) || !start(down)) return;
    const done = new AbortController();
    const shadow = { element: null };
    let moved = false;
    held = true;
    handle.setPointerCapture(down.pointerId);
    const on = (name, act) => handle.addEventListener(name, (event) => event.pointerId === down.pointerId && act(event), { signal: done.signal });
    const end = () => {
      held = false;
      done.abort();
      shadow.element?.remove();
      root.classList.remove("dragging");
    };
    on("pointermove", (event) => {
      if (!moved && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < STILL) return;
      if (!moved) shadow.element = ghost?.() ?? null;
      if (!moved && shadow.element) document.body.append(shadow.element);
      moved = true;
      root.classList.add("dragging");
      if (shadow.element) shadow.element.style.translate = `${event.clientX}px ${event.clientY}px`;
      move(event);
    });
    on("pointerup", (event) => {
      end();
      if (!moved) return tap(event);
      const nobodys = (click) => click.stopImmediatePropagation();
      addEventListener("click", nobodys, { capture: true, once: true });
      setTimeout(() => removeEventListener("click", nobodys, { capture: true }));
      drop(event);
    });
    on("pointercancel", () => {
      end();
      cancel();
    });
  });
}

/* A copy of words or a picture that goes with the pointer. */
export function ghostOf(element) {
  const copy = document.createElement("div");
  copy.className = "ghost thing";
  copy.append(...[...element.childNodes].map((node) => node.cloneNode(true)));
  copy.setAttribute("aria-hidden", "true");
  return copy;
}

export const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/* What a page put back by itself is drawn, and has the fields it needs. */
export function whenRestored(root, { before = () => {}, after }) {
  const section = root.closest("section");
  section?.addEventListener("restoring", (event) => before(event.detail));
  section?.addEventListener("restored", after);
}
