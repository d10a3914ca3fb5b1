// The officer's phone: it sends what was typed until there is an answer, keeps the page in step with the count, and says
// in one line whether the figures are typed, sent or published. Without this script the forms and links still work.
// count-typing.js keeps what is typed, count-paper.js shows a ballot paper that was put right meanwhile.

const PATIENCE = 10_000;
const ASK_EVERY = 2_000;
const PATIENCE_TO_ASK = 7_000; // so that ten seconds of silence are said to be
const PAUSES = [2_000, 4_000, 8_000, 15_000, 30_000];
const SECOND_TAP = 400;
const FORM = `${new URL(document.currentScript.src).pathname.split("/static/")[0]}/count`;
const SIGN_IN = `${FORM}/invitation`;

const byId = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const standing = () => byId("standing")?.dataset;
const alertIn = () => byId("stage-alert") ?? byId("alert");
const last = () => document.querySelector("main").lastElementChild;
const draftOf = new WeakMap(); // form → its Draft

let current = null; // what is being sent: {key, draft, who, name, contest, action, fields, at, form, again, stored, state}
let heardAt = new Date();
let silentSince = null; // the time of the last answer, while there is none
let wake = () => {};

// --- the line

function tell() {
  const line = byId("truth");
  if (!line) return;
  const typed = all('main form[data-draft^="draft:"]').some(isTyped);
  const is = current?.state ?? (typed ? "typed" : line.dataset.stands);
  const words = wordsFor(is).textContent;
  const said = line.querySelector("b");
  if (said.textContent !== words) said.textContent = words;
  line.dataset.is = is;
  // Without a network, what is on this phone is still true; what the server has may have changed.
  const lost = line.querySelector("span");
  lost.hidden = !silentSince || Boolean(current);
  if (silentSince) lost.querySelector("[data-time]").textContent = clock(silentSince);
}

function heard() {
  if (silentSince) wake();
  heardAt = new Date();
  silentSince = null;
  tell();
}

function silence() {
  silentSince ??= heardAt;
  tell();
}

// --- asking the server

// ``status`` is 0 if nothing answered at all; ``seconds`` is how long the server asks to wait (Retry-After).
class NoAnswer extends Error {
  constructor(status = 0, seconds = 0) {
    super("no answer");
    Object.assign(this, { status, seconds });
  }
}

// What ``read`` makes of an answer. Throws NoAnswer if there is none in time, or only a proxy's.
async function reach(address, read, fields, patience = PATIENCE) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const body = fields && new URLSearchParams(fields);
  const method = fields ? "POST" : "GET";
  try {
    const answer = await fetch(address, { method, body, cache: "no-store", signal: stop.signal });
    const { status, headers } = answer;
    if (status >= 500 || status === 429) throw new NoAnswer(status, Number(headers.get("Retry-After")) || 0);
    return await read(answer);
  } catch (error) {
    throw error instanceof NoAnswer ? error : new NoAnswer();
  } finally {
    clearTimeout(timer);
  }
}

// Reads one of our own pages. The "sign in to this wifi" page of a hall is not one, and counts as no answer.
async function pageIn(answer) {
  const html = await answer.text();
  const page = new DOMParser().parseFromString(html, "text/html");
  if (!page.querySelector(".top .brand") || !page.querySelector("main")) throw new NoAnswer();
  const policy = answer.headers.get("Content-Security-Policy") ?? "";
  return { url: answer.url, path: new URL(answer.url).pathname, ok: answer.ok, html, page, policy };
}

const get = (address) => reach(address, async (answer) => ({ ...(await pageIn(answer)), atItsAddress: true }));
const post = (address, fields) =>
  reach(address, async (answer) => ({ ...(await pageIn(answer)), atItsAddress: answer.redirected }), fields);

// --- sending

