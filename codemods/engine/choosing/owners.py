"""Who owns which file, by a CODEOWNERS file as GitHub and GitLab read it. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable

# Where code hosts look, in this order; the first that is there counts.
PLACES = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?\s*(?P<owners>.*)")
_WORD = re.compile(r"(?:\\.|\S)+")
_PIECE = re.compile(r"\*\*/|\*+|\?|\\.|.", re.DOTALL)


class _Rule(Struct, frozen=True):
    """A line: who owns what matches `pattern`."""

    pattern: re.Pattern[str]
    owners: tuple[str, ...]


class _Section(Struct):
    """The rules of a section, of which the last that matches counts."""

    rules: list[_Rule] = field(default_factory=list)


class Owners(Struct, frozen=True):
    """The sections of a CODEOWNERS file. GitHub knows one."""

    sections: tuple[_Section, ...] = ()

    def of(self, path: str) -> tuple[str, ...]:
        """Who owns the file `path`, each once: by the last rule of each section that matches; nobody: empty."""
        found: dict[str, None] = {}
        for section in self.sections:
            last = next((rule for rule in reversed(section.rules) if rule.pattern.fullmatch(path)), None)
            found.update(dict.fromkeys(last.owners if last is not None else ()))
        return tuple(found)

    def of_all(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Who owns one of the files `paths`, by name."""
        return tuple(sorted({owner for path in paths for owner in self.of(path)}))

    @property
    def known(self) -> tuple[str, ...]:
        """All owners that are named."""
        return tuple(dict.fromkeys(o for section in self.sections for rule in section.rules for o in rule.owners))


def parse(text: str) -> Owners:
    """The owners that the text of a CODEOWNERS file names."""
    sections = {"": _Section()}
    current, defaults = sections[""], _named([])
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if (head := _SECTION.fullmatch(stripped)) is not None:
            current = sections.setdefault(head["name"].casefold(), _Section())
            defaults = _named(head["owners"].split())
            continue
        pattern, *words = _WORD.findall(stripped)
        current.rules.append(_Rule(re.compile(_regex(pattern), re.DOTALL), _named(words) or defaults))
    return Owners(tuple(sections.values()))


def _named(words: list[str]) -> tuple[str, ...]:
    """The owners among the words of a line: those before a comment."""
    end = next((number for number, word in enumerate(words) if word.startswith("#")), len(words))
    return tuple(words[:end])


def _regex(pattern: str) -> str:
    is_anchored = "/" in pattern.rstrip("/")
    body = pattern.strip("/")
    parts = "".join(map(_part, _PIECE.findall(body)))
    start = "" if is_anchored else "(?:.*/)?"
    if pattern.endswith("/"):
        return f"{start}{parts}/.*"
    # Of `docs/*` only the files in that folder are meant, not those below.
    is_flat = is_anchored and body.endswith("/*")
    return f"{start}{parts}" if is_flat else f"{start}{parts}(?:/.*)?"


def _part(piece: str) -> str:
    if piece == "**/":
        return "(?:.*/)?"
    if piece.startswith("*"):
        return ".*" if len(piece) > 1 else "[^/]*"
    if piece == "?":
        return "[^/]"
    return re.escape(piece[-1])
