// Keeps the desk's pages in step: times that pass, the rows that the filter hides. Everything else comes as HTML, and
// line.js says whether it does.
(() => {
  const EVERY = 60_000; // a contest becomes late without any news, so the page has to ask
  const THERE_EVERY = 15_000;
  const MOST_FRESH = 20; // rows of one message that light up; more than these means that all rows came
  const place = document.getElementById("live");
  const address = new URL(place.getAttribute("hx-ws:connect"), location.href);
  let asked = Date.now();
  let messages = 0;
  let sending = false; // a form is on its way, and its answer says where to go: a night that it ends signs this page out
  let catchingUp = false; // the first message after connecting has the whole page, so its rows are not news

  // The server's clock: what is late on a machine whose own is wrong would be late for nobody else.
  const ahead = Date.parse(place.dataset.now) - Date.now() || 0;

  // The same words as in server/count/board/board.py, in the language of the page.
  const words = place.dataset;
  const inWords = (minutes) => {
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return words.days.replace("{}", Math.floor(hours / 24));
    return (hours ? words.hours.replace("{h}", hours) : words.minutes).replace("{}", hours ? minutes % 60 : minutes);
  };
  const tellTime = () => {
    for (const element of document.querySelectorAll("[data-expected]")) {
      const minutes = Math.floor((Date.now() + ahead - new Date(element.dataset.expected)) / 60_000);
      const told = minutes ? (minutes < 0 ? words.in : words.late).replace("{}", inWords(Math.abs(minutes))) : words.due;
      if (element.textContent !== told) element.textContent = told;
      element.closest("tr")?.classList.toggle("late", minutes > 0);
    }
  };

  const filter = document.getElementById("q");
  const hide = () => {
    const sought = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of document.getElementById("rows").rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !sought.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    const all = document.getElementById("rows").rows.length;
    const many = (number) => number.toLocaleString(document.documentElement.lang);
    document.getElementById("all-title").textContent = sought.length
      ? words.some.replace("{}", many(shown)).replace("{all}", many(all))
      : words.all.replace("{}", many(all));
  };
  if (filter) {
    filter.addEventListener("input", hide);
    filter.form.addEventListener("submit", (event) => event.preventDefault());
    for (const control of filter.form.querySelectorAll("button, a")) control.hidden = true; // the filter works while somebody types
  }

  // Whether people are there now: only this page asks, and a fragment that comes meanwhile does not say it.
  let there = Object.fromEntries(
    [...document.querySelectorAll("[data-there]")].map((element) => [element.dataset.there, element.textContent]),
  );
  const tellThere = () => {
    for (const element of document.querySelectorAll("[data-there]")) {
      const words = there[element.dataset.there] ?? element.textContent;
      if (element.textContent !== words) element.textContent = words;
    }
  };
  const askThere = async () => {
    if (document.hidden || !document.querySelector("[data-there]")) return;
    const answer = await fetch(address.pathname.replace("/live", "/there") + address.search, { redirect: "manual" }).catch(() => null);
    if (answer?.status !== 200) return;
    there = await answer.json();
    tellThere();
  };
  askThere(); // a contest's page is made without it
  setInterval(askThere, THERE_EVERY);

  const shown = () => {
    tellThere();
    if (filter?.value) hide();
    tellTime();
  };

  // Fetches everything over HTTP: for what only the clock changed, for what a contest's page missed, and where websockets
  // are blocked. Somebody who is signed out learns it here, because the server redirects the request.
  const poll = async (fetched) => {
    asked = Date.now();
    const before = messages;
    const { status, type, text } = await fetched(address, { redirect: "manual" });
    if (sending) return false;
    if (type === "opaqueredirect" || status === 403) {
      place.remove();
      location.replace(address.pathname.replace("/live", "")); // whose answer says why
      return null;
    }
    if (status !== 200 || !text.includes('"#desk-status"')) return null; // such as the "sign in to this wifi" of a hall
    if (messages !== before) return poll(fetched); // a message that came meanwhile may be newer than this
    await htmx.swap({ sourceElement: place, target: place, swap: "innerHTML swapEmpty:false", text, transition: false });
    shown();
    return true;
  };
  const ask = follow(place, poll);

  const on = (name, listener) => document.addEventListener(`htmx:ws:${name}`, listener);

  on("after:connection", () => {
    catchingUp = true;
    if (/contest=|people=/.test(address.search)) ask(); // the message on connecting does not have what this page is about
  });
  on("after:message:incoming", (event) => {
    messages += 1;
    const ids = [...event.detail.message.data.matchAll(/hx-target="#(desk-row-[^"]+)"/g)].map(([, id]) => id);
    for (const row of catchingUp || ids.length > MOST_FRESH ? [] : ids.map((id) => document.getElementById(id))) {
      row?.classList.add("fresh");
      row?.addEventListener("animationend", () => row.classList.remove("fresh"), { once: true });
    }
    catchingUp = false;
    shown();
  });
  on("close", ask);

  document.addEventListener("submit", (event) => {
    sending = !event.defaultPrevented;
  });

  setInterval(() => {
    if (document.hidden) return;
    tellTime();
    if (Date.now() - asked > EVERY) ask();
  }, 5_000);

  // The form of a ballot paper led here: what was typed into it was taken (paper.js).
  const taken = document.querySelector("form.paper") ? null : sessionStorage.getItem("paper-sent");
  if (taken) {
    sessionStorage.removeItem("paper-sent");
    if (performance.getEntriesByType("navigation")[0]?.redirectCount) localStorage.removeItem(taken);
  }
  document.getElementById("alert")?.focus();
})();
