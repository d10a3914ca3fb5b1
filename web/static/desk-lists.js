// What the desk types into a list of ballot boxes or tables is kept in this browser until the server has taken it, so that
// a reload or a lost network loses nothing. Without this script the form works the same.
(() => {
  const SENT = "list-sent"; // the list that was just sent
  const form = document.querySelector("form.list-boxes[data-draft]");
  if (!form) return;
  const fields = [...form.querySelectorAll("textarea, input[type=text]")];
  const key = form.dataset.draft;
  const taken = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (taken && performance.getEntriesByType("navigation")[0]?.redirectCount) localStorage.removeItem(taken);
  const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
  if (!document.getElementById("alert")) for (const field of fields) field.value = kept[field.name] ?? field.value;
  form.addEventListener("input", () => {
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map(({ name, value }) => [name, value]))));
  });
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, key));
})();
