// The page of a preview.

const DATA = JSON.parse(document.getElementById("data").textContent);
const word = (number) => DATA.words[number];
const CHANGED = ["changed", "removed"];

for (const [number, file] of DATA.files.entries()) {
  file.number = number;
  file.phase = word(file.phase);
  file.unit = file.unit === undefined ? "" : word(file.unit);
  file.refs = file.refs.map(([line, column, form, target, outcome, reason, rule]) => ({
    file,
    line,
    column,
    form: word(form),
    target: word(target),
    outcome: word(outcome),
    certainty: word(outcome) === "review" ? "review" : "certain",
    reason: word(reason),
    rule: word(rule),
  }));
  file.isOpen = false;
}

// All that can be searched of a file, made when it is first asked for.
function searched(file) {
  if (file.text === undefined) {
    const lines = (file.hunks || []).flatMap((hunk) => hunk.l);
    const words = file.refs.flatMap((one) => [one.target, one.reason]);
    const reasons = (file.why || []).map(([, , text]) => text);
    file.text = [file.path, file.unit, ...lines, ...words, ...reasons].join("\n").toLowerCase();
  }
  return file.text;
}

const references = DATA.files.flatMap((file) => file.refs);
const distinct = (values) => [...new Set(values)];
const sorted = (values) => distinct(values).sort((a, b) => a.localeCompare(b));
const filters = new Filters(
  {
    phase: distinct(DATA.files.map((file) => file.phase)),
    rule: sorted(references.map((one) => one.rule)),
    form: sorted(references.map((one) => one.form)),
    certainty: sorted(references.map((one) => one.certainty)),
    outcome: sorted(references.map((one) => one.outcome)),
  },
  () => draw(),
);

let isSplit = window.matchMedia("(min-width: 75rem)").matches;

