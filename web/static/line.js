// Whether this page hears its server. ``Line`` is what is known of that: it touches neither the page nor the network.
// ``follow`` joins one to htmx's websocket, to asking over HTTP, and to the sign in the page's header.

class Line {
  static SILENCE = 10_000; // the server says something every 7 seconds at least
  static GRACE = 2_000; // after a socket has closed: most are replaced by then, and nothing need be said
  static EVERY = 5_000; // between two questions
  static FEW = 3; // sockets that closed without a message

  constructor(now) {
    this.heard = this.updated = this.since = this.begun = now; // the page itself came from the server
    this.pushed = this.closed = this.answered = this.asked = -Infinity;
    this.failures = 0; // sockets that closed since the last message
    this.open = this.offline = false; // open: the present socket has brought a message
  }

  dialled(now) {
    this.begun = now;
  }

  message(now, isNews) {
    this.heard = this.since = this.pushed = now;
    if (isNews) this.updated = now;
    this.failures = 0;
    this.open = true;
    this.offline = false;
  }

  answer(now, isNews) {
    this.heard = this.answered = now;
    if (isNews) this.updated = now;
    this.offline = false;
  }

  close(now) {
    if (this.open) this.closed = now;
    this.open = false;
    this.failures += 1;
  }

  lost() {
    this.offline = true;
  }

  // Somebody looks at the page again, or the network is back: what was known is old.
  wake(now) {
    this.since = now;
    this.pushed = this.answered = this.asked = -Infinity;
    this.failures = 0;
  }

  state(now) {
    if (this.offline) return "offline";
    if ((this.open || now - this.closed < Line.GRACE) && now - this.pushed <= Line.SILENCE) return "live";
    if (now - this.answered <= Line.SILENCE) return "polled";
    return this.isSilent(now) ? "silent" : "connecting";
  }

  isSilent(now) {
    return this.offline || this.failures >= Line.FEW || now - this.since > Line.SILENCE;
  }

  mustAsk(now) {
    return this.isSilent(now) && now - this.asked >= Line.EVERY;
  }

  mustLeave(now) {
    return now - Math.max(this.begun, this.pushed) > Line.SILENCE;
  }
}

// ``poll`` asks over HTTP by the function that it is given, puts what came on the page, and says whether there was news;
// null if it was no answer of ours. Returns ``ask``, which asks now.
function follow(place, poll) {
  const PATIENCE_WITH_A_BODY = 30_000;
  const STATES = ["connecting", "live", "polled", "silent", "offline"];
  const sign = document.getElementById("line");
  const age = document.getElementById("age");
  const words = sign.dataset.words.split("|");
  const [NOW, UPDATED, SILENT_FOR, HEARD] = age.dataset.words.split("|");
  const line = new Line(Date.now());
  let connection = null;
  let known = null; // the socket that was there at the last look
  let left = null; // the one that was left behind
  let asking = false;
  let isKnown = false; // whether the line has been said to be good or bad; that it is being opened is not read out

  const write = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const inWords = (milliseconds, step) => {
    const seconds = Math.floor(milliseconds / 1_000);
    if (seconds < 60) return `${seconds - (seconds % step)} s`;
    return seconds < 3_600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
  };
  const aged = (state, now) => {
    const [sinceNews, sinceHeard] = [now - line.updated, now - line.heard];
    if (state === "silent") return SILENT_FOR.replace("{0}", inWords(sinceHeard, 1));
    if (state === "offline") return HEARD.replace("{0}", inWords(sinceHeard, 10));
    if (state === "connecting") return "";
    return sinceNews < 10_000 ? NOW : UPDATED.replace("{0}", inWords(sinceNews, 10));
  };
  const show = () => {
    const now = Date.now();
    const state = line.state(now);
    const live = isKnown && !("quiet" in document.documentElement.dataset) ? "polite" : "off";
    if (sign.getAttribute("aria-live") !== live) sign.setAttribute("aria-live", live);
    isKnown ||= state !== "connecting";
    write(sign, words[STATES.indexOf(state)]);
    write(age, ` ${aged(state, now)}`);
    sign.dataset.state = { live: "up", polled: "polled", connecting: "wait" }[state] ?? "down";
  };

  // htmx hears that a socket has closed, whatever the socket itself says: its own goodbye may wait for ever.
  const leave = () => {
    const socket = connection?.socket;
    if (!socket || socket === left) return;
    left = socket;
    clearTimeout(connection.timer);
    socket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
  };

  const fetched = async (url, options) => {
    const stop = new AbortController();
    const giveUpAfter = (milliseconds) => setTimeout(() => stop.abort(), milliseconds);
    const timer = giveUpAfter(Line.EVERY);
    try {
      const answer = await fetch(url, { cache: "no-store", signal: stop.signal, ...options });
      clearTimeout(timer);
      giveUpAfter(PATIENCE_WITH_A_BODY);
      return { status: answer.status, type: answer.type, text: await answer.text() };
    } catch {
      return { status: 0, text: "" };
    }
  };
  const ask = async () => {
    if (asking) return;
    asking = true;
    line.asked = Date.now();
    try {
      const isNews = await poll(fetched);
      if (isNews !== null) line.answer(Date.now(), isNews);
    } finally {
      asking = false;
    }
    show();
  };

  // htmx closes the socket of a hidden page, unless the page's line is to stay open.
  const isAsleep = () => document.hidden && connection?.config.pauseOnBackground !== false;
  const look = () => {
    if (isAsleep()) return;
    const now = Date.now();
    if (connection?.socket !== known) {
      known = connection?.socket;
      line.dialled(now);
    }
    if (known && known.readyState !== WebSocket.CLOSED && line.mustLeave(now)) leave();
    // What was under way when the network went is heard after that, and takes the word back.
    if (navigator.onLine === false && line.state(now) !== "live") line.lost();
    if (line.mustAsk(now)) ask();
    show();
  };

  const on = (name, listener) => document.addEventListener(`htmx:ws:${name}`, listener);
  on("before:connection", ({ detail }) => (connection = detail.connection));
  on("after:message:incoming", ({ detail }) => {
    line.message(Date.now(), detail.message.data !== "");
    look();
  });
  on("close", () => {
    line.close(Date.now());
    connection.attempt = line.failures - 1; // htmx forgets failures when a socket opens, and a proxy may open every one
    look();
  });
  window.addEventListener("offline", () => {
    line.lost();
    show();
  });
  window.addEventListener("online", () => {
    line.wake(Date.now());
    left = null;
    leave();
    ask();
  });
  document.addEventListener("visibilitychange", () => {
    if (isAsleep()) return;
    const now = Date.now();
    if (now - line.pushed > Line.SILENCE) line.wake(now);
    look();
  });
  setInterval(look, 1_000);
  show();

  // The line is opened when all scripts of the page listen, so that none misses the first message. htmx may have
  // processed the page before its websocket extension was loaded; processing it twice does no harm.
  document.addEventListener("DOMContentLoaded", () => {
    htmx.process(place);
    htmx.trigger(place, "ready");
  });
  // A page from the back-forward cache has lost its socket for good, so it is loaded again.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  return ask;
}
