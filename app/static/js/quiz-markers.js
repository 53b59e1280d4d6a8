/* Markers on a picture. The pairs of numbers are the answer; a set marker is also a button on the picture, which is
   dragged or moved with the arrow keys. */

import { draggable, filled, ghostOf, keepSize, locked, spotOf, whenRestored } from "./quiz-picture.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 10;
const MOST = 200;

const numbers = (row) => [...row.querySelectorAll("input")];
const isSet = (row) => numbers(row).every((input) => input.value !== "" && input.checkValidity());

class Markers {
  constructor(root) {
    this.root = root;
    this.svg = root.querySelector("[data-drawing]");
    this.shape = root.querySelector("[data-pin-shape]").content.querySelector("[data-pin]");
    const { width, height } = this.svg.viewBox.baseVal;
    this.size = { x: width, y: height };
    this.kinds = [...root.querySelectorAll("[data-marker]")];
    this.pins = new Map();
    for (const pin of this.svg.querySelectorAll("[data-pin]")) pin.remove();
    this.svg.setAttribute("role", "application");
    root.querySelector("[data-scripted]").hidden = false;
    root.querySelector("[data-numbers]").open = false;
    root.classList.add("scripted");
    for (const kind of this.kinds) this.setUp(kind);
    root.addEventListener("input", () => this.draw());
    this.fit = keepSize(this.svg);
    whenRestored(root, { before: (fields) => this.makeRoom(fields), after: () => this.draw() });
    this.draw();
  }

  setUp(kind) {
    const add = this.button(kind);
    add.addEventListener("click", () => this.add(kind, { x: Math.round(this.size.x / 2), y: Math.round(this.size.y / 2) }, true));
    draggable(add, {
      root: this.root,
      ghost: () => ghostOf(add),
      drop: (event) => this.inside(event) && this.add(kind, spotOf(this.svg, event)),
    });
  }

  rows(kind) {
    return [...kind.querySelectorAll("[data-row]")];
  }

  button(kind) {
    return this.root.querySelector(`[data-add="${kind.dataset.marker}"]`);
  }

  textOf(row) {
    return this.button(row.closest("[data-marker]")).textContent;
  }

  /* One more pair of fields, as the last one is. */
  grow(kind) {
    const last = this.rows(kind).at(-1);
    const row = last.cloneNode(true);
    for (const input of numbers(row)) input.value = "";
    last.after(row);
    return row;
  }

  makeRoom(fields) {
    for (const kind of this.kinds) {
      const wanted = fields[`marker-${kind.dataset.marker}-x`]?.length ?? 0;
      while (this.rows(kind).length < Math.min(wanted, MOST)) this.grow(kind);
    }
  }

  isFull(kind) {
    const set = this.rows(kind).filter(isSet).length;
    return set >= (Number(kind.dataset.most) || MOST);
  }

  add(kind, place, byKeys = false) {
    if (locked(this.root) || this.isFull(kind)) return;
    const row = this.rows(kind).find((one) => !isSet(one)) ?? this.grow(kind);
    this.move(row, place);
    if (byKeys) this.pins.get(row).focus();
  }

  inside(event) {
    const { left, right, top, bottom } = this.svg.getBoundingClientRect();
    return event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
  }

  move(row, place) {
    for (const [input, axis] of [[numbers(row)[0], "x"], [numbers(row)[1], "y"]]) {
      input.value = Math.min(Math.max(place[axis], 0), this.size[axis]);
    }
    this.tell(row);
    this.say(this.position(row));
  }

  remove(row) {
    const kind = row.closest("[data-marker]");
    const focused = document.activeElement === this.pins.get(row);
    for (const input of numbers(row)) input.value = "";
    this.tell(row);
    this.say(filled(this.root.dataset.removed, { text: this.textOf(row) }));
    if (focused) this.button(kind).focus();
  }

  /* The fields were changed: draw that, and let the page save it. */
  tell(row) {
    for (const kind of ["input", "change"]) numbers(row)[1].dispatchEvent(new Event(kind, { bubbles: true }));
  }

  position(row) {
    const [x, y] = numbers(row).map((input) => input.value);
    return filled(this.root.dataset.position, { text: this.textOf(row), x, y });
  }

  say(text) {
    this.root.querySelector("[data-said]").textContent = text;
  }

  keys(event, row) {
    if (locked(this.root) || event.altKey || event.ctrlKey || event.metaKey) return;
    const [x, y] = numbers(row).map((input) => Number(input.value));
    const step = event.shiftKey ? 1 : STEP;
    if (STEPS[event.key]) this.move(row, { x: x + STEPS[event.key][0] * step, y: y + STEPS[event.key][1] * step });
    else if (event.key === "Delete" || event.key === "Backspace") this.remove(row);
    else if (event.key === "Enter" || event.key === " ") this.say(this.position(row));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  makePin(row) {
    const pin = this.shape.cloneNode(true);
    pin.querySelector("text").textContent = this.textOf(row);
    for (const [name, value] of [["role", "button"], ["tabindex", "0"], ["aria-describedby", this.root.querySelector("[data-keys]").id]]) pin.setAttribute(name, value);
    pin.addEventListener("keydown", (event) => this.keys(event, row));
    draggable(pin, {
      root: this.root,
      move: (event) => this.place(pin, spotOf(this.svg, event)),
      cancel: () => this.draw(),
      drop: (event) => (this.inside(event) ? this.move(row, spotOf(this.svg, event)) : this.remove(row)),
    });
    this.svg.append(pin);
    this.pins.set(row, pin);
    this.fit();
    return pin;
  }

  place(pin, { x, y }) {
    pin.setAttribute("transform", `translate(${x} ${y})`);
    const words = pin.querySelector("text");
    const left = x * 2 > this.size.x;
    words.setAttribute("x", left ? -12 : 12);
    words.setAttribute("text-anchor", left ? "end" : "start");
  }

  draw() {
    for (const row of this.kinds.flatMap((kind) => this.rows(kind))) {
      if (isSet(row)) {
        const pin = this.pins.get(row) ?? this.makePin(row);
        const [x, y] = numbers(row).map((input) => Number(input.value));
        this.place(pin, { x, y });
        pin.setAttribute("aria-label", this.position(row));
      } else {
        this.pins.get(row)?.remove();
        this.pins.delete(row);
      }
    }
    for (const kind of this.kinds) this.button(kind).disabled = this.isFull(kind) || locked(this.root);
  }
}

for (const root of document.querySelectorAll("[data-markers]:not([disabled])")) new Markers(root);
