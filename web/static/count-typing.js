// What an officer types into a form: it is kept on the phone at every keystroke, put back after a reload, and added up.
// This file sends nothing, and the rules of a count are the server's.

const storage = {
  get(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
      return true;
    } catch {
      return false; // private browsing, or a full storage: the page says so
    }
  },
  remove(name) {
    try {
      localStorage.removeItem(name);
    } catch {
      // without storage there was nothing to remove
    }
  },
  names(prefix) {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
    } catch {
      return [];
    }
  },
};

// The texts that the script shows are in a template element of the page.
const wordsFor = (name) => document.getElementById("words").content.querySelector(`[data-say="${name}"]`);
const saying = (name, place) => {
  const words = document.importNode(wordsFor(name), true);
  (place ?? document.getElementById("around") ?? document.querySelector("main h1")).after(words);
  return words;
};
const unsay = (...names) => {
  for (const name of names) for (const element of document.querySelectorAll(`main [data-say="${name}"]`)) element.remove();
};
const clock = (time) => new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const comma = (number) => number.toLocaleString(document.documentElement.lang);
const withNumber = (words, number) => words.replace("NUMBER", comma(number));

const newName = () => Math.random().toString(36).slice(2, 8);
const TAB = (() => {
  try {
    return (sessionStorage.tab ??= newName());
  } catch {
    return newName();
  }
})();

// Reads a number as the server does: null if nothing is typed, NaN if it cannot be read.
const LINES = "\\t\\r\\n\\v\\f\\u0085\\u2028\\u2029"; // what parts two cells of a table, or two rows
const TWO = new RegExp(`\\d[ ${LINES}]*[${LINES}] *\\d`);
function numberIn(text) {
  const seen = text.replace(/[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "").trim();
  if (TWO.test(seen)) return NaN;
  const plain = seen.replace(/\s+/g, " ");
  if (!plain) return null;
  if (!/^(\d+|\d{1,3}([, ])\d{3}(\2\d{3})*)$/.test(plain)) return NaN;
  const digits = plain.replace(/[, ]/g, "").replace(/^0+(?=\d)/, "");
  return digits.length > 9 ? NaN : Number(digits);
}

// A browser makes one line of what is pasted, and of two rows "12 345": a tab keeps them two numbers, as two columns are.
document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text") ?? "";
  if (!event.target.matches?.("input[inputmode=numeric]") || !TWO.test(text.trim())) return;
  event.preventDefault();
  document.execCommand("insertText", false, text.trim().replace(new RegExp(`[${LINES}]+`, "g"), "\t"));
});

const fieldsOf = (form) => [...form.querySelectorAll("input[inputmode=numeric], [data-kept]")];
// The lots that can be drawn: radios where one decides, boxes where it may be several.
const lotsOf = (form) => [...form.querySelectorAll("#lot input")];
const drawnBy = (lot) => (lot.type === "radio" ? lot.value : lot.name.slice(4));
const lotOf = (form) => lotsOf(form).filter((lot) => lot.checked && !lot.disabled).map(drawnBy).join(" ");
const drawLots = (form, drawn) => {
  for (const lot of lotsOf(form)) lot.checked = drawn.split(" ").includes(drawnBy(lot));
};

// Whether a form holds figures that the server has not accepted yet.
const isTyped = (form) =>
  !("taken" in form.dataset) &&
  ("unsent" in form.dataset ||
    fieldsOf(form).some((field) => field.value !== field.defaultValue) ||
    lotsOf(form).some((lot) => !lot.disabled && lot.checked !== lot.defaultChecked));

// The draft of a form. Two tabs with the same form each keep their own: the second tab to type begins another draft.
class Draft {
  constructor(form) {
    this.form = form;
    this.name = form.dataset.draft;
    const there = this.kept();
    const [key, draft] = there.find(([, stored]) => stored.tab === TAB) ?? there[0] ?? [this.name, null];
    this.key = key;
    this.at = draft?.at;
    if (draft) this.show(draft);
    else if (fieldsOf(form).some((field) => field.value !== (field.defaultValue ?? field.value))) this.keep(); // typed before this ran
    this.tellOfOthers();
  }

  isOneOf(key) {
    return key === this.name || (key?.startsWith(`${this.name}~`) && !key.endsWith(":waiting"));
  }

  // Whether this form holds exactly what a draft holds.
  isAll({ texts }) {
    return Boolean(texts) && fieldsOf(this.form).every((field) => (texts[field.name] ?? "") === field.value);
  }

  // All drafts of this form, the newest first.
  kept() {
    return [this.name, ...storage.names(`${this.name}~`)]
      .map((key) => [key, storage.get(key)])
      .filter(([, draft]) => draft?.texts)
      .sort(([, first], [, second]) => second.at - first.at);
  }

  texts() {
    return Object.fromEntries(fieldsOf(this.form).map((field) => [field.name, field.value]));
  }

  // Puts a draft into the form, over the figures that came from the server: those are never newer.
  show(draft, wholly = !("fresh" in this.form.dataset)) {
    let restored = false;
    for (const input of fieldsOf(this.form)) {
      const text = draft.texts[input.name];
      if (text === undefined || text === input.value || !(text || wholly)) continue;
      input.value = text;
      restored = true;
    }
    if (draft.lot) drawLots(this.form, draft.lot);
    if (!restored) return;
    const details = this.form.closest("details");
    if (details) details.open = true;
    unsay("restored");
    saying("restored").querySelector("[data-time]").textContent = clock(draft.at);
  }

