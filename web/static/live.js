// Keeps an open page in step with the night: where to resume, whether the line is up, and polling where websockets
// are blocked. What changes on the page comes as HTML from the server; htmx puts it in its place.
(() => {
  const SILENCE = 70_000; // the server says something every 50 seconds at least
  const SHOWN = 12; // entries of the feed, before somebody asks for the earlier ones
  const POLL_EVERY = 5_000;
  const place = document.getElementById("live");
  const line = document.getElementById("line");
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

  // Marks the rows that a message changed, and keeps each entry of the feed once, should it have come twice.
  const show = (message) => {
    for (const [, id] of message.matchAll(/hx-target="#(row-[^"]+)"/g)) {
      const row = document.getElementById(id);
      row?.classList.add("fresh");
      row?.addEventListener("animationend", () => row.classList.remove("fresh"), { once: true });
    }
    const seen = new Set();
    for (const entry of document.querySelectorAll("#feed > li")) {
      if (seen.has(entry.id)) entry.remove();
      seen.add(entry.id);
    }
    const earlier = document.getElementById("earlier");
    if (earlier) earlier.hidden = seen.size <= SHOWN || earlier.closest(".whole") !== null;
  };

  const on = (name, listener) => document.addEventListener(`htmx:ws:${name}`, listener);

  on("before:connection", (event) => resumeFrom(event.detail.connection));
  on("after:connection", () => {
    heard = Date.now();
    failures = 0;
    say("On air", "up");
  });
  on("after:message:incoming", (event) => {
    heard = Date.now();
    resumeFrom(event.detail.connection);
    show(event.detail.message.data);
  });
  on("close", () => {
    failures += 1;
    if (failures > 1) say(failures > 2 ? "On air, by polling" : "Reconnecting", "down");
  });

  // A line that says nothing for long is dead, whatever the socket thinks, and so is one from before the network came
  // back: closing it makes htmx connect again.
  const hangUp = () => connection?.socket?.readyState === WebSocket.OPEN && connection.socket.close();
  setInterval(() => !document.hidden && Date.now() - heard > SILENCE && hangUp(), 5_000);
  window.addEventListener("online", hangUp);

  // The same fragments over HTTP while no websocket gets through; the first connection that opens ends it.
  const poll = async () => {
    const url = new URL(place.getAttribute("hx-ws:connect"), location.href);
    url.searchParams.set("after", cursor());
    const answer = await fetch(url);
    if (answer.status !== 200) return;
    const text = await answer.text();
    await htmx.swap({ sourceElement: place, target: place, swap: "innerHTML swapEmpty:false", text, transition: false });
    show(text);
  };
  setInterval(() => {
    if (!document.hidden && failures > 2) poll().catch(() => say("No connection. Trying again", "down"));
  }, POLL_EVERY);

  document.addEventListener("click", (event) => {
    if (event.target.id !== "earlier") return;
    event.target.closest(".latest").classList.add("whole");
    event.target.hidden = true;
  });

  // htmx may have looked at the page before its websocket extension was here; looking twice does no harm.
  htmx.process(place);

  // A page taken out of the back-forward cache has lost its socket for good.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
