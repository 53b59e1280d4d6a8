/* The navigator and «Вернуться позже»: which questions are answered, flagged, not sent. */

import { Away } from "./quiz-wire.js";

const SIGNS = { none: "todo", answered: "check", flagged: "flag", unsent: "cloud" };

export class Marks {
  constructor({ sections, saver, say, icons, remark }) {
    Object.assign(this, { sections, saver, say, icons, remark });
    this.answered = new Map();
    this.flagged = new Map();
    for (const [slot, section] of sections) {
      this.answered.set(slot, section.dataset.answered === "1");
      this.setUpFlag(slot, section.querySelector("[data-flagged]"));
    }
  }

  draw(slot) {
    const section = this.sections.get(slot);
    const link = section && document.querySelector(`.navigator [data-question="${section.dataset.number}"]`);
    if (!link) return;
    const state = this.saver.waiting.has(slot) && this.saver.stuck ? "unsent"
      : this.flagged.get(slot) ? "flagged" : this.answered.get(slot) ? "answered" : "none";
    link.className = `q-${state}`;
    link.querySelector("use").setAttribute("href", `${this.icons}#${SIGNS[state]}`);
    link.querySelector(".hidden:last-child").textContent = `, ${this.say(state[0].toUpperCase() + state.slice(1))}`;
  }

  setUpFlag(slot, button) {
    if (!button) return;
    this.flagged.set(slot, button.dataset.flagged === "1");
    button.addEventListener("click", async (event) => {
      if (this.saver.manual) return;
      event.preventDefault();
      const wanted = !this.flagged.get(slot);
      const trouble = await this.flag(slot, wanted);
      this.remark(slot, trouble && this.say(trouble), { aloud: true });
      if (trouble) return;
      this.flagged.set(slot, wanted);
      button.querySelector("span").textContent = wanted ? button.dataset.unset : button.dataset.set;
      button.value = `flag-${slot}-${wanted ? 0 : 1}`;
      this.draw(slot);
    });
  }

  /* Empty when the server knows the flag, or what to say when it does not. */
  async flag(slot, wanted) {
    try {
      const first = await this.saver.wire.flag(slot, wanted);
      if (first.status === 200) return "";
      const renewed = first.status === 400 && (await this.saver.renew()).state === "mine";
      return renewed && (await this.saver.wire.flag(slot, wanted)).status === 200 ? "" : "Unflagged";
    } catch (error) {
      if (!(error instanceof Away)) console.error(error);
      return error instanceof Away ? "UnflaggedOffline" : "Unflagged";
    }
  }
}