function submit(event) {
  event.preventDefault();
  if (current) return; // a second tap sends nothing
  const form = event.target;
  const button = event.submitter;
  const { contest = "", who = "", name = "" } = standing() ?? {};
  const action = new URL(form.action).pathname;
  const draft = draftOf.get(form)?.key ?? `draft:${contest}:${action}`;
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrf");
  if (button?.name) fields.push([button.name, button.value]);
  const entry = { key: `${draft}:waiting`, draft, who, name, contest, action, fields, at: Date.now() };
  const again = form.dataset.sending !== "now";
  send({ ...entry, form, again, stored: again && storage.set(entry.key, entry) });
}

// Sends until there is an answer or the officer stops it. What waits is in the phone's storage, to outlive a closed tab.
async function send(entry) {
  current = entry;
  unsay("waiting", "busy", "try-again", "try-later", "stopped");
  lock(entry, true);
  for (let tries = 0; current === entry; tries += 1) {
    entry.state = "sending";
    tell();
    const { answer, missing } = await attempt(entry);
    if (current !== entry) return;
    if (!missing) return arrived(entry, answer);
    if (!missing.status) silence();
    const wait = Math.max(missing.seconds * 1000, PAUSES[Math.min(tries, PAUSES.length - 1)]);
    if (!entry.again) {
      giveBack(entry, missing.status ? "try-later" : "try-again");
      return sayHowLong(wait);
    }
    entry.state = missing.status ? "asked-to-wait" : "unsent";
    tell();
    offerToStop(entry, missing.status ? "busy" : "waiting");
    sayHowLong(wait);
    await pause(wait);
  }
}

