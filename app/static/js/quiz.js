/* The pages of a running attempt. Without this script they are plain forms; with it answers save themselves. */

import { field, read, write } from "./quiz-fields.js";
import { Line, speaker } from "./quiz-line.js";
import { isAside, putAside } from "./quiz-offline.js";
import { Marks } from "./quiz-marks.js";
import { note } from "./quiz-outcome.js";
import { Saver } from "./quiz-saver.js";
import { openStore } from "./quiz-store.js";
import { Timer } from "./quiz-timer.js";
import "./quiz-places.js";
import "./quiz-markers.js";
import "./quiz-essay.js";
import "./quiz-words.js";
import { Away, Wire } from "./quiz-wire.js";

const bar = document.querySelector("[data-quiz]");
const form = document.querySelector("[data-answers]");
const say = speaker(bar);
const line = new Line(bar);
const sections = new Map([...document.querySelectorAll("section[data-slot]")].map((one) => [Number(one.dataset.slot), one]));

let leaving = false;

function announce(text) {
  bar.querySelector("[data-announce]").textContent = text;
}

function go(url) {
  if (leaving) return;
  leaving = true;
  location.assign(url);
}

/* ---- one question */

function remark(slot, text, { aloud = false } = {}) {
  const place = sections.get(slot)?.querySelector("[data-remark]");
  if (!place) return;
  place.hidden = !text;
  place.textContent = text;
  if (!aloud) return;
  announce(text);
  if (text) place.scrollIntoView({ block: "center" });
}

function acknowledged(one, marks) {
  const section = sections.get(one.slot);
  if (!section) return;
  if (one.seen !== undefined && field(section, "seen")) field(section, "seen").value = one.seen;
  if (one.answered !== undefined) marks.answered.set(one.slot, one.answered);
  const words = one.conflict ? say("Conflict", one.conflict) : { refused: say("Refused"), late: say("Late"), locked: say("Locked") }[one.fate];
  remark(one.slot, words ?? "");
  marks.draw(one.slot);
}

/* A page that was put aside earlier shows what was saved since. */
async function catchUp(saver) {
  for (const entry of await saver.known()) {
    const section = sections.get(entry.slot);
    const seen = section && field(section, "seen");
    if (!seen || Number(seen.value) >= entry.seen) continue;
    seen.value = entry.seen;
    write(section, entry.fields);
  }
}

/* Every change is kept; what an earlier page could not send comes back into its fields. */
async function watch(saver) {
  await catchUp(saver);
  const last = new Map([...sections].map(([slot, section]) => [slot, JSON.stringify(read(section))]));
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
  for (const entry of await saver.recover()) {
    const section = sections.get(entry.slot);
    if (!section) continue;
    const known = Number(field(section, "seen").value) > 0 && last.get(entry.slot);
    write(section, entry.fields);
    last.set(entry.slot, JSON.stringify(read(section)));
    if (known === last.get(entry.slot)) await saver.discard(entry);
  }
}

/* ---- leaving the page */

/* Not before the event that asked for it is over: until then the form takes no other. */
function submit(element, button) {
  setTimeout(() => submitNow(element, button));
}

function submitNow(element, button) {
  if (element.requestSubmit) {
    element.requestSubmit(button);
    return;
  }
  if (button) element.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
  element.submit();
}

/* The page that a button leads to; empty for a button that does something with a question. */
function pageOf(button) {
  const [what, number] = (button?.value ?? "").split("-");
  return what === "page" ? `${location.pathname}?page=${number}` : "";
}

/* Whether the server hears us now; a question costs less than a form that ends on the browser's error page. */
async function heard(saver) {
  try {
    return (await saver.wire.state()).status < 500;
  } catch (error) {
    if (error instanceof Away) return false;
    console.error(error);
    return true; /* A fault of the script: the plain form is the way. */
  }
}

/* Turning a page waits until everything is safe. Without a connection the page that was put aside takes over,
   which has all questions, or all stays where it is. Where the script cannot save at all the plain form goes
   its way and takes the answers with it. */
function hold(element, saver) {
  let pressed = null;
  element.addEventListener("click", (event) => (pressed = event.target.closest("button")));
  element.addEventListener("submit", async (event) => {
    if (leaving || saver.manual) {
      leaving = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter ?? pressed;
    const safe = (await saver.flush()) && (await heard(saver));
    if (leaving) return;
    if (safe || saver.manual) {
      leaving = true;
      submit(element, button);
    } else if (saver.stored && pageOf(button) && (await isAside(bar.dataset.attempt))) {
      go(pageOf(button));
    } else if (!saver.unsent.length) {
      line.show({ state: "offline", unsent: 0 });
    }
  });
}

/* Handing in without a connection: nothing more is asked, and the work goes as soon as there is one. */
function holdFinishing(element, saver) {
  element.addEventListener("submit", async (event) => {
    if (leaving || saver.manual) {
      leaving = true;
      return;
    }
    event.preventDefault();
    if ((await saver.flush()) && (await heard(saver))) {
      leaving = true;
      submit(element, null);
      return;
    }
    if (saver.manual) return;
    element.closest("dialog")?.close();
    lock(true);
    saver.handIn();
  });
}

/* A link to a question that is on this page only scrolls; one that leads away waits until everything is safe. */
function setUpNavigator(saver) {
  document.querySelector(".navigator")?.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-question]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const section = document.querySelector(`section[data-number="${link.dataset.question}"]`);
    if (!section && (!saver.unsent.length || saver.manual)) return;
    event.preventDefault();
    if (section) {
      section.scrollIntoView();
      section.querySelector(".question-text").focus({ preventScroll: true });
    } else if (await saver.flush()) {
      go(link.href);
    } else if (saver.manual) {
      location.assign(link.href);
    }
  });
}

