/* Answers kept in this browser under person, attempt and the moment the attempt began, so that no other attempt
   can ever find them, and sealed with a key that only the pages of the attempt bring. «answers» holds what the
   server has not acknowledged yet: an entry leaves as soon as exactly that number of exactly that page was, or
   when it has grown old. «known» holds what was acknowledged last, for a page that was put aside earlier; it
   leaves with the end of the attempt. */

const NAME = "kafedra-answers";
const VERSION = 2;
const STORES = ["answers", "known"];
const PATIENCE = 3000;

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const base = request.result;
      for (const name of STORES) if (!base.objectStoreNames.contains(name)) base.createObjectStore(name, { keyPath: "key" });
    };
    request.onblocked = () => reject(new Error("an older page holds the database"));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    setTimeout(() => reject(new Error("the database does not open")), PATIENCE);
  });
}

/* Where a browser allows no database, answers live as long as the page. */
class Memory {
  lasting = false;
  entries = new Map();

  async put(entry) { this.entries.set(entry.key, entry); }

  async all(prefix) { return [...this.entries.values()].filter((entry) => entry.key.startsWith(prefix)); }

  async drop(key, client, number) {
    const entry = this.entries.get(key);
    if (entry && entry.client === client && entry.number <= number) this.entries.delete(key);
  }

  async forget() {}

  async know() {}

  async known() { return []; }

  async end() {}
}

/* AES-GCM with the key of the attempt; where a page came without encryption (no https), entries stay plain. */
class Seal {
  static async with(key) {
    if (!key || !globalThis.crypto?.subtle) return new Seal(null);
    const raw = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
    return new Seal(await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]));
  }

  constructor(key) { this.key = key; }

  async close({ fields, ...entry }) {
    if (!this.key) return { ...entry, fields };
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const said = new TextEncoder().encode(JSON.stringify(fields));
    return { ...entry, iv, box: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, said) };
  }

  /* Null for what was sealed with another key. */
  async open({ iv, box, ...entry }) {
    if (!box) return entry;
    try {
      const said = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.key, box);
      return { ...entry, fields: JSON.parse(new TextDecoder().decode(said)) };
    } catch {
      return null;
    }
  }
}

class Base {
  lasting = true;

  constructor(base, seal) {
    Object.assign(this, { base, seal });
    this.last = Promise.resolve();
  }

  /* One after the other: sealing takes a moment, and a later answer must not be overtaken by an earlier one. */
  inTurn(work) {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }

  /* What `work` wrote is on the device only when the transaction is complete: a full disk is noticed at its end. */
  within(mode, work, name = "answers") {
    return new Promise((resolve, reject) => {
      const transaction = this.base.transaction(name, mode);
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore(name), (found) => (result = found));
    });
  }

  put(entry, name) {
    return this.inTurn(async () => {
      const sealed = await this.seal.close(entry);
      await this.within("readwrite", (store) => store.put(sealed), name);
    });
  }

  async all(prefix, name) {
    const found = await this.within("readonly", (store, give) => {
      const asked = store.getAll(all(prefix));
      asked.onsuccess = () => give(asked.result);
    }, name);
    return (await Promise.all(found.map((entry) => this.seal.open(entry)))).filter(Boolean);
  }

  know(entry) { return this.put(entry, "known"); }

  known(prefix) { return this.all(prefix, "known"); }

  /* The attempt is over and delivered: nothing of it stays. */
  end(prefix) {
    return this.within("readwrite", (store) => store.delete(all(prefix)), "known");
  }

  drop(key, client, number) {
    return this.inTurn(() => this.within("readwrite", (store) => {
      const asked = store.get(key);
      asked.onsuccess = () => {
        const entry = asked.result;
        if (entry && entry.client === client && entry.number <= number) store.delete(key);
      };
    }));
  }

  /* Entries from before the moment go, whoever's they are; those of the attempt that is open are being sent. */
  async forget(before, except) {
    for (const name of STORES) await this.forgetIn(name, before, except);
  }

  forgetIn(name, before, except) {
    return this.within("readwrite", (store) => {
      const asked = store.openCursor();
      asked.onsuccess = () => {
        const cursor = asked.result;
        if (!cursor) return;
        if (!(cursor.value.at >= before) && !cursor.key.startsWith(except)) cursor.delete();
        cursor.continue();
      };
    }, name);
  }
}

const all = (prefix) => IDBKeyRange.bound(prefix, prefix + "\uffff");

export async function openStore(key) {
  try {
    return new Base(await opened(), await Seal.with(key));
  } catch {
    return new Memory();
  }
}
