"""All that refers to what a deletion takes away, in a file that is not Python: settings, documentation, scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.consolidation.deleting.references import AMBIGUOUS
from codemods.model import Disposition, Finding, Form, Reference, Skipped
from codemods.transforms.plain_text import listed_only, transform_text
from codemods.transforms.text_names import PATH, TextNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.deleting.file_mentions import Files
    from codemods.consolidation.deleting.going import Going
    from codemods.transforms.text_names import Has

_PACKAGING = frozenset({"pyproject.toml", "setup.cfg", "tox.ini", "MANIFEST.in"})


def references_in_text(
    path: str, content: bytes, going: Going, files: Files, pattern: re.Pattern[str], has: Has
) -> list[Finding]:
    """The references and mentions in the file `path` with `content`; mentions have the disposition `left`.

    `pattern` finds the ends of its name that count, `has(module, name)` tells what there is. What tells of the past
    (change logs), or is made from something else (lock files, backups), only mentions.
    """
    because = listed_only(path)
    is_told = bool(because) and not because.startswith(("a notebook", "code in another"))
    outcome = transform_text(path, content, TextNames(going.moves, {}), rewrite=False, has=has)
    findings = [] if isinstance(outcome, Skipped) else outcome.findings
    known = [
        replace(f, reason="")
        for f in findings
        if f.reason != PATH and (going.is_named_by(f.reference.target) or going.alias_of(f.reference.target))
    ]
    lines = {finding.reference.line for finding in known}
    text = _decoded(content)
    shortened = (f for f in _shortened_names(path, text, pattern, going) if f.reference.line not in lines)
    found = [*known, *shortened, *_package_lines(path, text, going), *_listed_names(path, text, going)]
    found += _paths_in(path, text, files)
    if is_told:
        return [replace(finding, disposition=Disposition.LEFT, reason=because) for finding in found]
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _shortened_names(path: str, text: str, pattern: re.Pattern[str], going: Going) -> Iterator[Finding]:
    """Ends of the full name, such as settings of a folder on `sys.path` use."""
    for match in pattern.finditer(text):
        yield Finding(_at(path, text, match.start(), going.dotted), Disposition.REVIEW, "the end of its full name")


def _at(path: str, text: str, start: int, target: str) -> Reference:
    line = text.count("\n", 0, start) + 1
    return Reference(path, line, start - text.rfind("\n", 0, start), Form.TEXT, target)


def _package_lines(path: str, text: str, going: Going) -> Iterator[Finding]:
    """Lines of settings for packaging that name a module at the top."""
    if "." in going.module or going.name is not None or path.rpartition("/")[2] not in _PACKAGING:
        return
    word = re.compile(rf"(?<![\w.-]){re.escape(going.module)}(?![\w.-])")
    for number, line in enumerate(text.splitlines(), 1):
        if match := word.search(line):
            yield Finding(Reference(path, number, match.start() + 1, Form.TEXT, going.module), Disposition.REVIEW)


def _listed_names(path: str, text: str, going: Going) -> Iterator[Finding]:
    """Lines and code in backticks that are the plain name of a symbol, in a text that names its module."""
    modules = {going.module, *(module for module, _ in going.aliases)}
    if going.name is None or not any("." in m and m in text for m in modules):
        return
    name = re.escape(going.name)
    listed = re.compile(
        rf"^[ \t]*(?:[-*+][ \t]+)?`*(?P<line>{name})`*[ \t\r]*$|`~?(?P<code>{name})(?:\(\))?`", re.MULTILINE
    )
    for match in listed.finditer(text):
        place = _at(path, text, match.start(match.lastgroup or 0), going.dotted)
        yield Finding(place, Disposition.REVIEW, "the text also names its module")


def _paths_in(path: str, text: str, files: Files) -> Iterator[Finding]:
    if any(word in text for word in files.words):
        for mention in files.search(text, path):
            reference = replace(_at(path, text, mention.start, mention.path), form=Form.PATH)
            if mention.sure:
                yield Finding(reference, Disposition.REVIEW, "the path of its file")
            else:
                yield Finding(reference, Disposition.LEFT, AMBIGUOUS)
