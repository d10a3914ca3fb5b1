// The service worker of the officers' phones: without a network it opens the page that was seen last, marked as old. It
// keeps pages and the files they need. Nothing that is sent goes through it, and it remembers no other state.

const PAGES = "count-pages";
const FILES = "count-files";
const PATIENCE = 4_000;
const FORM = self.location.pathname.replace("/worker.js", "");
const SIGN_IN = `${FORM}/invitation`;
const NEVER = [`${FORM}/state`, `${FORM}/you`, `${FORM}/worker.js`];
const STATIC = FORM.replace(/count$/, "static/");

const contestOf = (address) => new URL(address).searchParams.get("contest") ?? "";

// Keeps one page a contest, because an older page of it would be untrue. When the server asks the officer to sign in,
// all pages are deleted.
async function seen(address, html, policy) {
  if (new URL(address).pathname.startsWith(SIGN_IN)) return caches.delete(PAGES);
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    if (contestOf(request.url) === contestOf(address)) await pages.delete(request);
  }
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": policy,
    "X-Seen": new Date().toISOString(),
  };
  await pages.put(address, new Response(html, { headers }));
  return keepFiles(html);
}

// Keeps the files that the newest page needs, and deletes the others: names change with content, so those are outdated.
async function keepFiles(html) {
  const files = await caches.open(FILES);
  const needed = [...new Set(html.match(/[^"]+/g).filter((text) => text.startsWith(STATIC)))];
  const kept = (await files.keys()).map((request) => new URL(request.url).pathname);
  await files.addAll(needed.filter((path) => !kept.includes(path)));
  await Promise.all(kept.filter((path) => !needed.includes(path)).map((path) => files.delete(path)));
}

// The page last seen at this address, or else of this contest, or else of all. It is marked with the time it was seen.
async function fromBefore(address) {
  const pages = await caches.open(PAGES);
  const newestFirst = (await pages.keys()).reverse();
  const key =
    newestFirst.find((request) => request.url === address) ??
    newestFirst.find((request) => contestOf(request.url) === contestOf(address)) ??
    newestFirst[0];
  const page = key && (await pages.match(key));
  if (!page) return null;
  const html = await page.text();
  return new Response(html.replace("<html ", `<html data-seen="${page.headers.get("X-Seen")}" `), page);
}

async function fromNetwork(request) {
  const answer = await fetch(request);
  const html = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (answer.ok && html) {
    await seen(answer.url, await answer.clone().text(), answer.headers.get("Content-Security-Policy") ?? "");
  }
  return answer;
}

async function page(event) {
  const network = fromNetwork(event.request);
  event.waitUntil(network.catch(() => null));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const answer = await Promise.race([network, late]).catch(() => null);
  const good = answer && answer.status < 500;
  return good ? answer : ((await fromBefore(event.request.url)) ?? network);
}

const file = async (request) => (await caches.match(request, { cacheName: FILES })) ?? fetch(request);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  const { address, html, policy } = event.data;
  event.waitUntil(seen(address, html, policy));
});
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin || NEVER.includes(pathname)) return;
  if (pathname.startsWith(STATIC)) event.respondWith(file(event.request));
  else if (mode === "navigate") event.respondWith(page(event));
});
