// Python, line by line, in the colours of its words; what a line begins in is told by the line before it.

const KEYWORDS = new Set(
  ("False None True and as assert async await break case class continue def del elif else except finally for from " +
    "global if import in is lambda match nonlocal not or pass raise return try type while with yield").split(" "),
);
const WORD = /(#.*)|([rbfutRBFUT]{0,2})("""|'''|"|')|(\d[\w.]*)|([\p{L}_][\p{L}\p{N}_]*)|(@[\w.]+)|([^\p{L}\p{N}_#"'@]+|.)/uy;

function endOfString(line, start, quotes) {
  for (let at = start; at < line.length; at++) {
    if (line[at] === "\\") at++;
    else if (line.startsWith(quotes, at)) return at + quotes.length;
  }
  return -1;
}

// The parts of a line as [text, kind], and the quotes that the next line begins in.
function pythonParts(line, quotes) {
  const parts = [];
  let at = 0;
  let before = "";
  if (quotes) {
    const end = endOfString(line, 0, quotes);
    if (end < 0) return [[[line, "string"]], quotes];
    parts.push([line.slice(0, end), "string"]);
    at = end;
  }
  while (at < line.length) {
    WORD.lastIndex = at;
    const found = WORD.exec(line);
    const [whole, comment, prefix, opened, number, name, decorator] = found;
    let kind = comment ? "comment" : number ? "number" : decorator ? "decorator" : "";
    let end = at + whole.length;
    if (opened) {
      kind = "string";
      end = endOfString(line, at + prefix.length + opened.length, opened);
      if (end < 0 && opened.length === 3) return [[...parts, [line.slice(at), kind]], opened];
      if (end < 0) end = line.length;
    } else if (name) {
      kind = KEYWORDS.has(name) ? "keyword" : before === "def" || before === "class" ? "defined" : "";
      before = name;
    }
    parts.push([line.slice(at, end), kind]);
    at = end;
  }
  return [parts, ""];
}

// Which letters of two lines differ, by words: for each side a list of [start, end]. Nothing where they have too
// little in common for marks to help.
function changedWords(old, now) {
  const a = old.match(/[\p{L}\p{N}_]+|\s+|./gu) || [];
  const b = now.match(/[\p{L}\p{N}_]+|\s+|./gu) || [];
  if (a.length * b.length > 40000) return [[], []];
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = i * width + j;
      table[here] =
        a[i] === b[j] ? table[here + width + 1] + 1 : Math.max(table[here + width], table[here + 1]);
    }
  }
  const marks = [[], []];
  const place = [0, 0];
  let same = 0;
  const mark = (side, word) => {
    const list = marks[side];
    const last = list[list.length - 1];
    if (last && last[1] === place[side]) last[1] += word.length;
    else list.push([place[side], place[side] + word.length]);
    place[side] += word.length;
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      if (a[i].trim()) same += a[i].length;
      place[0] += a[i++].length;
      place[1] += b[j++].length;
    } else if (j >= b.length || (i < a.length && table[(i + 1) * width + j] >= table[i * width + j + 1])) {
      mark(0, a[i++]);
    } else {
      mark(1, b[j++]);
    }
  }
  const enough = same * 4 >= Math.max(old.trim().length, now.trim().length);
  return enough ? marks : [[], []];
}

// The nodes of a line: its parts, cut where marks begin and end; a mark is an element of its own.
function codeNodes(parts, marks, tag) {
  const nodes = [];
  let at = 0;
  let next = 0;
  for (const [text, kind] of parts) {
    let rest = text;
    while (rest) {
      while (next < marks.length && marks[next][1] <= at) next++;
      const mark = marks[next];
      const inside = mark && mark[0] <= at;
      const end = inside ? mark[1] : mark ? mark[0] : Infinity;
      const piece = rest.slice(0, end - at);
      rest = rest.slice(piece.length);
      at += piece.length;
      const node = kind ? el("span", { class: kind }, piece) : document.createTextNode(piece);
      nodes.push(inside ? el(tag, {}, node) : node);
    }
  }
  return nodes;
}
