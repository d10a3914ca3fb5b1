// What a page of a night does after news has been put in its place, live or by the player: rows that changed light up,
// the feed stays short, and the other scripts of the page are told.
const shown = (() => {
  const SHOWN = document.body.classList.contains("many") ? 6 : 24; // entries of the feed, until somebody asks for more
  let whole = false;
  document.documentElement.classList.add("script");

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

  // The list of all contests is folded by region where there is little room.
  const folds = document.querySelectorAll(".folds > details");
  for (const fold of folds) fold.open ||= matchMedia("(min-width: 62rem)").matches;
  const inView = document.querySelector(".pages [aria-current]");
  if (inView) inView.parentElement.scrollLeft = inView.offsetLeft - inView.parentElement.offsetLeft - 40;

  // What is suggested while somebody types is fetched once somebody is about to.
  document.querySelector("[data-suggest]")?.addEventListener(
    "focus",
    ({ target }) => document.head.append(Object.assign(document.createElement("script"), { src: target.dataset.suggest.split(" ")[0] })),
    { once: true },
  );

  // ``bright`` says that rows light up: not if the player has gone to another part of the night.
  return (message, bright = true) => {
    const rows = [];
    for (const [, id] of message.matchAll(/hx-target="#((?:row|seat)-[^"]+)"/g)) {
      const row = document.getElementById(id);
      if (!row) continue;
      rows.push(row);
      if (!bright || row.closest("details:not([open])")) continue;
      row.classList.add("fresh");
      row.addEventListener("animationend", () => row.classList.remove("fresh"), { once: true });
    }
    tidy();
    document.dispatchEvent(new CustomEvent("night:shown", { detail: rows }));
  };
})();
