// Hands the address of a result to what this phone shares with, or copies it. Without this script it is a link.
(() => {
  const link = document.getElementById("share");
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const url = location.href.split("#")[0]; // as the player has left it
    try {
      if (navigator.share) await navigator.share({ title: document.title, url });
      else {
        await navigator.clipboard.writeText(url);
        document.getElementById("shared").textContent = link.dataset.copied;
      }
    } catch (error) {
      if (error.name !== "AbortError") prompt(link.textContent, url); // no clipboard, as on a page without HTTPS
    }
  });
})();
