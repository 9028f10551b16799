// The button that refreshes the index, and how far the refresh is.
const form = document.getElementById("refresh");
const bar = form?.querySelector("progress");
const told = form?.querySelector("[role=status]");
const button = form?.querySelector("button");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ fetch: form.fetch.checked });
  const answer = await fetch("/quality/refresh", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
  if (answer?.ok) follow();
  else told.textContent = form.dataset.failed;
});

function follow() {
  button.disabled = true;
  bar.hidden = false;
  bar.removeAttribute("value");
  told.textContent = form.dataset.running;
  const stream = new EventSource("/quality/refresh");
  stream.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if ("ended" in event) end(event.ended);
    else if (event.progress) {
      [bar.max, bar.value] = [event.total || 1, event.done];
    } else if (event.say) told.textContent = event.say;
  };
  stream.onerror = () => end(null);

  function end(code) {
    stream.close();
    button.disabled = false;
    bar.hidden = true;
    if (code === 0) location.reload();
    else if (code === null) told.textContent = form.dataset.failed;
  }
}

if (form?.dataset.now === "running") follow();
