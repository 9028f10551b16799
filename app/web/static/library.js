// Search as you type: the same page is fetched, and what was found takes the place of what was shown.
const field = document.getElementById("q");
const facets = () => document.querySelector(".all-facets");
if (matchMedia("(max-width: 760px)").matches) facets().open = false;

let typing;
let latest = 0;

async function find() {
  const address = new URL(location.href);
  address.searchParams.delete("page");
  if (field.value.trim()) address.searchParams.set("q", field.value.trim());
  else address.searchParams.delete("q");
  const number = ++latest;
  const html = await (await fetch(address, { headers: { Accept: "text/html" } })).text();
  if (number !== latest) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  const open = facets().open;
  document.getElementById("browse").replaceWith(page.getElementById("browse"));
  facets().open = open;
  document.querySelector(".top .language").href = page.querySelector(".top .language").getAttribute("href");
  history.replaceState({}, "", address);
}

field.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => find().catch(() => {}), 150);
});
field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  find().catch(() => field.form.submit());
});
