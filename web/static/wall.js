// Keeps the screen of a wall awake.
(() => {
  const stay = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {}); // refused when a battery is low
  document.addEventListener("visibilitychange", stay);
  stay();
})();
