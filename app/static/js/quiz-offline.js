/* The running attempt put aside in this browser, so that it can be worked through without a connection: one page
   with all its questions and what that is drawn with. It stays until the attempt is over or somebody signs out. */

const PARTS = "parts";
const WHOLE = "/whole";
const place = (attempt) => `attempt-${attempt}`;

export const possible = () => "serviceWorker" in navigator && "caches" in globalThis;

/* `changes`: the page depends on what was done with it, so an older copy is no good. */
export async function putAside({ attempt, whole, worker, changes }) {
  if (!possible()) return;
  await navigator.serviceWorker.register(worker, { scope: "/study/attempts/" });
  const cache = await caches.open(place(attempt));
  if (!changes && (await cache.match(WHOLE))) return;
  const answer = await fetch(whole, { cache: "no-store" });
  if (!answer.ok || answer.redirected) return;
  const text = await answer.clone().text();
  await keepParts(new DOMParser().parseFromString(text, "text/html"));
  await cache.put(WHOLE, answer);
}

async function keepParts(page) {
  const named = [...page.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], img[src]")];
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const urls = named.map((one) => one.getAttribute("href") ?? one.getAttribute("src")).concat(loaded);
  const cache = await caches.open(PARTS);
  for (const url of new Set(urls.map((one) => new URL(one, location.href).href))) {
    const { origin, pathname } = new URL(url);
    if (origin !== location.origin || !/^\/(static|study\/questions)\//.test(pathname)) continue;
    if (await cache.match(url)) continue;
    const part = await fetch(url);
    if (part.ok) await cache.put(url, part);
  }
}

export async function isAside(attempt) {
  return possible() && Boolean(navigator.serviceWorker.controller) && Boolean(await caches.match(WHOLE, { cacheName: place(attempt) }));
}

export async function takeAway(attempt) {
  if ("caches" in globalThis) await caches.delete(place(attempt));
}
