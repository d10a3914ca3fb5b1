// The calls by which graphics controllers steer a template: CasparCG evaluates them on the page, SPX on its frame, and our
// own template sends them on as messages. Without ``?wait`` an overlay needs none of them.
(() => {
  const body = document.body;
  const queue = typeof overlay === "undefined" ? null : overlay; // none without banners
  const PARTS = ["banners", "score", "map"];

  // Values come as XML, <componentData id="f0"><data id="text" value="…"/>, or as JSON whose texts SPX writes as HTML.
  const plain = (text) => new DOMParser().parseFromString(String(text), "text/html").documentElement.textContent.trim();
  const valuesOf = (data) => {
    if (typeof data !== "string") return data ?? {};
    if (!data.trim().startsWith("<")) return JSON.parse(data || "{}") ?? {};
    const page = new DOMParser().parseFromString(data, "text/xml");
    if (page.querySelector("parsererror")) throw new Error("this XML cannot be read");
    const values = {};
    for (const component of page.querySelectorAll("componentData")) {
      values[component.id] = component.querySelector("data[value]")?.getAttribute("value") ?? component.textContent;
    }
    return values;
  };

  let contest = null;
  const update = (data) => {
    let values = {};
    try {
      values = valuesOf(data);
    } catch (error) {
      return console.error(`update: ${error.message}`);
    }
    const [asked, show, theme, steps] = ["contest", "show", "theme", "steps"].map((name, number) => {
      const value = values[name] ?? values[`f${number}`];
      return value === undefined || typeof value === "object" ? null : plain(value);
    });
    if (show !== null) {
      const parts = show ? PARTS.filter((part) => show.split(/[\s,]+/).includes(part)) : PARTS;
      if (!parts.length) console.error(`update: none of the parts is ${show}`);
      else for (const part of PARTS) body.classList.toggle(`no-${part}`, !parts.includes(part));
    }
    if (theme === "light" || theme === "dark") {
      body.classList.toggle("light", theme === "light");
      body.classList.toggle("dark", theme === "dark");
    }
    if (!queue) return;
    if (steps !== null) queue.pause(steps === "yes");
    if (asked === null || asked === contest) return;
    contest = asked;
    if (!asked) return queue.release();
    // Where nothing has this name nothing is shown: a controller must not go on air with the contest before.
    queue.put([asked]).then((found) => {
      if (found) return;
      if (contest === asked) contest = null; // it may be asked for again, as after a lost network
      console.error(`update: there is no contest ${asked}`);
    });
  };
  // What was stopped stays off the air, and nothing of its queue is used up unseen.
  const next = () => {
    if (body.classList.contains("off")) return;
    contest = null;
    queue?.next();
  };
  const calls = {
    update,
    next,
    play: () => body.classList.remove("off"),
    stop: () => body.classList.add("off"),
    remove: () => body.classList.add("off"),
  };
  Object.assign(window, calls);
  window.addEventListener("message", ({ source, data }) => {
    if (source !== parent || source === window || !Object.hasOwn(calls, data?.declared)) return;
    calls[data.declared](data.data);
  });
})();
