// Copies a text, or hands it to what this phone shares with. Without this script the texts are there to be selected.
for (const section of document.querySelectorAll(".to-copy")) {
  const text = section.querySelector("textarea");
  const said = section.querySelector("[role=status]");
  for (const button of section.querySelectorAll("button")) {
    const shares = "shares" in button.dataset;
    button.hidden = shares && !navigator.share;
    button.addEventListener("click", async () => {
      try {
        if (shares) return await navigator.share({ text: text.value });
        if (navigator.clipboard) await navigator.clipboard.writeText(text.value);
        else {
          text.select();
          document.execCommand("copy"); // on a page without HTTPS
        }
        said.textContent = button.dataset.copied;
      } catch (error) {
        if (error.name !== "AbortError") text.select();
      }
    });
  }
}
