// Puts banners on the screen one after another, each for long enough to be read. They come as HTML from the server, one
// a contest; the server decides what they say and when a newer banner replaces an older one. ``overlay`` is what a
// controller or a director can do: what they put up stays until they say otherwise.
const overlay = (() => {
  const FEW = 3; // banners that may wait and still be shown one by one
  const TOGETHER = 6;
  const AFTER_RELEASE = 1_000; // corrections that the desk held back must arrive before what waited here is shown
  const queue = document.getElementById("queue");
  const lower = document.getElementById("lower");
  const shown = document.getElementById("shown");
  const stays = "stays" in shown.dataset; // whether the last banner stays until there is another
  const hears = "voices" in shown.dataset; // whether banners of what people said are shown
  const enough = 1_000 * shown.dataset.seconds;
  let waiting = [];
  let chosen = "chosen" in shown.dataset; // whether somebody put up what is there
  let paused = "paused" in shown.dataset; // whether no banner goes up by itself
  let seen = -Infinity; // the time at which the banners on the screen have been there long enough
  let timer = 0;

  const now = () => document.getElementById("now");
  const moment = () => now().querySelector(".moment");
  const isMoment = (banner) => "key" in banner.dataset;
  const nameOf = (banner) => (isMoment(banner) ? "moment" : banner.id);
  const isOut = () => lower.classList.contains("out");
  const onScreen = () => (isOut() && !(held && chosen) ? [] : [...shown.children]);
  const tell = () => document.dispatchEvent(new Event("overlay:changed"));

  let seq = Number(now().dataset.seq);
  let held = "held" in now().dataset;
  let key = moment()?.dataset.key;
  const opened = seq; // anything before this seq is not news
  const known = new Map(); // the banner of a contest → the seq of its news

  const show = (banners) => {
    shown.replaceChildren(...banners);
    shown.classList.toggle("several", banners.length > 1);
    lower.classList.toggle("out", held || !banners.length);
    seen = performance.now() + enough;
  };

  // The banners to show next. If many wait, holds come six at a time, and others one at a time unless they are too many.
  const next = () => {
    const first = waiting.filter(isMoment);
    if (first.length || waiting.length <= FEW) return (first.length ? first : waiting).slice(0, 1);
    const notable = waiting.filter((banner) => !banner.matches(".hold"));
    if (!notable.length) return waiting.slice(0, TOGETHER);
    return notable.slice(0, notable.length > TOGETHER ? TOGETHER : 1);
  };
  const take = (banners) => {
    waiting = waiting.filter((banner) => !banners.includes(banner));
    show(banners);
  };

  const turn = () => {
    clearTimeout(timer);
    const left = seen - performance.now();
    if (held) {
      if (stays) return;
      if (left > 0 && !chosen) waiting.unshift(...onScreen());
      lower.classList.add("out");
      return tell();
    }
    if (chosen) {
      lower.classList.toggle("out", !shown.children.length);
      return tell();
    }
    if (left > 0) {
      timer = setTimeout(turn, left);
      return tell();
    }
    const banners = paused ? [] : next();
    if (banners.length) {
      take(banners);
      timer = setTimeout(turn, enough);
    } else if (!stays) lower.classList.add("out");
    tell();
  };

  // Replaces an older banner, whether it waits or is on the screen; false if there is none.
  const replaced = (is, banner) => {
    const place = waiting.findIndex(is);
    if (place >= 0) waiting[place] = banner;
    const old = onScreen().find(is);
    old?.replaceWith(banner);
    return Boolean(old) || place >= 0;
  };

  const add = (banner) => {
    if (banner.matches(".voiced") && !hears) return;
    const news = Number(banner.dataset.seq);
    if (news <= (known.get(banner.id) ?? opened)) return;
    known.set(banner.id, news);
    const was = onScreen();
    if (!replaced((old) => old.id === banner.id, banner)) waiting.push(banner);
    else if (onScreen().some((element) => !was.includes(element))) seen = performance.now() + enough;
  };

  // Queues a new moment, such as a majority, before all banners, and drops one that is no longer true.
  const lookAtMoment = () => {
    const latest = moment()?.cloneNode(true);
    if (latest?.dataset.key === key) {
      if (latest && !onScreen().some((element) => element.isEqualNode(latest))) replaced(isMoment, latest);
      return;
    }
    key = latest?.dataset.key;
    waiting = waiting.filter((banner) => !isMoment(banner));
    if (latest) waiting.push(latest);
    else if (onScreen().some(isMoment)) {
      chosen = false;
      seen = -Infinity;
    }
  };

  // A contest's banner as it stands, by its ballot, its name or the banner's id; null if there is none.
  const asked = async (contest) => {
    const url = new URL(shown.dataset.banner, location.href);
    url.searchParams.set("contest", contest);
    url.searchParams.set("seq", seq); // so that no cache answers with what was before
    try {
      const answer = await fetch(url);
      if (!answer.ok) return null;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const banner = page.querySelector(".banner");
      return banner?.matches(".voiced") && !hears ? null : document.adoptNode(banner);
    } catch {
      return null;
    }
  };
  // What is awaited of a contest has no banner of its own, so it is asked for again.
  const askAgain = async () => {
    for (const { id } of onScreen().filter((banner) => banner.matches(".pending"))) {
      const banner = await asked(id);
      const old = onScreen().find((element) => element.id === id);
      if (banner && old?.matches(".pending") && !banner.isEqualNode(old)) old.replaceWith(banner);
    }
    tell();
  };

  const hear = () => {
    const before = { seq, held };
    seq = Number(now().dataset.seq);
    held = "held" in now().dataset;
    if (seq < before.seq) return location.reload(); // the night was taken off air and began again
    lookAtMoment();
    for (const banner of [...document.getElementById("arrived").children]) {
      banner.remove();
      add(banner);
    }
    if (before.held && !held) {
      clearTimeout(timer);
      timer = setTimeout(turn, AFTER_RELEASE);
      seen = performance.now() + AFTER_RELEASE;
    } else turn();
    if (seq > before.seq) askAgain();
  };
  new MutationObserver(hear).observe(queue, { childList: true, subtree: true, attributes: true });

  let latest = 0; // so that of two that are asked for the last is shown
  return {
    waiting: () => [...waiting],
    shown: () => (isOut() ? [] : onScreen()),
    isPaused: () => paused,
    nameOf,
    // No banner goes up by itself, or they do again.
    pause(whether) {
      paused = whether;
      turn();
    },
    drop(name) {
      waiting = waiting.filter((banner) => nameOf(banner) !== name);
      tell();
    },
    // What waits first, or the banner of this name, goes up now. It stays as long as any other, or until there is a
    // next one where none goes up by itself.
    next(name) {
      const banners = name ? waiting.filter((banner) => nameOf(banner) === name) : next();
      chosen = paused && Boolean(banners.length) && !name;
      seen = -Infinity;
      if (banners.length) {
        take(banners);
        if (held) chosen = true;
      }
      turn();
    },
    // Exactly these go up, by name or as it is asked for, and stay; none takes off what is there. False where one is
    // not known.
    async put(names) {
      const mine = (latest += 1);
      const find = (name) => [...onScreen(), ...waiting, moment()?.cloneNode(true)].find((one) => one && nameOf(one) === name);
      const banners = await Promise.all(names.map((name) => find(name) ?? asked(name)));
      if (mine !== latest) return true;
      const found = banners.filter(Boolean);
      chosen = true;
      const same = found.length === onScreen().length && found.every((one) => onScreen().includes(one));
      if (!same && found.length) take(found);
      else if (!found.length) {
        lower.classList.add("out");
        shown.replaceChildren();
      }
      turn();
      return found.length === names.length;
    },
    // What is up goes down, and the queue goes on if it is not held.
    take() {
      lower.classList.add("out");
      this.release();
    },
    // The queue goes on.
    release() {
      latest += 1;
      chosen = false;
      seen = -Infinity;
      turn();
    },
  };
})();
