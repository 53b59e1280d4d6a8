/* The line that says what is safe. It changes with every answer, so it is silent for a screen reader; a region
   of its own announces only that answers are no longer safe, why, and that they are safe again. */

const ICONS = { saved: "check", partly: "warn", saving: "clock", offline: "cloud", busy: "cloud", signin: "lock", other: "lock", trouble: "warn", broken: "warn" };
const SAFE = new Set(["idle", "saving", "saved"]);

/* The words of a page stand in its data-say-… attributes. */
export const speaker = (place) => (name, value = "") => place.dataset[`say${name}`].replace("%s", value);

export class Line {
  constructor(place) {
    this.say = speaker(place);
    this.icons = place.dataset.icons;
    this.signIn = place.dataset.signIn;
    this.line = place.querySelector("[data-saving]");
    this.safety = place.querySelector("[data-safety]");
    this.words = this.line.querySelector("span");
    this.sign = this.line.querySelector("use");
    this.first = { text: this.words.textContent, look: this.line.className, sign: this.sign.getAttribute("href") };
    this.said = "safe";
  }

  show(told) {
    const text = this.text(told);
    if (this.words.textContent !== text) this.words.textContent = text;
    this.line.className = told.state === "idle" ? this.first.look : `saving saving-${told.state}`;
    this.sign.setAttribute("href", told.state === "idle" ? this.first.sign : `${this.icons}#${ICONS[told.state]}`);
    this.offerSignIn(told.state === "signin" || told.state === "other");
    const safe = SAFE.has(told.state) ? "safe" : told.state;
    if (told.state !== "saving" && safe !== this.said) {
      this.said = safe;
      this.safety.textContent = text;
    }
  }

  text({ state, clock, closing, handing, unsent, loose }) {
    const { say } = this;
    const ended = () => say(handing ? "Handing" : "Ended");
    if (state === "idle") return this.first.text;
    if (state === "saved" || state === "partly") return say(state === "saved" ? "Saved" : "Partly", clock);
    if (state === "saving") return say("Saving");
    if (state === "broken") return closing ? `${ended()} ${say("Broken")}` : say("Broken");
    const name = { offline: "Offline", busy: "Busy", signin: "Signin", other: "Other", trouble: "Trouble" }[state];
    const alone = state === "offline" ? say("OfflineLoose") : `${say(`${name}Bare`)}. ${say("Only")}`;
    const text = unsent === 0 ? say(`${name}Bare`) : loose ? alone : say(name, unsent);
    return closing ? `${ended()} ${text}` : text;
  }

  offerSignIn(wanted) {
    const link = this.line.querySelector("a");
    if (!wanted) link?.remove();
    else if (!link) this.line.append(Object.assign(document.createElement("a"), { href: this.signIn, target: "_blank", textContent: this.say("SigninLink") }));
  }
}
