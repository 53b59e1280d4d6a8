/* The pages of a running attempt. Without this script they are plain forms; with it answers save themselves. */

import { field, read, write } from "./quiz-fields.js";
import { Saver } from "./quiz-saver.js";
import { openStore } from "./quiz-store.js";
import { Timer } from "./quiz-timer.js";

const bar = document.querySelector("[data-quiz]");
const form = document.querySelector("[data-answers]");
const say = (name, value = "") => bar.dataset[`say${name}`].replace("%s", value);
const sections = new Map([...document.querySelectorAll("section[data-slot]")].map((one) => [Number(one.dataset.slot), one]));

const ICONS = { saved: "check", saving: "clock", offline: "cloud", signin: "lock" };
const SIGNS = { none: "todo", answered: "check", flagged: "flag", unsent: "cloud" };

function draw(icon, name) {
  icon.querySelector("use").setAttribute("href", `${bar.dataset.icons}#${name}`);
}

/* ---- the line that says what is safe */

function showState({ state, clock, unsent }) {
  if (state === "idle") return;
  const line = bar.querySelector("[data-saving]");
  const text = { saved: () => say("Saved", clock), saving: () => say("Saving") }[state]
    ?? (() => say(state === "signin" ? "Signin" : "Offline", unsent));
  line.className = `saving saving-${state}`;
  draw(line.querySelector(".icon"), ICONS[state]);
  const words = line.querySelector("span");
  if (words.textContent !== text()) words.textContent = text();
  line.querySelector("a")?.remove();
  if (state === "signin") {
    const link = Object.assign(document.createElement("a"), { href: bar.dataset.signIn, target: "_blank", textContent: say("SigninLink") });
    line.append(link);
  }
}

function announce(text) {
  bar.querySelector("[data-announce]").textContent = text;
}

/* ---- the navigator */

const answered = new Map();
const flagged = new Map();

function mark(slot, saver) {
  const section = sections.get(slot);
  const link = section && document.querySelector(`.navigator [data-question="${section.dataset.number}"]`);
  if (!link) return;
  const state = saver.waiting.has(slot) && saver.state !== "saving" ? "unsent"
    : flagged.get(slot) ? "flagged" : answered.get(slot) ? "answered" : "none";
  link.className = `q-${state}`;
  draw(link.querySelector(".icon"), SIGNS[state]);
  link.querySelector(".hidden:last-child").textContent = `, ${say(state[0].toUpperCase() + state.slice(1))}`;
}

/* A link to a question that is on this page only scrolls; one that leads away waits until everything is safe. */
function setUpNavigator(saver, leave) {
  document.querySelector(".navigator")?.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-question]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const section = document.querySelector(`section[data-number="${link.dataset.question}"]`);
    if (!section && !saver.unsent.length) return;
    event.preventDefault();
    if (section) {
      section.scrollIntoView();
      section.querySelector(".question-text").focus({ preventScroll: true });
    } else if (await saver.flush()) {
      leave(link.href);
    }
  });
}

/* ---- one question */

function remark(section, text) {
  const line = section.querySelector("[data-remark]");
  line.hidden = !text;
  line.textContent = text;
}

function acknowledged(one, saver) {
  const section = sections.get(one.slot);
  if (!section) return;
  if (one.seen !== undefined && field(section, "seen")) field(section, "seen").value = one.seen;
  if (one.answered !== undefined) answered.set(one.slot, one.answered);
  const words = one.conflict ? say("Conflict", one.conflict) : { refused: say("Refused"), late: say("Late") }[one.fate];
  remark(section, words ?? "");
  mark(one.slot, saver);
}

function setUpFlags(section, saver) {
  const button = section.querySelector("[data-flagged]");
  if (!button) return;
  const slot = Number(section.dataset.slot);
  flagged.set(slot, button.dataset.flagged === "1");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const wanted = !flagged.get(slot);
    const body = new URLSearchParams({ slot, flagged: wanted ? "1" : "0" });
    try {
      const answer = await fetch(bar.dataset.flag, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": saver.token } });
      if (!answer.ok) return;
    } catch {
      return;
    }
    flagged.set(slot, wanted);
    button.querySelector("span").textContent = wanted ? button.dataset.unset : button.dataset.set;
    button.value = `flag-${slot}-${wanted ? 0 : 1}`;
    mark(slot, saver);
  });
}

