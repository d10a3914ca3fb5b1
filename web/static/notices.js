// Asks to be told of followed seats when no page is open (Web Push): only a click begins it, for this night alone. The
// server is sent the seats of that moment and whenever they change.
(() => {
  const part = document.getElementById("notices");
  const button = part.querySelector("button");
  const said = part.querySelector("span");
  const ROOT = document.currentScript.src.split("/static/")[0];
  const { night, key } = part.dataset;
  const [ON, NO_SEATS, REFUSED, NO_SERVICE, FAILED, UNABLE, IPHONE] = part.dataset.words.split("|");
  const address = `${ROOT}/nights/${night}/notices`;
  let kept;
  try {
    kept = localStorage;
  } catch {
    return;
  }
  const say = (text) => (said.textContent = text);
  const seats = () => [...new Set((kept.followed ?? "").split(" ").filter(Boolean))];
  const isOn = () => kept.notices === night;
  const look = () => {
    part.hidden = !seats().length;
    button.setAttribute("aria-pressed", isOn());
  };
  new MutationObserver(look).observe(document.querySelector("#yours ul"), { childList: true });
  look();
  if (!("serviceWorker" in navigator && "PushManager" in window && window.Notification)) {
    button.hidden = true;
    const isApple = /iPhone|iPad/.test(navigator.userAgent) || (/Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1);
    return say(isApple ? IPHONE : UNABLE);
  }

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const send = async (subscription, method, more) => {
    const answer = await fetch(address, { method, body: JSON.stringify({ ...subscription.toJSON(), ...more }) });
    if (answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    throw new Error(page.querySelector("main p")?.textContent.trim() ?? answer.status);
  };
  const put = (subscription) => send(subscription, "PUT", { seats: seats(), lang: document.documentElement.lang.slice(0, 2) });
  const subscribed = async () => (await navigator.serviceWorker.getRegistration(`${ROOT}/`))?.pushManager.getSubscription();
  const begin = async () => {
    if (!seats().length) return say(NO_SEATS);
    if ((await Notification.requestPermission()) !== "granted") return say(REFUSED);
    let subscription = null;
    try {
      await navigator.serviceWorker.register(`${ROOT}/notices.js`, { scope: `${ROOT}/` });
      const { pushManager } = await navigator.serviceWorker.ready;
      subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    } catch {
      return say(NO_SERVICE);
    }
    await put(subscription);
    kept.notices = night;
    say(ON);
  };
  const end = async () => {
    kept.notices = "";
    const subscription = await subscribed();
    if (!subscription) return;
    await send(subscription, "DELETE", {});
    await subscription.unsubscribe();
    say("");
  };
  // A browser that has been told to show no notifications has no subscription any more.
  const check = async () => {
    if (!isOn() || (await subscribed())) return;
    kept.notices = "";
    look();
  };
  check();
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await (isOn() ? end() : begin());
    } catch (error) {
      say(FAILED.replace("{0}", error.message));
    }
    button.disabled = false;
    look();
  });

  let timer = 0;
  document.addEventListener("click", ({ target }) => {
    if (!target.closest(".follow") || !isOn()) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const subscription = await subscribed();
      if (subscription) put(subscription).catch((error) => say(FAILED.replace("{0}", error.message)));
    }, 1_000);
  });
})();
