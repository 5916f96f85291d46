// The page of a run: its timeline can be filtered, its evidence opened by keys.

const rows = [...document.querySelectorAll("tr[data-state]")];
const status = el("p", { class: "status", role: "status" });
const states = [...new Set(rows.map((row) => row.dataset.state))].sort();
const verdict = el(
  "select",
  { id: "filter-verdict", change: () => draw() },
  el("option", { value: "" }, "all"),
  ...states.map((state) => el("option", { value: state }, state)),
);
const search = el("input", { type: "search", id: "filter-text", placeholder: "unit, phase, commit", input: () => draw() });

function draw() {
  const wanted = search.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const fits =
      (!verdict.value || row.dataset.state === verdict.value) && (!wanted || row.textContent.toLowerCase().includes(wanted));
    row.hidden = !fits;
    if (fits) shown++;
  }
  status.textContent = `${plural(shown, "unit")} of ${rows.length.toLocaleString("en")}`;
}

const keys = new Keys(
  () => [...document.querySelectorAll(".item")].filter((item) => !item.hidden),
  () => false,
  [["/", "to the text to look for", () => search.focus()]],
);
const fields = [["text", search], ["verdict", verdict]].map(([name, field]) =>
  el("div", { class: "field" }, el("label", { for: field.id }, name), field),
);
const help = el("button", { type: "button", click: () => keys.help() }, "Keyboard");
const form = el("form", { class: "filters", role: "search", submit: (e) => e.preventDefault() }, ...fields, help);
document.getElementById("filters").append(form, status);
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
draw();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