/* ---- the page */

async function start() {
  const prefix = `${bar.dataset.person}/${bar.dataset.attempt}/`;
  const saver = new Saver({ store: await openStore(), prefix, url: bar.dataset.save, stateUrl: bar.dataset.state, token: bar.dataset.token });
  let timer = null;
  let leaving = false;
  const last = new Map([...sections].map(([slot, section]) => [slot, JSON.stringify(read(section))]));

  saver.addEventListener("state", (event) => {
    showState(event.detail);
    for (const slot of saver.unsent) mark(slot, saver);
  });
  saver.addEventListener("acknowledged", ({ detail }) => {
    detail.slots.forEach((one) => acknowledged(one, saver));
    if (timer && detail.remaining !== null && detail.remaining !== undefined) timer.set(detail.remaining);
    if (detail.refusal) {
      leaving = true;
      location.assign(bar.dataset.result);
    }
  });

  function changed(event) {
    const section = event.target.closest("section[data-slot]");
    if (!section || !event.target.name) return;
    const slot = Number(section.dataset.slot);
    const fields = read(section);
    if (last.get(slot) === JSON.stringify(fields)) return;
    last.set(slot, JSON.stringify(fields));
    saver.keep(slot, fields, Number(field(section, "seen").value));
  }
  form?.addEventListener("input", changed);
  form?.addEventListener("change", changed);
  form?.addEventListener("focusout", () => saver.unsent.length && saver.soon(0));
  for (const [slot, section] of sections) {
    answered.set(slot, section.dataset.answered === "1");
    setUpFlags(section, saver);
  }

  for (const entry of await saver.recover()) {
    const section = sections.get(entry.slot);
    if (section) {
      write(section, entry.fields);
      last.set(entry.slot, JSON.stringify(read(section)));
    }
  }

  /* Turning a page and finishing wait until everything is safe; without a connection they stay where they are. */
  const safe = async (element, event) => {
    if (leaving || !saver.unsent.length) {
      leaving = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    if (!(await saver.flush())) return;
    leaving = true;
    if (button?.getAttribute("aria-busy")) button.removeAttribute("aria-busy");
    element.requestSubmit(button);
  };
  form?.addEventListener("submit", (event) => safe(form, event));
  for (const finishing of document.querySelectorAll("[data-finish-form]")) {
    finishing.addEventListener("submit", (event) => safe(finishing, event));
  }
  setUpNavigator(saver, (url) => {
    leaving = true;
    location.assign(url);
  });
  document.querySelector("[data-save-button]")?.addEventListener("click", (event) => {
    if (!saver.unsent.length) return;
    event.preventDefault();
    saver.flush();
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && saver.unsent.length) event.preventDefault();
  });

  timer = setUpTimer(async () => {
    announce(say("Over"));
    await saver.flush();
    leaving = true;
    const body = new URLSearchParams({ csrf_token: saver.token });
    await fetch(bar.dataset.finish, { method: "POST", body, redirect: "manual" }).catch(() => null);
    location.assign(bar.dataset.result);
  });
}

function setUpTimer(over) {
  const element = bar.querySelector("[data-timer]");
  if (!element) return null;
  const button = bar.querySelector("[data-timer-switch]");
  button.hidden = false;
  button.addEventListener("click", () => {
    element.hidden = !element.hidden;
    button.textContent = element.hidden ? button.dataset.show : button.dataset.hide;
  });
  return new Timer(element, {
    limit: Number(element.dataset.limit),
    remaining: Number(element.dataset.remaining),
    announce: (what, minutes) => announce(what === "half" ? say("Half") : say("Left", minutes)),
    over,
  });
}

start();
