// A citation mark scrolls its source into view and lights it up, without leaving the page.
() => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href*="#source-"]');
    if (!link) return;
    event.preventDefault();
    const source = document.getElementById(link.getAttribute("href").split("#")[1]);
    if (!source) return;
    document.querySelectorAll(".source.lit").forEach((other) => other.classList.remove("lit"));
    source.classList.add("lit");
    source.scrollIntoView({ behavior: "smooth", block: "center" });
  }, true);
}
