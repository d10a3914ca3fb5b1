// Keeps what is typed into the form of a ballot paper, or of the night, until it is sent: a network that is cut, a reload
// or a closed tab loses nothing. Where somebody put the paper right meanwhile, the server makes one form of both.
(() => {
  const SENT = "paper-sent"; // the draft that was just sent: desk.js forgets it once the server has taken it
  const value = (field) => (field.type === "checkbox" ? (field.checked ? field.value : "") : field.value);
  const kept = (key) => JSON.parse(localStorage.getItem(key) ?? "null");

  const makeRoom = (form, names) => {
    const rows = form.querySelector(".candidates");
    const number = (name) => Number(/^paper\.candidate\.(\d+)\./.exec(name)?.[1] ?? 0);
    const wanted = Math.max(0, ...names.map(number));
    for (let last = rows ? number(rows.lastElementChild.querySelector("input").name) : wanted; last < wanted; last += 1) {
      const row = rows.lastElementChild.outerHTML;
      const next = row.replaceAll(`candidate.${last}.`, `candidate.${last + 1}.`).replaceAll(`candidate-${last}-`, `candidate-${last + 1}-`);
      rows.insertAdjacentHTML("beforeend", next);
    }
  };

  const start = (form) => {
    const key = form.dataset.draft;
    const back = document.getElementById("draft");
    const named = (also) => [...form.elements].filter((field) => field.name && field.type !== "submit" && (also || field.type !== "hidden"));
    const read = (also) => Object.fromEntries(named(also).map((field) => [field.name, value(field)]));
    const fresh = form.dataset.fresh !== undefined; // as the paper is, and not a form that came back
    const began = fresh ? read() : {};

    const keep = () => {
      const typed = Object.fromEntries(Object.entries(read()).filter(([name, text]) => text !== began[name]));
      const { csrf, ...whole } = read(true);
      if (Object.keys(typed).length) localStorage.setItem(key, JSON.stringify({ typed, whole }));
      else localStorage.removeItem(key);
    };

    const { typed } = kept(key) ?? {};
    if (typed && fresh) {
      makeRoom(form, Object.keys(typed));
      for (const field of named()) {
        if (!(field.name in typed)) continue;
        if (field.type === "checkbox") field.checked = Boolean(typed[field.name]);
        else field.value = typed[field.name];
        const details = field.closest("details");
        if (details) details.open = true;
      }
      back.hidden = false;
    }
    if (!fresh) keep();
    form.addEventListener("input", keep);
    form.addEventListener("submit", () => sessionStorage.setItem(SENT, key));
    back.querySelector("button").addEventListener("click", () => {
      localStorage.removeItem(key);
      location.reload();
    });
  };

  // Shows what was typed before somebody put the paper right, together with that. Nothing is put right by it.
  const together = async (form, keys) => {
    const { whole } = kept(keys[0]);
    if (!whole) return;
    const body = new URLSearchParams({ ...whole, csrf: form.elements.csrf.value, restore: "1" });
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const both = page.querySelector("form.paper");
    if (!both) return;
    form.before(...page.querySelectorAll("#alert, .since"));
    form.replaceWith(both);
    start(both);
    document.getElementById("draft").hidden = false;
    for (const key of keys) localStorage.removeItem(key);
  };

  sessionStorage.removeItem(SENT);
  const form = document.querySelector("form[data-draft]");
  const now = form.dataset.draft;
  const of = now.slice(0, now.lastIndexOf(":") + 1);
  const made = (key) => Number(key.slice(of.length));
  const older = Object.keys(localStorage).filter((key) => key.startsWith(of) && made(key) < made(now));
  const mine = kept(now);
  start(form);
  if (form.dataset.fresh !== undefined && !mine && older.length) {
    together(form, older.sort((one, other) => made(other) - made(one))).catch(() => {}); // kept, and shown another time
  }
})();
