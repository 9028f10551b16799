// The map of the library: a dot names its entry when it is pointed at or reached by the arrow keys, and opens it.
const map = document.querySelector("svg.map");
const said = document.getElementById("map-said");
const NEAR = 16; // in the units of the map
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let entries = null; // [x, y, name, address] each
let at = null;

async function load() {
  entries ??= fetch(map.dataset.names).then((answer) => (answer.ok ? answer.json() : []));
  return entries;
}

function point(entry) {
  at = entry;
  const circle = map.querySelector(".pointed");
  circle.toggleAttribute("hidden", !entry);
  said.textContent = entry ? entry[2] : "";
  map.style.cursor = entry ? "pointer" : "";
  if (!entry) return hide();
  circle.setAttribute("cx", entry[0]);
  circle.setAttribute("cy", entry[1]);
  const tip = document.getElementById("map-tip") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "map-tip" }));
  tip.setAttribute("aria-hidden", "true"); // the status line says the same
  tip.textContent = entry[2];
  const box = circle.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(box.right + 6, innerWidth - tip.offsetWidth - 8)) + scrollX}px`;
  tip.style.top = `${box.bottom + 4 + scrollY}px`;
}

function hide() {
  document.getElementById("map-tip")?.remove();
}

function nearest(all, x, y, most = Infinity) {
  let found = null;
  for (const entry of all) {
    const far = Math.hypot(entry[0] - x, entry[1] - y);
    if (far < most) [found, most] = [entry, far];
  }
  return found;
}

function under(event) {
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
  return load().then((all) => nearest(all, place.x, place.y, NEAR));
}

// The nearest entry within 45 degrees of a direction.
function beside(all, [dx, dy]) {
  const there = all.filter(([x, y]) => {
    const along = (x - at[0]) * dx + (y - at[1]) * dy;
    return along > 0 && along >= Math.abs((x - at[0]) * dy + (y - at[1]) * dx);
  });
  return nearest(there, at[0], at[1]) ?? at;
}

if (map) {
  map.addEventListener("pointermove", async (event) => point(event.target.closest("a") ? null : await under(event)));
  map.addEventListener("pointerleave", () => point(null));
  map.addEventListener("click", async (event) => {
    if (event.target.closest("a")) return;
    const entry = await under(event);
    if (entry && (at === entry || event.pointerType !== "touch")) location.href = entry[3];
    else point(entry);
  });
  map.addEventListener("keydown", async (event) => {
    if (event.target !== map) return;
    if (event.key === "Enter" && at) location.href = at[3];
    if (event.key === "Escape") point(null);
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    const all = await load();
    if (all.length) point(at ? beside(all, ARROWS[event.key]) : nearest(all, 500, 320));
  });
  map.addEventListener("blur", () => point(null));
}
