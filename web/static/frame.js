// Tells the page around this frame how high it is, whenever that changes or that page asks. It tells nothing else.
(() => {
  if (parent === window) return;
  const tell = () => parent.postMessage({ declared: "height", height: Math.ceil(document.body.offsetHeight) }, "*");
  new ResizeObserver(tell).observe(document.body);
  tell(); // the observer does not report a frame that is out of sight
  window.addEventListener("message", ({ source }) => source === parent && tell());
})();
