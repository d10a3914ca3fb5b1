// A clock that leads other screens: this page leads one, or follows the one that its address names. The player says when
// its clock was moved, and where it stands; what a leader sends is told to all who follow.
(() => {
  const SOON = 200; // milliseconds between two moves that are sent
  const LATER = 2_000; // … before another attempt
  const AGAIN = 5_000; // … between two looks at a clock that runs: its page may have waited for the network
  const SILENCE = 16_000; // … after which a connection is left behind: the server says something every seven seconds
  const ROOT = document.currentScript.src.split("/static/")[0];
  const player = document.getElementById("player");
  const [button, words] = document.getElementById("lead").children;
  const [BEGIN, END, FOLLOWED_AT, FOLLOWS, OVER, NO_CONNECTION] = words.dataset.words.split("|");
  const say = (text) => (words.textContent = text);
  const put = (address, method, body, headers) => fetch(address, { method, body: JSON.stringify(body), headers });

  let kept = {};
  try {
    kept = sessionStorage; // so that a page which is loaded again goes on leading
  } catch {}
  let where = null; // says where the player's clock stands
  let led = null; // night, code, token and address of the clock that this page leads
  let number = Date.now();
  let isNews = false;
  let sending = false;
  const lead = (clock) => {
    led = clock;
    if (clock) kept.led = JSON.stringify(clock);
    else delete kept.led;
    button.textContent = clock ? END : BEGIN;
    say(clock ? FOLLOWED_AT.replace("{0}", clock.address.replace(/^https?:\/\//, "")) : "");
  };
  const send = async () => {
    if (sending || !isNews || !led) return;
    sending = true;
    isNews = false;
    let pause = SOON;
    try {
      const headers = { Authorization: `Bearer ${led.token}` };
      const { ok, status } = await put(`${ROOT}/clocks/${led.code}`, "PUT", { ...where(), number: (number += 1) }, headers);
      if ([403, 404].includes(status)) {
        lead(null);
        say(OVER);
      } else if (!ok) throw new Error(status);
    } catch {
      isNews = true;
      pause = LATER;
    }
    setTimeout(() => {
      sending = false;
      send();
    }, pause);
  };
  const begin = async () => {
    unfollow();
    try {
      const answer = await put(`${ROOT}/nights/${player.dataset.night}/clock`, "POST", where());
      if (!answer.ok) throw new Error(answer.statusText);
      lead({ night: player.dataset.night, ...(await answer.json()) });
    } catch {
      say(NO_CONNECTION);
    }
  };
  button.addEventListener("click", () => (led ? lead(null) : begin()));
  player.addEventListener("clock:moved", ({ detail }) => {
    where = detail;
    isNews = true;
    send();
  });
  setInterval(() => {
    isNews ||= where().plays;
    send();
  }, AGAIN);

  // Follows over a websocket, and asks where there is none.
  let followed = new URLSearchParams(location.search).get("led");
  let socket = null;
  let silence = 0;
  const unfollow = () => {
    followed = null;
    clearTimeout(silence);
    socket?.close();
    const url = new URL(location);
    url.searchParams.delete("led");
    history.replaceState(history.state, "", url);
  };
  const hear = (data) => {
    const clock = JSON.parse(data);
    if (clock.over) {
      unfollow();
      say(OVER);
    } else player.dispatchEvent(new CustomEvent("clock:set", { detail: clock }));
  };
  const again = async () => {
    clearTimeout(silence);
    if (!followed) return;
    try {
      const answer = await fetch(`${ROOT}/clocks/${followed}`);
      if (answer.ok) hear(await answer.text());
      else if (answer.status === 404) hear('{"over":true}');
    } catch {}
    setTimeout(follow, LATER);
  };
  const follow = () => {
    if (!followed) return;
    const url = new URL(`${ROOT}/clocks/${followed}`);
    url.protocol = url.protocol.replace("http", "ws");
    const dialled = (socket = new WebSocket(url));
    const leave = () => {
      dialled.onclose = null; // a dead line's goodbye may wait for ever
      dialled.close();
      again();
    };
    const wait = () => {
      clearTimeout(silence);
      silence = setTimeout(leave, SILENCE);
    };
    wait();
    dialled.onclose = again;
    dialled.onmessage = ({ data }) => {
      wait();
      if (data && followed) hear(data);
    };
  };

  player.dispatchEvent(new CustomEvent("clock:asked"));
  const before = JSON.parse(kept.led ?? "null");
  if (followed) {
    say(FOLLOWS.replace("{0}", followed));
    follow();
  } else if (before?.night === player.dataset.night) lead(before);
  else begin();
})();
