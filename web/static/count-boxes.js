// What the pages of ballot boxes say at once: by how many papers a box differs from those expected, and a copy of the
// statement. Everything else is the forms' own script, and without either the server says the same.

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

document.addEventListener("input", ({ target }) => {
  if (target.form && "box" in target.form.dataset) tellDifference(target.form);
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
