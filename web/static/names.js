// The names of the seats on a part of the map, which is made so large that they can be read, and moved where it is wider
// than the page. The list has them for all.
(() => {
  const LARGE = 50; // pixels of a hexagon's width: the letters are eight
  const [WIDE, LONG, LINES, HIGH] = [14, 11, 4, 2.6]; // of a hexagon, characters of a line, lines, the height of a line
  const hexes = document.querySelector(".hexes");
  const zoom = document.querySelector("#map-zoom select");
  const pan = Object.assign(document.createElement("div"), { className: "pan" });
  let names = null;

  const make = (tag, attributes) => {
    const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
    return one;
  };

  // As many words a line as there is room for.
  const broken = (name) => {
    const lines = [];
    for (const word of name.replaceAll(" and ", " & ").split(" ")) {
      const longer = `${lines.at(-1)} ${word}`;
      if (lines.length && longer.length <= LONG) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.length > LINES ? [...lines.slice(0, LINES - 1), `${lines[LINES - 1]}…`] : lines;
  };

  const draw = () => {
    names?.remove();
    if (!zoom.value) return;
    names = make("g", { class: "names", "aria-hidden": "true" });
    for (const hex of hexes.querySelectorAll("a")) {
      const name = document.getElementById(hex.getAttribute("aria-labelledby"))?.querySelector("a").textContent;
      if (!name) continue;
      const { e, f } = hex.parentNode.transform.baseVal[0].matrix;
      const box = hex.lastElementChild.getBBox();
      const x = e + box.x + box.width / 2;
      const lines = broken(name);
      const text = make("text", { x, y: f - ((lines.length - 1) * HIGH) / 2 + 0.8 });
      lines.forEach((line, number) => {
        text.append(Object.assign(make("tspan", { x, dy: number && HIGH }), { textContent: line }));
      });
      names.append(text);
    }
    hexes.append(names);
  };

  const enlarge = () => {
    const pixels = (LARGE * hexes.viewBox.baseVal.width) / WIDE;
    hexes.style.cssText = zoom.value && `min-width: ${pixels}px; max-height: none`;
    pan.scrollLeft = (pan.scrollWidth - pan.clientWidth) / 2;
    draw();
  };

  hexes.replaceWith(pan);
  pan.append(hexes);
  new MutationObserver(enlarge).observe(hexes, { attributes: true, attributeFilter: ["viewBox"] });
  enlarge();
})();
