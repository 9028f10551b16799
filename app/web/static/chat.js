// The chat: what is typed goes to Gradio one question at a time; an answer that is whole is fetched to where it stays.
import { closeDrawer, connectList, refreshList } from "./conversations.js";
import { changeFilters, filtersOf, withoutFilter } from "./filters.js";
import { hush, request, say, tell, words } from "./notices.js";
import { closeSheet, openSheet, putAwaySheet, showSources } from "./panel.js";

const chat = document.getElementById("chat");
const turns = document.getElementById("turns");
const empty = document.getElementById("empty");
const form = document.getElementById("composer");
const question = document.getElementById("question");
const limit = document.getElementById("limit");
const stop = document.getElementById("stop");
const style = document.getElementById("style"); // how answers are given, where a language model is there
const PATIENCE = 20_000; // milliseconds until a question that nobody takes is given back

let gradio = null; // what Gradio's component lends: element, trigger, props
let conversation = chat.dataset.conversation;
let running = null; // the question that is being answered
let patience;
let number = 0; // of questions, so that a late word on one is not taken for the next
const waiting = [];

window.study = {
  connect(element, trigger, props, watch) {
    gradio = { element, trigger, props };
    element.closest("main.contain")?.setAttribute("role", "presentation"); // the page has a main part already
    watch("value", received);
    next();
  },
};

// --- asking and answering

function ask(text, { insteadOf = null, length = "normal", filters = null, wanted = style?.value ?? "" } = {}) {
  const asked = {
    number: ++number, text, insteadOf, length, filters, style: wanted, bubble: insteadOf === null ? pending(text) : null,
  };
  waiting.push(asked);
  empty.hidden = true;
  hush();
  asked.bubble?.scrollIntoView({ block: "end" });
  next();
}

function pending(text) {
  const bubble = document.createElement("div");
  bubble.className = "pending";
  for (const [name, words] of [["user message", text], ["bot message", ""]]) {
    bubble.append(Object.assign(document.createElement("div"), { className: name, textContent: words }));
  }
  chat.append(bubble);
  return bubble;
}

function next() {
  stop.hidden = !running && !waiting.length;
  if (!gradio || running || !waiting.length) return;
  running = waiting.shift();
  stop.hidden = false;
  patience = setTimeout(() => giveUp(words.offline), PATIENCE);
  const { number, text, insteadOf, length, filters, style } = running;
  gradio.trigger("submit", { number, question: text, conversation, instead_of: insteadOf, length, filters, style });
}

function received() {
  const answering = gradio.element.querySelector(".answering");
  if (!answering || answering.dataset.number !== String(running?.number)) return;
  clearTimeout(patience);
  const { state } = answering.dataset;
  if (state === "writing" && running.bubble) drop(running.bubble);
  if (state === "failed") giveUp(answering.textContent.trim());
  if (state === "done" && !running.settling) {
    running.settling = true;
    settle(answering.dataset).catch(() => giveUp(words.offline));
  }
}

function drop(bubble) {
  bubble.remove();
  running.bubble = null;
}

async function settle(done) {
  const { conversation: id, turn: number } = done;
  const html = await (await request("GET", `/chat/${id}/turns/${number}`)).text();
  if (!running) return; // stopped meanwhile
  if (running.bubble) drop(running.bubble);
  const turn = Object.assign(document.createElement("template"), { innerHTML: html }).content.firstElementChild;
  const old = running.insteadOf === null ? null : document.getElementById(`turn-${running.insteadOf}`);
  if (old) old.replaceWith(turn);
  else turns.append(turn);
  gradio.props.value = "";
  running = null;
  if (conversation !== id) {
    conversation = id;
    history.replaceState(history.state, "", `/?c=${conversation}`);
  }
  showSources(turn);
  if (!old) turn.scrollIntoView({ block: turn.offsetHeight > innerHeight * 0.7 ? "start" : "nearest" });
  if (!old) keepInView(turn);
  refreshList().catch(() => {});
  next();
}

