// Puts news in its place on a page of a night, live or by the player. Rows of the list and hexagons of the map stay in the
// page and only what they say is changed, in one pass. The few whose result changed light up, the feed stays short, and
// the other scripts of the page are told.
const { put, putRows, shown } = (() => {
  const SHOWN = document.body.classList.contains("many") ? 6 : 12; // entries of the feed, until somebody asks for more
  const FEW = 12; // rows and hexagons that may be lit at once
  const LIT = 3_000; // milliseconds
  const ROWS = /<hx-partial hx-target="#(?:row|seat)-.*?<\/hx-partial>|<svg><a hx-swap-oob.*?<\/svg>/gs;
  const OURS = ["chosen", "recent", "lit"]; // classes of hexagons that scripts of the page give
  const root = document.documentElement;
  const hexagons = new Map(); // the id of a seat's row → its hexagon
  for (const hexagon of document.querySelectorAll(".hexes a")) {
    hexagons.set(hexagon.getAttribute("aria-labelledby"), hexagon);
  }
  let whole = false;

  // Removes entries of the feed that came twice, and hides the earlier ones.
  const tidy = () => {
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

  // Changes what differs between a node of the page and its news, and says whether anything did. What is the same stays,
  // with the focus and the reader's place in it. What has another id is other news, and takes its place whole.
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

  // Lights elements up, unless there are many: then they are no news but another part of the night. This is one step and
  // not an animation, for which the browser would paint the map anew sixty times a second.
  const lit = new Map(); // element → the timer that puts it out
  const putOut = (element) => {
    clearTimeout(lit.get(element));
    lit.delete(element);
    element.classList.remove("lit");
    if (!element.className) element.removeAttribute("class");
  };
  const light = (elements) => {
    if (elements.length > FEW || "quiet" in root.dataset) return;
    for (const element of elements) {
      clearTimeout(lit.get(element));
      lit.delete(element); // the newest is last
      lit.set(element, setTimeout(putOut, LIT, element));
      element.classList.add("lit");
    }
    for (const element of [...lit.keys()].slice(0, -FEW)) putOut(element);
  };

  // Puts every part of a message in its place. ``bright``: whose result changed lights up.
  let rows = [];
  const put = (message, bright) => {
    const template = document.createElement("template");
    const hexes = [];
    const html = message
      .replace(/<svg>(<a hx-swap-oob.*?)<\/svg>/gs, (_, hex) => (hexes.push(hex), ""))
      .replace(/<hx-partial hx-target="#row-[^>]*>(.*?)<\/hx-partial>/gs, "$1")
      .replace(/(<\/?)hx-partial/g, "$1template");
    template.innerHTML = `${html}<svg>${hexes.join("")}</svg>`;
    const results = [];
    for (const now of template.content.lastChild.children) {
      const old = hexagons.get(now.getAttribute("aria-labelledby"));
      if (!old) continue;
      now.removeAttribute("hx-swap-oob");
      for (const name of OURS) if (old.classList.contains(name)) now.classList.add(name);
      if (morph(old, now)) results.push(old);
    }
    for (const part of [...template.content.children].slice(0, -1)) {
      const isRow = part.localName === "li";
      const target = isRow ? `#${part.id}` : part.getAttribute("hx-target");
      const old = target[0] === "#" ? document.getElementById(target.slice(1)) : document.querySelector(target);
      if (!old) continue;
      const how = part.getAttribute("hx-swap");
      if (how === "innerHTML") old.replaceChildren(part.content);
      else if (how === "outerHTML") old.replaceWith(part.content);
      else {
        const now = isRow ? part : part.content.firstElementChild;
        if (lit.has(old)) now.classList.add("lit");
        const wasDeclared = "party" in old.dataset;
        if (!morph(old, now) || !(isRow || target.startsWith("#seat-"))) continue;
        rows.push(old);
        if (wasDeclared || "party" in old.dataset) results.push(old);
      }
    }
    if (bright) light(results);
  };

  // Puts rows and hexagons in their places, and gives what is left of the message, for htmx.
  const putRows = (message) => {
    const found = [];
    const rest = message.replace(ROWS, (part) => {
      found.push(part);
      return "";
    });
    put(found.join(""), true);
    return rest;
  };

  // To be called after each message.
  const shown = () => {
    tidy();
    document.dispatchEvent(new CustomEvent("night:shown", { detail: rows }));
    rows = [];
  };
  return { put, putRows, shown };
})();
