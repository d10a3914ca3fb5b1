// What the pages of ballot boxes and count tables say at once: by how many papers a box differs from those expected,
// how many of its papers a table has accounted for, and a copy of the statement. Everything else is the forms' own script, and without either the server says the same.

function tellDifference(form) {
  const differ = form.querySelector(".differ");
  const expected = numberIn(form.elements.expected.value);
  const papers = numberIn(form.elements.papers.value);
  const known = expected !== null && papers !== null && expected >= 0 && papers >= 0;
  differ.hidden = !known;
  if (!known) return;
  const words = papers > expected ? differ.dataset.more : papers < expected ? differ.dataset.fewer : differ.dataset.same;
  differ.textContent = words.replace("NUMBER", comma(Math.abs(papers - expected)));
  differ.classList.toggle("same", papers === expected);
}

function tellTable(form) {
  const size = Number(form.dataset.table);
  const known = (name) => Math.max(numberIn(form.elements[name]?.value ?? "") || 0, 0);
  let counted = 0;
  for (const { name } of fieldsOf(form)) {
    if (name.startsWith("bundles.")) counted += size * known(name);
    else if (form.elements.valid_papers ? /^(valid|rejected)/.test(name) : name !== "given") counted += known(name);
  }
  for (const row of form.querySelectorAll(".pair")) {
    const [full, loose] = [...row.querySelectorAll("input")].map(({ value }) => value);
    const told = row.querySelector("[data-sum]");
    const votes = size * (numberIn(full) || 0) + (numberIn(loose) || 0);
    told.textContent = full.trim() || loose.trim() ? told.dataset.votes.replace("NUMBER", comma(votes)) : "";
  }
  const sum = form.querySelector(".sum");
  const given = known("given");
  sum.hidden = !given;
  const { of, fewer, more, same } = sum.dataset;
  const words = counted < given ? fewer : counted > given ? more : same;
  sum.querySelector("b").textContent = of.replace("COUNTED", comma(counted)).replace("GIVEN", comma(given));
  sum.querySelector("[data-left]").textContent = words.replace("NUMBER", comma(Math.abs(given - counted)));
  sum.classList.toggle("bad", counted > given);
  sum.classList.toggle("done", counted === given);
}

document.addEventListener("input", ({ target }) => {
  if (target.form && "table" in target.form.dataset) tellTable(target.form);
  if (target.form && "box" in target.form.dataset) tellDifference(target.form);
});

document.addEventListener("shown", ({ target }) => {
  if ("table" in target.dataset) tellTable(target);
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    text.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(text.value);
    else document.execCommand("copy"); // over plain http, as on a hall's own network
  });
}

for (const form of document.querySelectorAll("form[data-table]")) tellTable(form); // what is there, or was put back