  // Keeps what is typed; returns false if the browser cannot keep anything.
  keep() {
    const there = storage.get(this.key);
    if (there && there.at !== this.at) this.key = `${this.name}~${newName()}`; // another tab has written there
    this.at = Date.now();
    const texts = { ...storage.get(this.key)?.texts, ...this.texts() };
    return storage.set(this.key, { texts, lot: lotOf(this.form), at: this.at, tab: TAB });
  }

  // Tells of other figures for this form that another tab has kept. They never replace those shown without being asked.
  tellOfOthers() {
    const isOther = ([key, draft]) =>
      (key !== this.key || draft.at !== this.at) && Object.values(draft.texts).some(Boolean) && !this.isAll(draft);
    const other = this.kept().find(isOther)?.[1];
    unsay("elsewhere");
    if (!other) return;
    const told = saying("elsewhere");
    told.querySelector("[data-time]").textContent = clock(other.at);
    told.querySelector("[data-take]").addEventListener("click", () => this.take(other));
  }

  // Shows the other figures, and keeps those that were shown as the other draft.
  take(other) {
    const mine = { texts: this.texts(), lot: lotOf(this.form), at: Date.now() };
    storage.set(`${this.name}~${newName()}`, mine);
    this.show(other, true);
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
    this.tellOfOthers();
  }
}

function addUp(form) {
  form.querySelector("[data-without-script]")?.remove();
  const sum = form.querySelector("#sum");
  if (!sum) return;
  const numbers = fieldsOf(form)
    .filter((field) => field.inputMode === "numeric")
    .map((field) => [field.name, numberIn(field.value)]);
  const counts = form.dataset.counts?.split(" ") ?? [""]; // the fields that are papers, by how their names begin
  const papersIn = numbers.filter(([name]) => counts.some((beginning) => name.startsWith(beginning)));
  const together = papersIn.reduce((all, [, number]) => all + (number || 0), 0);
  offerLot(form, votesIn(form, numbers));
  const electorate = Number(form.dataset.electorate);
  const papers = form.dataset.papers && Number(form.dataset.papers);
  const left = papers - together;
  sum.querySelector("[data-counted]").textContent = comma(together);
  if ("said" in form.dataset) return;
  const words = sum.dataset;
  sum.querySelector("[data-left]").textContent = !papers
    ? electorate ? withNumber(words.electorate, electorate) : ""
    : withNumber(left > 0 ? words.fewer : left === 0 ? words.same : words.more, Math.abs(left));
  sum.classList.toggle("bad", papers ? left < 0 : electorate > 0 && together > electorate);
  sum.classList.toggle("done", Boolean(papers) && left === 0);
}

// The votes of each candidate, and each sum beside its name: of split and block votes, or of two rounds. What is not
// known yet is null.
function votesIn(form, numbers) {
  const known = new Map(numbers);
  const rows = [...(form.querySelector("#second") ?? form).querySelectorAll("[data-candidate]")];
  if (!rows.length) return numbers.filter(([name]) => name.startsWith("votes.")).map(([name, number]) => [name.slice(6), number]);
  return rows.map((row) => {
    const { candidate, parts, base = "0" } = row.dataset;
    const each = parts.split(" ").map((name) => known.get(name) ?? null);
    const whole = each.every((number) => number !== null && number >= 0);
    const sum = whole ? each.reduce((all, number) => all + number, Number(base)) : null;
    const shown = row.querySelector("[data-sum]");
    const words = form.querySelector("#sum").dataset[row.closest("#second") ? "together" : "votes"];
    if (shown) shown.textContent = sum === null ? "" : withNumber(words, sum);
    return [candidate, sum];
  });
}

// Asks for the result of a lot as soon as the last place is a tie.
function offerLot(form, votes) {
  const seats = Number(form.dataset.seats ?? 1);
  const complete = votes.length > seats && votes.every(([, number]) => number >= 0 && number !== null);
  const last = complete ? votes.map(([, number]) => number).sort((one, other) => other - one)[seats - 1] : 0;
  const places = seats - votes.filter(([, number]) => number > last).length;
  const level = last > 0 ? votes.filter(([, number]) => number === last).map(([candidate]) => candidate) : [];
  const tied = level.length > places ? level : [];
  form.querySelector("#lot").hidden = !tied.length;
  for (const told of form.querySelectorAll("[data-places]")) told.textContent = places;
  for (const lot of lotsOf(form)) lot.disabled = lot.closest("label").hidden = !tied.includes(drawnBy(lot));
}

// "Next" on a phone's keypad, or Enter, leads from field to field and then to the button.
function leadOn(form) {
  form.addEventListener("keydown", (event) => {
    const fields = fieldsOf(form);
    const place = fields.indexOf(event.target);
    if (event.key !== "Enter" || place < 0 || event.target.matches("textarea")) return;
    event.preventDefault();
    (fields[place + 1] ?? form.querySelector(".go, .other")).focus();
  });
}
