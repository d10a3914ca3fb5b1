// Keeps an open page in step with the night: where to resume, whether the line is up, and polling where websockets
// are blocked. What changes on the page comes as HTML from the server; htmx puts it in its place.
(() => {
  const SILENCE = 70_000; // the server says something every 50 seconds at least
  const POLL_EVERY = 5_000;
  const [OVER, RESET] = [1000, 205]; // of a websocket, of an answer: the night is over, and this page is another one
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

  const resumeFrom = (one) => {
    const url = new URL(one.url);
    url.searchParams.set("after", cursor());
    one.url = url.href;
    connection = one;
  };

  // Quiet mode, on pages that have its button: nothing lights up, and nothing is read out but what becomes of the seats
  // that somebody follows.
  let kept = {};
  try {
    kept = localStorage;
  } catch {} // then it lasts as long as the page
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
    detail.message.data = hushed(detail.message.data);
  });
  on("after:message:incoming", (event) => {
    heard = Date.now();
    resumeFrom(event.detail.connection);
    shown(event.detail.message.data);
  });
  on("close", ({ detail }) => {
    if (detail.code === OVER) return location.reload();
    failures += 1;
    if (failures > 1) say(failures > 2 ? POLLING : RECONNECTING, "down");
  });

  // A line that says nothing for long is dead, whatever the socket thinks, and so is one from before the network came
  // back: closing it makes htmx connect again.
  const hangUp = () => connection?.socket?.readyState === WebSocket.OPEN && connection.socket.close();
  setInterval(() => !document.hidden && Date.now() - heard > SILENCE && hangUp(), 5_000);
  window.addEventListener("online", hangUp);

  // A hidden tab hangs up, but not that of somebody who wants to be notified: then htmx does not hear that it is hidden.
  window.addEventListener(
    "visibilitychange",
    (event) => {
      if (!connection || !("notify" in root.dataset)) return;
      connection.config.pauseOnBackground = false;
      if (document.hidden) event.stopPropagation();
    },
    true,
  );

  // The same fragments over HTTP while no websocket gets through; the first connection that opens ends it.
  const poll = async () => {
    const url = new URL(place.getAttribute("hx-ws:connect"), location.href);
    url.searchParams.set("after", cursor());
    const answer = await fetch(url);
    if (answer.status === RESET) location.reload();
    if (answer.status !== 200) return;
    const text = hushed(await answer.text());
    await htmx.swap({ sourceElement: place, target: place, swap: "innerHTML swapEmpty:false", text, transition: false });
    shown(text);
  };
  setInterval(() => {
    if (!document.hidden && failures > 2) poll().catch(() => say(NO_CONNECTION, "down"));
  }, POLL_EVERY);

  shown("");

  // The line is opened once all scripts of the page listen: none may miss the first message. htmx may have looked at the
  // page before its websocket extension was here; looking twice does no harm.
  document.addEventListener("DOMContentLoaded", () => {
    htmx.process(place);
    htmx.trigger(place, "ready");
  });

  // A page taken out of the back-forward cache has lost its socket for good.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
