"""From the text of a plan to a checked plan, or to all its mistakes at once, each with its place."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import Mistake, PlanError
from codemods.model import shortened
from codemods.plan import limits
from codemods.plan.check import check
from codemods.plan.positions import Document, Location, read_yaml
from codemods.plan.reading import read
from codemods.plan.schema import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.plan.check_rewrites import Fault
    from codemods.plan.reading import Problem


class LoadedPlan(Struct, frozen=True):
    """A plan with where it came from: `where` names the file, `digest` its text, `document` knows positions.

    `is_trusted` says that the code which it names may be run.
    """

    plan: Plan
    where: str
    digest: str
    document: Document
    is_trusted: bool = False

    def position(self, *location: str | int) -> tuple[int, int]:
        """Line and column, from 1, of what stands at `location`, such as ("redirect", 0, "to")."""
        return self.document.position(location)

    def mistake(self, location: Location, message: str) -> Mistake:
        """A mistake in what stands at `location`."""
        line, column = self.position(*location)
        return Mistake(line, column, message)

    def fault(self, fault: Fault) -> Mistake:
        """A mistake in a snippet."""
        if not fault.line:
            return self.mistake(fault.location, fault.message)
        return Mistake(*self.document.within(fault.location, fault.line, fault.column), fault.message)


def load_plan(text: str, where: str) -> LoadedPlan:
    """The plan in `text`, from the file `where`.

    Raises PlanError with every mistake that can be found, up to a number of them. Runs nothing that the plan names;
    what a plan may be at most is in `plan/limits.py`.
    """
    if len(text) > limits.BYTES:
        what = f"the plan has {len(text)} characters, more than {limits.BYTES}: make two plans of it"
        raise PlanError(where, (Mistake(1, 1, what),))
    document = read_yaml(text)
    if document.mistakes and document.value is None:
        raise _refusal(where, document.mistakes)
    if not isinstance(document.value, dict):
        raise PlanError(where, (Mistake(1, 1, "expected keys such as `schema`, `name` and `redirect`"),))
    plan, problems = read(Plan, document.value)
    if problems:
        unread = {(mistake.line, mistake.column) for mistake in document.mistakes}
        mistakes = [_mistake(document, problem) for problem in problems]
        told = [mistake for mistake in mistakes if (mistake.line, mistake.column) not in unread]
        raise _refusal(where, (*document.mistakes, *told))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    loaded = LoadedPlan(plan, where, digest, document)
    # One more than is told, to know that there are more: to look for all may take long.
    found = [loaded.mistake(location, message) for location, message in islice(check(plan), limits.MISTAKES + 1)]
    found += [loaded.fault(fault) for fault in islice(_faults(plan), limits.MISTAKES + 1)]
    if document.mistakes or found:
        raise _refusal(where, (*document.mistakes, *found))
    return loaded


def _faults(plan: Plan) -> Iterator[Fault]:
    if plan.rewrite:
        # What reads patterns takes time to load, and many a plan has none.
        from codemods.plan.check_rewrites import check_rewrites

        yield from check_rewrites(plan)


def _refusal(where: str, mistakes: Iterable[Mistake]) -> PlanError:
    """The first mistakes, each in one line without anything that a terminal would obey."""
    told = sorted({Mistake(m.line, m.column, shortened(m.message, limits.MESSAGE)) for m in mistakes})
    if len(told) > limits.MISTAKES:
        last = told[limits.MISTAKES - 1]
        more = Mistake(last.line, last.column, "… and there are more, which are told once these are mended")
        told = [*told[: limits.MISTAKES], more]
    return PlanError(where, tuple(told))


def _mistake(document: Document, problem: Problem) -> Mistake:
    return Mistake(*document.position(problem.location, of_key=problem.is_of_key), problem.message)
