// The map's keyboard, caption and zoom, and the view of the last hour's declarations. Without this script hexagons are
// plain links; the page and its style sheet make their look. Here a seat is known by the id of its row in the list.
(() => {
  const map = document.getElementById("map");
  if (!map || map.closest("[inert]")) return; // such as on a wall
  const hexes = map.querySelector(".hexes");
  const caption = document.getElementById("map-caption");
  const zoom = map.querySelector("select");
  const status = document.querySelector(".title");
  const [nothing, majority] = caption.dataset.words.split("|");
  const rows = [...hexes.querySelectorAll("g[transform]")].filter((row) => row.querySelector("a"));
  let chosen = ""; // the seat in the caption
  let clicked = "";
  let entry = ""; // the seat that the Tab key reaches
  let wish = null; // the x that the up and down keys keep to

  const seatOf = (hex) => hex.getAttribute("aria-labelledby");
  const hexOf = (seat) => hexes.querySelector(`[aria-labelledby="${seat}"]`);
  const xOf = (hex) => hex.parentNode.transform.baseVal[0].matrix.e + parseInt(hex.firstElementChild.getAttribute("d").slice(1));

  // Makes the whole map one stop of the Tab key, not 650.
  const enterAt = (hex) => {
    hexOf(entry)?.setAttribute("tabindex", "-1");
    hex.setAttribute("tabindex", "0");
    entry = seatOf(hex);
  };

  // Following seats and the names on a part of the map have scripts of their own, loaded when somebody wants them.
  const bring = (element) => {
    const script = element?.dataset.script;
    if (!script || document.head.querySelector(`[src="${script}"]`)) return;
    document.head.append(Object.assign(document.createElement("script"), { src: script }));
  };
  const bringFollowing = () => bring(document.getElementById("yours"));
  try {
    if (localStorage.followed) bringFollowing();
    window.addEventListener("storage", ({ key }) => key === "followed" && bringFollowing()); // in another tab
  } catch {} // a browser that keeps nothing

  // Shows in the caption what the list says of the chosen seat, with a link to it.
  const tell = () => {
    const row = document.getElementById(chosen);
    if (!row) return;
    const [seat, verdict, margin] = [...row.children].map((part) => part.textContent.trim());
    const more = !margin ? "" : /^\d/.test(margin) ? `, ${majority} ${margin}` : `, ${margin}`;
    const text = `: ${verdict}${more}`;
    if (caption.textContent === seat + text) return;
    const link = document.createElement("a");
    link.href = row.querySelector("a").href;
    link.textContent = seat;
    caption.replaceChildren(link, text);
    bringFollowing();
  };

  const show = (hex) => {
    hexOf(chosen)?.classList.remove("chosen");
    hex.classList.add("chosen");
    chosen = seatOf(hex);
    tell();
  };

  const nearest = (row, x) => {
    const away = (hex) => Math.abs(xOf(hex) - x);
    return [...row.children].reduce((best, hex) => (away(hex) < away(best) ? hex : best));
  };

  const go = (from, key) => {
    const row = from.parentNode;
    switch (key) {
      case "ArrowLeft":
        return from.previousElementSibling;
      case "ArrowRight":
        return from.nextElementSibling;
      case "Home":
        return row.firstElementChild;
      case "End":
        return row.lastElementChild;
      default: {
        const next = rows[rows.indexOf(row) + (key === "ArrowUp" ? -1 : 1)];
        return next && nearest(next, wish ?? xOf(from));
      }
    }
  };

  hexes.addEventListener("keydown", (event) => {
    const upOrDown = ["ArrowUp", "ArrowDown"].includes(event.key);
    if (!upOrDown && !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = event.target.closest("a");
    wish = upOrDown ? (wish ?? xOf(from)) : null;
    go(from, event.key)?.focus();
  });
  // Chromium makes an SVG element focusable if it listens to focus events, so the element around it listens.
  map.addEventListener("focusin", (event) => {
    const hex = event.target.closest(".hexes a");
    if (!hex) return;
    enterAt(hex);
    show(hex);
  });

  // A touch or a click shows a seat in the caption. The caption's link, the Enter key or a second click opens its page.
  hexes.addEventListener("click", (event) => {
    const hex = event.target.closest("a");
    if (!hex || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (seatOf(hex) === clicked) return;
    event.preventDefault();
    clicked = seatOf(hex);
    enterAt(hex);
    show(hex);
  });
  hexes.addEventListener("pointerover", (event) => {
    const hex = event.pointerType === "mouse" && event.target.closest("a");
    if (hex) show(hex);
  });
  document.addEventListener("pointerdown", () => {
    wish = null;
  });

  // Marks the last hour by the night's own clock, which a replay or a past night has too.
  const markRecent = () => {
    if (map.dataset.view !== "recent") return;
    const now = Date.parse(status.querySelector("time").dateTime) - Date.parse(hexes.dataset.since);
    for (const path of hexes.querySelectorAll("a[data-party] path")) {
      const minute = parseInt(path.getAttribute("class").split(" ").pop(), 36);
      path.parentNode.classList.toggle("recent", now / 60_000 - minute < 60);
    }
  };

  // Puts the chosen view on the map for the style sheet. A rule with :has() would be evaluated at each declaration.
  const look = () => {
    map.dataset.view = map.querySelector("[name=map]:checked").value;
    markRecent();
  };
  window.addEventListener("pageshow", look); // going back to a page restores its choice

  const zoomTo = (region) => {
    const option = [...zoom.options].find((choice) => choice.value === region) ?? zoom.options[0];
    zoom.value = option.value;
    hexes.setAttribute("viewBox", option.dataset.box);
    if (zoom.value) bring(zoom);
  };
  const follow = () => {
    const asked = location.hash.match(/^#map-?(.*)/);
    if (asked) zoomTo(asked[1]);
    return asked;
  };
  window.addEventListener("hashchange", follow);
  const keepView = () => {
    for (const link of document.querySelectorAll(".compared a, .languages a")) {
      const url = new URL(link.href);
      url.searchParams.set("map", map.dataset.view);
      url.hash = zoom.value && `map-${zoom.value}`;
      link.href = url;
    }
  };

  map.addEventListener("change", (event) => {
    if (event.target === zoom) zoomTo(zoom.value);
    else look();
    const url = new URL(location);
    if (map.dataset.view === "winner") url.searchParams.delete("map");
    else url.searchParams.set("map", map.dataset.view);
    url.hash = zoom.value && `map-${zoom.value}`;
    history.replaceState(history.state, "", url);
    keepView();
  });

  document.addEventListener("night:shown", () => {
    tell();
    markRecent();
  });

  for (const hex of hexes.querySelectorAll("a")) hex.setAttribute("tabindex", "-1");
  enterAt(rows[0].firstElementChild);
  document.getElementById("map-recent").hidden = false;
  if (/[?&]map=recent/.test(location.search)) map.querySelector("[value=recent]").checked = true;
  document.getElementById("map-zoom").hidden = false;
  caption.textContent = nothing;
  if (follow()) map.scrollIntoView();
  look();
})();
