"""Make the branches of a split: one run for each, all from the same commit, as many as may be open at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.engine.apply import ApplyOptions
from codemods.engine.choosing.choice import Choice, is_apart, key_of, preview_with
from codemods.engine.choosing.decisions import declined
from codemods.engine.progress import RunEnd, RunReport
from codemods.engine.recovery import recover, rejections
from codemods.engine.splitting.groups import Group, branches_of, groups_of, naming
from codemods.engine.splitting.standing import open_branches, origins, unfinished
from codemods.journal import EventKind, new_run_id
from codemods.model import Blocked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.engine.choosing.choice import Key
    from codemods.engine.shown import Preview
    from codemods.engine.splitting.standing import OpenBranch
    from codemods.journal import Journal
    from codemods.model import Unit
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

RunGroup = Callable[[Group, str, ApplyOptions], RunReport]


class Waiting(Struct, frozen=True):
    """A unit of a group that has to wait for what other branches do, and why."""

    group: str
    unit: str
    reason: str


class Branch(Struct, frozen=True):
    """A branch that a call has made, or gone on with, by a run of its `group`. It `is_there` where it has commits."""

    name: str
    group: Group
    report: RunReport
    is_there: bool


class Splitting(Struct, frozen=True):
    """One call: the branch `base` that all start from, at the commit `head`; the `branches` that it has worked on, and
    the names of those that were `open` before; what is `waiting` for others; and the groups that are `left` for the
    next call, since no more may be open. `turned_down` are units that were rejected or declined before, `recovered`
    tells what a command that was killed had left half done."""

    plan: str
    base: str
    head: str
    branches: tuple[Branch, ...]
    open: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    left: tuple[Group, ...]
    turned_down: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()

    @property
    def is_interrupted(self) -> bool:
        """Whether it was ended by ^C."""
        return any(branch.report.end is RunEnd.INTERRUPTED for branch in self.branches)

    @property
    def is_complete(self) -> bool:
        """Whether each unit is on a branch, and validated."""
        return not (self.waiting or self.left or self.turned_down) and all(
            branch.report.is_complete for branch in self.branches
        )


def split(
    loaded: LoadedPlan,
    repository: Repository,
    journal: Journal,
    by: str,
    max_open: int | None,
    options: ApplyOptions,
    run: RunGroup,
) -> Splitting:
    """Carry a plan out in branches, each of them by `run`, which is told a group, its branch and what to apply there.

    HEAD is where it was afterwards; where that is a branch of the split itself, as after a crash, it is where that had
    started from. Raises CodemodsError.
    """
    recovered = recover(repository, journal)
    repository.require_clean()
    _go_to_base(repository, journal, loaded.plan.name)
    return replace(_Split(loaded, repository, journal, options, run).carry_out(by, max_open), recovered=recovered)


def _go_to_base(repository: Repository, journal: Journal, plan: str) -> None:
    current = repository.branch()
    origin = origins(journal.events(), plan).get(current or "")
    if origin is not None and repository.rev(origin.base) is not None:
        repository.switch(origin.base)


class _Split(Struct):
    """One call, under way."""

    loaded: LoadedPlan
    repository: Repository
    journal: Journal
    options: ApplyOptions
    run: RunGroup
    made: list[Branch] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    left: list[Group] = field(default_factory=list)

    def carry_out(self, by: str, max_open: int | None) -> Splitting:
        """Make the branches."""
        repository, plan = self.repository, self.loaded.plan.name
        base, head = repository.branch() or repository.head() or "", repository.head() or ""
        name = naming(by, repository)
        choice, shown = self._pending()
        pending = [unit for unit in shown.units if not choice.is_passed_over(unit)]
        groups = groups_of(pending, name)
        before = open_branches(repository, plan, map(key_of, pending))
        is_open = {branch.name for branch in before}
        operation = new_run_id(self.journal.clock())
        try:
            for whole, branch in self._todo(groups, before):
                if branch not in is_open and max_open is not None and len(is_open) >= max_open:
                    self.left.append(whole)
                    continue
                if not (group := self._possible(whole, shown, choice)).units:
                    continue
                data = {"branch": branch, "base": base, "group": group.name}
                self.journal.record(EventKind.BRANCH_SPLIT, operation, plan, **data)
                done = self._make(group, branch, base, head)
                self.made.append(done)
                is_open |= {branch} if done.is_there else set()
                if done.report.end is RunEnd.INTERRUPTED:
                    break
        finally:
            self._go_back(base)
        open_ = tuple(branch.name for branch in before)
        no = tuple(unit.id for unit in shown.units if choice.is_passed_over(unit))
        return Splitting(plan, base, head, tuple(self.made), open_, tuple(self.waiting), tuple(self.left), no)

    def _pending(self) -> tuple[Choice, Preview]:
        events, plan = self.journal.events(), self.loaded.plan.name
        rejected = frozenset(() if self.options.retry else rejections(events, plan))
        choice = Choice(rejected, frozenset(declined(events, plan)))
        return choice, preview_with(self.loaded, self.repository, choice)

    def _todo(self, groups: tuple[Group, ...], before: tuple[OpenBranch, ...]) -> Iterator[tuple[Group, str]]:
        """What is left of `groups`, each with its branch: what a run has not brought to its end goes first."""
        events, plan = self.journal.events(), self.loaded.plan.name
        known, open_ended, names = origins(events, plan), unfinished(events, plan), branches_of(plan, groups)
        own = {known[b.name].group: b for b in before if b.goes_on and b.name in open_ended and b.name in known}
        for group in sorted(groups, key=lambda group: group.name not in own):
            branch = own.get(group.name)
            left = _without(group, (other for other in before if other is not branch))
            if left.units:
                yield left, branch.name if branch is not None else self._branch(names[group.name], before)

    def _possible(self, group: Group, shown: Preview, choice: Choice) -> Group:
        """What of `group` is correct without the others, of which all are `shown`; the rest has to wait."""
        own = replace(choice, units=group.keys)
        if is_apart(shown, own):
            return group
        shown = preview_with(self.loaded, self.repository, own)
        ready = {key_of(unit) for unit in shown.units}
        for unit in (unit for unit in group.units if key_of(unit) not in ready):
            self.waiting.append(Waiting(group.name, unit.id, _reason(shown, unit)))
        return Group(group.name, tuple(unit for unit in group.units if key_of(unit) in ready))

    def _branch(self, name: str, before: tuple[OpenBranch, ...]) -> str:
        """The branch to work on: one that is there and goes on from HEAD, or else the first name that is free."""
        if any(branch.name == name and branch.goes_on for branch in before):
            return name
        number, free = 1, name
        while self.repository.rev(f"refs/heads/{free}") not in (None, self.repository.head()):
            number += 1
            free = f"{name}-{number}"
        return free

    def _make(self, group: Group, branch: str, base: str, head: str) -> Branch:
        try:
            report = self.run(group, branch, replace(self.options, branch=branch, units=group.keys))
        finally:
            self._go_back(base)
        ref = f"refs/heads/{branch}"
        is_there = self.repository.rev(ref) not in (None, head)
        if not is_there:
            self.repository.delete_ref(ref)
        return Branch(branch, group, report, is_there)

    def _go_back(self, base: str) -> None:
        """Check `base` out again, unless something is half done."""
        if (self.repository.branch() or self.repository.head()) != base and not self.repository.dirty_files():
            self.repository.switch(base)


def _without(group: Group, before: Iterable[OpenBranch]) -> Group:
    """`group` without what open branches hold."""
    held: frozenset[Key] = frozenset(key for branch in before for key in branch.units)
    return Group(group.name, tuple(unit for unit in group.units if key_of(unit) not in held))


def _reason(shown: Preview, unit: Unit) -> str:
    """Why `unit` is not possible in `shown`."""
    outcomes = [outcome for phase in shown.phases if phase.phase.name == unit.phase for outcome in phase.outcomes]
    reasons = (o.reasons[0] for o in outcomes if isinstance(o, Blocked) and o.path in unit.paths)
    return next(reasons, "it depends on units of other groups")