// What stands in an open file.
function drawBody(file) {
  const parts = [];
  if (file.unit) parts.push(el("p", { class: "unit" }, file.unit));
  if (file.crlf) parts.push(el("p", { class: "unit" }, "All lines end in CRLF."));
  if (file.hunks && file.hunks.length) parts.push(diffTable(file.path, file.hunks, isSplit));
  else if (file.hunks) parts.push(el("p", { class: "unit" }, "No line of it changes."));
  if (file.refs.length) {
    const rows = file.refs.map((one) =>
      el(
        "tr",
        {},
        el("td", {}, placeLink(file.link, `${one.line}:${one.column}`, one.line, one.column)),
        el("td", {}, el("code", {}, one.target)),
        el("td", {}, one.form),
        el("td", {}, el("span", { class: `badge ${one.outcome}` }, one.outcome)),
        el("td", {}, one.reason || (one.outcome === "rewritten" ? "it is certain what this means" : "")),
      ),
    );
    const titles = ["place", "names", "form", "outcome", "why"].map((title) => el("th", { scope: "col" }, title));
    const table = el("table", { class: "references" }, el("thead", {}, el("tr", {}, ...titles)), el("tbody", {}, ...rows));
    const label = `The references in ${file.path}`;
    const scroll = el("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, table);
    parts.push(el("details", {}, el("summary", {}, plural(file.refs.length, "reference")), scroll));
  }
  file.body.replaceChildren(...parts);
}

function setOpen(file, isOpen) {
  file.isOpen = isOpen;
  if (!file.button) return;
  file.button.setAttribute("aria-expanded", String(isOpen));
  file.body.hidden = !isOpen;
  if (!isOpen) file.body.replaceChildren();
  else if (!file.body.firstChild) drawBody(file);
}

function lineCounts(file) {
  const lines = file.hunks.flatMap((hunk) => hunk.l);
  const added = lines.filter((line) => line[0] === "+").length;
  const removed = lines.filter((line) => line[0] === "-").length;
  return [
    el("span", { class: "added" }, `+${added}`, el("span", { class: "unseen" }, " lines")),
    el("span", { class: "removed" }, `−${removed}`, el("span", { class: "unseen" }, " lines")),
  ];
}

// Where a reader wants to be: at the first line that is new, or has taken the place of another.
function firstLine(file) {
  const hunk = file.hunks[0];
  if (!hunk) return 1;
  return hunk.b + Math.max(hunk.l.findIndex((line) => line[0] !== " "), 0);
}

function drawFile(file) {
  if (file.element) return file.element;
  const id = `file-${file.number}`;
  file.button = el(
    "button",
    { type: "button", class: "item", "aria-expanded": "false", "aria-controls": id, click: () => setOpen(file, !file.isOpen) },
    el("span", { class: "path" }, file.path),
  );
  file.body = el("div", { id, class: "body", hidden: true });
  const about = el("span", { class: "about" }, el("span", { class: "badge" }, file.phase));
  if (file.kind !== "changed") about.append(el("span", { class: `badge ${file.kind}` }, file.kind));
  about.append(...lineCounts(file));
  if (file.link) about.append(placeLink(file.link, "open", firstLine(file), 1));
  const head = el("div", { class: "head" }, el("h2", {}, file.button), about);
  file.element = el("section", { class: "file" }, head, file.body);
  if (file.isOpen) setOpen(file, true);
  return file.element;
}

function drawRow({ path, link, line, column, name, form, reason }) {
  const place = line ? `${path}:${line}${column ? `:${column}` : ""}` : path;
  const row = el("li", { class: "item row", tabindex: "-1" }, placeLink(link, place, line || 1, column || 1));
  if (name) row.append(" ", el("code", {}, name));
  if (form) row.append(" ", el("span", { class: "badge" }, form));
  row.append(el("p", {}, reason));
  return row;
}

const rowOf = (one) => ({
  path: one.file.path,
  link: one.file.link,
  line: one.line,
  column: one.column,
  name: one.target,
  form: one.form,
  reason: one.reason,
});

function admitsFile(file) {
  const { phase, text } = filters.values;
  if (!filters.isFile(file.path) || (phase && file.phase !== phase)) return false;
  if (filters.asksForReferences && !file.refs.some((one) => filters.admits(one))) return false;
  return !text || searched(file).includes(text);
}

function admitsReference(one) {
  const { phase, text } = filters.values;
  if (!filters.isFile(one.file.path) || (phase && one.file.phase !== phase) || !filters.admits(one)) return false;
  return !text || `${one.file.path}\n${one.target}\n${one.reason}`.toLowerCase().includes(text);
}

function admitsWords(path, reason) {
  const { text, phase } = filters.values;
  return filters.isFile(path) && !phase && !filters.asksForReferences && `${path}\n${reason}`.toLowerCase().includes(text);
}

const ofOutcome = (outcome) => () => references.filter((one) => one.outcome === outcome && admitsReference(one)).map(rowOf);
const TABS = [
  {
    name: "changes",
    title: "Changes",
    none: "No file is changed.",
    find: () => DATA.files.filter((file) => CHANGED.includes(file.kind) && admitsFile(file)),
    draw: drawFile,
  },
  { name: "review", title: "To review", none: "Nothing has to be looked at.", find: ofOutcome("review"), draw: drawRow },
  {
    name: "blocked",
    title: "Blocked",
    none: "No file is blocked.",
    find: () =>
      DATA.files
        .filter((file) => file.kind === "blocked" && admitsFile(file))
        .flatMap((file) => file.why.map(([path, line, reason]) => ({ path, link: path === file.path ? file.link : "", line, reason }))),
    draw: drawRow,
  },
  { name: "left", title: "Left on purpose", none: "Nothing is left on purpose.", find: ofOutcome("left"), draw: drawRow },
  {
    name: "skipped",
    title: "Skipped",
    none: "Every file could be read.",
    find: () => DATA.skipped.filter(([path, reason]) => admitsWords(path, reason)).map(([path, reason]) => ({ path, reason })),
    draw: drawRow,
  },
];

let current = TABS[0];
const status = el("p", { class: "status", role: "status" });

function draw() {
  for (const tab of TABS) {
    tab.found = tab.find();
    tab.count.textContent = tab.found.length.toLocaleString("en");
    tab.isStale = true;
  }
  select(current);
}

function select(tab) {
  current = tab;
  for (const other of TABS) {
    const isCurrent = other === tab;
    other.button.setAttribute("aria-selected", String(isCurrent));
    other.button.tabIndex = isCurrent ? 0 : -1;
    other.panel.hidden = !isCurrent;
  }
  if (tab.isStale) refresh(tab);
  const noun = tab.name === "changes" ? "file" : tab.name === "skipped" ? "file" : "place";
  status.textContent = `${tab.title}: ${plural(tab.found.length, noun)} of ${tab.total.toLocaleString("en")}`;
}

function refresh(tab) {
  tab.isStale = false;
  tab.list.set(tab.found);
  tab.empty.hidden = tab.found.length > 0;
}

function moveTab(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const next = TABS[(TABS.indexOf(current) + by + TABS.length) % TABS.length];
  select(next);
  next.button.focus();
  event.preventDefault();
}

function openAll(isOpen) {
  for (const file of TABS[0].found) setOpen(file, isOpen);
}

function setSplit(split) {
  isSplit = split;
  viewButton.setAttribute("aria-pressed", String(split));
  for (const file of DATA.files) if (file.isOpen && file.body) drawBody(file);
}

for (const tab of TABS) {
  tab.count = el("span", { class: "count" });
  tab.button = el(
    "button",
    { type: "button", role: "tab", id: `tab-${tab.name}`, "aria-controls": `panel-${tab.name}`, click: () => select(tab), keydown: moveTab },
    `${tab.title} `,
    tab.count,
  );
  const container = el(tab.name === "changes" ? "div" : "ul", { class: "list" });
  tab.list = new LazyList(container, tab.draw);
  tab.empty = el("p", { class: "empty" }, tab.none);
  tab.panel = el("div", { role: "tabpanel", id: `panel-${tab.name}`, "aria-labelledby": `tab-${tab.name}`, "data-title": tab.title, class: "panel" }, tab.empty, container);
  tab.total = tab.find().length;
}

const viewButton = el("button", { type: "button", "aria-pressed": String(isSplit), click: () => setSplit(!isSplit) }, "Side by side");
const keys = new Keys(
  () => [...current.panel.querySelectorAll(".item")],
  () => {
    const before = current.list.shown;
    current.list.extend();
    return current.list.shown > before;
  },
  [
    ["/", "to the text to look for", () => filters.text.focus()],
    ["f", "to the file to look for", () => filters.file.focus()],
    ["s", "side by side, or in one column", () => setSplit(!isSplit)],
    ["o", "open all", () => openAll(true)],
    ["c", "close all", () => openAll(false)],
    ...TABS.map((tab, number) => [String(number + 1), tab.title.toLowerCase(), () => select(tab)]),
  ],
);
const tools = el(
  "div",
  { class: "tools" },
  viewButton,
  el("button", { type: "button", click: () => openAll(true) }, "Open all"),
  el("button", { type: "button", click: () => openAll(false) }, "Close all"),
  el("button", { type: "button", click: () => keys.help() }, "Keyboard"),
);
const bar = el("div", { class: "bar" }, filters.element, tools);
const tabs = el("div", { role: "tablist", "aria-label": "What the plan does" }, ...TABS.map((tab) => tab.button));
document.getElementById("main").append(bar, tabs, status, ...TABS.map((tab) => tab.panel));

// On paper all is there that the filters admit, in one column.
let wasSplit = isSplit;
window.addEventListener("beforeprint", () => {
  wasSplit = isSplit;
  setSplit(false);
  for (const tab of TABS) {
    if (tab.isStale) refresh(tab);
    tab.list.all();
    tab.panel.hidden = false;
  }
  openAll(true);
  for (const details of document.querySelectorAll("details")) details.open = true;
});
window.addEventListener("afterprint", () => {
  setSplit(wasSplit);
  select(current);
});

draw();
const first = TABS[0].found;
for (const file of first.slice(0, first.length <= 20 ? first.length : 1)) setOpen(file, true);
document.documentElement.dataset.ready = String(Math.round(performance.now()));
