/* Sending answers: kept on the device first, sent within two seconds, sent again until acknowledged.
   One request is on its way at a time, so the server hears the answers of a page in order. */

const PAUSE = 1200;
const FIRST_RETRY = 1000;
const LAST_RETRY = 30000;
const PATIENCE = 15000;

const sum = (values) => JSON.stringify(values);

export class Saver extends EventTarget {
  constructor({ store, prefix, url, stateUrl, token }) {
    super();
    Object.assign(this, { store, prefix, url, stateUrl, token });
    this.client = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.waiting = new Map();
    this.numbers = new Map();
    this.sending = null;
    this.retry = FIRST_RETRY;
    this.state = "idle";
    addEventListener("online", () => this.soon(0));
    addEventListener("focus", () => this.state === "signin" && this.soon(0));
    document.addEventListener("visibilitychange", () => {
      if (this.waiting.size) this.soon(0);
    });
  }

  /* What earlier pages of this attempt could not send; the page puts it back into its fields. */
  async recover() {
    const entries = await this.store.all(this.prefix);
    for (const entry of entries) this.waiting.set(entry.slot, entry);
    if (entries.length) this.soon(0);
    return entries;
  }

  /* A changed answer: on the device at once, to the server soon. */
  async keep(slot, fields, seen) {
    const known = this.waiting.get(slot);
    if (known && known.client === this.client && sum(known.fields) === sum(fields)) return;
    const number = (this.numbers.get(slot) ?? 0) + 1;
    this.numbers.set(slot, number);
    const entry = { key: this.prefix + slot, slot, client: this.client, number, seen, fields };
    this.waiting.set(slot, entry);
    this.tellSaving();
    this.soon(this.stuck ? this.retry : PAUSE);
    await this.store.put(entry).catch(() => {
      /* A full disk: the answer still lives in the page and is on its way to the server. */
    });
  }

  get unsent() {
    return [...this.waiting.keys()];
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

  send() {
    this.sending ??= this.deliver().finally(() => (this.sending = null));
    return this.sending;
  }

  async deliver() {
    const first = this.waiting.values().next().value;
    if (!first) return true;
    const batch = [...this.waiting.values()].filter((entry) => entry.client === first.client);
    this.tellSaving();
    let answer;
    try {
      answer = await this.request(first.client, batch);
    } catch {
      return this.again("offline");
    }
    if (answer.status === 401) return this.again("signin");
    if (answer.status === 400) return this.again(await this.renew());
    if (![200, 409, 422, 404].includes(answer.status)) return this.again("offline");
    return this.acknowledge(answer, batch);
  }

  request(client, batch) {
    const answers = batch.map(({ slot, number, seen, fields }) => ({ slot, number, seen, fields }));
    return fetch(this.url, {
      method: "PUT",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({ client, answers }),
      keepalive: document.visibilityState === "hidden",
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  async acknowledge(answer, batch) {
    if (answer.status === 404) return this.again("signin");
    let told;
    try {
      told = await answer.json();
    } catch {
      return this.again("offline");
    }
    if (answer.status === 422) told = { slots: batch.map((entry) => ({ ...entry, fate: "refused" })) };
    this.retry = FIRST_RETRY;
    for (const one of told.slots) {
      const sent = batch.find((entry) => entry.slot === one.slot);
      const now = this.waiting.get(one.slot);
      if (now === sent) this.waiting.delete(one.slot);
      else if (now && one.seen !== undefined) now.seen = one.seen;
      await this.store.drop(sent.key, sent.client, sent.number);
    }
    this.dispatchEvent(new CustomEvent("acknowledged", { detail: told }));
    if (this.waiting.size) this.soon(PAUSE);
    else this.tell("saved", told.clock);
    return true;
  }

  /* A page that was left open long needs a fresh token before it may send, or somebody has signed out. */
  async renew() {
    try {
      const state = await fetch(this.stateUrl, { headers: { Accept: "application/json" } });
      if (state.status === 401) return "signin";
      if (state.ok) this.token = (await state.json()).token;
      return state.ok ? "saving" : "offline";
    } catch {
      return "offline";
    }
  }

  get stuck() {
    return this.state === "offline" || this.state === "signin";
  }

  tellSaving() {
    this.tell(this.stuck ? this.state : "saving");
  }

  again(state) {
    this.tell(state);
    this.soon(this.retry);
    this.retry = Math.min(this.retry * 2, LAST_RETRY);
    return false;
  }

  tell(state, clock) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, clock, unsent: this.waiting.size } }));
  }
}
