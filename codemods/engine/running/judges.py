"""Who judges the candidates of a run: this work tree, linked worktrees beside it, or the workers of a cluster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.progress import Note
from codemods.engine.remote_judge import open_remote_judge
from codemods.engine.side_by_side import open_judge
from codemods.processes import stopped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.engine.judging import Judge
    from codemods.engine.running.books import Books
    from codemods.engine.running.tools import Tools
    from codemods.executors.opening import Crew
    from codemods.model import Unit


class Judges(Struct, frozen=True):
    """`jobs` is how many candidates are judged at a time on this machine; a `crew` does it elsewhere."""

    jobs: int = 1
    crew: Crew | None = None

    @contextmanager
    def judge(self, books: Books, tools: Tools, units: Iterable[Unit], names: Iterable[str]) -> Iterator[Judge]:
        """The judge for a run that does `units`, validated by `names`, once these know the unchanged tree.

        What is not proved to tell the truth side by side is judged in place, and that is said. Raises CodemodsError
        where a crew cannot get at what it has to judge.
        """
        changes = [change for unit in units for change in unit.changes]
        changed = tuple(change.path for change in changes)
        removed = tuple(change.path for change in changes if change.after is None)
        judge: Judge
        is_elsewhere = self.crew is not None or self.jobs > 1
        rehearsal = {name: tools.scopes.whole(name, changed) for name in names} if is_elsewhere else {}
        if self.crew is not None:
            plan, repository, journal = books.plan, books.repository, books.journal
            judge = open_remote_judge(
                plan, repository, tools.validations, books.id, self.crew, journal, changed, removed, rehearsal
            )
        else:
            if self.jobs > 1:
                books.notify(Note(f"Making {self.jobs} worktrees, and proving that Python imports their code …"))
            opened = open_judge(
                books.plan,
                tools.stage,
                tools.validations,
                self.jobs,
                changed=changed,
                removed=removed,
                rehearsal=rehearsal,
                stopping=stopped,
                watched=books.watched,
            )
            judge = opened.judge
            if opened.reason:
                books.note(opened.reason)
        try:
            yield judge
        finally:
            judge.close()
