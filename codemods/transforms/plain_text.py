"""References in files that are not Python: entry points, settings, documentation, scripts. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.model import Change, Changed, Disposition, Finding, Form, Outcome, Reference, Unchanged, blocked
from codemods.transforms.prose import TOLD, tells_of_a_change
from codemods.transforms.text_formats import fault_in, has_escapes
from codemods.transforms.text_names import exists

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from codemods.transforms.text_imports import Mention
    from codemods.transforms.text_names import Has, TextNames

_NEWLINE = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"(([^\w\s])\2{2,})[ \t]*$", re.MULTILINE)
_BOM = "\ufeff"

NOT_ASKED = "outside Python: `--non-python` rewrites it"
ESCAPED = "directly behind a backslash and a letter, which may be an escape or part of a path"
ENCODED = "the file is not UTF-8: a name with other letters than ASCII's is not rewritten in it"
_HISTORY = frozenset({"release", "releases", "release_notes", "changelog", "changelogs", "whatsnew", "news", "history"})
_PROSE = (".md", ".rst", ".txt", ".adoc")
_LISTED = (
    ("a lock file, which its own tool writes", "*.lock package-lock.json *-lock.yaml *.lockb"),
    (
        "history: what it was called then",
        "changelog* history* news news.* changes changes.* whatsnew* *.patch *.diff *.log",
    ),
    ("a page that is made from other sources, or links to its anchors", "*.html *.htm"),
    ("a backup", "*.bak *.orig *.backup* *~"),
    ("a notebook: change it in a notebook editor", "*.ipynb"),
    ("recorded data or a drawing", "*.csv *.tsv *.svg"),
    (
        "code in another language, where the name may mean something else",
        "*.js *.jsx *.mjs *.cjs *.ts *.tsx *.vue *.java *.kt *.go *.rs *.rb *.php *.lua *.c *.h *.cc *.cpp *.hpp *.cs",
    ),
)


def may_hold(content: bytes, words: Collection[str]) -> bool:
    """Whether `content` can refer to something whose last name is in `words`: quick, and never wrongly False."""
    return any(not word.isascii() or word.encode() in content for word in words)


def transform_text(path: str, content: bytes, names: TextNames, *, rewrite: bool, has: Has) -> Outcome:
    """What becomes of the file `path`: its references listed, or with `rewrite` given their new names.

    `has(module, name)` tells whether a target module has a name or submodule. Binary files hold no references.
    """
    if b"\0" in content or not may_hold(content, names.words):
        return Unchanged(path)
    text, encoding = _decode(content)
    mentions = names.search(text, has)
    if not mentions:
        return Unchanged(path)
    if because := listed_only(path):
        return Unchanged(path, _findings(path, text, [(m, Disposition.REVIEW, m.reason or because) for m in mentions]))
    with_escapes = any(mention.escaped for mention in mentions) and has_escapes(path, text)
    rewriter = _Rewriter(path, names, has, encoding, with_escapes, _used(text, mentions))
    return rewriter.outcome(content, text, mentions) if rewrite else rewriter.listed(text, mentions)


def listed_only(path: str) -> str:
    """Why a file of this name is never rewritten; empty where it may be."""
    *folders, name = path.lower().split("/")
    if _HISTORY.intersection(folders):
        return _LISTED[1][0]
    for reason, patterns in _LISTED:
        if any(fnmatchcase(name, pattern) for pattern in patterns.split()):
            return reason
    return ""


def _decode(content: bytes) -> tuple[str, str]:
    """The text of `content` and its codec, either of which writes it back byte for byte."""
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


class _Rewriter(Struct, frozen=True):
    """Gives the references of one file their new names.

    `with_escapes`: a backslash begins an escape in it. `used`: the names that `_used` found.
    """

    path: str
    names: TextNames
    has: Has
    encoding: str
    with_escapes: bool
    used: frozenset[str]

    def outcome(self, content: bytes, text: str, mentions: list[Mention]) -> Outcome:
        """The outcome for `content`, whose `text` holds `mentions`."""
        decided = [(mention, *self._decide(mention, text)) for mention in mentions]
        findings = _findings(self.path, text, decided)
        if reasons := [
            f"{self.path}:{finding.reference.line}: {finding.reason}"
            for finding in findings
            if finding.disposition is Disposition.BLOCKED
        ]:
            return blocked(self.path, findings, tuple(dict.fromkeys(reasons)))
        after = self._rewritten(text, mentions)
        if after == text:
            return Unchanged(self.path, findings)
        if fault := self._fault(text, after):
            return blocked(self.path, findings, (f"{self.path}:1: {fault}",))
        return Changed(self.path, Change(self.path, content, after.encode(self.encoding)), findings)

    def listed(self, text: str, mentions: list[Mention]) -> Outcome:
        """All of `mentions` for review: what would be rewritten if that were asked, and why the others would not."""
        reasons = (self._decide(mention, text)[1] or NOT_ASKED for mention in mentions)
        listed = [(m, Disposition.REVIEW, reason) for m, reason in zip(mentions, reasons, strict=True)]
        return Unchanged(self.path, _findings(self.path, text, listed))

    def _decide(self, mention: Mention, text: str) -> tuple[Disposition, str]:
        """What becomes of `mention` in `text`, and why."""
        is_prose = self.path.lower().endswith(_PROSE)
        new = "".join(text for _, _, text in mention.edits_for(self.used))
        if mention.reason:
            return Disposition.REVIEW, mention.reason
        if self.encoding != "utf-8" and not (mention.target + new).isascii():
            return Disposition.REVIEW, ENCODED
        if mention.escaped and not self.with_escapes:
            return Disposition.REVIEW, ESCAPED
        if not exists(mention, self.has):
            module, name = mention.needs[0]
            return Disposition.REVIEW if is_prose else Disposition.BLOCKED, f"`{module}` has no name `{name}`"
        if is_prose and tells_of_a_change(text, mention.start):
            return Disposition.REVIEW, TOLD
        return Disposition.REWRITTEN, ""

    def _rewritten(self, text: str, mentions: Iterable[Mention]) -> str:
        """`text` with what can be rewritten of `mentions` rewritten; all else stays, by construction."""
        chosen = [mention for mention in mentions if self._decide(mention, text)[0] is Disposition.REWRITTEN]
        after = _spliced(text, {edit for mention in chosen for edit in mention.edits_for(self.used)})
        return with_underlines(text, after) if self.path.endswith((".rst", ".txt")) else after

    def _value(self, value: str) -> str:
        """A string of the data that the file holds, under the new names: in it, a backslash is itself."""
        mentions = self.names.search(value, self.has)
        return self._rewritten(value, [mention for mention in mentions if not mention.escaped])

    def _fault(self, before: str, after: str) -> str:
        """What is wrong with the result, judged by the result and the format's own parser; empty where nothing is."""
        if self._rewritten(after, self.names.search(after, self.has)) != after:
            return "applying the plan to the result would change it again: change it by hand"
        return fault_in(self.path, before, after, self._value)


