/* Answers that the server has not acknowledged yet, kept in this browser under person, attempt and the moment
   the attempt began, so that no other attempt can ever find them. An entry leaves as soon as the server has
   acknowledged exactly that number of exactly that page, or when it has grown old. */

const NAME = "kafedra-answers";
const PATIENCE = 3000;

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("answers", { keyPath: "key" });
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
}

class Base {
  lasting = true;

  constructor(base) { this.base = base; }

  /* What `work` wrote is on the device only when the transaction is complete: a full disk is noticed at its end. */
  within(mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.base.transaction("answers", mode);
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore("answers"), (found) => (result = found));
    });
  }

  put(entry) {
    return this.within("readwrite", (store) => store.put(entry));
  }

  all(prefix) {
    return this.within("readonly", (store, give) => {
      const asked = store.getAll(IDBKeyRange.bound(prefix, prefix + "\uffff"));
      asked.onsuccess = () => give(asked.result);
    });
  }

  drop(key, client, number) {
    return this.within("readwrite", (store) => {
      const asked = store.get(key);
      asked.onsuccess = () => {
        const entry = asked.result;
        if (entry && entry.client === client && entry.number <= number) store.delete(key);
      };
    });
  }

  /* Entries from before the moment go, whoever's they are; those of the attempt that is open are being sent. */
  forget(before, except) {
    return this.within("readwrite", (store) => {
      const asked = store.openCursor();
      asked.onsuccess = () => {
        const cursor = asked.result;
        if (!cursor) return;
        if (!(cursor.value.at >= before) && !cursor.key.startsWith(except)) cursor.delete();
        cursor.continue();
      };
    });
  }
}

export async function openStore() {
  try {
    return new Base(await opened());
  } catch {
    return new Memory();
  }
}
