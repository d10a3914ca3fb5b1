// Keeps the desk's pages in step: times that pass, the state of the line, the rows that the filter hides. Everything else
// comes as HTML.
(() => {
  const SILENCE = 70_000; // the server says something every 50 seconds at least
  const EVERY = 60_000; // a contest becomes late without any news, so the page has to ask
  const RETRY = 5_000; // between two polls while no websocket gets through
  const MOST_FRESH = 20; // rows of one message that light up; more than these means that all rows came
  const place = document.getElementById("live");
  const line = document.getElementById("line");
  const address = new URL(place.getAttribute("hx-ws:connect"), location.href);
  let connection = null;
  let heard = Date.now();
  let asked = Date.now();
  let failures = 0;
  let sending = false; // a form is on its way, and its answer says where to go: a night that it ends signs this page out
  let catchingUp = false; // the first message after connecting has the whole page, so its rows are not news

  const say = (text, state) => {
    if (line.textContent !== text) line.textContent = text;
    line.dataset.state = state;
  };

  // The same words as in server/count/board/board.py.
  const inWords = (minutes) => {
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return `${Math.floor(hours / 24)} days`;
    return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
  };
  const tellTime = () => {
    for (const element of document.querySelectorAll("[data-expected]")) {
      const minutes = Math.floor((Date.now() - new Date(element.dataset.expected)) / 60_000);
      const words = minutes < 0 ? `in ${inWords(-minutes)}` : minutes ? `${inWords(minutes)} late` : "due now";
      if (element.textContent !== words) element.textContent = words;
      element.closest("tr")?.classList.toggle("late", minutes > 0);
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
    for (const control of filter.form.querySelectorAll("button, a")) control.hidden = true; // the filter works while somebody types
  }

  const shown = () => {
    heard = Date.now();
    if (filter?.value) hide();
    tellTime();
  };

  // Fetches everything over HTTP: for what only the clock changed, for what a contest's page missed, and where websockets
  // are blocked. Somebody who is signed out learns it here, because the server redirects the request.
  const poll = async () => {
    asked = Date.now();
    const before = heard;
    const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
    if (sending) return;
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      say("Signed out", "down");
      place.remove();
      location.replace("/desk"); // whose answer says why
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    if (heard !== before) return poll(); // a message that came meanwhile may be newer than this
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
    if (address.search) tryToPoll(); // the message on connecting does not have what this page is about
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

  document.addEventListener("submit", (event) => {
    sending = !event.defaultPrevented;
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

  // The line is opened when all scripts of the page listen, so that none misses the first message. htmx may have
  // processed the page before its websocket extension was loaded; processing it twice does no harm.
  document.addEventListener("DOMContentLoaded", () => {
    htmx.process(place);
    htmx.trigger(place, "ready");
  });
  document.getElementById("alert")?.focus();
})();