function setUpLeaving(saver) {
  for (const element of document.querySelectorAll("[data-answers]")) hold(element, saver);
  for (const element of document.querySelectorAll("[data-finish-form]")) holdFinishing(element, saver);
  setUpNavigator(saver);
  document.querySelector("[data-save-button]")?.addEventListener("click", async (event) => {
    if (!saver.unsent.length || saver.manual) return;
    const button = event.currentTarget;
    event.preventDefault();
    if (!(await saver.flush()) && saver.manual) submit(form, button);
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && saver.unsent.length) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
}

/* ---- time */

/* After time is over nothing more is asked; what was answered stays to be read. */
function lock(locked) {
  for (const control of form?.querySelectorAll("input:not([type=hidden]), select, textarea, button") ?? []) {
    if (locked && control === document.activeElement) line.line.focus();
    control.disabled = locked;
  }
}

const LOOK_EVERY = 10000;

/* Time may be given or taken while the page is open, and a far-off close comes near: the server is asked. */
function lookAtTime(saver, wire, remaining) {
  setInterval(async () => {
    if (document.hidden || leaving || saver.closing) return;
    try {
      const { status, told } = await wire.state();
      if (status !== 200 || !told) return;
      if (told.running && told.remaining !== null) remaining(told.remaining);
      else if (!told.running && !saver.unsent.length) go(bar.dataset.result);
    } catch (error) {
      if (!(error instanceof Away)) throw error; /* Without a connection the timer runs on by itself. */
    }
  }, LOOK_EVERY);
}

function setUpTimer(saver, remaining) {
  const element = bar.querySelector("[data-timer]");
  element.closest(".timer").hidden = false;
  const button = bar.querySelector("[data-timer-switch]");
  button.hidden = false;
  button.addEventListener("click", () => {
    element.hidden = !element.hidden;
    button.textContent = element.hidden ? button.dataset.show : button.dataset.hide;
  });
  return new Timer(element, {
    limit: Number(element.dataset.limit),
    remaining,
    announce: (what, minutes) => announce(what === "half" ? say("Half") : say("Left", minutes)),
    over: () => {
      announce(say("Over"));
      lock(true);
      saver.close();
    },
  });
}

/* ---- the page */

async function start() {
  const { person, attempt, began, key, whole, worker, changes, save, state, finish, flag, token, icons } = bar.dataset;
  const wire = new Wire({ save, state, finish, flag, token });
  const saver = new Saver({ store: await openStore(key), prefix: `${person}/${attempt}/${began}/`, wire });
  const marks = new Marks({ sections, saver, say, icons, remark });
  let timer = null;
  const clock = bar.querySelector("[data-timer]");
  const setTime = (left) => (timer ? timer.set(left) : (timer = setUpTimer(saver, left)));

  saver.addEventListener("state", ({ detail }) => {
    line.show(detail);
    for (const slot of saver.unsent) marks.draw(slot);
    if (detail.closing && detail.state === "broken") lock(false);
  });
  saver.addEventListener("token", ({ detail }) => {
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = detail;
  });
  saver.addEventListener("acknowledged", ({ detail }) => {
    for (const one of detail.slots) acknowledged(one, marks);
    if (timer && detail.remaining !== null && detail.remaining !== undefined) timer.set(detail.remaining);
    if (!detail.refusal) return;
    note(saver.prefix, detail.slots.filter((one) => one.fate === "late" || one.fate === "refused"));
    if (!saver.unsent.length) go(bar.dataset.result);
  });
  saver.addEventListener("closed", () => go(bar.dataset.result));
  saver.addEventListener("reopened", ({ detail }) => {
    lock(false);
    timer.set(detail);
  });

  await watch(saver);
  if (clock?.dataset.remaining) setTime(Number(clock.dataset.remaining));
  if (clock) lookAtTime(saver, wire, setTime);
  setUpLeaving(saver);
  putAside({ attempt, whole, worker, changes: changes === "1" }).catch((error) => console.info(error)); /* Without it a connection is needed, as everywhere. */
}

start().catch((error) => {
  console.error(error);
  line.show({ state: "broken" });
});
