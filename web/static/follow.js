// The seats that somebody follows. This browser keeps them by slug, which a seat also has in a replay and on the next
// night. How a seat stands is read from its row. Each change is announced once; what was there before is not.
(() => {
  let kept;
  try {
    kept = localStorage;
  } catch {
    return; // without storage seats cannot be followed, and nothing of this is shown
  }
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const yours = byId("yours");
  const said = byId("said");
  const notify = byId("notify");
  const [FOLLOW, FOLLOW_IT, TOLD, CORRECTED] = yours?.dataset.words.split("|") ?? [];
  const known = new Map(); // seat → how it stood when it was last looked at

  const seats = () => [...new Set((kept.followed ?? "").split(" ").filter(Boolean))];
  const rowOf = (seat) =>
    byId(`row-${seat}`) ?? byId(`seat-${seat}`) ?? byId(`contest-${seat}`)?.querySelector(".banner");
  const filled = (words, ...values) => words.replace(/{(\d)}/g, (_, place) => values[place]);

  const button = (seat, name, words) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "follow", textContent: words });
    made.dataset.seat = seat;
    made.setAttribute("aria-label", filled(FOLLOW_IT, name));
    return made;
  };

  const mark = () => {
    const all = seats();
    for (const element of document.querySelectorAll(".follow")) {
      element.setAttribute("aria-pressed", all.includes(element.dataset.seat));
    }
  };

  const popUp = (text, tag) => {
    if (!("notify" in root.dataset) || "quiet" in root.dataset) return;
    try {
      new Notification(text, { tag, body: document.title }).onclick = () => window.focus();
    } catch {
      kept.notify = ""; // some phones show notifications only from a service worker
      showNotify();
      notify?.setAttribute("disabled", "");
    }
  };

  const tell = () => {
    if (!byId("live")) return; // a past night has no news
    const news = [];
    for (const seat of seats()) {
      const row = rowOf(seat);
      if (!row) continue;
      const before = known.get(seat);
      const now = { declared: "party" in row.dataset, text: row.textContent };
      known.set(seat, now);
      if (!before || before.text === now.text || !(before.declared || now.declared)) continue;
      if (yours) {
        const parts = [row.querySelector("a"), row.querySelector("b, i:not(.swatch)")].map((element) => element.textContent);
        news.push(filled(before.declared && now.declared ? CORRECTED : TOLD, ...parts));
      }
      popUp(yours ? news.at(-1) : row.querySelector(".headline").textContent.trim(), seat);
    }
    if (!news.length) return;
    said.textContent = news.join(" · ");
    said.className = "told";
  };

  // The list is small and is made anew each time; the keyboard's focus stays at its place.
  const list = () => {
    const items = seats().flatMap((seat) => {
      const row = rowOf(seat);
      if (!row) return [];
      const item = document.createElement("li");
      item.className = row.classList[0];
      if (row.dataset.party) item.dataset.party = row.dataset.party;
      for (const part of row.querySelectorAll("a, b, i:not(.swatch), span")) item.append(part.cloneNode(true), " ");
      item.append(button(seat, item.firstChild.textContent, ""));
      return [item];
    });
    const ul = yours.querySelector("ul");
    const focused = document.activeElement;
    const place = [...ul.children].findIndex((item) => item.contains(focused));
    ul.replaceChildren(...items);
    yours.hidden = !items.length;
    if (place >= 0) (items[place] ?? items.at(-1))?.querySelector(focused.localName).focus();
  };

  const show = () => {
    tell();
    if (yours) list();
    mark();
  };

  document.addEventListener("click", ({ target }) => {
    const seat = target.closest(".follow")?.dataset.seat;
    if (!seat) return;
    const all = new Set(seats());
    if (!all.delete(seat)) all.add(seat);
    known.delete(seat);
    kept.followed = [...all].join(" ");
    show();
  });
  document.addEventListener("night:shown", show);
  window.addEventListener("storage", show);

  // A button beside the map's caption, for the seat that is chosen there.
  const caption = byId("map-caption");
  if (caption) {
    const beside = button("", "", FOLLOW);
    const place = () => {
      const hex = document.querySelector(".hexes .chosen");
      if (!hex) return;
      beside.dataset.seat = hex.getAttribute("aria-labelledby").slice(4);
      beside.setAttribute("aria-label", filled(FOLLOW_IT, caption.firstChild.textContent));
      if (!beside.isConnected) caption.before(beside);
      mark();
    };
    place();
    new MutationObserver(place).observe(caption, { childList: true });
  }

  // Notifications: only a click asks for them, and they stay on as long as the browser allows them.
  const allowed = () => window.Notification?.permission === "granted" && kept.notify === "yes";
  const showNotify = () => {
    root.toggleAttribute("data-notify", allowed());
    notify?.setAttribute("aria-pressed", allowed());
  };
  notify?.addEventListener("click", async () => {
    const on = !allowed() && (await Notification.requestPermission()) === "granted";
    kept.notify = on ? "yes" : "";
    showNotify();
    if (on) popUp(byId("yours-title").textContent, "");
  });
  if (notify) notify.hidden = !window.Notification;
  showNotify();
  root.classList.add("follows");
  show();
})();
