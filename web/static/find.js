// The table of all contests: filters it while somebody types, sorts it, and keeps it so when a row changes. The server
// does the same by the same rules (search.py and table.py in server/pages/find), and each state has an address.
(() => {
  const FALLING = ["turnout", "swing", "declared"];
  const NUMBERS = ["majority", "turnout", "swing", "declared"];
  const VERDICTS = ["gain", "hold", "win"];
  const MOST_NAMED = 8;
  const FEW = 12; // rows; if more have changed, all are put in order in one pass
  const form = document.querySelector(".seek");
  const { q, party, verdict, region, council, sort } = form.elements;
  const table = document.querySelector(".seats-of");
  const [found, rest] = table.tBodies;
  const MOST_ON_A_PHONE = 40; // rows, until somebody asks for all
  const places = ["shown", "named", "nothing", "meant", "rest", "by-council"].map((id) => document.getElementById(id));
  const [shown, named, nothing, meant, more, byCouncil] = places; // the last on nights of many councils alone
  const parties = JSON.parse(table.dataset.parties);
  const language = document.documentElement.lang;
  const texts = new WeakMap(); // row → its words, which do not change during a night
  let falling = table.querySelector("[aria-sort=descending]") !== null;
  let whole = "whole" in table.dataset; // whether all rows are here, or being fetched
  let fetching = false;
  let [later, soon] = [0, 0];

  const filled = (words, number) => words.replace("{0}", number.toLocaleString(language));
  const plain = (text) => {
    const letters = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/['’]/g, "");
    return letters.replaceAll("&", " and ").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  };
  const seatOf = (row) => row.querySelector("th a");
  const asked = () => plain(q.value).split(" ").filter(Boolean);

  const textOf = (row) => {
    if (texts.has(row)) return texts.get(row);
    const seat = ` ${plain(`${seatOf(row).textContent} ${row.dataset.also ?? ""}`)}`;
    const people = row.dataset.people.split("|").map((person) => {
      const [id, name] = [person.slice(0, person.indexOf(" ")), person.slice(person.indexOf(" ") + 1)];
      const known = `${seat} ${parties[id][1]}`;
      return { name, party: parties[id][0], known, words: `${known} ${plain(name)}` };
    });
    const council = ` ${plain(row.querySelector(".council")?.textContent ?? "")}`;
    texts.set(row, { seat, people, council });
    return texts.get(row);
  };

  // The candidates whose own name helped to find a row; null where the row is not found.
  const hit = (row, words) => {
    const { seat, people, council } = textOf(row);
    const [ofSeat, ofCouncil] = [seat, council].map((text) => (word) => text.includes(` ${word}`));
    // A word of the council's name helps where another word is the seat's or a candidate's.
    const own = words.filter((word) => ofSeat(word) || !ofCouncil(word));
    const has = (text) => (own.length ? own : words).every((word) => text.includes(` ${word}`));
    const fit = people.filter((person) => has(person.words));
    return fit.length || has(seat) ? fit.filter((person) => !has(person.known)) : null;
  };
  // Whether the page shows the councils, because nothing is asked of the table.
  const isFolded = () => {
    const isAsked = [q, party, verdict, region, council].some((field) => field?.value);
    return Boolean(byCouncil) && !isAsked && sort.value === "seat" && !falling;
  };
  const isOf = (row) => {
    if (["", "all", undefined].includes(council?.value)) return true;
    const name = row.querySelector(".council")?.textContent;
    return ([...council.options].find(({ text }) => text === name)?.value ?? "others") === council.value;
  };
  const passes = (row) =>
    !isFolded() && isOf(row) &&
    (!party.value || row.dataset.party === party.value) &&
    (!verdict.value || row.classList.contains(verdict.value)) &&
    (!region.value || row.cells[1].textContent === region.selectedOptions[0].text);

  const keyOf = (row) => {
    if (sort.value === "seat") return plain(seatOf(row).textContent);
    if (sort.value === "region") return plain(row.cells[1].textContent);
    if (!row.dataset.party) return null;
    if (sort.value === "verdict") {
      const kind = VERDICTS.findIndex((word) => row.classList.contains(word));
      return `${kind} ${plain(parties[row.dataset.party]?.[0] ?? "")}`;
    }
    if (sort.value === "winner") return plain(row.cells[3].textContent).replace(/(.*) (.*)/, "$2 $1");
    const number = row.dataset.numbers.split(" ")[NUMBERS.indexOf(sort.value)];
    return number === "-" ? null : Number(number);
  };
  const order = (first, second) => (first < second ? -1 : first > second ? 1 : 0);
  const sorter = () => {
    const keys = new Map();
    const key = (row) => keys.get(row) ?? keys.set(row, [keyOf(row), plain(seatOf(row).textContent)]).get(row);
    return (row, next) => {
      const [[value, name], [nextValue, nextName]] = [key(row), key(next)];
      const last = (value === null) - (nextValue === null);
      return last || (falling ? order(nextValue, value) : order(value, nextValue)) || order(name, nextName);
    };
  };

  const query = (by, down) => {
    const address = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    address.set("sort", by);
    if (by === "seat") address.delete("sort");
    if (down !== FALLING.includes(by)) address.set("order", down ? "desc" : "asc");
    return address;
  };

  // Brings the headings, the address and the links to other editions in step with what is shown.
  const say = () => {
    for (const link of table.tHead.querySelectorAll("a")) {
      const by = link.dataset.sort;
      const isIt = by === sort.value;
      const heading = link.closest("th");
      if (isIt) heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
      link.search = query(by, isIt ? !falling : FALLING.includes(by));
    }
    const address = query(sort.value, falling);
    for (const link of document.querySelectorAll(".compared a, .languages a")) {
      const url = new URL(link.href);
      for (const name of ["q", "party", "verdict", "region", "council", "sort", "order"]) {
        if (address.has(name)) url.searchParams.set(name, address.get(name));
        else url.searchParams.delete(name);
      }
      link.href = url;
    }
    clearTimeout(later); // browsers limit how often an address may change
    const here = `${location.pathname}?${address}`.replace(/\?$/, "");
    later = setTimeout(() => history.replaceState(history.state, "", here), 200);
  };

  const count = () => {
    const folded = isFolded();
    if (!fetching) shown.textContent = filled(shown.dataset.words, found.rows.length);
    more.hidden = found.rows.length <= MOST_ON_A_PHONE;
    nothing.hidden = meant.hidden = folded || fetching || found.rows.length > 0;
    if (!byCouncil) return;
    byCouncil.hidden = !folded;
    shown.hidden = table.hidden = folded;
  };

  // What a question that finds nothing is nearest to: only the server knows.
  const suggest = async () => {
    const question = q.value;
    const address = new URLSearchParams([...new FormData(form), ["lang", language.slice(0, 2)]]);
    const answer = await fetch(`${form.action.replace(/contests$/, "find/suggested")}?${address}`).catch(() => null);
    if (!answer?.ok || q.value !== question) return;
    meant.innerHTML = (await answer.text()).replace(/ (role|tabindex)="[^"]*"/g, "");
  };

  const name = (people) => {
    const parts = people.slice(0, MOST_NAMED).flatMap(([row, person]) => {
      const link = document.createElement("a");
      link.href = seatOf(row).href;
      link.textContent = person.name;
      return [", ", link, ` (${person.party}, ${seatOf(row).textContent})`];
    });
    const more = people.length - MOST_NAMED;
    if (more > 0) parts.push(` ${filled(named.dataset.words, more)}`);
    named.lastElementChild.replaceChildren(...parts.slice(1));
    named.hidden = !people.length;
  };

  // Puts the rows that are found in order, and returns the candidates who helped to find them; a row at its place stays.
  const arrange = () => {
    const words = asked();
    const hits = new Map();
    const focused = document.activeElement;
    for (const row of [...found.rows, ...rest.rows]) {
      const people = passes(row) ? hit(row, words) : null;
      if (people) hits.set(row, people);
      else if (row.parentNode === found) rest.append(row);
    }
    const fit = [...hits.keys()].sort(sorter());
    let next = found.firstElementChild;
    for (const row of fit) {
      if (row === next) next = row.nextElementSibling;
      else found.insertBefore(row, next);
    }
    if (table.contains(focused)) focused.focus({ preventScroll: true });
    return fit.flatMap((row) => hits.get(row).map((person) => [row, person]));
  };
  const show = () => {
    const people = arrange();
    count();
    name(people);
    clearTimeout(soon);
    meant.replaceChildren();
    if (q.value && !found.rows.length && !fetching) soon = setTimeout(suggest, 200);
    say();
  };

  // A page that came with only some of the rows fetches the others once, when somebody changes the search: as they stand
  // where the page stands, which may have moved on meanwhile.
  const seqOf = (page) => Number(page.getElementById("cursor").value);
  const fetchRest = async (again = 3) => {
    const at = form.elements.at?.value;
    const kept = [...new FormData(form)].filter(([name]) => ["at", "baseline"].includes(name));
    const address = new URLSearchParams([...kept, ...(council ? [["council", "all"]] : [])]);
    const answer = await fetch(`${form.action}?${address}`);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const isOld = seqOf(page) < seqOf(document) || form.elements.at?.value !== at;
    if (isOld && again) return fetchRest(again - 1);
    rest.append(...[...page.querySelectorAll(".seats-of tbody tr")].filter((row) => !document.getElementById(row.id)));
  };
  const bring = async () => {
    whole = fetching = true;
    await fetchRest().catch(() => (whole = false)); // the next change tries again
    fetching = false;
  };
  const change = async () => {
    shown.setAttribute("aria-live", "polite"); // search results are read out, news by itself is not
    const coming = whole || bring();
    show();
    if (await coming !== true) show();
  };

  q.addEventListener("focus", () => [...found.rows].forEach(textOf), { once: true });
  form.addEventListener("input", ({ target }) => {
    if (target === sort) falling = FALLING.includes(sort.value);
    change();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change();
  });
  table.tHead.addEventListener("click", (event) => {
    const by = event.target.closest("a")?.dataset.sort;
    if (!by || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    falling = by === sort.value ? !falling : FALLING.includes(by);
    sort.value = by;
    change();
  });

  more.addEventListener("click", (event) => {
    event.preventDefault();
    table.classList.add("whole");
    found.rows[MOST_ON_A_PHONE]?.querySelector("a").focus({ preventScroll: true });
  });

  // Who follows a ward is told of it here, too, so its row must be here (follow.js).
  const follows = () => {
    try {
      return Boolean(localStorage.followed);
    } catch {
      return false;
    }
  };
  if (byCouncil && !whole && document.getElementById("live") && follows()) {
    bring().then(() => {
      show(); // somebody may have asked for something meanwhile
      document.dispatchEvent(new CustomEvent("night:shown", { detail: [] }));
    });
  }

  // A row that changed moves to its place; no other row moves.
  document.addEventListener("night:shown", ({ detail }) => {
    shown.removeAttribute("aria-live");
    const before = sorter();
    if (detail.length > FEW) arrange();
    else for (const row of detail) {
      const focused = row.contains(document.activeElement) ? document.activeElement : null;
      if (passes(row) && hit(row, asked())) {
        const next = [...found.rows].find((other) => other !== row && before(row, other) < 0) ?? null;
        if (row.parentNode !== found || row.nextElementSibling !== next) found.insertBefore(row, next);
      } else rest.append(row);
      focused?.focus({ preventScroll: true });
    }
    if (detail.length) count();
  });
})();
