// The keyboard of the flashcards: space shows the answer, numbers rate or choose, Enter goes on.
const reveal = document.querySelector(".reveal");
const buttons = () => [...document.querySelectorAll(".options button, .reveal[open] .grades button, .flashcard > .grades button")];

document.addEventListener("keydown", (event) => {
  if (event.target.closest("textarea, input") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && reveal && !reveal.open) {
    event.preventDefault();
    reveal.open = true;
  }
  const button = buttons()[Number(event.key) - 1];
  if (button) {
    event.preventDefault();
    button.click();
  }
});
document.querySelector(".next")?.focus();
