// htmx looks at each link of a page, and of whatever comes, for attributes of its own, which takes a tenth of a second for
// 650 seats. Here one element has any: #live.
document.addEventListener("htmx:before:process", (event) => event.target.id !== "live" && event.preventDefault());
