// The keyboard: single letters, where nobody is typing and as long as they are switched on.

class Keys {
  // `items` gives the elements to walk through, `more` draws more of them, `actions` are further keys with what they do.
  constructor(items, more, actions) {
    this.items = items;
    this.more = more;
    this.actions = actions;
    this.isOn = true;
    document.addEventListener("keydown", (event) => this.pressed(event));
    const rows = [
      ["j, k", "to the next, to the one before"],
      ["Enter", "open or close it, or follow its link"],
      ...actions.map(([key, what]) => [key, what]),
      ["?", "these keys"],
      ["Esc", "leave a field"],
    ];
    const list = rows.map(([key, what]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)));
    const toggle = el("input", { type: "checkbox", id: "keys-on", checked: true, change: () => (this.isOn = toggle.checked) });
    this.dialog = el(
      "dialog",
      { "aria-labelledby": "keys-title" },
      el("h2", { id: "keys-title" }, "Keyboard"),
      el("dl", { class: "keys" }, ...list),
      el("p", {}, toggle, el("label", { for: "keys-on" }, " single letters are keys")),
      el("form", { method: "dialog" }, el("button", { type: "submit", autofocus: true }, "Close")),
    );
    // No form of the page is ever sent.
    this.dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.dialog.close();
    });
    document.body.append(this.dialog);
  }

  help() {
    this.dialog.showModal();
  }

  pressed(event) {
    const field = event.target instanceof Element && event.target.closest("input, select, textarea");
    if (field && event.key === "Escape") field.blur();
    if (field || this.dialog.open || !this.isOn || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.actions.find(([key]) => key === event.key);
    if (event.key === "j") this.step(1);
    else if (event.key === "k") this.step(-1);
    else if (event.key === "?") this.help();
    else if (event.key === "Enter" && event.target.matches(".row") && event.target.querySelector("a")) {
      event.target.querySelector("a").click();
    } else if (action) action[2]();
    else return;
    event.preventDefault();
  }

  step(by) {
    let items = this.items();
    // Somebody may be inside of what an item has opened.
    const now = items.findIndex((item) => (item.closest(".file, details") || item).contains(document.activeElement));
    let next = now < 0 ? (by > 0 ? 0 : items.length - 1) : now + by;
    if (next >= items.length && this.more()) items = this.items();
    next = Math.min(Math.max(next, 0), items.length - 1);
    if (!items[next]) return;
    items[next].focus({ preventScroll: true });
    items[next].scrollIntoView({ block: "nearest" });
  }
}
