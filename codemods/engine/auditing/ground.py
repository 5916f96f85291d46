"""What an audit looks at: the preview of a plan that need not be right, and questions about what was found."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.auditing.items import Evidence
from codemods.engine.verify import Names
from codemods.model import Blocked, Finding, Form, Skipped
from codemods.plan.schema import RedirectModule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.consolidation.deleting.deletion import Deletion
    from codemods.engine.auditing.defined import Definitions
    from codemods.engine.compliance import Compliance
    from codemods.engine.consumers import Examined, Sight
    from codemods.engine.merging import Judged
    from codemods.model import Outcome
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Redirect

_NOT_CODE = (Form.TEXT, Form.MATCH, Form.CODEMOD)
_SAID = (Form.STRING, Form.DOC)  # what only speaks of a name


class Ground(Struct, frozen=True, dict=True):
    """A plan and the code that it is held against, both looked at once.

    `sight` and `examined` see the tree with the merges done, `deletions` are judged by that with all else done, too.
    `shims` are the outcomes of the modules at which something is left.
    """

    loaded: LoadedPlan
    sight: Sight
    examined: Examined
    definitions: Definitions
    compliance: Compliance
    merges: tuple[Judged, ...] = ()
    shims: tuple[Outcome, ...] = ()
    deletions: tuple[Deletion, ...] = ()

    @cached_property
    def names(self) -> Names:
        """What the plan names."""
        return Names(self.loaded, self.sight.found)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All references in Python files to what the plan moves, by place."""
        return tuple(
            finding
            for path in sorted(self.examined.concerned)
            for finding in self.found_in(path)
            if finding.reference.form not in _NOT_CODE
        )

    def found_in(self, path: str) -> tuple[Finding, ...]:
        """All that was found in one file."""
        outcome = self.examined.concerned.get(path)
        return () if outcome is None or isinstance(outcome, Skipped) else outcome.findings

    @cached_property
    def blocked(self) -> tuple[Blocked, ...]:
        """The files that the plan cannot migrate."""
        outcomes = self.examined.concerned
        return tuple(outcome for path in sorted(outcomes) if isinstance(outcome := outcomes[path], Blocked))

    def path_of(self, module: str) -> str | None:
        """The file of a module: its `__init__.py` for a package, a folder where it has none; None where it is not
        there."""
        path = self.sight.found.modules.get(module)
        return path if path != "" else module.replace(".", "/")

    def naming(self, dotted: str) -> tuple[Finding, ...]:
        """The references to `dotted` or something in it, outside its own module."""
        own = {self.path_of(dotted), self.path_of(dotted.rpartition(".")[0])} if dotted else set()
        return tuple(f for f in self.findings if names(f.reference.target, dotted) and f.reference.path not in own)


def names(target: str, dotted: str) -> bool:
    """Whether `target` is `dotted` or something in it."""
    return target == dotted or target.startswith(f"{dotted}.")


def is_live(finding: Finding) -> bool:
    """Whether the code depends on the reference: more than a string or a docstring that speaks of a name."""
    return finding.reference.form not in _SAID


def files_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The files of `findings`, in order."""
    return tuple(sorted({finding.reference.path for finding in findings}))


def old_of(redirect: Redirect) -> str:
    """What a redirect takes consumers away from."""
    return redirect.module if isinstance(redirect, RedirectModule) else redirect.symbol


def counted(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def in_files(findings: Iterable[Finding]) -> str:
    """How many references there are, and in how many files."""
    listed = tuple(findings)
    return f"{counted(len(listed), 'reference')} in {counted(len(files_of(listed)), 'file')}"


def places(findings: Iterable[Finding], limit: int = 0) -> tuple[Evidence, ...]:
    """Where `findings` are, with what they name and, where it says something, why they are as they are."""
    shown = tuple(
        Evidence(f.reference.path, f.reference.line, f"{f.reference.target} ({f.reference.form.value})")
        for f in sorted(findings)
    )
    return shown[:limit] if limit else shown


def by_folder(paths: Iterable[str]) -> tuple[Evidence, ...]:
    """How many of `paths` lie in each folder, two levels deep, the fullest first."""
    folders = Counter("/".join(path.split("/")[:-1][:2]) or "." for path in paths)
    return tuple(Evidence(folder, 0, counted(number, "file")) for folder, number in folders.most_common())
