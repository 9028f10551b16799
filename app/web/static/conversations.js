// The list of conversations: open, search, rename, delete and take that back.
import { request, say, tell, words } from "./notices.js";

const aside = document.getElementById("conversations");
const list = document.getElementById("conversation-list");
const search = document.getElementById("search-conversations");
const drawer = document.querySelector(".drawer-button");
let page;

// The page gives: conversation() open now, open(id), startNew().
export function connectList(given) {
  page = given;
}

export async function refreshList() {
  const asked = new URLSearchParams({ search: search.value, chosen: page.conversation() });
  const html = await (await request("GET", `/chat/list?${asked}`)).text();
  if (!list.querySelector("details[open], input")) list.innerHTML = html;
}

export function closeDrawer() {
  aside.classList.remove("open");
  drawer.setAttribute("aria-expanded", "false");
}

async function remove(id) {
  await request("POST", `/chat/${id}/delete`);
  const open = page.conversation() === id;
  if (open) page.startNew();
  await refreshList();
  tell(words.deleted, {
    action: words.undo,
    onAction: async () => {
      await request("POST", `/chat/${id}/restore`);
      if (open) await page.open(id);
      await refreshList();
    },
  });
}

function rename(item) {
  const link = item.querySelector("a");
  const field = Object.assign(document.createElement("input"), { value: link.textContent, maxLength: 80 });
  field.setAttribute("aria-label", words.rename_to);
  const menu = item.querySelector("details");
  menu.open = false;
  link.hidden = menu.hidden = true;
  item.prepend(field);
  field.select();
  let over = false;
  const finish = async (keep) => {
    if (over) return;
    over = true;
    const title = field.value.trim();
    field.remove();
    link.hidden = menu.hidden = false;
    if (keep && title && title !== link.textContent) await request("POST", `/chat/${item.dataset.conversation}/rename`, { title });
    await refreshList();
    list.querySelector(`[data-conversation="${item.dataset.conversation}"] a`)?.focus();
  };
  field.addEventListener("blur", () => finish(true));
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter") finish(true);
    if (event.key === "Escape") finish(false);
  });
}

const failed = () => tell(words.offline, { alarm: true });

aside.addEventListener("click", (event) => {
  const item = event.target.closest("li[data-conversation]");
  const action = event.target.closest("[data-do]")?.dataset.do;
  if (event.target.closest(".menu")) item.querySelector("details").open = false;
  if (action === "rename") rename(item);
  if (action === "delete") remove(item.dataset.conversation).catch(failed);
  const link = event.target.closest("a[href^='/?c='], a.new");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || page.busy()) return;
  event.preventDefault();
  closeDrawer();
  if (link.matches(".new")) page.startNew({ push: true });
  else page.open(item.dataset.conversation, { push: true }).catch(failed);
});
document.addEventListener("click", (event) => {
  list.querySelectorAll("details[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  if (aside.classList.contains("open") && !event.target.closest("#conversations, .drawer-button")) closeDrawer();
});
let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => refreshList().catch(failed), 150);
});
drawer.addEventListener("click", () => {
  const open = aside.classList.toggle("open");
  drawer.setAttribute("aria-expanded", String(open));
  if (open) aside.querySelector("a, input").focus();
});
