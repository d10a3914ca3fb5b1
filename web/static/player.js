// The player of a past night. Each viewer has their own clock: a place on the line of the night, on which long silences
// are short. The page shows the last moment that the clock has passed; what a moment changes comes as HTML.
(() => {
  const FEW = 8; // so many moments at once are shown one after another; of more only the last is shown
  const A_REEL = 16; // frames
  const LOOK = 80; // milliseconds between two requests while somebody drags
  const REST = 40; // milliseconds in which the mouse rests before the frame at its place is fetched
  const PATIENCE = 400; // milliseconds before the page says that it is loading
  const LONGEST_PAUSE = 8_000;
  const THUMB = 16; // the slider's thumb in pixels: the line begins and ends at its middle
  const FASTEST = 3_600; // times real speed, where an address asks for more
  const CHATTY = 10; // times real speed; at a greater speed nothing is read out
  const TICK = 100; // milliseconds between two looks at the clock: sixty a second took most of a phone's time
  const HUSHED = 500; // milliseconds after a jump in which nothing is read out
  const byId = (id) => document.getElementById(id);
  const [player, clock, scrub, speed, play] = ["player", "clock", "scrub", "speed", "play"].map(byId);
  const [says, toCome, moments] = ["player-says", "to-come", "moments"].map(byId);
  const [PLAY, PAUSE, LOADING, NO_CONNECTION, COPIED, DECLARED] = player.dataset.words.split("|");
  const ROOT = new URL(document.currentScript.src).pathname.split("/static/")[0];
  const NIGHT = `${ROOT}/nights/${player.dataset.night}`;
  let kept = {};
  try {
    kept = localStorage;
  } catch {} // a browser without storage keeps nothing

  // Each moment of the night: its time, its place on the line, its seq, and how many contests were declared.
  const stops = [];
  for (const [seconds, events, more, news, length = seconds] of JSON.parse(player.dataset.stops)) {
    const { at, x, seq, declared } = stops.at(-1) ?? { at: Number(player.dataset.start), x: 0, seq: 0, declared: 0 };
    stops.push({ at: at + 1000 * seconds, x: x + length, seq: seq + events, declared: declared + more, news });
  }
  const LAST = stops.length - 1;
  const LENGTH = stops[LAST].x;
  const stopAt = (value, scale) => stops.findLastIndex((stop) => stop[scale] <= value);

  const percent = (x) => `${((100 * x) / (LENGTH || 1)).toFixed(2)}%`;

  // Converts a place on the line to a time or back, also between two moments.
  const scaled = (value, scale, other) => {
    const number = Math.max(0, stopAt(value, scale));
    const [before, after] = [stops[number], stops[number + 1]];
    if (!after) return before[other];
    const part = Math.max(0, value - before[scale]) / (after[scale] - before[scale]);
    return before[other] + part * (after[other] - before[other]);
  };

  // London's time, as in an address.
  const two = "2-digit";
  const numbers = { year: "numeric", month: two, day: two, hour: two, minute: two, second: two, hourCycle: "h23" };
  const london = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", ...numbers });
  const days = new Map(player.dataset.days.split("|").map((day) => day.split("=")));
  const local = (at) => {
    const part = Object.fromEntries(london.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
  };
  const stamp = (at) => `${local(at)}.${String(at % 1000).padStart(3, "0")}`.replace(/(:00)?\.000$/, "");
  const parsed = (text) => {
    if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return Date.parse(text);
    const guess = Date.parse(`${text}Z`);
    return 2 * guess - Date.parse(`${local(guess)}Z`);
  };

  // The clock stands still when it is not playing, while somebody drags, and while it waits for a frame.
  let playing = false;
  let dragging = false;
  let waiting = false;
  let rate = Number(speed.value);
  let from = 0; // the place of the clock …
  let since = 0; // … at this time
  const now = () => {
    if (!playing || dragging || waiting) return from;
    return Math.min(LENGTH, from + (rate * (performance.now() - since)) / 1000);
  };
  const set = (x) => {
    from = Math.min(LENGTH, Math.max(0, x));
    since = performance.now();
  };
  const change = (how) => {
    set(now());
    how();
  };
  const time = () => Math.max(stops[aim()].at, Math.floor(scaled(now(), "x", "at") / 1000) * 1000);

  let here = stopAt(Number(byId("cursor").value), "seq"); // the moment that is shown, -1 before the first
  const aim = () => stopAt(now(), "x");
  const next = () => stops.findIndex((stop, number) => number > aim() && stop.news);
  const previous = () => stops.findLastIndex((stop, number) => stop.x < now() && (stop.news || number === 0));

  // The address of a page of this night at a time; at the end of the night that of the whole night.
  const addressed = (url, at, pace) => {
    url.searchParams.delete("speed");
    if (at < stops[LAST].at) url.searchParams.set("at", stamp(at));
    else url.searchParams.delete("at");
    if (pace) url.searchParams.set("speed", pace);
    return url.href.replaceAll("%3A", ":");
  };
  let saving = 0;
  const save = () => {
    clearTimeout(saving);
    saving = 0;
    history.replaceState(history.state, "", addressed(new URL(location), time(), playing && rate));
  };
  // Browsers limit how often an address may change, and take milliseconds over it: not while somebody drags.
  const saveSoon = () => {
    if (!playing) clearTimeout(saving);
    if (!playing || !saving) saving = setTimeout(save, playing ? 1_000 : 400);
  };

  const write = (element, words) => {
    if (element.textContent !== words) element.textContent = words;
  };
  const lead = (link, to) => {
    if (link.dataset.place === String(to)) return;
    link.dataset.place = to;
    link.tabIndex = 0; // even without an address, so that the focus stays where it is
    link.toggleAttribute("href", to >= 0);
    if (to >= 0) link.href = addressed(new URL(location), stops[to].at);
    link.setAttribute("aria-disabled", to < 0);
  };
  const draw = () => {
    const [x, at] = [now(), time()];
    const [, date, minute, second] = local(at).match(/(.+)T(..:..)(:..)/);
    const [hands, seconds, weekday] = clock.children;
    const { declared } = stops[Math.max(0, here)];
    const single = document.body.classList.contains("one") && moments.querySelector(`[data-place="${here}"] span`);
    const stands = single ? single.textContent : DECLARED.replace("{0}", declared);
    if (!dragging) scrub.value = x;
    scrub.setAttribute("aria-valuetext", `${minute}, ${stands}`);
    toCome.setAttribute("x", percent(x));
    toCome.setAttribute("width", percent(LENGTH - x));
    write(hands, minute);
    write(seconds, playing && rate <= CHATTY ? second : "");
    write(weekday, days.get(date));
    clock.dateTime = new Date(at).toISOString();
    lead(byId("go-first"), x > 0 ? 0 : -1);
    lead(byId("go-back"), previous());
    lead(byId("go-on"), next());
    lead(byId("go-last"), x < LENGTH ? LAST : -1);
  };

  // Frames come sixteen at a time while the player plays, and singly when the viewer goes elsewhere.
  const asks = player.dataset.asks;
  const load = async (address, signal) => {
    const answer = await fetch(NIGHT + address, { signal });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer;
  };
  const reels = new Map(); // number → its frames, or the promise of them
  const partOf = (stop) => Math.floor(stop / A_REEL);
  const reel = (number) => {
    if (!reels.has(number)) {
      const coming = load(`/reel/${number}?${asks}`).then((answer) => answer.json());
      reels.set(number, coming);
      coming.then(
        (frames) => reels.set(number, frames),
        () => reels.delete(number),
      );
    }
    return reels.get(number);
  };
  const ready = (stop) => reels.get(partOf(stop))?.[stop % A_REEL];
  const fetchAhead = () => {
    const first = partOf(Math.min(LAST, here + 1));
    for (const number of reels.keys()) if (number < first - 1 || number > first + 1) reels.delete(number);
    for (const number of [first, first + 1]) if (number <= partOf(LAST)) reel(number);
  };

  const say = (words) => write(says, words);
  let asked = null; // the request that is aborted when the viewer goes elsewhere
  let askedAt = -LOOK;
  const waitFor = async (coming) => {
    const { signal } = asked;
    const calledOff = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const patience = setTimeout(() => says.textContent || aim() === here || say(LOADING), PATIENCE);
    change(() => (waiting = true));
    try {
      return await Promise.race([coming, calledOff]);
    } finally {
      clearTimeout(patience);
      change(() => (waiting = false));
    }
  };

  const isQuiet = () => playing && rate > CHATTY;
  let hushing = 0;
  const hush = (quiet = isQuiet()) => {
    clearTimeout(hushing);
    const says = quiet ? "off" : "polite";
    for (const one of document.querySelectorAll(".banner[aria-live], #lower")) one.setAttribute("aria-live", says);
  };
  const keep = (form) => {
    const field = form.querySelector("[name=at]") ?? document.createElement("input");
    Object.assign(field, { type: "hidden", name: "at", value: stamp(time()) });
    if (here === LAST) field.remove();
    else form.append(field);
  };
  // Parts of the page that nobody sees are left as they stand while somebody goes elsewhere, and follow once the rest is
  // painted. ``stand``: their seq, where it is not that of the page.
  const parts = [];
  for (const [name, places] of [["rows", "[aria-labelledby=contests-title] ol, #yours"], ["hexagons", ".hexes"]]) {
    const all = document.querySelectorAll(places);
    const seen = new Set(all);
    if (seen.size) parts.push({ name, all, seen });
    const look = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target);
    });
    for (const one of all) look.observe(one);
  }
  const isBehind = ({ stand }) => stand !== undefined;
  const seqOf = (stop) => stops[stop]?.seq ?? 0;
  const show = (frame, stop, isNews, left = []) => {
    document.body.classList.add("live"); // this class keeps the layout still while figures come
    const isTold = isNews && !isQuiet();
    if (!isTold) hush(true);
    put(isTold ? frame : frame.replaceAll('aria-live="polite"', 'aria-live="off"'), isTold);
    for (const part of parts) {
      part.stand = left.includes(part) ? (part.stand ?? seqOf(here)) : undefined;
      for (const one of part.all) isBehind(part) ? one.setAttribute("aria-busy", true) : one.removeAttribute("aria-busy");
    }
    here = stop;
    ahead = null;
    for (const form of document.forms) if (!player.contains(form)) keep(form);
    shown();
  };
  const fetchFrame = async (to, isWhole, signal) => {
    const left = isWhole ? [] : parts.filter(({ seen }) => !seen.size);
    let address = `/frame?after=${seqOf(here)}&seq=${seqOf(to)}`;
    for (const part of parts) {
      const stand = left.includes(part) ? seqOf(to) : part.stand;
      if (stand !== undefined) address += `&${part.name}=${stand}`;
    }
    const answer = await load(`${address}&${asks}`, signal);
    return [await answer.text(), left];
  };
  const isNear = (to) => to > here && to - here <= FEW;

  // The frame at the place to which the mouse points, fetched once it rests there, so that a click finds it.
  let ahead = null;
  let resting = 0;
  const lookAhead = (x) => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      const to = stopAt(x, "x");
      if (isComing || to === here || (ahead?.from === here && ahead.to === to)) return;
      ahead?.call.abort();
      const call = new AbortController();
      const coming = fetchFrame(to, isNear(to), call.signal);
      coming.catch(() => ahead?.coming === coming && (ahead = null));
      ahead = { from: here, to, coming, call };
    }, REST);
  };
  let scrubbed = false; // whether the slider moved the clock: then nothing is news
  const come = async (to) => {
    const way = isNear(to) ? stops.map((_, number) => number).slice(here + 1, to + 1) : [];
    if (way.length && !parts.some(isBehind) && (playing || way.every(ready))) {
      for (const stop of way) {
        if (!ready(stop)) await waitFor(reel(partOf(stop)));
        if (asked.signal.aborted) return;
        show(ready(stop), stop, !scrubbed);
      }
      if (playing) fetchAhead();
    } else {
      const isAhead = ahead?.from === here && ahead.to === to;
      const isWhole = to === here || isNear(to) || (playing && !scrubbed);
      const [frame, left] = await waitFor(isAhead ? ahead.coming : fetchFrame(to, isWhole, asked.signal));
      show(frame, to, isNear(to) && !scrubbed, left);
    }
  };

  // Nothing is painted in a hidden tab.
  const painted = () => document.hidden || new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

  // Brings the page to the moment of the clock, however long that takes and wherever the clock goes meanwhile.
  let isComing = false;
  const bring = async () => {
    if (isComing && asked.to === here && aim() !== here) asked.abort();
    if (isComing || (aim() === here && !parts.some(isBehind))) return;
    isComing = true;
    let failures = 0;
    while (aim() !== here || parts.some(isBehind)) {
      const to = aim();
      asked = Object.assign(new AbortController(), { to });
      askedAt = performance.now();
      try {
        if (to === here) await waitFor(painted());
        await come(to);
        draw();
        failures = 0;
        say("");
      } catch (error) {
        if (error.name === "AbortError") continue;
        failures += 1;
        say(NO_CONNECTION);
        const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** failures);
        await waitFor(new Promise((resume) => setTimeout(resume, pause))).catch(() => {}); // or the viewer goes elsewhere
      }
    }
    isComing = scrubbed = false;
    clearTimeout(hushing);
    hushing = setTimeout(hush, HUSHED);
    draw();
  };

  // Where the clock stands, for a clock that leads other screens (lead.js).
  const where = () => ({ at: Math.round(scaled(now(), "x", "at")), pace: rate, plays: playing });
  const tell = () => player.dispatchEvent(new CustomEvent("clock:moved", { detail: where }));

  let later = 0;
  const go = (x) => {
    set(x);
    draw();
    tell();
    saveSoon();
    bring();
    const callOff = () => {
      later = 0;
      if (asked && asked.to !== aim()) asked.abort();
    };
    later ||= setTimeout(callOff, Math.max(0, askedAt + LOOK - performance.now()));
  };

  let ticking = 0;
  const tick = () => {
    draw();
    bring();
    saveSoon();
    if (now() === LENGTH && here === LAST) pause();
    ticking = playing && setTimeout(() => requestAnimationFrame(tick), TICK);
  };
  const turn = (on) => {
    if (on && now() === LENGTH) set(0);
    change(() => (playing = on));
    play.title = on ? PAUSE : PLAY;
    play.setAttribute("aria-label", play.title);
    player.classList.toggle("playing", on);
    hush();
    draw();
    tell();
    save();
    if (on) fetchAhead();
    if (on) ticking ||= requestAnimationFrame(tick);
  };
  const pause = () => turn(false);

  play.addEventListener("click", () => turn(!playing));
  speed.addEventListener("change", () => {
    change(() => (rate = Number(speed.value)));
    hush();
    tell();
    saveSoon();
  });
  scrub.addEventListener("input", () => {
    scrubbed = true;
    go(Number(scrub.value));
  });
  const drag = (is) => () => change(() => (dragging = is));
  scrub.addEventListener("pointerdown", drag(true));
  for (const end of ["pointerup", "pointercancel", "change"]) scrub.addEventListener(end, drag(false));

  // Shows the time at which the mouse points.
  const hover = byId("hover");
  scrub.addEventListener("pointermove", ({ offsetX, pointerType }) => {
    if (pointerType !== "mouse") return;
    const part = Math.min(1, Math.max(0, (offsetX - THUMB / 2) / (scrub.clientWidth - THUMB)));
    const [line, words] = hover.children;
    for (const end of ["x1", "x2"]) line.setAttribute(end, `${100 * part}%`);
    words.setAttribute("x", `${Math.min(97, Math.max(3, 100 * part))}%`);
    words.textContent = local(scaled(part * LENGTH, "x", "at")).slice(11, 16);
    lookAhead(part * LENGTH);
    hover.setAttribute("visibility", "visible");
  });
  scrub.addEventListener("pointerleave", () => hover.setAttribute("visibility", "hidden"));

  const close = () => {
    if (moments.contains(document.activeElement)) moments.firstElementChild.focus();
    moments.open = false;
  };
  player.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-place]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.place < 0) return;
    go(stops[link.dataset.place].x);
    if (moments.contains(link)) close();
  });
  byId("to-time").addEventListener("submit", (event) => {
    event.preventDefault();
    go(scaled(parsed(event.target.elements.at.value), "at", "x"));
    close();
  });
  document.addEventListener("click", ({ target }) => moments.contains(target) || (moments.open = false));

  const copy = byId("copy");
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(addressed(new URL(location), time(), rate));
    say(COPIED);
    setTimeout(() => says.textContent === COPIED && say(""), 3_000);
  });

  // Keys work unless they are switched off (WCAG 2.1.4), somebody is typing, or the focused element uses the key itself.
  const keys = byId("with-keys");
  keys.checked = kept.keys !== "off";
  keys.addEventListener("change", () => (kept.keys = keys.checked ? "on" : "off"));
  keys.closest("[hidden]").hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (!keys.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target !== scrub && target.closest("input, select, textarea")) return;
    if (event.key === " " && target.closest("a, button, summary")) return;
    if (event.key === " " || event.key === "k") play.click();
    else if (event.key === ".") byId("go-on").click();
    else if (event.key === ",") byId("go-back").click();
    else return;
    event.preventDefault();
  });

  // A link to another page of this night leads to the clock's time, and so does going back.
  const carry = ({ target }) => {
    const link = target.closest("a[href]");
    if (!link || player.contains(link) || link.getAttribute("href").startsWith("#")) return;
    const url = new URL(link.getAttribute("href"), location);
    if (url.origin !== location.origin || !`${url.pathname}/`.startsWith(`${NIGHT}/`)) return;
    if (address.has("led")) url.searchParams.set("led", address.get("led"));
    link.setAttribute("href", addressed(url, time()));
    save();
  };
  for (const use of ["click", "auxclick", "contextmenu"]) document.addEventListener(use, carry, true);
  window.addEventListener("pagehide", () => set(now()));
  window.addEventListener("pageshow", ({ persisted }) => persisted && set(from)); // the clock stood still while the page was away

  // Marks on the line where followed seats were declared. Only viewers who follow a seat fetch the data.
  const SVG = "http://www.w3.org/2000/svg";
  let contests = null;
  const markSeats = async () => {
    const followed = new Set((kept.followed ?? "").split(" ").filter(Boolean));
    if (followed.size) contests ??= (await (await fetch(`${ROOT}/api/nights/${player.dataset.night}`)).json()).contests;
    const marks = [];
    for (const { ballot, declared_at } of contests ?? []) {
      if (!followed.has(ballot.split(".")[1]) || !declared_at) continue;
      const mark = document.createElementNS(SVG, "use");
      mark.setAttribute("href", "#seat-here");
      mark.setAttribute("x", percent(scaled(Date.parse(declared_at), "at", "x")));
      mark.setAttribute("y", "7");
      marks.push(mark);
    }
    byId("your-seats").replaceChildren(...marks);
  };
  document.addEventListener("click", ({ target }) => target.closest(".follow") && setTimeout(markSeats));
  window.addEventListener("storage", ({ key }) => key === "followed" && markSeats());

  const address = new URLSearchParams(location.search);
  const pace = address.get("speed");
  set(address.get("at") ? scaled(parsed(address.get("at")), "at", "x") : pace ? 0 : LENGTH);
  for (const control of player.querySelectorAll(":is(#play, #scrub, #speed, #lead)")) control.hidden = false;
  player.classList.add("script");
  draw();
  bring();
  markSeats();
  const pick = (pace) => {
    change(() => (rate = Math.min(FASTEST, Math.max(1, Number(pace)))));
    const faster = [...speed.options].find((option) => Number(option.value) >= rate);
    if (Number(faster?.value) !== rate) speed.add(new Option(`${rate}×`, rate), faster);
    speed.value = rate;
  };
  if (pace > 0) {
    pick(pace);
    turn(true);
  }

  // The script of a clock that leads other screens comes when somebody leads or follows one.
  const leading = byId("lead").lastElementChild.dataset.script;
  const bringLeading = () => {
    if (document.head.querySelector(`[src="${leading}"]`)) return;
    document.head.append(Object.assign(document.createElement("script"), { src: leading }));
  };
  player.addEventListener("clock:asked", tell);
  player.addEventListener("clock:set", ({ detail: { at, pace, plays, age } }) => {
    const x = scaled(at, "at", "x") + (plays ? (pace * age) / 1_000 : 0);
    if (plays === playing && pace === rate && Math.abs(x - now()) < (plays ? pace : 1)) return; // in step
    pick(pace);
    go(x);
    if (playing !== plays && !(plays && now() === LENGTH)) turn(plays);
  });
  byId("lead").firstElementChild.addEventListener("click", bringLeading);
  try {
    if (address.has("led") || sessionStorage.led?.includes(`"${player.dataset.night}"`)) bringLeading();
  } catch {} // without storage
})();
