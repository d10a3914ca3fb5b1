// Keeps an open page in step with the night: it resumes where the page is, and polls where line.js says so. What changes on
// the page comes as HTML from the server, and htmx puts it in its place.
(() => {
  // Of a websocket, of answers: the night is over or gone, or the server makes its pages otherwise by now.
  const [OVER, RESET, GONE] = [1000, 205, 404];
  const [NEWS, NO_NEWS] = [200, 204];
  const place = document.getElementById("live");
  let connection = null;

  const cursor = () => document.getElementById("cursor");

  // Servers of two versions may answer in turns, while one takes the other's place: no reload a minute after another.
  const RELOADED = "reloaded";
  const isFresh = () => {
    try {
      return Date.now() - (sessionStorage[RELOADED] ?? 0) < 60_000;
    } catch {
      return true;
    }
  };
  const ours = new URL(place.getAttribute("hx-ws:connect"), location.href);
  const addressOf = (address) => {
    const url = new URL(address);
    url.searchParams.set("after", cursor().value);
    url.searchParams.set("of", cursor().dataset.of ?? "");
    url.searchParams.set("made", isFresh() ? "" : ours.searchParams.get("made"));
    return url;
  };

  // Who is typing is not interrupted.
  const reload = () => {
    const field = document.activeElement;
    if (field.matches("[type=search]") && field.value) return field.addEventListener("blur", reload, { once: true });
    try {
      sessionStorage[RELOADED] = Date.now();
    } catch {}
    location.reload();
  };

  const resumeFrom = (opened) => {
    const url = addressOf(opened.url);
    opened.url = url.href;
    connection = opened;
  };

  // Quiet mode, on pages that have its button: nothing lights up, and only news of followed seats is read out.
  let kept = {};
  try {
    kept = localStorage;
  } catch {} // without storage it lasts as long as the page
  const root = document.documentElement;
  const button = document.getElementById("quiet");
  const isQuiet = () => "quiet" in root.dataset;

  // In a fast replay no more is read out than somebody can listen to, and the newest last.
  const [A_SECOND, AT_ONCE] = [15, 600]; // characters
  const banner = () => document.querySelector(".banner[aria-live]");
  let [room, counted, owed] = [AT_ONCE, Date.now(), 0];
  const spend = () => {
    room -= banner().textContent.length;
  };
  const hasRoom = () => {
    const now = Date.now();
    room = Math.min(AT_ONCE, room + (A_SECOND * (now - counted)) / 1_000);
    counted = now;
    return room > 0;
  };
  const tellNewest = () => {
    owed = 0;
    const region = banner();
    if (!region || isQuiet()) return;
    region.setAttribute("aria-live", "polite");
    const news = region.firstElementChild;
    if (!news.contains(document.activeElement)) news.replaceWith(news.cloneNode(true));
    hasRoom();
    spend();
  };
  let isTold = false;
  const hushed = (html) => {
    isTold = html.includes('aria-live="polite"') && !isQuiet() && hasRoom();
    if (isTold || !html.includes('aria-live="polite"')) return html;
    if (!isQuiet()) owed ||= setTimeout(tellNewest, (-room / A_SECOND) * 1_000);
    return html.replaceAll('aria-live="polite"', 'aria-live="off"');
  };
  const done = () => {
    if (isTold) spend();
    shown();
  };
  const hush = () => {
    root.toggleAttribute("data-quiet", Boolean(kept.quiet));
    button.setAttribute("aria-pressed", isQuiet());
    for (const region of document.querySelectorAll("[aria-live]:not(#said, #line)")) {
      region.setAttribute("aria-live", isQuiet() ? "off" : "polite");
    }
  };
  button?.addEventListener("click", () => {
    kept.quiet = kept.quiet ? "" : "yes";
    hush();
  });
  if (button) hush();
  root.classList.add("script");

  const on = (name, listener) => document.addEventListener(`htmx:ws:${name}`, listener);

  on("before:connection", (event) => resumeFrom(event.detail.connection));
  on("before:message:incoming", ({ detail }) => {
    detail.message.data = putRows(hushed(detail.message.data));
  });
  on("after:message:incoming", (event) => {
    resumeFrom(event.detail.connection);
    done();
  });
  on("close", ({ detail }) => detail.code === OVER && reload());

  // htmx closes the line of a hidden tab. If the viewer wants notifications it must not, so it does not get the event.
  window.addEventListener(
    "visibilitychange",
    (event) => {
      if (!connection || !("notify" in root.dataset)) return;
      connection.config.pauseOnBackground = false;
      if (document.hidden) event.stopPropagation();
    },
    true,
  );

  follow(place, async (fetched) => {
    const before = cursor().value;
    const { status, text } = await fetched(addressOf(ours));
    if (status === RESET || status === GONE) reload();
    if (status === NO_NEWS) return false;
    if (status !== NEWS || !text.includes('"#cursor"')) return null; // such as the "sign in to this wifi" of a hall
    if (cursor().value !== before) return false; // a message came meanwhile, and is newer
    const html = putRows(hushed(text));
    await htmx.swap({ sourceElement: place, target: place, swap: "innerHTML swapEmpty:false", text: html, transition: false });
    done();
    return true;
  });

  shown("");
})();
