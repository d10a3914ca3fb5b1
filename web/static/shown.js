// Puts news in its place on a page of a night, live or by the player. Rows, hexagons and the pieces that each declaration
// changes stay, and what they say is changed in one pass. The few whose result changed light up, the feed stays short,
// and other scripts are told.
const { put, putRows, shown } = (() => {
  const SHOWN = document.body.classList.contains("many") ? 6 : 24; // entries of the feed, until somebody asks for more
  const FEW = 12; // rows and hexagons; of more at once none is news
  const LIT = 3_000; // milliseconds
  const ROWS = /<hx-partial hx-target="[^"]*" hx-swap="outerMorph".*?<\/hx-partial>|<svg><a hx-swap-oob.*?<\/svg>/gs;
  // As in hex.html. Hundreds are read as text: parsing them took as long as all else of a message.
  const HEXAGON = /<svg><a hx-swap-oob="[^"]*" aria-labelledby="(.*?)"(?: class="(.*?)")?(?: data-party="(.*?)")? href="[^"]*"><path(?: class="(.*?)")?(?: data-party="(.*?)")? d="(.*?)".*?<\/svg>/gs;
  const OURS = ["chosen", "recent", "lit"]; // classes that scripts give
  const hexagons = new Map(); // the id of a seat's row → its hexagon
  for (const hexagon of document.querySelectorAll(".hexes a")) {
    hexagons.set(hexagon.getAttribute("aria-labelledby"), hexagon);
  }
  let whole = false;
  document.documentElement.classList.add("script");

  // Removes entries of the feed that came twice, and hides the earlier ones; with the first result, how seats were held.
  const tidy = () => {
    document.getElementById("map")?.classList.toggle("begun", document.querySelector(".hexes a[data-party]") !== null);
    const seen = new Set();
    for (const entry of document.querySelectorAll("#feed > li")) {
      if (seen.has(entry.id)) entry.remove();
      seen.add(entry.id);
    }
    const earlier = document.getElementById("earlier");
    if (!earlier) return;
    whole ||= earlier.closest(".whole") !== null;
    earlier.closest(".latest").classList.toggle("whole", whole);
    earlier.hidden = whole || seen.size <= SHOWN;
  };

  document.addEventListener("click", (event) => {
    if (event.target.id !== "earlier") return;
    whole = true;
    tidy();
  });

  const inView = document.querySelector(".pages [aria-current]");
  if (inView) inView.parentElement.scrollLeft = inView.offsetLeft - inView.parentElement.offsetLeft - 40;

  // What is suggested while somebody types is fetched once somebody is about to, or has begun before this script came.
  const field = document.querySelector("[data-suggest]");
  const bring = () => document.head.append(Object.assign(document.createElement("script"), { src: field.dataset.suggest }));
  if (field && field === document.activeElement) bring();
  else field?.addEventListener("focus", bring, { once: true });

  // Changes what differs between a node and its news, and says whether anything did. What has another id is other news.
  const morph = (old, now) => {
    if (old.nodeName !== now.nodeName || old.id !== now.id) {
      old.replaceWith(now);
      return true;
    }
    if (!now.attributes) {
      const differs = old.data !== now.data;
      if (differs) old.data = now.data;
      return differs;
    }
    if (old.isEqualNode(now)) return false;
    let differs = false;
    const names = now.getAttributeNames();
    for (const name of names) {
      const value = now.getAttribute(name);
      if (old.getAttribute(name) === value) continue;
      old.setAttribute(name, value);
      differs = true;
    }
    for (const name of old.getAttributeNames()) {
      if (names.includes(name) || name === "tabindex" || name === "open") continue;
      old.removeAttribute(name);
      differs = true;
    }
    for (let was = old.firstChild, is = now.firstChild; was || is; ) {
      const [nextWas, nextIs] = [was?.nextSibling, is?.nextSibling];
      if (!is) was.remove();
      else if (!was) old.append(is);
      if (!is || !was || morph(was, is)) differs = true;
      [was, is] = [nextWas, nextIs];
    }
    return differs;
  };

  // Changes what a hexagon shows, and says whether anything differs. Its link stays.
  const set = (element, name, value) => {
    if ((element.getAttribute(name) ?? "") === value) return false;
    if (value) element.setAttribute(name, value);
    else element.removeAttribute(name);
    return true;
  };
  const recolour = (old, kind, party, steps, towards, outline) => {
    const ours = OURS.filter((name) => old.classList.contains(name));
    old.classList.remove(...ours);
    const differs = [
      set(old, "class", kind),
      set(old, "data-party", party),
      set(old.firstElementChild, "class", steps),
      set(old.firstElementChild, "data-party", towards),
      set(old.firstElementChild, "d", outline),
    ].includes(true);
    old.classList.add(...ours);
    return differs;
  };

  // Changes a row, which keeps what scripts gave it.
  const alter = (old, now) => {
    for (const name of OURS) if (old.classList.contains(name)) now.classList.add(name);
    return morph(old, now);
  };

  // What has the keyboard may be replaced by a message. Then the same link has it, or the part of the page that it was in.
  let held = null;
  const hold = () => {
    const one = document.activeElement;
    const around = [];
    for (let part = one; part; part = part.parentElement) if (part.id) around.push(part.id);
    held ??= { one, around };
  };
  const giveBack = () => {
    const { one, around } = held ?? {};
    held = null;
    if (!one || one.isConnected || document.activeElement !== document.body) return;
    const part = around.map((id) => document.getElementById(id)).find(Boolean);
    if (!part) return;
    const same = [...part.querySelectorAll("a")].find(({ href }) => href === one.href);
    if (!same) part.setAttribute("tabindex", "-1");
    (same ?? part).focus({ preventScroll: true });
  };

  // In one step: an animation of a hexagon would paint the map anew sixty times a second.
  const light = (elements) => {
    if (elements.length > FEW || "quiet" in document.documentElement.dataset) return;
    for (const { classList } of elements) {
      classList.add("lit");
      setTimeout(() => classList.remove("lit"), LIT);
    }
  };

  // A banner keeps the room that it has, so that nothing below moves: longer news is set smaller, shorter leaves some.
  const BANNER = ":is(#banner, .contest > .banner, .control > .banner, #lead-news > .banner)";
  let room = 0;
  const measure = (message) => {
    room ||= message.includes("banner") ? document.querySelector(BANNER)?.offsetHeight : 0;
  };
  const fit = () => {
    const banner = room && document.querySelector(BANNER);
    if (banner?.offsetHeight > room) banner.classList.add("tight");
    if (banner?.offsetHeight < room) banner.style.minHeight = `${room}px`;
    room = 0;
  };
  window.addEventListener("resize", () => document.querySelector(BANNER)?.removeAttribute("style"));

  // Puts each part of a message in its place. ``bright``: whose result changed lights up.
  let rows = [];
  const put = (message, bright) => {
    hold();
    if (bright) measure(message); // in a scrub it would cost a layout
    const template = document.createElement("template");
    const results = [];
    template.innerHTML = message
      .replace(HEXAGON, (_, seat, kind = "", party = "", steps = "", towards = "", outline) => {
        const old = hexagons.get(seat);
        if (old && recolour(old, kind, party, steps, towards, outline)) results.push(old);
        return "";
      })
      .replace(/<hx-partial hx-target="#row-[^>]*>(.*?)<\/hx-partial>/gs, "$1")
      .replace(/(<\/?)hx-partial/g, "$1template");
    for (const part of [...template.content.children]) {
      const isRow = part.localName === "li";
      const target = isRow ? `#${part.id}` : part.getAttribute("hx-target");
      const old = document.querySelector(target);
      if (!old) continue;
      const how = part.getAttribute("hx-swap");
      if (how === "innerHTML") old.replaceChildren(part.content);
      else if (how === "outerHTML") old.replaceWith(part.content);
      else {
        const wasDeclared = "party" in old.dataset;
        if (!alter(old, isRow ? part : part.content.firstElementChild)) continue;
        if (!isRow && !target.startsWith("#seat-")) continue;
        rows.push(old);
        if (wasDeclared || "party" in old.dataset) results.push(old);
      }
    }
    if (bright) light(results);
  };

  // Gives what is left of a message, for htmx.
  const putRows = (message) => {
    const found = [];
    const rest = message.replace(ROWS, (part) => (found.push(part), ""));
    put(found.join(""), true);
    return rest;
  };

  // To be called after each message.
  const shown = () => {
    tidy();
    fit();
    giveBack();
    document.dispatchEvent(new CustomEvent("night:shown", { detail: rows }));
    rows = [];
  };
  return { put, putRows, shown };
})();
