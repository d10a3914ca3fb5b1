// Keeps what is typed into a draft in this browser until the server has it: a reload or a lost network loses nothing, also
// where somebody else has saved meanwhile. count-typing.js does the keeping. Without this script the form works the same,
// and is kept once it is saved.
(() => {
  const form = document.getElementById("draft");
  const { draft: name, forms } = form.dataset;
  const [kind, id, version, place] = name.split("/");
  const versionOf = (key) => Number(key.split("/")[2]);
  const sentOf = (key) => `sent:${key.split("~")[0]}`;
  const arrived = (key) => {
    const sent = storage.get(sentOf(key));
    // The page for who comes second has what was sent in its form.
    return sent && ("both" in form.dataset || forms.split(" ").includes(sent));
  };
  const holds = ({ texts }) => fieldsOf(form).every((field) => (texts?.[field.name] ?? field.value) === field.value);
  const older = storage.names(`${kind}/${id}/`).filter((key) => versionOf(key) < Number(version));
  const lost = older.filter((key) => {
    if (!arrived(key) && !(place === key.split("/")[3].split("~")[0] && holds(storage.get(key) ?? {}))) return true;
    storage.remove(key);
    return false;
  });
  const mine = lost.filter((key) => key.split("/")[3].split("~")[0] === place).sort((a, b) => versionOf(b) - versionOf(a))[0];
  if (mine && !("both" in form.dataset)) {
    // It was typed into an older version, and is sent as such: the server puts both together.
    form.dataset.draft = mine.split("~")[0];
    form.elements.version.value = versionOf(mine);
  }
  const draft = new Draft(form);
  form.addEventListener("input", () => draft.keep());
  form.addEventListener("submit", () => storage.set(`sent:${form.dataset.draft}`, form.elements.key.value));
  const alert = document.getElementById("alert");
  if (alert) draft.keep(); // what the form shows is not saved
  alert?.focus();
})();
