"""All that refers to what a deletion takes away, in one file; of any certainty.

What redirects find is found here, too: the same code looks for it. Beyond that: paths of files, full names in any
string, imports that only work with a folder on `sys.path`, and, told as mentions, comments.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.index.string_sites import Role
from codemods.model import Disposition, Finding, Form, Reference
from codemods.transforms.redirect import concerns, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.consolidation.deleting.file_mentions import Files
    from codemods.consolidation.deleting.going import Going
    from codemods.index.resolve import Index
    from codemods.index.summary import ModuleSummary
    from codemods.transforms.view import ModuleView

_REASONS = {
    Form.STRING: "a string names it",
    Form.DOC: "a docstring names it",
    Form.MODULE_VALUE: "the module is passed on: what is read from it cannot be told",
    Form.PATH: "the path of its file",
}
_NOT_PROVEN = frozenset({*_REASONS, Form.TEXT, Form.DISCOVERY})
_IMPORTS = frozenset({Form.FROM_IMPORT, Form.IMPORT, Form.IMPORT_AS, Form.MODULE_FROM})
COMMENT = "a comment: nothing breaks, but it tells of what is not there"
AMBIGUOUS = "several files have that name"
_BY_PATH = "a folder on `sys.path` may make it this module"


def references_in(view: ModuleView, going: Going, files: Files, index: Index) -> list[Finding]:
    """The references and mentions in a module, each once; mentions have the disposition `left`.

    Raises Missing where `index` lacks a summary.
    """
    found: dict[tuple[int, int, bool], Finding] = {}
    summary = index.summaries.get(view.path)
    if summary is None or concerns(summary, going.moves, index):
        for finding in settle(view, going.moves, index).findings:
            told = _told(finding, going)
            if told is not None:
                found.setdefault(_key(told.reference), told)
    for finding in (*_shortened(view, going, index), *_beside_its_module(view, going), *_below(view, going)):
        found.setdefault(_key(finding.reference), finding)
    lines = {finding.reference.line for finding in found.values()}
    for finding in _spelled(view, going, files, index, lines):
        found.setdefault(_key(finding.reference), finding)
    return sorted(found.values())


def _key(reference: Reference) -> tuple[int, int, bool]:
    return reference.line, reference.column, reference.form is Form.PATH


def _told(finding: Finding, going: Going) -> Finding | None:
    """`finding` of a redirect as one of a deletion; None where it concerns the module of an alias only."""
    reference, target = finding.reference, finding.reference.target
    form = reference.form
    alias = "" if going.is_named_by(target) else going.alias_of(target)
    if form is Form.STAR and not alias and any(target == module for module, _ in going.aliases):
        alias = f"{target}.*"
    reason = _REASONS.get(form, "")
    if alias:
        reason = f"through `{alias.rpartition('.')[0]}`, which hands it on"
    elif form is Form.REEXPORT:
        reason = f"through `{target.rpartition('.')[0]}`, which hands it on"
    elif not going.is_named_by(target):
        if target != going.module or form not in (Form.MODULE_VALUE, Form.MODULE_STRING, Form.STAR):
            return None if form is not Form.STRING or target != going.name else replace(finding, reason=_HELD)
        if form is Form.MODULE_STRING:
            reason = "the module is loaded by its name: what is read from it cannot be told"
        elif form is Form.STAR:
            reason = finding.reason if finding.disposition is Disposition.REVIEW else "it brings the name along"
    is_open = form in _NOT_PROVEN or (finding.disposition is Disposition.REVIEW and form not in _IMPORTS)
    return replace(finding, disposition=Disposition.REVIEW if is_open else Disposition.BLOCKED, reason=reason)


_HELD = "a string may name it: the file also holds its module"


def _beside_its_module(view: ModuleView, going: Going) -> Iterator[Finding]:
    """Strings that are the name of a symbol, in a file where another string names its module: `("a.b", "f")`."""
    if going.name is None:
        return
    strings = [s for s in view.scopes.strings if s.value in (going.name, going.module)]
    named = [string for string in strings if string.value == going.name]
    if len(named) == len(strings) and view.path not in going.paths:
        return
    for string in named:
        if view.surroundings.site(string).role is not Role.EXPORT:
            yield Finding(view.reference(string, Form.STRING, going.dotted), Disposition.REVIEW, _HELD)


def _shortened(view: ModuleView, going: Going, index: Index) -> Iterator[Finding]:
    """Absolute imports of a tail of the full name, which a folder on `sys.path` makes work: `import mod`."""
    parts = going.module.split(".")
    tails = {".".join(parts[number:]): len(parts) - number for number in range(1, len(parts))}
    for site in view.scopes.imports if tails else ():
        statement = site.statement
        if isinstance(statement, ast.ImportFrom) and (statement.level or not statement.module):
            continue
        for alias in statement.names:
            dotted = f"{statement.module}.{alias.name}" if isinstance(statement, ast.ImportFrom) else alias.name
            tail = next((tail for tail in tails if dotted == tail or dotted.startswith(f"{tail}.")), None)
            if tail is None or (going.name and not _may_bring(statement, dotted[len(tail) + 1 :], going.name)):
                continue
            if _is_on_path(view, going, tail, tails[tail], index):
                form = Form.FROM_IMPORT if isinstance(statement, ast.ImportFrom) else Form.IMPORT
                yield Finding(view.reference(alias, form, going.dotted), Disposition.REVIEW, _BY_PATH)


def _may_bring(statement: ast.stmt, rest: str, name: str) -> bool:
    return isinstance(statement, ast.Import) or rest in (name, "*")


def _is_on_path(view: ModuleView, going: Going, tail: str, length: int, index: Index) -> bool:
    """Whether `tail` may be the module: no other one has that name, and something speaks for it."""
    first = tail.partition(".")[0]
    if first in sys.stdlib_module_names:
        return False
    folders = {path.rpartition("/")[0] for path in going.paths}
    is_beside = view.path.rpartition("/")[0] in folders
    if is_beside and length == 1:
        own = view.source
        return not index.is_module(going.package) or _has_no_init(going, index) or b"__main__" in own or _inserts(own)
    return not index.is_module(first) and (length > 1 or _inserts(view.source))


def _has_no_init(going: Going, index: Index) -> bool:
    package = going.module.rpartition(".")[0]
    return not index.paths.get(package)


def _inserts(source: bytes) -> bool:
    return b"sys.path" in source


def may_be_below(content: bytes, going: Going) -> bool:
    """Whether a chain that starts at an imported package around the module may lead to it, by letters."""
    parts = going.module.split(".")
    heads = [".".join(parts[:number]) for number in range(1, len(parts))]
    if not heads:
        return False
    plain = "|".join(map(re.escape, heads))
    from_ = "|".join(
        rf"{re.escape(h.rpartition('.')[0])}[ \t]+import[^\n]*?\b{h.rpartition('.')[2]}" for h in heads[1:]
    )
    imports = rf"import[ \t]+(?:{plain})(?![\w.])" + (rf"|from[ \t]+(?:{from_})(?!\w)" if from_ else "")
    imported = re.search(imports.encode(), content)
    return imported is not None and re.search(rf"\w\.{re.escape(parts[-1])}(?!\w)".encode(), content) is not None


def _below(view: ModuleView, going: Going) -> Iterator[Finding]:
    """Chains that start at a package around the module and may have it as an attribute: `top.mod.f`."""
    parts = going.module.split(".")
    heads = {".".join(parts[:number]) for number in range(1, len(parts))}
    wanted = (parts[-1], going.name) if going.name else (parts[-1],)
    for site in view.scopes.imports if heads else ():
        statement = site.statement
        for alias in statement.names:
            if isinstance(statement, ast.Import):
                full = alias.name if alias.asname else alias.name.partition(".")[0]
            else:
                full = f"{view.names.absolute(view.path, statement.level, statement.module)}.{alias.name}"
            for use in view.scopes.uses.get(alias.asname or full.rpartition(".")[2], ()) if full in heads else ():
                chain = use.chain[1:]
                starts = (at for at in range(len(chain)) if chain[at : at + len(wanted)] == wanted)
                if any(".".join((full, *chain[:at])) in heads for at in starts):
                    reference = view.reference(use.container or use.node, Form.ATTRIBUTE, going.dotted)
                    yield Finding(reference, Disposition.REVIEW, f"`{full}` may have it under this name")


# What is spelled out, wherever it stands


class _Place(Struct, frozen=True):
    """A line and column, from 1."""

    line: int
    column: int


def _spelled(view: ModuleView, going: Going, files: Files, index: Index, known: set[int]) -> Iterator[Finding]:
    """Full names and paths in strings and comments, but for names in lines, or strings, that have a finding."""
    text = view.source.decode()
    places: list[tuple[int, Form, str, bool]] = [
        (match.start(), Form.STRING, going.dotted, True) for match in name_pattern(going, index).finditer(text)
    ]
    if any(word in text for word in files.words):
        mentioned = list(files.search(text, view.path))
        places += [(mention.start, Form.PATH, mention.path, mention.sure) for mention in mentioned]
    if not places:
        return
    comments = dict(_comments(text))
    strings = list(_strings(view))
    for start, form, target, sure in places:
        place = _place(view, len(text[:start].encode()))
        reference = Reference(view.path, place.line, place.column, form, target)
        if place.column >= comments.get(place.line, sys.maxsize):
            yield Finding(replace(reference, form=Form.COMMENT), Disposition.LEFT, COMMENT)
            continue
        span = next((s for s in strings if s[0] <= len(text[:start].encode()) < s[1]), None)
        if span is None or (form is Form.STRING and known.intersection(range(span[2], span[3] + 1))):
            continue
        if not sure:
            yield Finding(reference, Disposition.LEFT, AMBIGUOUS)
        else:
            yield Finding(reference, Disposition.REVIEW, _REASONS[form])


def name_pattern(going: Going, index: Index) -> re.Pattern[str]:
    """Finds the full name in text, and ends of it that are no names of anything else: folders on `sys.path` shorten it.

    A name without dots is a word that may mean anything.
    """
    parts = going.dotted.split(".")
    ends = [".".join(parts[number:]) for number in range(len(parts) - 1)]
    free = [end for end in ends if end == going.dotted or not index.is_module(end.rpartition(".")[0])]
    forms = "|".join(re.escape(end[: -len(parts[-1]) - 1]) for end in free)
    if not forms:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<![\w.])(?:{forms}){'[.:]' if going.name else '[.]'}{re.escape(parts[-1])}(?!\w)")


def _place(view: ModuleView, offset: int) -> _Place:
    return _Place(*view.lines.place(offset))


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """The line and column, from 1, at which each comment begins."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.start[1] + 1
    except (tokenize.TokenError, SyntaxError):
        return


