// Keeps what is typed into the form of a ballot paper, or of the night, until it is sent: a network that is cut, a reload
// or a closed tab loses nothing. What was made from another state of the paper is not put into this one.
(() => {
  const form = document.querySelector("form[data-draft]");
  const key = form.dataset.draft;
  const back = document.getElementById("draft");
  const fields = () => [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "submit");
  const value = (field) => (field.type === "checkbox" ? (field.checked ? field.value : "") : field.value);
  const read = () => Object.fromEntries(fields().map((field) => [field.name, value(field)]));
  const fresh = form.dataset.fresh !== undefined; // as the paper is, and not a form that came back
  const began = fresh ? read() : {};

  const keep = () => {
    const typed = Object.entries(read()).filter(([name, text]) => text !== began[name]);
    if (typed.length) localStorage.setItem(key, JSON.stringify(Object.fromEntries(typed)));
    else localStorage.removeItem(key);
  };

  const makeRoom = (names) => {
    const rows = form.querySelector(".candidates");
    const number = (name) => Number(/^paper\.candidate\.(\d+)\./.exec(name)?.[1] ?? 0);
    const wanted = Math.max(0, ...names.map(number));
    for (let last = rows ? number(rows.lastElementChild.querySelector("input").name) : wanted; last < wanted; last += 1) {
      const row = rows.lastElementChild.outerHTML;
      const next = row.replaceAll(`candidate.${last}.`, `candidate.${last + 1}.`).replaceAll(`candidate-${last}-`, `candidate-${last + 1}-`);
      rows.insertAdjacentHTML("beforeend", next);
    }
  };

  const draft = JSON.parse(localStorage.getItem(key) ?? "null");
  if (draft && fresh) {
    makeRoom(Object.keys(draft));
    for (const field of fields()) {
      if (!(field.name in draft)) continue;
      if (field.type === "checkbox") field.checked = Boolean(draft[field.name]);
      else field.value = draft[field.name];
      const details = field.closest("details");
      if (details) details.open = true;
    }
    back.hidden = false;
  }
  if (!fresh) keep();
  form.addEventListener("input", keep);
  back.querySelector("button").addEventListener("click", () => {
    localStorage.removeItem(key);
    location.reload();
  });
})();
