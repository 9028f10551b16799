// What an answer was filtered by: read from its turn, changed in a dialog or chip by chip, and sent with the question.
const dialog = document.getElementById("filters");
const form = dialog.querySelector("form");
const read = (turn) => JSON.parse(turn.dataset.filters || "{}");
const YEARS = ["since", "until"];

// What is sent when a turn is answered again: nothing, so that the question is read anew, unless the reader has changed it.
export const filtersOf = (turn) => ("edited" in turn.dataset ? read(turn) : null);

export function withoutFilter(turn, chip) {
  const filters = read(turn);
  const { field, value } = chip.dataset;
  if (field === "years") YEARS.forEach((name) => delete filters[name]);
  else if (!value) delete filters[field];
  else filters[field] = (filters[field] ?? []).filter((other) => other !== value);
  return filters;
}

// Opens the dialog at the field of a chip; gives the filters, or null when the reader cancels.
export function changeFilters(turn, chip) {
  const filters = read(turn);
  const fields = [...form.elements].filter((field) => field.name);
  for (const field of fields) {
    const now = filters[field.name]?.[0] ?? "";
    if (field.tagName === "SELECT" && now && ![...field.options].some((option) => option.value === now)) field.add(new Option(now, now));
    field.value = now;
  }
  const at = chip?.dataset.field === "years" ? "since" : chip?.dataset.field;
  dialog.returnValue = "";
  dialog.showModal();
  (form.elements[at] ?? fields[0]).focus();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "ask") return resolve(null);
      for (const field of fields) {
        const value = field.value.trim();
        if (value !== (filters[field.name]?.[0] ?? "")) filters[field.name] = value ? [value] : []; // else all values of it stay
      }
      resolve(filters);
    }, { once: true }),
  );
}
