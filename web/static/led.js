// Shows what a director shows: over a websocket, by asking where there is none. What a director put up for some seconds
// goes down by itself, so that a director's lost network leaves nothing on air for good.
(() => {
  const LATER = 2_000; // milliseconds before another attempt
  const SILENCE = 16_000; // … after which a connection is left behind: the server says something every seven seconds
  const GRACE = 2_000; // … that a banner stays longer than its director asked for, who takes it down first
  const address = new URL(document.currentScript.dataset.address, location.href);
  let silence = 0;
  let off = 0;
  let isOver = false;

  const hear = (data) => {
    const { shows, seconds, age, over } = JSON.parse(data);
    if (over) {
      isOver = true;
      return;
    }
    clearTimeout(off);
    const left = seconds ? 1_000 * seconds + GRACE - age : Infinity;
    overlay.put(left > 0 ? shows : []);
    if (left > 0 && left < Infinity) off = setTimeout(() => overlay.put([]), left);
  };
  const again = async () => {
    clearTimeout(silence);
    if (isOver) return;
    try {
      const answer = await fetch(address, { cache: "no-store" });
      if (answer.ok) hear(await answer.text());
    } catch {}
    setTimeout(follow, LATER);
  };
  const follow = () => {
    const url = new URL(address);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    const leave = () => {
      socket.onclose = null; // a dead line's goodbye may wait for ever
      socket.close();
      again();
    };
    const wait = () => {
      clearTimeout(silence);
      silence = setTimeout(leave, SILENCE);
    };
    wait();
    socket.onclose = again;
    socket.onmessage = ({ data }) => {
      wait();
      if (data) hear(data);
    };
  };
  follow();
})();