// The input lies over the end of the page: a short answer must not end below it.
function keepInView(turn) {
  const hidden = turn.getBoundingClientRect().bottom - form.getBoundingClientRect().top + 8;
  const room = turn.getBoundingClientRect().top - 80;
  if (hidden > 0 && room > 0) scrollBy(0, Math.min(hidden, room));
}

function giveUp(reason) {
  clearTimeout(patience);
  const { text, bubble } = running;
  bubble?.remove();
  gradio.props.value = "";
  running = null;
  if (!question.value) fill(text);
  tell(reason, { alarm: true });
  empty.hidden = turns.childElementCount > 0;
  next();
}

async function halt() {
  if (!running) return;
  waiting.splice(0).forEach((asked) => asked.bubble?.remove());
  gradio.trigger("stop");
  giveUp(words.stopped);
  await redraw();
}

// --- the input

function fill(text) {
  question.value = text;
  measure();
  question.focus();
}

function tooLong() {
  return Array.from(question.value).length > Number(question.dataset.limit);
}

function measure() {
  const most = Number(question.dataset.limit);
  const n = Array.from(question.value).length;
  limit.classList.toggle("over", n > most);
  limit.textContent = n > most ? say("too_long", { n, limit: most }) : n > most - 200 ? say("characters_left", { n: most - n }) : "";
  document.getElementById("send").setAttribute("aria-disabled", String(n > most));
  sessionStorage.setItem("draft", question.value);
  if (!CSS.supports("field-sizing", "content")) {
    question.style.height = "auto";
    question.style.height = `${question.scrollHeight}px`;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (!text || tooLong()) return question.focus();
  fill("");
  ask(text);
});
question.addEventListener("input", measure);
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    form.requestSubmit();
  }
});
stop.addEventListener("click", halt);
style?.addEventListener("change", () => {
  document.cookie = `answers=${style.value}; Path=/; Max-Age=31536000; SameSite=Lax`;
  question.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (running) halt();
    else if (document.getElementById("panel").classList.contains("open")) closeSheet();
    else {
      document.querySelectorAll("#conversations details[open]").forEach((menu) => (menu.open = false));
      closeDrawer();
      hush();
    }
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    question.focus();
  }
});

// --- what is done with answers

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error();
  }
};

const actions = {
  async copy(turn) {
    try {
      await copyText(turn.querySelector(".copy-text").content.textContent);
      tell(words.copied);
    } catch {
      tell(words.copy_failed, { alarm: true });
    }
  },
  sources(turn, button) {
    showSources(turn);
    openSheet(button);
  },
  up: (turn, button) => rate(turn, button, "up"),
  down: (turn, button) => rate(turn, button, "down"),
  short: (turn) => again(turn, "short"),
  long: (turn) => again(turn, "long"),
  retry: (turn) => again(turn, "normal"),
  unfilter: (turn, button) => again(turn, "normal", withoutFilter(turn, button.closest(".chip"))),
  filter: async (turn, button) => {
    const filters = await changeFilters(turn, button.closest(".chip"));
    if (filters) again(turn, "normal", filters);
    question.focus({ preventScroll: true });
  },
  quoted: (turn) => again(turn, "normal", filtersOf(turn), "quoted"),
  written: (turn) => again(turn, "normal", filtersOf(turn), "written"),
  async edit(turn) {
    await remove(turn);
    fill(turn.querySelector(".user.message").textContent);
  },
  delete: remove,
};

const again = (turn, length, filters = filtersOf(turn), wanted = undefined) =>
  ask(turn.querySelector(".user.message").textContent, { insteadOf: Number(turn.dataset.turn), length, filters, wanted });

