/* Without a connection the pages of a running attempt come out of this browser: one page with all questions,
   which was put aside when the attempt was opened, and what it is drawn with. Everything else goes its way. */

const ATTEMPT = /^\/study\/attempts\/(\d+)(\/review|\/finish)?$/;
const PARTS = /^\/(static|study\/questions)\//;
const PATIENCE = 6000;
const AWAY = new Set([502, 503, 504]);

const put = (cache, key, answer) => cache.put(key, answer).catch((error) => console.error(error)); /* A full disk. */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const attempt = ATTEMPT.exec(url.pathname)?.[1];
  if (request.mode === "navigate" && attempt) event.respondWith(pageOf(request, attempt));
  else if (PARTS.test(url.pathname)) event.respondWith(partOf(request));
});

async function pageOf(request, attempt) {
  const kept = async () => (await caches.open(`attempt-${attempt}`)).match("/whole");
  try {
    const answer = await fetch(request, { signal: patience() });
    return AWAY.has(answer.status) ? ((await kept()) ?? answer) : answer;
  } catch (error) {
    const whole = await kept();
    if (whole) return whole;
    throw error;
  }
}

async function partOf(request) {
  const cache = await caches.open("parts");
  try {
    const answer = await fetch(request);
    if (answer.ok) put(cache, request, answer.clone());
    return answer;
  } catch (error) {
    const part = await cache.match(request, { ignoreVary: true });
    if (part) return part;
    throw error;
  }
}

function patience() {
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(), PATIENCE);
  return waiting.signal;
}
