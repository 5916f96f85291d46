// What is shown: by file, phase, rule, form, certainty, outcome and text.

function fileTest(wanted) {
  const text = wanted.trim().toLowerCase();
  if (!/[*?]/.test(text)) return (path) => path.toLowerCase().includes(text);
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*+\/?|\*|\?/g, (found) => (found[1] === "*" ? ".*" : found === "*" ? "[^/]*" : "[^/]"));
  const pattern = new RegExp(`^${source}$`);
  return (path) => pattern.test(path.toLowerCase());
}

class Filters {
  constructor(choices, changed) {
    this.values = {};
    this.changed = changed;
    let waiting = 0;
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.read(), 120);
    };
    this.file = el("input", { type: "search", id: "filter-file", placeholder: "name or **/glob*.py", input: later });
    this.text = el("input", { type: "search", id: "filter-text", placeholder: "code, names, reasons", input: later });
    this.selects = Object.fromEntries(
      Object.entries(choices).map(([name, options]) => {
        const all = el("option", { value: "" }, "all");
        const others = options.map((option) => el("option", { value: option }, option));
        return [name, el("select", { id: `filter-${name}`, change: () => this.read() }, all, ...others)];
      }),
    );
    const fields = { file: this.file, text: this.text, ...this.selects };
    const labelled = Object.entries(fields).map(([name, field]) =>
      el("div", { class: "field" }, el("label", { for: field.id }, name), field),
    );
    const clear = el("button", { type: "button", click: () => this.clear() }, "Clear");
    this.element = el("form", { class: "filters", role: "search", submit: (e) => e.preventDefault() }, ...labelled, clear);
    this.take();
  }

  take() {
    this.values = { file: this.file.value, text: this.text.value.trim().toLowerCase() };
    for (const [name, field] of Object.entries(this.selects)) this.values[name] = field.value;
    this.isFile = fileTest(this.values.file);
  }

  read() {
    this.take();
    this.changed();
  }

  clear() {
    for (const field of [this.file, this.text, ...Object.values(this.selects)]) field.value = "";
    this.read();
  }

  // Whether a reference is one that is asked for, apart from its file.
  admits(reference) {
    const { rule, form, certainty, outcome } = this.values;
    return (
      (!rule || reference.rule === rule) &&
      (!form || reference.form === form) &&
      (!certainty || reference.certainty === certainty) &&
      (!outcome || reference.outcome === outcome)
    );
  }

  get asksForReferences() {
    const { rule, form, certainty, outcome } = this.values;
    return Boolean(rule || form || certainty || outcome);
  }
}
