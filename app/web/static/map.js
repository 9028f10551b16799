// The map of the library: a dot names its entry when it is pointed at or reached by the arrow keys, and opens it.
// The search of the page puts a new map in the place of the old one, so it is looked for at each event.
const NEAR = 16; // in the units of the map
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let from = ""; // address that the entries were loaded from
let entries; // promise of [x, y, name, address] each
let at = null;

function load(map) {
  if (from !== map.dataset.names) {
    from = map.dataset.names;
    at = null;
    entries = fetch(from).then((answer) => (answer.ok ? answer.json() : []));
  }
  return entries;
}

function point(map, entry) {
  at = entry;
  const circle = map.querySelector(".pointed");
  circle.toggleAttribute("hidden", !entry);
  document.getElementById("map-said").textContent = entry ? entry[2] : "";
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

async function under(map, event) {
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
  return nearest(await load(map), place.x, place.y, NEAR);
}

// The nearest entry within 45 degrees of a direction.
function beside(all, [dx, dy]) {
  const there = all.filter(([x, y]) => {
    const along = (x - at[0]) * dx + (y - at[1]) * dy;
    return along > 0 && along >= Math.abs((x - at[0]) * dy + (y - at[1]) * dx);
  });
  return nearest(there, at[0], at[1]) ?? at;
}

function on(type, react) {
  document.addEventListener(type, (event) => {
    const map = event.target.closest?.("svg.map");
    if (map) react(map, event);
  }, { capture: true });
}

on("pointermove", async (map, event) => point(map, event.target.closest("a") ? null : await under(map, event)));
on("pointerout", (map, event) => {
  if (!map.contains(event.relatedTarget)) point(map, null);
});
on("click", async (map, event) => {
  if (event.target.closest("a")) return;
  const before = at;
  const entry = await under(map, event);
  if (entry && (before === entry || event.pointerType !== "touch")) location.href = entry[3];
  else point(map, entry);
});
on("keydown", async (map, event) => {
  if (event.target !== map) return;
  if (event.key === "Enter" && at) location.href = at[3];
  if (event.key === "Escape") point(map, null);
  if (!ARROWS[event.key]) return;
  event.preventDefault();
  const all = await load(map);
  if (all.length) point(map, at ? beside(all, ARROWS[event.key]) : nearest(all, 500, 320));
});
on("blur", (map) => point(map, null));
