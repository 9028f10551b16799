// The sources of one answer: shown beside it, or on a phone in a sheet from below that "back" puts away.
import { words } from "./notices.js";

const panel = document.getElementById("panel");
const sources = panel.querySelector(".sources");
const veil = document.getElementById("veil");
const narrow = matchMedia("(max-width: 820px)");
let opener = null;

export function showSources(turn) {
  document.querySelectorAll(".turn.chosen").forEach((other) => other.classList.remove("chosen"));
  if (!turn) {
    sources.replaceChildren(line("empty", words.sources_empty));
    return;
  }
  turn.classList.add("chosen");
  const cards = turn.querySelector(".cards").cloneNode(true);
  cards.hidden = false;
  cards.querySelectorAll("[data-n]").forEach((card) => (card.id = `source-${turn.dataset.turn}-${card.dataset.n}`));
  const title = line("turn-title", turn.querySelector(".user.message").textContent);
  sources.replaceChildren(title, cards);
  if (!cards.childElementCount) cards.append(line("empty", words.no_sources));
  panel.scrollTop = 0;
}

export function openSheet(from) {
  if (!narrow.matches || panel.classList.contains("open")) return;
  opener = from;
  panel.classList.add("open");
  veil.hidden = false;
  history.pushState({ sheet: true }, "");
  document.getElementById("close-panel").focus();
}

// Tells whether there was a sheet to put away.
export function putAwaySheet() {
  if (!panel.classList.contains("open")) return false;
  panel.classList.remove("open");
  veil.hidden = true;
  opener?.focus({ preventScroll: true });
  return true;
}

export function closeSheet() {
  if (panel.classList.contains("open")) history.back();
}

function light(mark) {
  const turn = mark.closest(".turn");
  if (!turn?.querySelector(".cards")) return;
  if (!turn.classList.contains("chosen")) showSources(turn);
  document.querySelectorAll(".lit").forEach((other) => other.classList.remove("lit"));
  const card = sources.querySelector(`[data-n="${mark.dataset.n}"]`);
  openSheet(mark);
  mark.classList.add("lit");
  if (!card) return;
  card.classList.add("lit");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const head = panel.querySelector(".panel-head").offsetHeight;
  panel.scrollTo({ top: card.offsetTop - head - 8, behavior: still ? "auto" : "smooth" });
}

// Takes the keyboard to the source of a mark; Escape takes it back.
function visit(mark) {
  const card = sources.querySelector(`[data-n="${mark.dataset.n}"]`);
  if (!card) return;
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
  card.addEventListener("keydown", ({ key }) => key === "Escape" && mark.focus());
}

function preview(mark) {
  hidePreview();
  const card = mark.closest(".turn")?.querySelector(`.cards [data-n="${mark.dataset.n}"]`);
  if (!card) return;
  const box = Object.assign(document.createElement("div"), { id: "preview" });
  const quote = quoted(mark, card);
  const said = Object.assign(document.createElement("blockquote"), { textContent: quote.length > 320 ? `${quote.slice(0, 320)}…` : quote });
  const title = card.querySelector("h3").cloneNode(true);
  title.querySelector(".n").remove(); // the mark says it
  box.append(line("", title.textContent.trim()), said);
  document.body.append(box);
  const at = mark.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - box.offsetWidth - 16);
  const above = at.top - box.offsetHeight - 8;
  box.style.left = `${Math.max(8, left) + scrollX}px`;
  box.style.top = `${(above > 60 ? above : at.bottom + 8) + scrollY}px`;
}

// Of several quotes of a source the one that the mark stands behind.
function quoted(mark, card) {
  const quotes = [...card.querySelectorAll("blockquote")].map((one) => one.textContent.trim());
  const around = mark.closest("p, li, td")?.textContent ?? "";
  return quotes.find((one) => around.includes(one.slice(0, 24))) ?? quotes[0];
}

const hidePreview = () => document.getElementById("preview")?.remove();

function line(name, text) {
  return Object.assign(document.createElement("p"), { className: name, textContent: text });
}

document.addEventListener("click", (event) => {
  const mark = event.target.closest("#chat .mark");
  if (!mark) return;
  event.preventDefault();
  if (held) return;
  hidePreview();
  light(mark);
  if (!event.detail && !narrow.matches) visit(mark); // by keyboard
});
// A finger that rests on a mark shows its quote until the next touch; the tap that would follow is none.
const HELD = 450; // milliseconds
let holding;
let held = false;
document.addEventListener("pointerdown", (event) => {
  hidePreview();
  held = false;
  clearTimeout(holding);
  const mark = event.pointerType === "mouse" ? null : event.target.closest?.("#chat .mark");
  if (mark) holding = setTimeout(() => { held = true; preview(mark); }, HELD);
});
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => clearTimeout(holding));
document.addEventListener("contextmenu", (event) => {
  if (held || (matchMedia("(pointer: coarse)").matches && event.target.closest?.("#chat .mark"))) event.preventDefault();
});
document.addEventListener("pointerover", (event) => {
  const mark = event.pointerType === "mouse" && event.target.closest?.("#chat .mark");
  if (mark) preview(mark);
});
document.addEventListener("pointerout", (event) => {
  if (event.pointerType === "mouse") hidePreview();
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("#chat .mark:focus-visible")) preview(event.target);
});
document.addEventListener("focusout", () => held || hidePreview());
veil.addEventListener("click", closeSheet);
document.getElementById("close-panel").addEventListener("click", closeSheet);