async function rate(turn, button, verdict) {
  const given = button.getAttribute("aria-pressed") === "true" ? "" : verdict;
  const send = (reason = "") => request("PUT", `/chat/turns/${turn.dataset.turn}/rating`, { verdict: given, reason });
  await send();
  turn.querySelectorAll("[aria-pressed]").forEach((other) => other.setAttribute("aria-pressed", String(other === button && given !== "")));
  if (given === "down") {
    tell(words.why_bad, { input: true, action: words.close, onAction: () => question.focus(), onInput: async (reason) => {
      await send(reason);
      tell(words.thanks);
      question.focus();
    } });
  } else if (given) tell(words.thanks);
}

async function remove(turn) {
  await request("POST", `/chat/turns/${turn.dataset.turn}/delete`);
  const last = turn.classList.contains("chosen");
  turn.remove();
  if (last) showSources(turns.lastElementChild);
  empty.hidden = turns.childElementCount > 0;
  refreshList().catch(() => {});
  tell(words.deleted, {
    action: words.undo,
    onAction: async () => {
      await request("POST", `/chat/turns/${turn.dataset.turn}/restore`);
      await redraw();
    },
  });
  question.focus();
}

turns.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  Promise.resolve(actions[button.dataset.do](button.closest(".turn"), button)).catch(() => tell(words.offline, { alarm: true }));
});
chat.addEventListener("click", (event) => {
  const link = event.target.closest("a.ask");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(link.textContent);
  question.focus({ preventScroll: true });
});

// --- conversations, addresses, other tabs

async function open(id, { push = false } = {}) {
  const answer = await request("GET", `/chat/${id}/turns`);
  draw(await answer.text(), id);
  const title = decodeURIComponent(answer.headers.get("X-Title") ?? "");
  document.title = `${title} · ${document.querySelector(".top .home").textContent}`;
  if (push) history.pushState({}, "", `/?c=${id}`);
  await refreshList();
  scrollTo(0, document.documentElement.scrollHeight);
  question.focus({ preventScroll: true });
}

function draw(html, id) {
  conversation = id;
  turns.innerHTML = html;
  chat.querySelectorAll(":scope > .error").forEach((line) => line.remove());
  empty.hidden = turns.childElementCount > 0;
  showSources(turns.lastElementChild);
}

function startNew({ push = false } = {}) {
  draw("", "");
  document.title = document.querySelector(".top .home").textContent;
  if (push) history.pushState({}, "", "/");
  else history.replaceState({}, "", "/");
  refreshList().catch(() => {});
  question.focus();
}

async function redraw() {
  if (!conversation || running) return;
  const html = await (await request("GET", `/chat/${conversation}/turns`)).text();
  const fresh = Object.assign(document.createElement("div"), { innerHTML: html });
  const ids = (root) => [...root.children].map((turn) => `${turn.id} ${turn.querySelector(".bot").textContent}`).join();
  if (ids(fresh) !== ids(turns)) draw(html, conversation);
  await refreshList();
}

connectList({ conversation: () => conversation, busy: () => running !== null, open, startNew });

addEventListener("popstate", () => {
  if (putAwaySheet()) return;
  const id = new URLSearchParams(location.search).get("c") ?? "";
  if (running) location.reload();
  else if (id !== conversation) id ? open(id).catch(() => location.reload()) : startNew();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) redraw().catch(() => {});
});
document.querySelector(".top .language").addEventListener("click", (event) => {
  const link = event.currentTarget;
  link.href = `${link.pathname}?next=${encodeURIComponent(conversation ? `/?c=${conversation}` : "/")}`;
});

showSources(turns.lastElementChild);
if (turns.lastElementChild) scrollTo(0, document.documentElement.scrollHeight);
const asked = new URLSearchParams(location.search).get("q")?.trim();
if (asked) {
  history.replaceState({}, "", conversation ? `/?c=${conversation}` : "/");
  if (Array.from(asked).length > Number(question.dataset.limit)) fill(asked);
  else ask(asked);
} else fill(sessionStorage.getItem("draft") ?? "");
