"""The values that every part speaks: references, what became of them, changes and outcomes. No I/O."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable


class Form(str, Enum):
    """How a reference names its module or symbol."""

    FROM_IMPORT = "from-import"  # from m import a
    IMPORT = "import"  # import m
    IMPORT_AS = "import-as"  # import m as x
    MODULE_FROM = "from-package"  # from pkg import m
    STAR = "star-import"  # from m import *
    NAME = "name"  # a, after `from m import a`
    ATTRIBUTE = "attribute"  # m.a, pkg.m.a
    ANNOTATION = "string-annotation"  # x: "a"
    STRING = "string"  # "pkg.m.a", read by nobody knows whom
    PATCH = "patch-target"  # patch("pkg.m.a")
    MODULE_STRING = "module-string"  # import_module("pkg.m")
    MEMBER = "member-string"  # getattr(m, "a")
    LAZY = "lazy-map"  # {"a": "pkg.m"} beside a module's __getattr__
    EXPORT = "exports-entry"  # __all__ = ["a"]
    DOC = "docstring"  # :func:`pkg.m.a`
    MATCH = "rule-match"  # code that a rule matches; the target is the name of the rule
    CODEMOD = "codemod"  # lines that a codemod from elsewhere changes; the target is the name of the step
    TEXT = "outside-python"  # a.b.f, a.b:f or a quoted import in a file that is not Python
    TYPE_COMMENT = "type-comment"  # x = []  # type: a
    REEXPORT = "re-export"  # from n import a, where n imports it from m
    MODULE_VALUE = "module-value"  # f(m): the module itself is passed on
    PATH = "file-path"  # "pkg/m.py"
    DISCOVERY = "discovery"  # pkgutil.iter_modules(pkg.__path__), import_module(f"pkg.{name}")
    COMMENT = "comment"  # pkg.m in a comment


class Certainty(str, Enum):
    """Whether scope analysis proves what a reference means."""

    CERTAIN = "certain"
    REVIEW = "review"


class Disposition(str, Enum):
    """What became of a reference. Every reference has exactly one."""

    REWRITTEN = "rewritten"
    LEFT = "left"  # on purpose: it still holds after the change
    REVIEW = "review"
    BLOCKED = "blocked"


class Reference(Struct, frozen=True, order=True):
    """One place that names a module or symbol. `line` counts from 1, `column` from 1 in characters."""

    path: str
    line: int
    column: int
    form: Form
    target: str


class Finding(Struct, frozen=True, order=True):
    """A reference, what became of it, and why (empty where the disposition says it all).

    `is_late` says that it is an import in a function, which runs when the function is called; `is_deep` that it names
    something below what moves, such as a method of a class, in a patch target.
    """

    reference: Reference
    disposition: Disposition
    reason: str = ""
    is_late: bool = False
    is_deep: bool = False

    @property
    def certainty(self) -> Certainty:
        """`certain` where the code proves what the reference means, else `review`."""
        return Certainty.REVIEW if self.disposition is Disposition.REVIEW else Certainty.CERTAIN


class Change(Struct, frozen=True):
    """The bytes of one file before and after. Pure data."""

    path: str
    before: bytes
    after: bytes


class Removal(Struct, frozen=True):
    """A file that goes: its bytes before, and `after`, as a change has it, None."""

    path: str
    before: bytes
    after: None = None


class Loads(Struct, frozen=True):
    """How a change changes what a module imports when it is imported itself: full names, and the packages they lie in,
    that it imports after the change only, and before it only."""

    added: frozenset[str]
    removed: frozenset[str]


class Changed(Struct, frozen=True):
    """The file is to be rewritten as `change` says.

    `held` are the local names that stay only because other files reach them through this module, with what they
    would be called: (old, new). `aliases` are names for modules that it has no more, or for another one,
    `kept` names for modules that stay for other files. `loads` tells what it imports; None where nobody has looked.
    """

    path: str
    change: Change
    findings: tuple[Finding, ...]
    held: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    loads: Loads | None = None


class Unchanged(Struct, frozen=True):
    """Nothing to rewrite; `findings` may still hold references that were left or need a review.

    `kept` is as for Changed.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    kept: tuple[str, ...] = ()


class Blocked(Struct, frozen=True):
    """The plan cannot migrate this file correctly: it stays untouched. `reasons` are `path:line: why`.

    `needs_old` says that the file works with the old definitions only: what forwards to the new ones would break it.
    """

    path: str
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...]
    needs_old: bool = False


class Skipped(Struct, frozen=True):
    """The file could not be read as Python (it does not parse or decode); listed, never fatal."""

    path: str
    reason: str


def blocked(path: str, findings: tuple[Finding, ...], reasons: tuple[str, ...], *, needs_old: bool = False) -> Blocked:
    """The outcome of a file that is left untouched for `reasons`, of what had been found and decided in it."""
    because = f"the file is blocked: {reasons[0]}"
    return Blocked(
        path,
        tuple(
            replace(finding, disposition=Disposition.BLOCKED, reason=because)
            if finding.disposition is Disposition.REWRITTEN
            else finding
            for finding in findings
        ),
        reasons,
        needs_old,
    )


Outcome = Changed | Unchanged | Blocked | Skipped


class Unit(Struct, frozen=True):
    """The changes that one commit holds: normally one file. `id` is stable between runs of one plan.

    `summary` and `details` are for its message, where it is no change of consumers.
    """

    id: str
    phase: str
    changes: tuple[Change | Removal, ...]
    summary: str = ""
    details: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of the unit, in the order of its changes."""
        return tuple(change.path for change in self.changes)


# Letters, by their category, that show nothing, or a blank.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def printable(text: str) -> str:
    """`text` on one line: controls, newlines, letters that cannot be seen or turn others round, and undecodable bytes
    of a path are spelled out."""
    if text.isprintable() and _BLANK.isdisjoint(text):
        return text
    return "".join(char if char.isprintable() and char not in _BLANK else ascii(char)[1:-1] for char in text)


def visible(text: str) -> str:
    """`text` as `printable` has it, but for its lines and tabs, which stay."""
    if text.replace("\n", "").replace("\t", "").isprintable() and not any(blank in text for blank in _BLANK):
        return text
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


def unit_id(path: str) -> str:
    """How a unit is called after the file `path`: on one line, no two files alike, also to those that strip spaces."""
    told = printable(path.replace("\\", "\\\\"))
    told = f"\\x20{told[1:]}" if told.startswith(" ") else told
    return f"{told[:-1]}\\x20" if told.endswith(" ") else told


def shortened(text: str, length: int = 100) -> str:
    """`text` on one line, as `printable` has it, cut off where it is longer than `length`."""
    return printable(text if len(text) <= length else f"{text[:length]}…")


def count_forms(findings: Iterable[Finding]) -> dict[Form, dict[Disposition, int]]:
    """How many findings of each form have each disposition, for the forms that occur, in the order of `Form`."""
    totals: dict[Form, dict[Disposition, int]] = {}
    for finding in findings:
        row = totals.setdefault(finding.reference.form, dict.fromkeys(Disposition, 0))
        row[finding.disposition] += 1
    return {form: totals[form] for form in Form if form in totals}


def count(findings: tuple[Finding, ...]) -> dict[Disposition, int]:
    """How many findings have each disposition; their sum is the number of references found."""
    totals = dict.fromkeys(Disposition, 0)
    for finding in findings:
        totals[finding.disposition] += 1
    return totals
