"use strict";
// Elements are made by hand, text is only ever text: nothing in the data can become markup.

function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// A list that is drawn as far as it is looked at. `make` gives the element of an item.
class LazyList {
  constructor(container, make) {
    this.container = container;
    this.make = make;
    this.items = [];
    this.shown = 0;
    this.more = el("button", { class: "more", type: "button", click: () => this.extend() });
    new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) this.extend();
    }).observe(this.more);
  }

  set(items) {
    this.items = items;
    this.shown = 0;
    this.container.replaceChildren();
    this.extend();
  }

  extend(number = 300) {
    const fresh = this.items.slice(this.shown, this.shown + number);
    this.shown += fresh.length;
    this.more.remove();
    this.container.append(...fresh.map(this.make));
    const left = this.items.length - this.shown;
    if (left > 0) {
      this.more.textContent = `Show more (${left} left)`;
      this.container.append(this.more);
    }
  }

  all() {
    this.extend(this.items.length);
  }
}

function plural(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// A link where there is one to make, else the text alone.
function placeLink(link, text, line, column) {
  const shown = el("code", {}, text);
  if (!link) return shown;
  const to = link.replaceAll("{line}", String(line)).replaceAll("{column}", String(column));
  return el("a", { href: to, class: "place" }, shown);
}
