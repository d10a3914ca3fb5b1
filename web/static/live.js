// Keeps an open page in step with the night: it resumes where the page is, shows whether the line is up, and polls where
// websockets are blocked. What changes on the page comes as HTML from the server, and htmx puts it in its place.
(() => {
  const SILENCE = 70_000; // the server says something every 50 seconds at least
  const POLL_EVERY = 5_000;
  const [OVER, RESET, GONE] = [1000, 205, 404]; // of a websocket, of answers: the night is over or gone, so reload
  const place = document.getElementById("live");
  const line = document.getElementById("line");
  const [ON_AIR, RECONNECTING, POLLING, NO_CONNECTION] = line.dataset.words.split("|");
  let connection = null;
  let heard = Date.now();
  let failures = 0;

  const cursor = () => document.getElementById("cursor").value;

  const say = (text, state) => {
    if (line.textContent !== text) line.textContent = text;
    line.dataset.state = state;
  };

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
    for (const region of document.querySelectorAll("[aria-live]:not(#said), #line")) {
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
  on("after:connection", () => {
    heard = Date.now();
    failures = 0;
    say(ON_AIR, "up");
  });
  on("before:message:incoming", ({ detail }) => {
    detail.message.data = putRows(hushed(detail.message.data));
  });
  on("after:message:incoming", (event) => {
    heard = Date.now();
    resumeFrom(event.detail.connection);
    shown();
  });
  on("close", ({ detail }) => {
    if (detail.code === OVER) return location.reload();
    failures += 1;
    if (failures > 1) say(failures > 2 ? POLLING : RECONNECTING, "down");
  });

  // A line that has been silent for too long is dead, whatever the socket says, and so is a line from before the network
  // came back. Closing it makes htmx connect again.
  const hangUp = () => connection?.socket?.readyState === WebSocket.OPEN && connection.socket.close();
  setInterval(() => !document.hidden && Date.now() - heard > SILENCE && hangUp(), 5_000);
  window.addEventListener("online", hangUp);

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

  // Fetches the same fragments over HTTP while no websocket gets through, until a connection opens.
  const poll = async () => {
    const url = new URL(place.getAttribute("hx-ws:connect"), location.href);
    url.searchParams.set("after", cursor());
    const answer = await fetch(url);
    if (answer.status === RESET || answer.status === GONE) location.reload();
    if (answer.status !== 200) return;
    const text = putRows(hushed(await answer.text()));
    await htmx.swap({ sourceElement: place, target: place, swap: "innerHTML swapEmpty:false", text, transition: false });
    shown();
  };
  setInterval(() => {
    if (!document.hidden && failures > 2) poll().catch(() => say(NO_CONNECTION, "down"));
  }, POLL_EVERY);

  shown();

  // The line is opened when all scripts of the page listen, so that none misses the first message. htmx may have
  // processed the page before its websocket extension was loaded; processing it twice does no harm.
  document.addEventListener("DOMContentLoaded", () => {
    htmx.process(place);
    htmx.trigger(place, "ready");
  });

  // A page from the back-forward cache has lost its socket for good, so it is loaded again.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
