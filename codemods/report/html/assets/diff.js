// A diff as a table, in one column or side by side.

// The lines of a hunk as rows of [old, new]; a line is {number, text, parts, marks} or null, or the remark `note`.
function rowsOf(hunk, isPython) {
  const rows = [];
  const numbers = [hunk.a, hunk.b];
  const quotes = [...hunk.s];
  let removed = [];
  let added = [];
  const read = (side, text) => {
    const line = { number: numbers[side]++, text, parts: [[text, ""]], marks: [] };
    if (isPython) [line.parts, quotes[side]] = pythonParts(text, quotes[side]);
    return line;
  };
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at++) {
      const pair = [removed[at] || null, added[at] || null];
      if (pair[0] && pair[1]) [pair[0].marks, pair[1].marks] = changedWords(pair[0].text, pair[1].text);
      rows.push(pair);
    }
    removed = [];
    added = [];
  };
  for (const line of hunk.l) {
    const text = line.slice(1);
    if (line[0] === "-") removed.push(read(0, text));
    else if (line[0] === "+") added.push(read(1, text));
    else if (line[0] === "\\") {
      const last = added[added.length - 1] || removed[removed.length - 1] || (rows[rows.length - 1] || [])[1];
      if (last) last.note = "no newline at the end";
    } else {
      flush();
      const old = read(0, text);
      const now = read(1, text);
      rows.push([old, now]);
      old.same = now.same = true;
    }
  }
  flush();
  return rows;
}

function codeCell(line, kind) {
  const tag = kind === "del" ? "del" : "ins";
  const cell = el("td", { class: `code ${kind}` }, ...codeNodes(line.parts, line.marks, tag));
  if (line.note) cell.append(el("span", { class: "note" }, ` ⊘ ${line.note}`));
  return cell;
}

function side(line, kind, sign) {
  if (!line) return [el("td", { class: "number" }), el("td", { class: "sign" }), el("td", { class: "code none" })];
  return [
    el("td", { class: `number ${kind}` }, String(line.number)),
    el("td", { class: `sign ${kind}` }, sign),
    codeCell(line, kind),
  ];
}

function splitRow([old, now]) {
  if (old && old.same) return el("tr", {}, ...side(old, "same", " "), ...side(now, "same", " "));
  return el("tr", {}, ...side(old, "del", "-"), ...side(now, "add", "+"));
}

function unifiedRow(old, now, kind, sign) {
  return el(
    "tr",
    {},
    el("td", { class: `number ${kind}` }, old ? String(old.number) : ""),
    el("td", { class: `number ${kind}` }, now ? String(now.number) : ""),
    el("td", { class: `sign ${kind}` }, sign),
    codeCell(now || old, kind),
  );
}

// Removed lines come before the added ones that take their place, as in any diff.
function unifiedRows(rows) {
  const made = [];
  for (let at = 0; at < rows.length; at++) {
    if (rows[at][0] && rows[at][0].same) {
      made.push(unifiedRow(rows[at][0], rows[at][1], "same", " "));
      continue;
    }
    let end = at;
    while (end < rows.length && !(rows[end][0] && rows[end][0].same)) end++;
    const block = rows.slice(at, end);
    for (const [old] of block) if (old) made.push(unifiedRow(old, null, "del", "-"));
    for (const [, now] of block) if (now) made.push(unifiedRow(null, now, "add", "+"));
    at = end - 1;
  }
  return made;
}

function diffTable(path, hunks, isSplit) {
  const isPython = /\.pyi?$/.test(path);
  const titles = isSplit
    ? ["line before", "", "before", "line after", "", "after"]
    : ["line before", "line after", "", "code"];
  const head = el("tr", {}, ...titles.map((title) => (title ? el("th", { scope: "col" }, title) : el("td", {}))));
  const bodies = hunks.map((hunk) => {
    const rows = rowsOf(hunk, isPython);
    const first = el("tr", { class: "hunk" }, el("td", { colspan: String(titles.length) }, `from line ${hunk.b || hunk.a}`));
    return el("tbody", {}, first, ...(isSplit ? rows.map(splitRow) : unifiedRows(rows)));
  });
  const table = el("table", { class: `diff ${isSplit ? "split" : "unified"}` }, el("thead", {}, head), ...bodies);
  return el("div", { class: "scroll", role: "region", "aria-label": `The change of ${path}`, tabindex: "0" }, table);
}
