// A director's page: what waits, with buttons to drop it or show it now, and the overlays that show what is up here. The
// queue itself is overlay.js, which runs here as on an overlay that nobody leads.
(() => {
  const SOON = 200; // milliseconds between two changes that are sent
  const LATER = 2_000; // … before another attempt
  const page = document.getElementById("director");
  const said = document.getElementById("told");
  const list = document.getElementById("next");
  const nothing = document.getElementById("nothing");
  const followers = document.getElementById("followers");
  const [hold, step, off] = ["hold", "step", "off"].map((name) => document.getElementById(name));
  const form = document.getElementById("by-hand");
  const [NO_CONNECTION, OVER, UNKNOWN] = page.dataset.words.split("|");
  const KEPT = `director ${page.dataset.begin}`;
  let kept = {};
  try {
    kept = sessionStorage; // so that a page which is loaded again goes on leading
  } catch {}
  let led = null; // code and token
  let number = Date.now();
  let sent = "";
  let isSending = false;
  let byHand = false;

  const says = () => {
    const shows = overlay.shown().map(overlay.nameOf);
    return { shows, seconds: byHand || !shows.length ? 0 : Number(page.dataset.seconds) };
  };
  const put = (address, method, body, headers) => fetch(address, { method, body: JSON.stringify(body), headers });
  const begin = async () => {
    const answer = await put(page.dataset.begin, "POST", { ...says(), number: (number += 1) });
    if (!answer.ok) throw new Error(answer.status);
    led = await answer.json();
    kept[KEPT] = JSON.stringify(led);
  };
  const follow = () => {
    const url = new URL(followers.dataset.address, location.href);
    url.searchParams.set("led", led.code);
    followers.textContent = url.href;
    document.getElementById("open").href = url.href;
    document.getElementById("followed").hidden = false;
  };
  const send = async () => {
    const news = JSON.stringify(says());
    if (isSending || news === sent) return;
    isSending = true;
    let pause = SOON;
    try {
      if (!led) await begin();
      else {
        const headers = { Authorization: `Bearer ${led.token}` };
        const { ok, status } = await put(`${page.dataset.directors}${led.code}`, "PUT", { ...says(), number: (number += 1) }, headers);
        if ([403, 404].includes(status)) {
          led = null;
          said.textContent = OVER;
        } else if (!ok) throw new Error(status);
      }
      if (led) {
        sent = news;
        follow();
        if (said.textContent === NO_CONNECTION) said.textContent = "";
      }
    } catch {
      said.textContent = NO_CONNECTION;
      pause = LATER;
    }
    setTimeout(() => {
      isSending = false;
      send();
    }, pause);
  };

  // The list keeps its elements, so that whoever is about to press a button presses that one.
  const rows = new Map();
  const rowOf = (name) => {
    const row = document.getElementById("row").content.firstElementChild.cloneNode(true);
    const [now, drop] = row.querySelectorAll("button");
    now.addEventListener("click", () => {
      byHand = false;
      overlay.next(name);
    });
    drop.addEventListener("click", () => overlay.drop(name));
    return row;
  };
  const look = () => {
    const waiting = overlay.waiting();
    const names = waiting.map(overlay.nameOf);
    for (const [name, row] of rows) {
      if (names.includes(name)) continue;
      row.remove();
      rows.delete(name);
    }
    waiting.forEach((banner, place) => {
      const name = names[place];
      if (!rows.has(name)) rows.set(name, rowOf(name));
      const row = rows.get(name);
      const text = (banner.querySelector(".headline") ?? banner.querySelector(".kicker")).textContent.trim();
      const words = row.querySelector("b");
      if (words.textContent !== text) words.textContent = text;
      row.dataset.party = banner.dataset.party ?? "";
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    });
    nothing.hidden = Boolean(names.length);
    if (!overlay.shown().length) byHand = false;
    off.disabled = !overlay.shown().length;
    step.disabled = !names.length;
    hold.setAttribute("aria-pressed", overlay.isPaused());
    send();
  };
  document.addEventListener("overlay:changed", look);
  hold.addEventListener("click", () => overlay.pause(!overlay.isPaused()));
  step.addEventListener("click", () => {
    byHand = overlay.isPaused();
    overlay.next();
  });
  off.addEventListener("click", () => {
    byHand = false;
    overlay.take();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const contest = form.contest.value.trim();
    if (!contest) return;
    byHand = true;
    const found = await overlay.put([contest]);
    said.textContent = found ? "" : UNKNOWN.replace("{0}", contest);
    look();
  });

  led = JSON.parse(kept[KEPT] ?? "null");
  look();
})();
