// Keeps the screen of a wall awake.
(() => {
  const stay = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {}); // a battery may say no
  document.addEventListener("visibilitychange", stay);
  stay();
})();
