// What a question leads to, suggested while somebody types, as the ARIA pattern of a combobox with a list. Without this script
// the form alone finds it. The server makes the list: what it leads to is its business.
(() => {
  const input = document.querySelector("[data-suggest]");
  const form = input.form;
  const PAUSE_MS = 150; // nobody is asked at each key
  const [box, status, style] = ["div", "p", "link"].map((name) => document.createElement(name));
  const answers = new Map();
  let [chosen, later, latest] = [-1, 0, ""];

  style.rel = "stylesheet";
  style.href = input.dataset.style;
  document.head.append(style);
  box.className = "suggestions";
  box.hidden = true;
  status.className = "unseen";
  status.setAttribute("role", "status");
  status.style.position = "absolute"; // before the style is there, too
  form.append(box, status);
  const say = (attributes) => {
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  };
  say({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": false, "aria-controls": "suggested" });

  const options = () => [...box.querySelectorAll("[role=option]")];
  const choose = (place) => {
    const all = options();
    all[chosen]?.removeAttribute("aria-selected");
    chosen = place;
    all[chosen]?.setAttribute("aria-selected", true);
    all[chosen]?.scrollIntoView({ block: "nearest" });
    if (all[chosen]) say({ "aria-activedescendant": all[chosen].id });
    else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    clearTimeout(later);
    latest = "";
    choose(-1);
    box.hidden = true;
    status.textContent = "";
    say({ "aria-expanded": false });
  };
  // An answer may come when something of the one before it is chosen already: if it is there again, it stays chosen.
  const show = (html) => {
    const kept = options()[chosen]?.textContent;
    box.innerHTML = html;
    choose(options().findIndex((option) => option.textContent === kept));
    box.hidden = !box.firstElementChild;
    status.textContent = box.firstElementChild?.textContent ?? "";
    say({ "aria-expanded": options().length > 0 });
  };
  const ask = async () => {
    const address = new URLSearchParams([...new FormData(form), ["lang", document.documentElement.lang.slice(0, 2)]]);
    const question = (latest = String(address));
    if (!answers.has(question)) {
      const answer = await fetch(`${form.action}/suggested?${question}`).catch(() => null);
      if (!answer?.ok) return; // the form still finds it
      answers.set(question, await answer.text());
    }
    if (latest === question) show(answers.get(question));
  };

  input.addEventListener("input", () => {
    clearTimeout(later);
    choose(-1);
    if (input.value.trim().length > 1) later = setTimeout(ask, PAUSE_MS);
    else close();
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && !box.hidden) close();
    else if (event.key === "Enter" && !box.hidden && all[chosen]) all[chosen].click();
    else if (step && !box.hidden && all.length) choose(((chosen + step + 1 + all.length + 1) % (all.length + 1)) - 1);
    else return;
    event.preventDefault();
  });
  box.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus, so that a click counts
  input.addEventListener("blur", close);
  if (document.activeElement === input && input.value.trim().length > 1) ask();
})();
