// Copies a text or an address, hands a post to what this phone shares with, and shows a frame where it is asked for.
// Without this script texts are there to be selected, and each address opens.
for (const section of document.querySelectorAll(".to-copy, div.copy")) {
  const text = section.querySelector("textarea, code");
  const said = section.querySelector("[role=status]");
  const select = () => (text.select ? text.select() : getSelection().selectAllChildren(text));
  const written = text.value ?? text.textContent;
  const acts = {
    preview: (button) => {
      const frame = section.querySelector("iframe");
      button.setAttribute("aria-expanded", String(!frame));
      if (frame) return frame.remove();
      const shown = document.createElement("iframe");
      shown.src = button.dataset.preview;
      shown.title = button.textContent;
      section.append(shown);
    },
    shares: () => navigator.share({ text: written }),
    copied: async (button) => {
      if (navigator.clipboard) await navigator.clipboard.writeText(written);
      else {
        select();
        document.execCommand("copy"); // on a page without HTTPS
      }
      said.textContent = button.dataset.copied;
    },
  };
  for (const button of section.querySelectorAll("button")) {
    const act = Object.keys(acts).find((name) => name in button.dataset);
    button.hidden = act === "shares" && !navigator.share;
    button.addEventListener("click", async () => {
      try {
        await acts[act](button);
      } catch (error) {
        if (error.name !== "AbortError") select();
      }
    });
  }
}