def _strings(view: ModuleView) -> Iterator[tuple[int, int, int, int]]:
    """Where each string begins and ends, in bytes and in lines."""
    for node in ast.walk(view.tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and (is_text or isinstance(node, ast.JoinedStr)):
            yield *view.lines.span(node), node.lineno, node.end_lineno or node.lineno


def may_refer(summary: ModuleSummary, content: bytes, going: Going, files: Files, index: Index) -> bool:
    """Whether the module of `summary` and `content` may hold a reference or a mention: cheap, on the safe side.

    Raises Missing.
    """
    if concerns(summary, going.moves, index):
        return True
    last = going.package.rpartition(".")[2]
    spelled = (f"{last}.{going.last}", f"{last}:{going.last}", *([going.module] if "." in going.module else []))
    if any(word.encode() in content for word in (*files.words, *(spelled if last else ()))):
        return True
    if may_be_below(content, going):
        return True
    parts = going.module.split(".")
    tails = [".".join(parts[number:]) for number in range(1, len(parts))]
    return any(name == tail or name.startswith(f"{tail}.") for name in summary.imported for tail in tails)


def sorted_apart(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The references, and the mentions, of `findings`, each in order."""
    found = sorted(set(findings))
    return (
        tuple(finding for finding in found if finding.disposition is not Disposition.LEFT),
        tuple(finding for finding in found if finding.disposition is Disposition.LEFT),
    )
