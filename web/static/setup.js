// Keeps what is typed into a draft in this browser until the server has it: a reload or a lost network loses nothing.
// count-typing.js does the keeping. Without this script the form works the same, and is kept once it is saved.
(() => {
  const form = document.getElementById("draft");
  const [kind, id, version] = form.dataset.draft.split("/");
  for (const name of storage.names(`${kind}/${id}/`)) {
    if (Number(name.split("/")[2]) < Number(version)) storage.remove(name); // saved since
  }
  const draft = new Draft(form);
  form.addEventListener("input", () => draft.keep());
  const alert = document.getElementById("alert");
  if (alert) draft.keep(); // what the form shows is not saved
  alert?.focus();
})();
