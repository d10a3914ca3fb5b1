// Keeps the desk's pages in step: what the clock alone changes, the line, what the filter hides. All else comes as HTML.
(() => {
  const SILENCE = 70_000; // the server says something every 50 seconds at least
  const EVERY = 60_000; // what is late changes with the minutes, and no news tells of it
  const RETRY = 5_000; // while no websocket gets through
  const MOST_FRESH = 20; // rows of one message; more are all of them
  const place = document.getElementById("live");
  const line = document.getElementById("line");
  const address = new URL(place.getAttribute("hx-ws:connect"), location.href);
  let connection = null;
  let heard = Date.now();
  let asked = Date.now();
  let failures = 0;
  let catchingUp = false; // what comes first on a line is the whole page: that is no news

  const say = (text, state) => {
    if (line.textContent !== text) line.textContent = text;
    line.dataset.state = state;
  };

  // As server/count/desk/board.py says it.
  const inWords = (minutes) => {
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return `${Math.floor(hours / 24)} days`;
    return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
  };
  const tellTime = () => {
    for (const one of document.querySelectorAll("[data-expected]")) {
      const minutes = Math.floor((Date.now() - new Date(one.dataset.expected)) / 60_000);
      const words = minutes < 0 ? `in ${inWords(-minutes)}` : minutes ? `${inWords(minutes)} late` : "due now";
      if (one.textContent !== words) one.textContent = words;
      one.closest("tr")?.classList.toggle("late", minutes > 0);
    }
  };

  const filter = document.getElementById("q");
  const hide = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of document.getElementById("rows").rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    const all = document.getElementById("rows").rows.length;
    const many = (number) => number.toLocaleString("en-GB");
    document.getElementById("all-title").textContent = words.length
      ? `${many(shown)} of ${many(all)} contests`
      : `All ${many(all)} contests`;
  };
  if (filter) {
    filter.addEventListener("input", hide);
    filter.form.addEventListener("submit", (event) => event.preventDefault());
    for (const one of filter.form.querySelectorAll("button, a")) one.hidden = true; // it is done while typing
  }

  const shown = () => {
    heard = Date.now();
    if (filter?.value) hide();
    tellTime();
  };

  // Everything over HTTP: what only the clock changed, what a contest's page missed, and where websockets are blocked.
  // Whoever is signed out learns it here: the rule sends them away.
  const poll = async () => {
    asked = Date.now();
    const before = heard;
    const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      say("Signed out", "down");
      place.remove();
      location.replace("/desk/invitation?ended=1");
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    if (heard !== before) return poll(); // what came over the line meanwhile is newer than this may be
    await htmx.swap({ sourceElement: place, target: place, swap: "innerHTML swapEmpty:false", text, transition: false });
    shown();
    if (failures) say("Live, by polling", "up");
  };
  const tryToPoll = () => poll().catch(() => say("No connection. Trying again", "down"));

  const on = (name, listener) => document.addEventListener(`htmx:ws:${name}`, listener);

  on("before:connection", (event) => {
    connection = event.detail.connection;
  });
  on("after:connection", () => {
    failures = 0;
    catchingUp = true;
    say("Live", "up");
    if (address.search) tryToPoll(); // what this page is about is not in what all are sent on connecting
  });
  on("after:message:incoming", (event) => {
    const ids = [...event.detail.message.data.matchAll(/hx-target="#(desk-row-[^"]+)"/g)].map(([, id]) => id);
    for (const row of catchingUp || ids.length > MOST_FRESH ? [] : ids.map((id) => document.getElementById(id))) {
      row?.classList.add("fresh");
      row?.addEventListener("animationend", () => row.classList.remove("fresh"), { once: true });
    }
    catchingUp = false;
    shown();
  });
  on("close", () => {
    failures += 1;
    say("Reconnecting", "down");
    tryToPoll();
  });

  const hangUp = () => connection?.socket?.readyState === WebSocket.OPEN && connection.socket.close();
  setInterval(() => {
    if (document.hidden) return;
    tellTime();
    if (Date.now() - asked > (failures > 1 ? RETRY : EVERY)) tryToPoll();
    if (Date.now() - heard > SILENCE) hangUp();
  }, RETRY);
  window.addEventListener("online", hangUp);
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  // The line is opened once all scripts of the page listen: none may miss the first message. htmx may have looked at the
  // page before its websocket extension was here; looking twice does no harm.
  document.addEventListener("DOMContentLoaded", () => {
    htmx.process(place);
    htmx.trigger(place, "ready");
  });
  document.getElementById("alert")?.focus();
})();
