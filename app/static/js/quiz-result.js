/* After an attempt: answers that were still waiting on this device are delivered, and the page says what became
   of them; then it waits for the mark, asking often at first, then less and less. */

import { Line, speaker } from "./quiz-line.js";
import { note, noted } from "./quiz-outcome.js";
import { Saver } from "./quiz-saver.js";
import { takeAway } from "./quiz-offline.js";
import { openStore } from "./quiz-store.js";
import { Wire } from "./quiz-wire.js";

const SLOW = 10000;

/* ---- what was left on the device */

const place = document.querySelector("[data-leftovers]");

function tellOutcome(fates) {
  const count = (fate) => Object.values(fates).filter((one) => one === fate).length;
  const say = speaker(place);
  const parts = [
    count("late") && say("LeftLate", count("late")),
    count("refused") && say("LeftRefused", count("refused")),
    count("saved") && say("LeftSaved", count("saved")),
    count("late") && say("LeftAsk"),
  ].filter(Boolean);
  if (!parts.length) return;
  place.hidden = false;
  place.querySelector("[data-outcome]").textContent = parts.join(" ");
}

/* Resolves when nothing of this attempt waits on the device, or when it cannot be sent now. */
async function deliverLeftovers() {
  const { person, attempt, began, key, save, state, token } = place.dataset;
  const prefix = `${person}/${attempt}/${began}/`;
  const line = new Line(place);
  const store = await openStore(key);
  const saver = new Saver({ store, prefix, wire: new Wire({ save, state, token }) });
  saver.addEventListener("state", ({ detail }) => {
    place.hidden = false;
    line.show(detail);
    line.line.hidden = !detail.unsent;
  });
  saver.addEventListener("acknowledged", ({ detail }) => tellOutcome(note(prefix, detail.slots)));
  tellOutcome(noted(prefix));
  await saver.recover();
  if (!(await saver.flush())) return;
  await store.end(prefix);
  await takeAway(attempt);
}

/* ---- the mark */

const waiting = document.querySelector("[data-waiting]");
const began = performance.now();

async function ask(pause, leftovers) {
  try {
    const answer = await fetch(waiting.dataset.waiting, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok && (await answer.json()).graded) {
      await leftovers;
      location.reload();
      return;
    }
  } catch {
    /* The next question finds out whether the connection is back. */
  }
  const slow = waiting.querySelector("[data-slow]");
  if (slow && performance.now() - began > SLOW) slow.hidden = false;
  setTimeout(() => ask(Math.min(pause * 1.5, 2000), leftovers), pause);
}

const leftovers = deliverLeftovers().catch((error) => console.error(error));
if (waiting) setTimeout(() => ask(200, leftovers), 150);
