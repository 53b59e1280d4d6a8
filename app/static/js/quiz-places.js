/* Things on places of a picture. The lists are the answer; dragging and tapping only choose in them. */

import { draggable, filled, ghostOf, keepSize, locked, scaleOf, spotOf, whenRestored } from "./quiz-picture.js";

const NEAR = 24; /* how far, on the screen, a thing may be dropped beside its place */
const LETTERS = 15;

class Places {
  constructor(root) {
    this.root = root;
    this.svg = root.querySelector("[data-drawing]");
    this.lists = new Map([...root.querySelectorAll("[data-place]")].map((list) => [list.dataset.place, list]));
    this.spots = [...this.svg.querySelectorAll("[data-spot]")];
    this.things = [...root.querySelectorAll("[data-thing]")];
    this.picked = null;
    for (const note of root.querySelectorAll("[data-scripted]")) note.hidden = false;
    for (const thing of this.things) this.setUpThing(thing);
    for (const spot of this.spots) this.setUpSpot(spot);
    root.addEventListener("change", (event) => this.lists.has(event.target.dataset.place) && this.settle(event.target));
    this.fit = keepSize(this.svg, () => this.draw());
    whenRestored(root, { after: () => this.fit() });
    root.classList.add("scripted");
    this.fit();
  }

  setUpThing(thing) {
    draggable(thing, {
      root: this.root,
      ghost: () => ghostOf(thing),
      start: () => !thing.matches(".thing-used"),
      move: (event) => this.aim(event, thing.dataset.group),
      drop: (event) => this.put(this.near(event, thing.dataset.group), thing),
      cancel: () => this.draw(),
      tap: () => this.pick(this.picked === thing ? null : thing),
    });
  }

  setUpSpot(spot) {
    const list = this.lists.get(spot.dataset.spot);
    const standing = () => this.thingOf(list);
    draggable(spot, {
      root: this.root,
      start: () => standing() || this.picked,
      ghost: () => (standing() ? ghostOf(standing()) : null),
      move: (event) => standing() && this.aim(event, spot.dataset.group),
      drop: (event) => this.carry(list, this.near(event, spot.dataset.group)),
      cancel: () => this.draw(),
      tap: () => this.picked && this.picked.dataset.group === spot.dataset.group && this.put(spot, this.picked),
    });
  }

  thingOf(list) {
    const { group } = this.spots.find((spot) => spot.dataset.spot === list.dataset.place).dataset;
    return this.things.find((thing) => thing.dataset.group === group && thing.dataset.value === list.value);
  }

  listsOf(group) {
    return this.spots.filter((spot) => spot.dataset.group === group).map((spot) => this.lists.get(spot.dataset.spot));
  }

  /* The place under the pointer, or the nearest one of the group that is not far from it. */
  near(event, group) {
    const at = spotOf(this.svg, event);
    const reach = NEAR * scaleOf(this.svg);
    const away = (spot) => {
      const { e: left, f: top } = spot.transform.baseVal.consolidate().matrix;
      const { width, height } = spot.querySelector(".spot-box").getBBox();
      return Math.hypot(Math.max(left - at.x, 0, at.x - left - width), Math.max(top - at.y, 0, at.y - top - height));
    };
    const fit = this.spots.filter((spot) => spot.dataset.group === group).map((spot) => [away(spot), spot]);
    const [distance, spot] = fit.sort(([one], [other]) => one - other)[0] ?? [Infinity];
    return distance <= reach ? spot : null;
  }

  aim(event, group) {
    const goal = this.near(event, group);
    for (const spot of this.spots) spot.classList.toggle("spot-aimed", spot === goal);
  }

  pick(thing) {
    this.picked = thing;
    for (const one of this.things) one.classList.toggle("thing-picked", one === thing);
  }

  put(spot, thing) {
    this.pick(null);
    if (spot) this.choose(this.lists.get(spot.dataset.spot), thing.dataset.value);
    else this.draw();
  }

  /* A thing that is dragged off its place goes to another, or away. */
  carry(list, spot) {
    const value = list.value;
    const goal = spot && this.lists.get(spot.dataset.spot);
    if (goal === list || !value) return this.draw();
    this.choose(list, "");
    if (goal) this.choose(goal, value);
  }

  choose(list, value) {
    if (locked(this.root)) return;
    list.value = value;
    this.settle(list);
    for (const kind of ["input", "change"]) list.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  /* What may be used so many times leaves the place where it stood first. */
  settle(list) {
    const thing = this.thingOf(list);
    const most = Number(thing?.dataset.most ?? 0);
    const others = thing && most ? this.listsOf(thing.dataset.group).filter((one) => one !== list && one.value === list.value) : [];
    for (const one of others.slice(0, Math.max(0, others.length + 1 - most))) {
      one.value = "";
      const place = (which) => [...this.lists.values()].indexOf(which) + 1;
      this.say(filled(this.root.dataset.moved, { thing: thing.textContent, to: place(list), from: place(one) }));
    }
    this.draw();
  }

  say(text) {
    this.root.querySelector("[data-said]").textContent = text;
  }

  draw() {
    const scale = Math.max(1, scaleOf(this.svg));
    for (const spot of this.spots) {
      const thing = this.thingOf(this.lists.get(spot.dataset.spot));
      const source = thing?.querySelector("img")?.src;
      const picture = spot.querySelector("[data-spot-picture]");
      spot.classList.toggle("spot-filled", Boolean(thing));
      spot.classList.remove("spot-aimed");
      if (source) picture.setAttribute("href", source);
      else picture.removeAttribute("href");
      this.write(spot, thing && !source ? thing.textContent : "", scale);
    }
    for (const thing of this.things) {
      const used = this.listsOf(thing.dataset.group).filter((list) => list.value === thing.dataset.value).length;
      const most = Number(thing.dataset.most);
      thing.classList.toggle("thing-used", most > 0 && used >= most);
    }
  }

  /* As large as it can be read and still stay in its place. */
  write(spot, words, scale) {
    const text = spot.querySelector("[data-spot-text]");
    const box = spot.querySelector(".spot-box").getBBox();
    text.textContent = words;
    text.setAttribute("font-size", LETTERS);
    const length = text.getComputedTextLength() / LETTERS;
    const fit = Math.min((box.width - 8) / (length || 1), box.height * 0.8, LETTERS * scale);
    text.setAttribute("font-size", Math.max(8, fit).toFixed(1));
  }
}

for (const root of document.querySelectorAll("[data-places]:not([disabled])")) new Places(root);
