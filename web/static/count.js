// The officer's form: keeps every keystroke on the phone, adds up, and sends only where there is a network.
// Everything works without it, except what only the phone can know. The rules are the server's.

const say = (element, text) => {
  element.textContent = text;
  element.hidden = !text;
};
const comma = (number) => number.toLocaleString("en-GB");

const drafts = {
  load(name) {
    try {
      return JSON.parse(localStorage.getItem(name)) || null;
    } catch {
      return null;
    }
  },
  save(name, draft) {
    try {
      localStorage.setItem(name, JSON.stringify(draft));
      return true;
    } catch {
      return false; // private browsing, or full: the server still hands every text back
    }
  },
  clear(name) {
    try {
      localStorage.removeItem(name);
    } catch {
      // then there was none
    }
  },
};

// As server/count/numbers.py reads it: null where nothing is typed, NaN where it cannot be read.
function numberIn(text) {
  const plain = text.replace(/[\u200b-\u200f\u202a\u202c\u2060\ufeff]/g, "").trim().replace(/\s+/g, " ");
  if (!plain) return null;
  return /^(\d+|\d{1,3}([, ])\d{3}(\2\d{3})*)$/.test(plain) ? Number(plain.replace(/[, ]/g, "")) : NaN;
}

function keepAndAddUp(form) {
  const inputs = [...form.querySelectorAll("input[inputmode=numeric]")];
  const name = form.dataset.draft;
  const fresh = "fresh" in form.dataset; // nobody has sent it yet

  const keep = () => {
    const texts = Object.fromEntries(inputs.map((input) => [input.name, input.value]));
    const lot = form.querySelector("input[name=lot]:checked:not(:disabled)");
    const kept = drafts.save(name, { key: form.elements.key.value, texts, lot: lot ? lot.value : "", at: Date.now() });
    document.getElementById("kept").hidden = !kept;
  };

  const restore = (draft) => {
    let restored = 0;
    for (const input of inputs) {
      const text = draft.texts[input.name];
      if (text === undefined || text === input.value || (!text && fresh)) continue;
      input.value = text;
      restored += 1;
    }
    form.elements.key.value = draft.key;
    const lot = draft.lot && form.querySelector(`input[name=lot][value="${CSS.escape(draft.lot)}"]`);
    if (lot) lot.checked = true;
    if (restored) {
      const time = new Date(draft.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      document.getElementById("kept").hidden = false;
      say(document.getElementById("restored"), `What you had typed by ${time} is back. It has not been declared.`);
    }
  };

  const addUp = () => {
    const votes = [];
    let counted = 0;
    for (const input of inputs.filter((one) => one.name !== "papers")) {
      const number = numberIn(input.value);
      counted += number || 0;
      if (input.name.startsWith("votes.")) votes.push([input.name.slice(6), number]);
    }
    const papers = numberIn(form.elements.papers.value);
    const left = papers - counted;
    const sum = document.getElementById("sum");
    sum.querySelector("[data-counted]").textContent = comma(counted);
    sum.querySelector("[data-left]").textContent = !papers
      ? `Electorate ${comma(Number(form.dataset.electorate))}`
      : left > 0
        ? `${comma(left)} papers to go`
        : left === 0
          ? "all papers accounted for"
          : `${comma(-left)} more than papers`;
    sum.classList.toggle("bad", papers ? left < 0 : counted > Number(form.dataset.electorate));
    sum.classList.toggle("done", Boolean(papers) && left === 0);
    offerLot(votes);
  };

  const offerLot = (votes) => {
    const complete = votes.every(([, number]) => number >= 0 && number !== null);
    const most = Math.max(...votes.map(([, number]) => number));
    const first = complete && most > 0 ? votes.filter(([, number]) => number === most).map(([id]) => id) : [];
    const tied = first.length > 1 ? first : [];
    document.getElementById("lot").hidden = !tied.length;
    for (const radio of form.querySelectorAll("input[name=lot]")) {
      radio.disabled = radio.closest("label").hidden = !tied.includes(radio.value);
    }
  };

  // Also over a form that the server sent back: reloading it sends old texts again, and the draft is never older.
  const draft = drafts.load(name);
  if (draft && draft.texts) restore(draft);
  else if (!fresh) keep();
  addUp();
  form.addEventListener("input", () => {
    addUp();
    keep();
  });
  form.addEventListener("keydown", (event) => {
    const place = inputs.indexOf(event.target);
    if (event.key !== "Enter" || place < 0) return;
    event.preventDefault();
    (inputs[place + 1] || form.querySelector(".go")).focus();
  });
}

// A form is sent as forms are; but first it is asked whether anyone would hear it, since a page that could not be
// loaded would take the form's place. Sending twice is harmless: the form's key stays the same.
function sendWhenHeard(form) {
  if (!form.requestSubmit || !AbortSignal.timeout) return; // phones of before 2022 send as they always did
  const offline = document.getElementById("offline");
  let state = "idle";
  const quiet = () => {
    state = "idle";
    form.removeAttribute("aria-busy");
  };
  form.addEventListener("submit", async (event) => {
    if (state === "heard") {
      state = "gone";
      return;
    }
    event.preventDefault();
    if (state !== "idle") return;
    state = "asking";
    form.setAttribute("aria-busy", "true");
    say(offline, "");
    try {
      await fetch("/count/invitation", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(8000) });
    } catch {
      quiet();
      say(offline, "No connection, so nothing was sent. Every number is kept. Send again when there is a signal.");
      offline.scrollIntoView({ block: "center" });
      return;
    }
    state = "heard";
    form.requestSubmit(event.submitter);
  });
  addEventListener("online", () => {
    if (!offline.hidden) say(offline, "The connection is back. Nothing was sent yet: send again.");
  });
  addEventListener("pageshow", quiet);
}

async function waitUntilOnAir(air) {
  for (let tries = 0; air.dataset.state !== "on-air" && tries < 300; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      const there = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("air");
      if (there && there.dataset.state !== air.dataset.state) {
        air.dataset.state = there.dataset.state;
        air.textContent = there.textContent;
      }
    } catch {
      // no network: what is stored stays stored, and the next try will tell
    }
  }
}

const entry = document.querySelector("form.entry");
if (entry) keepAndAddUp(entry);
for (const form of document.querySelectorAll("form[data-sending]")) sendWhenHeard(form);

const done = document.querySelector("[data-done]");
if (done) drafts.clear(done.dataset.done);
const air = document.getElementById("air");
if (air) waitUntilOnAir(air);
const alertBox = document.getElementById("alert");
if (alertBox) alertBox.focus();
