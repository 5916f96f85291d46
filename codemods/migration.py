"""The interface for programs: a plan in a repository, and what can be done with it.

The verbs of the command do the same with the same modules; this has no terminal, asks nothing and prints nothing.
"""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.errors import CodemodsError
from codemods.plan.load import load_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.auditing.audit import Audit
    from codemods.engine.progress import Notify, RunReport
    from codemods.engine.rollback.operation import TakenBack
    from codemods.engine.rollback.selection import Selection
    from codemods.engine.rollback.way import Way
    from codemods.engine.shown import Preview
    from codemods.engine.status import Status
    from codemods.journal import Journal, Lock
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Plan
    from codemods.vcs import Repository

__all__ = ["Migration"]


class Migration:
    """A plan in a repository.

    `plan` is the path of a plan, or what `load_plan` has made of its text; `repository` a folder in the repository.
    With `trust` the code that the plan names may run: its codemods in `preview` and `status`, its validations in
    `apply`. Without it only what somebody has agreed to on the command line before.

    Raises CodemodsError where the plan cannot be read or there is no repository, PlanError where the plan is wrong.
    """

    def __init__(self, plan: str | Path | LoadedPlan, repository: str | Path = ".", *, trust: bool = False) -> None:
        from codemods.journal import Journal
        from codemods.vcs import Repository

        self._loaded = _read(Path(plan)) if isinstance(plan, (str, Path)) else plan
        self._trust = trust
        self._repository: Repository = Repository.discover(Path(repository))
        self._journal: Journal = Journal(self._repository.common_dir / "codemods", lambda: datetime.now(timezone.utc))

    @property
    def plan(self) -> Plan:
        """What the plan says."""
        return self._loaded.plan

    @property
    def root(self) -> Path:
        """The root of the repository."""
        return self._repository.root

    def audit(self) -> Audit:
        """The plan against the code: what holds, is done already, or does not hold. Runs nothing."""
        from codemods.engine.auditing.audit import audit_of
        from codemods.engine.collecting import not_collecting

        with not_collecting():
            return audit_of(self._loaded, self._repository)

    def preview(self, *, jobs: int = 1) -> Preview:
        """Every change, and every reference that is left. Writes no file of the repository.

        With `jobs`, so many processes look at files. Raises PlanError where the code does not bear the plan out,
        CodemodsError where the plan names codemods that nobody trusts.
        """
        from codemods.engine.preview_repository import preview_of
        from codemods.executors.opening import open_analysis

        loaded = self._agreed(applying=False)
        with open_analysis(None, jobs) as crew:
            return preview_of(loaded, self._repository, crew=crew)

    def apply(
        self,
        *,
        branch: str | None = None,
        phases: Iterable[str] = (),
        retry: bool = False,
        jobs: int = 1,
        notify: Notify | None = None,
    ) -> RunReport:
        """Carry the plan out: each unit is written, validated, and committed or taken back. Call it again to go on.

        `branch` is where to commit (None: `codemods/<plan>`, "": the branch that is checked out); `phases` are asked
        for by name; `retry` tries rejected units again; `jobs` units are validated side by side; `notify` is told what
        happens as it happens.

        Raises CodemodsError, with nothing touched, where it cannot begin, or where nobody has agreed to what it runs.
        ^C ends it as it does the command: what is under way is taken back, and the report says so.
        """
        from codemods.engine.apply import ApplyOptions, apply

        loaded = self._agreed(applying=True)
        options = ApplyOptions(branch, retry, tuple(phases), jobs=jobs)
        with self._locked():
            return apply(loaded, self._repository, self._journal, notify or _nobody, options)

    def status(self) -> Status:
        """What is done, rejected, blocked and left, read from git and the journal.

        Raises CodemodsError where the plan names codemods that nobody trusts.
        """
        from codemods.engine.status import status_of

        return status_of(self._agreed(applying=False), self._repository, self._journal)

    def rollback(
        self,
        *,
        files: Iterable[str] = (),
        unit: str | None = None,
        phase: str | None = None,
        run: str | None = None,
        everything: bool = False,
        but: Iterable[str] = (),
        reset: bool = False,
    ) -> TakenBack:
        """Take committed units back, newest first, by revert commits or by `reset`.

        What is chosen is narrowed by each argument; at least one has to be given. `files` are paths from the root;
        units that change a file of `but` stay.

        Raises CodemodsError where nothing is chosen or there is nothing to take back, ConflictError where later edits
        are in the way. Nothing is touched then.
        """
        from codemods.engine.recovery import recover
        from codemods.engine.rollback.operation import carry_out
        from codemods.engine.rollback.selection import Selection

        selection = Selection(tuple(files), unit, phase, run, everything, tuple(but))
        if not (selection.files or unit or phase or run or everything):
            raise CodemodsError("What is to be taken back?", hint="Give files, a unit, phase or run, or everything.")
        with self._locked():
            recover(self._repository, self._journal)
            self._repository.require_clean()
            way = self._way(selection, reset=reset)
            return carry_out(self._repository, self._journal, self.plan.name, way, selected=str(selection))

    def _agreed(self, *, applying: bool) -> LoadedPlan:
        """The plan, with the word whether the code that it names may run."""
        from codemods.engine.trust import is_trusted, not_agreed, runs_of

        runs = runs_of(self._loaded, self.root, applying=applying)
        if not runs.lines:
            return self._loaded
        is_agreed = self._trust or is_trusted(runs, self._journal)
        if applying and not is_agreed:
            raise not_agreed(self._loaded, runs)
        return replace(self._loaded, is_trusted=is_agreed)

    def _way(self, selection: Selection, *, reset: bool) -> Way:
        from codemods.engine.rollback.way import way_of

        return way_of(self._repository, self._journal, self.plan.name, selection, reset=reset)

    def _locked(self) -> Lock:
        from codemods.journal import Lock

        return Lock(self._journal.folder, self._journal.clock)


def _nobody(_: object) -> None:
    """Told what happens where nobody listens."""


def _read(path: Path) -> LoadedPlan:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CodemodsError(f"The plan cannot be read: {reason}.", where=str(path)) from error
    return load_plan(text, str(path))
