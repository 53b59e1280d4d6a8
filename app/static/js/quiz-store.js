/* Answers that the server has not acknowledged yet, kept in this browser under person and attempt.
   An entry leaves only when the server has acknowledged exactly that number of exactly that page. */

const NAME = "kafedra-answers";

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("answers", { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/* Where a browser allows no database, answers live as long as the page. */
class Memory {
  entries = new Map();
  async put(entry) { this.entries.set(entry.key, entry); }
  async all(prefix) { return [...this.entries.values()].filter((entry) => entry.key.startsWith(prefix)); }
  async drop(key, client, number) {
    const entry = this.entries.get(key);
    if (entry && entry.client === client && entry.number <= number) this.entries.delete(key);
  }
}

class Base {
  constructor(base) { this.base = base; }

  store(mode) { return this.base.transaction("answers", mode).objectStore("answers"); }

  async put(entry) { await done(this.store("readwrite").put(entry)); }

  async all(prefix) { return done(this.store("readonly").getAll(IDBKeyRange.bound(prefix, prefix + "\uffff"))); }

  async drop(key, client, number) {
    const store = this.store("readwrite");
    const entry = await done(store.get(key));
    if (entry && entry.client === client && entry.number <= number) await done(store.delete(key));
  }
}

export async function openStore() {
  try {
    return new Base(await opened());
  } catch {
    return new Memory();
  }
}
