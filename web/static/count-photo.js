// Makes a photograph of the result sheet small before it is sent, and sends it again after a lost line. Without this
// script the form sends the whole file, which the server makes small. Either way the server strips it.

(() => {
  const SIDE = 1600;
  const QUALITY = 0.82;

  // A picture that this browser cannot draw goes as it is.
  async function small(file) {
    try {
      const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, SIDE / Math.max(drawn.width, drawn.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(drawn.width * scale);
      canvas.height = Math.round(drawn.height * scale);
      canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
      drawn.close();
      return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY))) ?? file;
    } catch {
      return file;
    }
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form.photo")) return;
    event.preventDefault();
    const field = form.elements.photo;
    const button = form.querySelector("button");
    const told = form.querySelector(".wrong");
    const words = button.textContent;
    const say = (sentence) => {
      told.textContent = sentence;
      field.setAttribute("aria-invalid", Boolean(sentence));
      button.textContent = sentence ? words : form.dataset.busy;
      button.disabled = !sentence;
    };
    say("");
    const sent = new FormData(form);
    const picture = await small(field.files[0]);
    sent.set("photo", picture, "sheet.jpg");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent });
      if (answer.ok) return location.assign(answer.url);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const why = page.getElementById("photo-wrong") ?? page.querySelector("main p");
      say(why?.textContent.trim() || form.dataset.untaken);
    } catch {
      say(form.dataset.unanswered);
    }
  });
})();
