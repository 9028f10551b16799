// Short messages above the input, and the page's words in the reader's language.
export const words = JSON.parse(document.getElementById("words").content.textContent);

export const say = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name]);

const toast = document.getElementById("toast");
let hiding;

export function tell(text, { action, onAction, input, onInput, alarm = false } = {}) {
  clearTimeout(hiding);
  toast.replaceChildren(document.createTextNode(text));
  toast.setAttribute("role", alarm ? "alert" : "status");
  if (input) {
    const field = Object.assign(document.createElement("input"), { maxLength: 1000 });
    field.setAttribute("aria-label", text);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        onInput(field.value);
      }
    });
    toast.append(field, button(words.send, () => onInput(field.value)));
    field.focus();
  }
  if (action) toast.append(button(action, () => { hush(); onAction(); }));
  toast.hidden = false;
  if (!input) hiding = setTimeout(hush, action ? 10_000 : 4_000);
}

export function hush() {
  clearTimeout(hiding);
  toast.hidden = true;
}

function button(text, onClick) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", onClick);
  return made;
}

export async function request(method, address, body) {
  const answer = await fetch(address, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}