// Tries once, in one tab at a time if the browser has locks; without them sending twice does no harm. The answer is null
// if another tab was quicker. The CSRF secret is read from the page each time, because a new sign-in changes it.
async function attempt(entry) {
  const once = async () => {
    if (entry.stored && !storage.get(entry.key)) return null;
    const csrf = document.querySelector("main [name=csrf]")?.value ?? "";
    return post(entry.action, [...entry.fields, ["csrf", csrf]]);
  };
  try {
    return { answer: await (navigator.locks ? navigator.locks.request(entry.key, once) : once()) };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { missing: error };
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function arrived(entry, answer) {
  current = null;
  storage.remove(entry.key);
  lock(entry, false);
  unsay("waiting", "busy");
  heard();
  if (!answer) return look(Boolean(entry.form)).catch(silence);
  const taken = answer.atItsAddress && !answer.path.startsWith(SIGN_IN) && !answer.url.includes("sent=no");
  if (taken) storage.remove(entry.draft);
  const around = entry.form?.closest("#around") && !entry.form.closest("#stage-alert");
  show(answer, Boolean(entry.form) && !around);
  const unsent = byId("unsent");
  if (unsent) unsent.hidden = false;
}

function giveBack(entry, word) {
  current = null;
  wake();
  lock(entry, false);
  unsay("waiting", "busy");
  saying(word, below(entry));
  tell();
}

// A form cannot be changed while it is being sent.
function lock(entry, locked) {
  if (!entry.form) return;
  entry.form.setAttribute("aria-busy", locked);
  for (const field of fieldsOf(entry.form)) field.readOnly = locked;
}

const below = ({ form }) => (form?.isConnected ? all("button", form).pop() : undefined);

function sayHowLong(wait) {
  for (const seconds of all("main [data-seconds]")) seconds.textContent = Math.ceil(wait / 1000);
}

function offerToStop(entry, word) {
  if (document.querySelector(`main [data-say="${word}"]`)) return;
  unsay("waiting", "busy");
  const told = saying(word, below(entry));
  told.querySelector("[data-stop]").addEventListener("click", () => {
    storage.remove(entry.key);
    giveBack(entry, "stopped");
  });
  told.scrollIntoView({ block: "nearest" });
}

// Sends what a closed tab had left, oldest first. What another person left is shown, but not sent.
function resume() {
  const { contest, who } = standing() ?? {};
  const waiting = storage.names("").filter((name) => name.endsWith(":waiting"));
  const entries = waiting.map(storage.get).filter((entry) => entry?.fields);
  for (const choice of all(".choose [data-contest]")) {
    const isLeft = entries.some((entry) => entry.contest === choice.dataset.contest);
    if (isLeft) choice.querySelector("span").textContent = wordsFor("left").textContent;
  }
  if (!contest || current) return;
  const left = entries.filter((entry) => entry.contest === contest).sort((first, second) => first.at - second.at);
  const other = left.find((entry) => entry.who !== who);
  if (other) saying("others").querySelector("b").textContent = other.name;
  const mine = left.find((entry) => entry.who === who);
  if (!mine) return;
  const form = all("main form[data-sending]").find((element) => draftOf.get(element)?.key === mine.draft);
  send({ ...mine, form, again: true, stored: true });
}

// --- showing a page

const hiddenIn = (form) => all("input[type=hidden]", form).map((input) => input.value).join("\n");
const nameOf = (details) => details.querySelector("summary").textContent;
const scriptOf = (page) => page.querySelector('script[src*="/count.js"]')?.getAttribute("src");

// Replaces the page by an answer. If somebody is typing and has not ``asked`` for it, only what is around the form.
function show(answer, asked = false) {
  const { page, path, url, atItsAddress } = answer;
  if (path !== FORM && !path.startsWith(`${FORM}/`)) return location.assign(url);
  const typing = asked ? null : all("main form[data-draft]").find(isTyped);
  if (typing) return showAround(typing, answer);
  if (atItsAddress && scriptOf(page) && scriptOf(page) !== scriptOf(document)) return location.replace(url);
  if (atItsAddress) history.replaceState(null, "", url);
  if (atItsAddress && answer.ok) keepPage(answer);
  document.title = page.title;
  const opened = asked ? [] : all("main details[open]").map(nameOf);
  for (const part of [".top", "main"]) document.querySelector(part).replaceWith(page.querySelector(part));
  for (const details of all("main details")) if (opened.includes(nameOf(details))) details.open = true;
  setUp();
  if (!asked && page.querySelector(".choose")) return; // a list that is read stays where it is
  notForTheSecondTap();
  scrollTo(0, 0);
  const heading = alertIn() ?? document.querySelector("main h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

// A second tap must not hit a button that came under the thumb meanwhile.
function notForTheSecondTap() {
  const buttons = all("main form button:not(:disabled)");
  for (const button of buttons) button.disabled = true;
  setTimeout(() => buttons.forEach((button) => (button.disabled = false)), SECOND_TAP);
}

function showAround(typing, answer) {
  const { page, path } = answer;
  const around = page.getElementById("around");
  if (!around) return notice(path.startsWith(SIGN_IN) ? "ended" : "moved");
  const same = all("form[data-draft]", page).find((form) => form.dataset.draft === typing.dataset.draft);
  const unchanged =
    same &&
    hiddenIn(same) === hiddenIn(typing) &&
    same.dataset.papers === typing.dataset.papers &&
    !page.querySelector(".row.differs");
  if (answer.atItsAddress && answer.ok) keepPage(answer);
  let behind = true;
  if (same && page.getElementById("standing").dataset.paper !== standing().paper) {
    const typed = all("main form[data-draft]").filter(isTyped);
    showPaper(page, typed.map((form) => typedIn(form, storage.get(draftOf.get(form).key)?.texts)), setUp);
  } else {
    put(around, byId("around"));
    behind = renewBehind(page);
  }
  unsay("moved", "ended");
  if (!unchanged || !behind) notice("moved");
  tell();
}

function put(part, old) {
  old.replaceWith(part);
  for (const form of all("form[data-sending]", part)) setUpForm(form);
}

// Renews the stage that can be taken back, if it is another one; false if somebody is saying why for the one that was.
function renewBehind(page) {
  const [old, now] = [byId("behind"), page.getElementById("behind")];
  if (!old || !now || hiddenIn(old) === hiddenIn(now)) return true;
  if (old.contains(document.activeElement) && all("form", old).some(isTyped)) return false;
  put(now, old);
  return true;
}

function notice(word) {
  unsay("moved", "ended");
  const told = saying(word, last());
  told.querySelector("[data-look]").addEventListener("click", () => look(true).catch(silence));
}

async function look(asked = false) {
  show(await get(location.pathname + location.search), asked);
}

// --- following the count

async function follow() {
  const place = standing();
  if (document.hidden || !place || current?.state === "sending") return;
  try {
    const read = async (answer) => {
      const signedOut = new URL(answer.url).pathname.startsWith(SIGN_IN);
      return answer.ok && !signedOut ? (await answer.json()).token : "";
    };
    const token = await reach(place.state, read, undefined, PATIENCE_TO_ASK);
    heard();
    if (token === place.token || place !== standing() || current) return;
    await look();
    if (standing() === place) place.token = token; // one notice for each change is enough
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.status !== 429) silence();
  }
}

// A phone that slept knows nothing of what was meanwhile.
async function followOn() {
  if (!document.hidden && new Date() - heardAt > PATIENCE) silence();
  await follow();
  setTimeout(followOn, ASK_EVERY);
}

// --- opening again without a network

let opensAgain = isSecureContext && Boolean(navigator.serviceWorker);

function keepPage({ url, html, policy }) {
  if (opensAgain) navigator.serviceWorker.ready.then((worker) => worker.active.postMessage({ address: url, html, policy }));
}

async function openAgain() {
  if (!opensAgain || !location.pathname.startsWith(FORM)) return;
  try {
    await navigator.serviceWorker.register(`${FORM}/worker.js`, { scope: FORM });
  } catch {
    opensAgain = false;
    return sayWhatCannotBe();
  }
  if (navigator.serviceWorker.controller) return;
  await navigator.serviceWorker.ready; // the worker was not there yet when this page was loaded
  if (standing()) await get(location.href).then(keepPage, silence);
}

function sayWhatCannotBe() {
  if (!standing()) return;
  if (storage.set("declared", 1)) storage.remove("declared");
  else saying("forgetful");
  if (!opensAgain) saying(isSecureContext ? "unable" : "plain", last());
}

// --- setting up a page, whether the browser loaded it or this script put it there

function setUp() {
  const done = document.querySelector("[data-done]");
  if (done) storage.names(done.dataset.done).forEach(storage.remove);
  for (const form of all("main form[data-sending]")) setUpForm(form);
  sayWhatCannotBe();
  tell();
  resume();
}

function setUpForm(form) {
  if (draftOf.has(form)) { // somebody types into it, and the page was renewed around them
    addUp(form);
    return draftOf.get(form).tellOfOthers();
  }
  form.addEventListener("submit", submit);
  if (!form.dataset.draft) return;
  const draft = new Draft(form);
  draftOf.set(form, draft);
  leadOn(form);
  addUp(form);
  form.dispatchEvent(new Event("shown", { bubbles: true }));
  form.addEventListener("input", () => {
    addUp(form);
    draft.keep();
    tell();
  });
}

function backAgain() {
  if (document.hidden) return;
  wake();
  follow();
}

addEventListener("offline", silence);
addEventListener("online", backAgain);
addEventListener("pageshow", (event) => event.persisted && backAgain());
document.addEventListener("visibilitychange", backAgain);
addEventListener("storage", ({ key, oldValue, newValue }) => {
  if (current && key === current.key && newValue === null) wake(); // another tab has sent it
  for (const form of all("main form[data-draft]")) {
    const draft = draftOf.get(form);
    if (draft.isOneOf(key)) draft.tellOfOthers();
    if (newValue === null && oldValue && draft.isAll(JSON.parse(oldValue))) {
      form.dataset.taken = ""; // another tab has sent exactly these figures
      look().catch(silence);
    }
  }
});

const { seen } = document.documentElement.dataset; // set by the worker on an old page, as there is no network
if (seen) silentSince = heardAt = new Date(seen);
setUp();
alertIn()?.focus();
followOn();
openAgain();
