/* The conversation with the server: every request ends in an answer or in Away within fifteen seconds. Any
   other error is a fault of ours or of an old browser, and the plain forms have to do. */

const PATIENCE = 15000;
const SMALL = 20000; /* letters: a page that is being hidden may not send more than 64 kB */

export class Away extends Error {}

async function heard(request) {
  try {
    const answer = await fetch(request);
    return { status: answer.type === "opaqueredirect" ? 303 : answer.status, text: await answer.text() };
  } catch (error) {
    if (error instanceof TypeError || error.name === "AbortError") throw new Away();
    throw error;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; /* A page where an answer was expected; who asked sees that it says nothing. */
  }
}

export class Wire {
  constructor({ save, state, finish, flag, token }) {
    this.urls = { save, state, finish, flag };
    this.token = token;
  }

  async call(url, options) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    const headers = { Accept: "application/json", "X-CSRFToken": this.token, ...options.headers };
    const request = new Request(url, { cache: "no-store", redirect: "manual", ...options, headers, signal: patience.signal });
    try {
      const { status, text } = await heard(request);
      return { status, told: parsed(text) };
    } finally {
      clearTimeout(timer);
    }
  }

  save(client, answers) {
    const body = JSON.stringify({ client, answers });
    const keepalive = document.visibilityState === "hidden" && body.length < SMALL;
    return this.call(this.urls.save, { method: "PUT", body, keepalive, headers: { "Content-Type": "application/json" } });
  }

  state() {
    return this.call(this.urls.state, {});
  }

  finish() {
    return this.call(this.urls.finish, { method: "POST" });
  }

  timeUp() {
    return this.call(this.urls.finish, { method: "POST", body: new URLSearchParams({ timeup: "1" }) });
  }

  flag(slot, flagged) {
    const body = new URLSearchParams({ slot, flagged: flagged ? "1" : "0" });
    return this.call(this.urls.flag, { method: "POST", body });
  }
}