def with_underlines(before: str, after: str) -> str:
    """`after` with the lines under (and over) its titles as long as the titles, where those of `before` were."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) != len(new):
        return after
    for number, (was, is_) in enumerate(zip(old, new, strict=True)):
        missing = len(is_.rstrip()) - len(was.rstrip())
        for beside in (number - 1, number + 1):
            line = _LINE.match(old[beside]) if missing > 0 and 0 <= beside < len(new) else None
            if line is not None and len(line.group(1)) >= len(was.rstrip()):
                new[beside] = line.group(1)[0] * missing + new[beside]
    return "".join(new)


def _used(text: str, mentions: Iterable[Mention]) -> frozenset[str]:
    """The names that imports in `text` bind, would rename, and that `text` also uses by themselves."""
    binding = [mention for mention in mentions if mention.local]
    names = {mention.local for mention in binding}
    if not names:
        return frozenset()
    places = {mention.start for mention in binding}
    pattern = re.compile(rf"(?:(?<![\w.])|(?<=\\[nrt]))(?:{'|'.join(map(re.escape, sorted(names)))})(?!\w)")
    return frozenset(match.group() for match in pattern.finditer(text) if match.start() not in places)


def _spliced(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """`text` with `edits` made, which do not overlap."""
    parts: list[str] = []
    position = 0
    for start, end, new in sorted(edits):
        parts += (text[position:start], new)
        position = end
    return "".join((*parts, text[position:]))


def _findings(path: str, text: str, decided: Iterable[tuple[Mention, Disposition, str]]) -> tuple[Finding, ...]:
    starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]
    findings = []
    for mention, disposition, reason in decided:
        line = bisect_right(starts, mention.start)
        begin = starts[line - 1]
        column = mention.start - begin + 1 - (begin == 0 and text.startswith(_BOM))
        reference = Reference(path, line, column, Form.TEXT, mention.target)
        findings.append(Finding(reference, disposition, reason))
    return tuple(sorted(findings))
