// For the page that has frames of ours: gives each the height that it says it needs. Once is enough for all of them.
(() => {
  const ours = new URL(document.currentScript.src).origin;
  const frames = () => [...document.querySelectorAll("iframe")];
  window.addEventListener("message", ({ data, origin, source }) => {
    if (origin !== ours || data?.declared !== "height" || !Number.isFinite(data.height)) return;
    const frame = frames().find((one) => one.contentWindow === source);
    if (frame) frame.style.height = `${data.height}px`;
  });
  // Those that were there before this script have said it already.
  for (const frame of frames()) if (frame.src.startsWith(`${ours}/`)) frame.contentWindow.postMessage("height", "*");
})();
