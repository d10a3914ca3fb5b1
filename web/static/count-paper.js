// Shows an officer a ballot paper that was put right while they type: the page becomes the new one around the field that
// has the keyboard, and what was typed stays with its field, and so with its candidate. Nothing is sent here.

const labelOf = (field) => field.labels?.[0]?.firstChild.textContent.trim() ?? field.name;

// The field that somebody types into and its twin on another page; null where there are not both.
function typedInto(page) {
  const field = document.activeElement;
  const draft = field?.matches("input[type=text]") && field.form?.dataset.draft;
  const form = draft && [...page.querySelectorAll("form[data-draft]")].find((one) => one.dataset.draft === draft);
  const twin = form && [...form.elements].find((one) => one.name === field.name);
  return twin ? { field, twin } : null;
}

// Makes an element like another, but leaves the field that somebody types into in its place with its keyboard.
function renew(old, now, held) {
  for (const { name } of [...old.attributes]) if (name !== "open" && !now.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of now.attributes) old.setAttribute(name, value);
  if (old === held.field) return;
  const mine = [...old.childNodes].find((node) => node.contains(held.field));
  const nodes = [...now.childNodes];
  const place = nodes.findIndex((node) => node.contains(held.twin));
  for (const node of [...old.childNodes]) if (node !== mine) node.remove();
  mine.before(...nodes.slice(0, place));
  mine.after(...nodes.slice(place + 1));
  renew(mine, nodes[place], held);
}

// What is typed into a form, to be put back into the same form of another page.
function typedIn(form, kept) {
  const fields = fieldsOf(form);
  const hidden = [...form.querySelectorAll("input[type=hidden]:not([name=csrf])")];
  return {
    draft: form.dataset.draft,
    fields: fields.filter((field) => field.value).map((field) => [field.name, labelOf(field), field.value]),
    texts: { ...kept, ...Object.fromEntries(fields.map((field) => [field.name, field.value])) },
    hidden: hidden.map((input) => [input.name, input.value]), // what the figures were keyed against
    lot: lotOf(form),
  };
}

// Puts it back by the names of the fields; returns what has no field any more, in words.
function putBack(form, { fields, texts, hidden, lot }) {
  for (const field of fieldsOf(form)) field.value = texts[field.name] ?? field.value;
  for (const [name, value] of hidden) if (form.elements[name]) form.elements[name].value = value;
  drawLots(form, lot);
  const details = form.closest("details");
  if (details) details.open = true;
  return fields.filter(([name]) => !form.elements[name]).map(([, label, text]) => `${label}: ${text}`);
}

// Shows a page with another ballot paper. ``typed`` is what is typed into the forms (``typedIn``); ``setUp`` sets up the
// page's forms once what was typed is back in them.
function showPaper(page, typed, setUp) {
  const main = document.querySelector("main");
  const held = typedInto(page);
  const top = held?.field.getBoundingClientRect().top;
  if (held) renew(main, page.querySelector("main"), held);
  else main.replaceWith(page.querySelector("main"));
  document.title = page.title;
  const forms = [...document.querySelectorAll("main form[data-draft]")];
  const gone = typed.flatMap((one) => forms.filter((form) => form.dataset.draft === one.draft).flatMap((form) => putBack(form, one)));
  setUp();
  const told = saying("paper", held?.field.closest(".row"));
  told.querySelector("[data-gone]").hidden = !gone.length;
  told.querySelector("[data-gone] b").textContent = gone.join("; ");
  if (held) scrollBy(0, held.field.getBoundingClientRect().top - top);
}
