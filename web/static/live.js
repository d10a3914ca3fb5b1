// Keeps an open page in step with the night: it resumes where the page is, and polls where line.js says so. What changes on
// the page comes as HTML from the server, and htmx puts it in its place.
(() => {
  const [OVER, RESET, GONE] = [1000, 205, 404]; // of a websocket, of answers: the night is over or gone, so reload
  const [NEWS, NO_NEWS] = [200, 204];
  const place = document.getElementById("live");
  let connection = null;

  const cursor = () => document.getElementById("cursor").value;

  const resumeFrom = (opened) => {
    const url = new URL(opened.url);
    url.searchParams.set("after", cursor());
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
  const hushed = (html) => (isQuiet() ? html.replaceAll('aria-live="polite"', 'aria-live="off"') : html);
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
    shown();
  });
  on("close", ({ detail }) => detail.code === OVER && location.reload());

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
    const before = cursor();
    const url = new URL(place.getAttribute("hx-ws:connect"), location.href);
    url.searchParams.set("after", before);
    const { status, text } = await fetched(url);
    if (status === RESET || status === GONE) location.reload();
    if (status === NO_NEWS) return false;
    if (status !== NEWS || !text.includes('"#cursor"')) return null; // such as the "sign in to this wifi" of a hall
    if (cursor() !== before) return false; // a message came meanwhile, and is newer
    const html = putRows(hushed(text));
    await htmx.swap({ sourceElement: place, target: place, swap: "innerHTML swapEmpty:false", text: html, transition: false });
    shown();
    return true;
  });

  shown("");
})();
