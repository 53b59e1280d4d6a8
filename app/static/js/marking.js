/* Comfort for whoever marks many answers: Ctrl+Enter sends, and earlier comments can be put in with one press. */

const form = document.querySelector("#mark-form");
const area = form.querySelector("textarea");
const button = document.querySelector("[data-insert]");

document.querySelector("[data-keys]").hidden = false;

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

for (const line of document.querySelectorAll("[data-comment]")) {
  const insert = button.content.firstElementChild.cloneNode(true);
  insert.addEventListener("click", () => {
    const words = line.querySelector("[data-words]").textContent;
    area.value = area.value.trim() ? `${area.value.trimEnd()}\n${words}` : words;
    area.focus();
  });
  line.append(" ", insert);
}
