// For a site that has our pages in frames: gives each frame the height it asks for. One script serves all frames.
(() => {
  const ours = new URL(document.currentScript.src).origin;
  const frames = () => [...document.querySelectorAll("iframe")];
  window.addEventListener("message", ({ data, origin, source }) => {
    if (origin !== ours || data?.declared !== "height" || !Number.isFinite(data.height)) return;
    const frame = frames().find((element) => element.contentWindow === source);
    if (frame) frame.style.height = `${data.height}px`;
  });
  // Frames that were loaded before this script have sent their height already, so they are asked for it again.
  for (const frame of frames()) if (frame.src.startsWith(`${ours}/`)) frame.contentWindow.postMessage("height", "*");
})();
