/* Words for the blanks of a text. The lists are the answer; dragging and tapping only choose in them. */

import { draggable, filled, ghostOf, locked, whenRestored } from "./quiz-picture.js";

const NEAR = 24; /* how far a word may be dropped beside its blank */

class Words {
  constructor(root) {
    this.root = root;
    this.lists = [...root.querySelectorAll("[data-gap]")];
    this.words = [...root.querySelectorAll("[data-word]")];
    this.picked = null;
    for (const note of root.querySelectorAll("[data-scripted]")) note.hidden = false;
    for (const word of this.words) this.setUpWord(word);
    for (const list of this.lists) this.setUpList(list);
    whenRestored(root, { after: () => this.draw() });
    root.classList.add("scripted");
    this.draw();
  }

  setUpWord(word) {
    draggable(word, {
      root: this.root,
      ghost: () => ghostOf(word),
      start: () => !word.matches(".thing-used"),
      move: (event) => this.aim(this.near(event, word)),
      drop: (event) => this.put(this.near(event, word), word),
      cancel: () => this.draw(),
      tap: () => this.pick(this.picked === word ? null : word),
    });
  }

  /* While a word is picked, a tap on a list that takes it does not open the list. */
  setUpList(list) {
    const take = (event) => {
      if (!this.picked || locked(this.root) || list.dataset.gap !== this.picked.dataset.group) return;
      event.preventDefault();
      this.put(list, this.picked);
    };
    list.addEventListener("mousedown", take);
    list.addEventListener("touchend", take, { passive: false });
    list.addEventListener("change", () => this.settle(list));
  }

  listsOf(word) {
    return this.lists.filter((list) => list.dataset.gap === word.dataset.group);
  }

  wordOf(list) {
    return this.words.find((word) => word.dataset.group === list.dataset.gap && word.dataset.value === list.value);
  }

  /* The list under the pointer, or the nearest one that takes the word and is not far from it. */
  near({ clientX, clientY }, word) {
    const away = (list) => {
      const { left, right, top, bottom } = list.getBoundingClientRect();
      return Math.hypot(Math.max(left - clientX, 0, clientX - right), Math.max(top - clientY, 0, clientY - bottom));
    };
    const [distance, list] = this.listsOf(word).map((one) => [away(one), one]).sort(([one], [other]) => one - other)[0] ?? [Infinity];
    return distance <= NEAR ? list : null;
  }

  aim(goal) {
    for (const list of this.lists) list.classList.toggle("gap-aimed", list === goal);
  }

  pick(word) {
    this.picked = word;
    for (const one of this.words) one.classList.toggle("thing-picked", one === word);
  }

  put(list, word) {
    this.pick(null);
    if (!list || locked(this.root)) return this.draw();
    list.value = word.dataset.value;
    for (const kind of ["input", "change"]) list.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  /* A word that may be used so many times leaves the blank where it stood first. */
  settle(list) {
    const word = this.wordOf(list);
    const most = Number(word?.dataset.most ?? 0);
    const others = word && most ? this.listsOf(word).filter((one) => one !== list && one.value === list.value) : [];
    for (const one of others.slice(0, Math.max(0, others.length + 1 - most))) {
      one.value = "";
      const place = (which) => this.lists.indexOf(which) + 1;
      const values = { word: word.textContent.trim(), to: place(list), from: place(one) };
      this.root.querySelector("[data-said]").textContent = filled(this.root.dataset.moved, values);
    }
    this.draw();
  }

  draw() {
    this.aim(null);
    for (const word of this.words) {
      const most = Number(word.dataset.most);
      const used = this.listsOf(word).filter((list) => list.value === word.dataset.value).length;
      word.classList.toggle("thing-used", most > 0 && used >= most);
    }
  }
}

for (const root of document.querySelectorAll("[data-words]:not([disabled])")) new Words(root);
