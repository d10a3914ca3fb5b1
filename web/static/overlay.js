// Puts banners on the screen one after another, each for long enough to be read. They come as HTML from the server, one
// a contest; the server decides what they say and when a newer banner replaces an older one.
(() => {
  const FEW = 3; // banners that may wait and still be shown one by one
  const TOGETHER = 6;
  const AFTER_RELEASE = 1_000; // corrections that the desk held back must arrive before what waited here is shown
  const queue = document.getElementById("queue");
  const lower = document.getElementById("lower");
  const shown = document.getElementById("shown");
  const stays = "stays" in shown.dataset; // whether the last banner stays until there is another
  const enough = 1_000 * shown.dataset.seconds;
  let waiting = [];
  let seen = -Infinity; // the time at which the banners on the screen have been there long enough
  let timer = 0;

  const now = () => document.getElementById("now");
  const moment = () => now().querySelector(".moment");
  const isMoment = (banner) => "key" in banner.dataset;
  const onScreen = () => (lower.classList.contains("out") ? [] : [...shown.children]);

  let seq = Number(now().dataset.seq);
  let held = "held" in now().dataset;
  let key = moment()?.dataset.key;
  const opened = seq; // anything before this seq is not news
  const known = new Map(); // the banner of a contest → the seq of its news

  const show = (banners) => {
    shown.replaceChildren(...banners);
    shown.classList.toggle("several", banners.length > 1);
    lower.classList.remove("out");
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

  const turn = () => {
    clearTimeout(timer);
    const left = seen - performance.now();
    if (held) {
      if (stays) return;
      if (left > 0) waiting.unshift(...onScreen());
      lower.classList.add("out");
      return;
    }
    if (left > 0) {
      timer = setTimeout(turn, left);
      return;
    }
    const banners = next();
    if (!banners.length) {
      if (!stays) lower.classList.add("out");
      return;
    }
    waiting = waiting.filter((banner) => !banners.includes(banner));
    show(banners);
    timer = setTimeout(turn, enough);
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
    if (banner.matches(".voiced") && !("voices" in shown.dataset)) return;
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
    else if (onScreen().some(isMoment)) seen = -Infinity;
  };

  const take = () => {
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
  };
  new MutationObserver(take).observe(queue, { childList: true, subtree: true, attributes: true });
})();
