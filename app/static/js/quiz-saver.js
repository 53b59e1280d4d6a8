/* Sending answers: kept on the device first, sent within two seconds, sent again until acknowledged.
   One request is on its way at a time, so the server hears the answers of a page in order. */

import { Away } from "./quiz-wire.js";

const PAUSE = 1200;
const FIRST_RETRY = 1000;
const LAST_RETRY = 30000;
const LAST_RETRY_WHEN_OVER = 5000;
const MOST = 100;
const OLD = 14 * 24 * 3600 * 1000;
const STUCK = new Set(["offline", "busy", "signin", "other", "trouble", "broken"]);
const BUSY = new Set([429, 500, 502, 503, 504]);
const MOST_BUSY = 4;

const sum = (values) => JSON.stringify(values);

export class Saver extends EventTarget {
  constructor({ store, prefix, wire }) {
    super();
    Object.assign(this, { store, prefix, wire });
    this.client = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.waiting = new Map();
    this.refused = new Set();
    this.numbers = new Map();
    this.sending = null;
    this.retry = FIRST_RETRY;
    this.state = "idle";
    this.busy = 0;
    this.closing = false;
    addEventListener("online", () => this.wake());
    addEventListener("focus", () => this.stuck && this.wake());
    document.addEventListener("visibilitychange", () => this.wake());
  }

  wake() {
    if (this.waiting.size || this.closing) this.soon(0);
  }

  /* What earlier pages of this attempt could not send; the page puts it back into its fields. */
  async recover() {
    const entries = await this.store.all(this.prefix).catch(() => []); /* An unreadable store holds nothing for us. */
    for (const entry of entries) this.waiting.set(entry.slot, entry);
    if (entries.length) this.soon(0);
    this.store.forget(Date.now() - OLD, this.prefix).catch((error) => console.error(error));
    return entries;
  }

  /* A changed answer: on the device at once, to the server soon. */
  async keep(slot, fields, seen) {
    const known = this.waiting.get(slot);
    if (known && known.client === this.client && sum(known.fields) === sum(fields)) return;
    const number = (this.numbers.get(slot) ?? 0) + 1;
    this.numbers.set(slot, number);
    const entry = { key: this.prefix + slot, slot, client: this.client, number, seen, fields, at: Date.now() };
    this.waiting.set(slot, entry);
    this.refused.delete(slot);
    this.tellSaving();
    this.soon(this.stuck ? this.retry : PAUSE);
    try {
      await this.store.put(entry);
      if (this.store.lasting) return;
    } catch (error) {
      console.error(error);
    }
    entry.loose = true; /* The answer lives in this page only; the line says so while it cannot be sent. */
    this.tell(this.state);
  }

  get unsent() {
    return [...this.waiting.keys()];
  }

  /* Whether everything that waits would survive this page. */
  get stored() {
    return [...this.waiting.values()].every((entry) => !entry.loose);
  }

  get stuck() {
    return STUCK.has(this.state);
  }

  /* Whether the plain form is the way out: saving from the script will not come right by waiting. */
  get manual() {
    return this.state === "broken" || this.state === "trouble";
  }

  /* An answer from the device that the server turned out to know already. */
  discard(entry) {
    this.waiting.delete(entry.slot);
    return this.dropped(entry);
  }

  /* Send after a while; a later wish never postpones an earlier one, so long typing is saved all along. */
  soon(delay) {
    const due = performance.now() + delay;
    if (this.timer && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.send();
    }, delay);
  }

  /* Resolves when nothing waits any more, or when sending failed. */
  async flush() {
    while (this.waiting.size) {
      if (!(await this.send())) return false;
    }
    return true;
  }

  /* The learner hands in: deliver what waits, then finish, as soon as there is a connection. */
  handIn() {
    this.handing = true;
    this.close();
  }

  /* The time is over: deliver what waits, then close the attempt, however long that takes. */
  close() {
    this.closing = true;
    this.retry = FIRST_RETRY;
    this.soon(0);
  }

  send() {
    this.sending ??= this.step()
      .catch((error) => {
        if (error instanceof Away) return this.again("offline");
        console.error(error);
        return this.again("broken");
      })
      .finally(() => (this.sending = null));
    return this.sending;
  }

  async step() {
    if (this.waiting.size) return this.deliver(this.batch());
    return this.closing ? this.finish() : true;
  }

  /* Deliveries of one page that go together; an answer from a refused batch goes alone. */
  batch() {
    const entries = [...this.waiting.values()];
    const [first] = entries;
    if (first.alone) return [first];
    return entries.filter((entry) => entry.client === first.client && !entry.alone).slice(0, MOST);
  }

  async deliver(batch, again = false) {
    this.tellSaving();
    const answers = batch.map(({ slot, number, seen, fields }) => ({ slot, number, seen, fields }));
    const { status, told } = await this.wire.save(batch[0].client, answers);
    this.busy = BUSY.has(status) ? this.busy + 1 : 0;
    if (Array.isArray(told?.slots) && (status === 200 || status === 409)) return this.acknowledge(told, batch);
    if (status === 401) return this.again("signin");
    if (status === 400 && again) return this.again("trouble");
    if (status === 400 || status === 404) {
      const { state } = await this.renew();
      if (state !== "mine") return this.again(state);
      if (status === 400) return this.deliver(batch, true);
    }
    if ([404, 413, 422].includes(status)) return this.refuse(batch);
    return this.again(this.busy && this.busy < MOST_BUSY ? "busy" : "trouble");
  }

  /* One bad answer must not keep the good ones: they go one by one, and only the bad one is refused. */
  async refuse(batch) {
    if (batch.length === 1) {
      return this.acknowledge({ slots: [{ slot: batch[0].slot, fate: "refused" }] }, batch);
    }
    for (const entry of batch) entry.alone = true;
    this.soon(0);
    return true;
  }

  async acknowledge(told, batch) {
    const heard = told.slots.filter((one) => batch.some((entry) => entry.slot === one.slot));
    if (!heard.length) return this.again("trouble");
    this.retry = FIRST_RETRY;
    for (const one of heard) await this.settle(one, batch.find((entry) => entry.slot === one.slot));
    this.clock = told.clock ?? this.clock;
    this.tell(this.waiting.size ? "saving" : this.refused.size ? "partly" : "saved");
    this.dispatchEvent(new CustomEvent("acknowledged", { detail: { ...told, slots: heard } }));
    if (this.waiting.size || this.closing) this.soon(batch[0].alone || this.closing ? 0 : PAUSE);
    return true;
  }

  async settle(one, sent) {
    const now = this.waiting.get(one.slot);
    if (one.fate === "refused") this.refused.add(one.slot);
    if (now === sent) this.waiting.delete(one.slot);
    else if (now && one.seen !== undefined) now.seen = one.seen;
    /* From here on the learner may have answered anew: what waits now is not to be touched. */
    await this.dropped(sent);
    if (one.fate === "saved" && one.seen !== undefined) await this.remember(sent, one.seen);
  }

  /* For a page that was put aside before this answer. */
  async remember({ key, slot, fields }, seen) {
    try {
      await this.store.know({ key, slot, fields, seen, at: Date.now() });
    } catch (error) {
      console.error(error); /* Such a page shows an older answer then, and says so when it is sent. */
    }
  }

  /* What the server acknowledged last, as far as this browser sent it. */
  known() {
    return this.store.known(this.prefix).catch(() => []);
  }

  async dropped({ key, client, number }) {
    try {
      await this.store.drop(key, client, number);
    } catch (error) {
      console.error(error); /* What stays behind is sent again and known again. */
    }
  }

  /* A page that was left open long needs a fresh token; or somebody has signed out, or somebody else in. */
  async renew() {
    const { status, told } = await this.wire.state();
    if (status === 401) return { state: "signin" };
    if (told?.error === "another_person") return { state: "other" };
    if (status !== 200 || !told?.token) return { state: BUSY.has(status) ? "busy" : "trouble" };
    this.wire.token = told.token;
    this.dispatchEvent(new CustomEvent("token", { detail: told.token }));
    return { state: "mine", running: told.running, remaining: told.remaining };
  }

  async finish() {
    const { state, running, remaining } = await this.renew();
    if (state !== "mine") return this.again(state);
    if (this.handing) return this.closed(!running || (await this.wire.finish()).status === 303);
    if (running && remaining > 0) {
      this.closing = false;
      this.tell(this.clock ? "saved" : "idle");
      this.dispatchEvent(new CustomEvent("reopened", { detail: remaining }));
      return true;
    }
    return this.closed(!running || (await this.wire.timeUp()).status === 303);
  }

  closed(done) {
    if (!done) return this.again("busy");
    this.dispatchEvent(new CustomEvent("closed"));
    return true;
  }

  tellSaving() {
    this.tell(this.stuck ? this.state : "saving");
  }

  again(state) {
    this.tell(state);
    this.soon(this.retry);
    this.retry = Math.min(this.retry * 2, this.closing ? LAST_RETRY_WHEN_OVER : LAST_RETRY);
    return false;
  }

  tell(state) {
    this.state = state;
    const entries = [...this.waiting.values()];
    const { clock, closing, handing } = this;
    const detail = { state, clock, closing, handing, unsent: entries.length, loose: entries.some((entry) => entry.loose) };
    this.dispatchEvent(new CustomEvent("state", { detail }));
  }
}
