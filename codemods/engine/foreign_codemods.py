"""Runs the codemods of a plan that are not ours, each in a process of its own, and tells what came of them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from codemods.errors import ForeignError, PlanError
from codemods.foreign.runner import ForeignRunner
from codemods.foreign.step import Failed, Rewritten, Skipped
from codemods.foreign.step import ForeignStep as Asked
from codemods.plan.rewrites import BowlerCodemod, LibCstCodemod
from codemods.steps.foreign import ForeignStep, Output

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from codemods.foreign.step import Ran
    from codemods.plan.load import LoadedPlan


class ForeignCodemods:
    """The codemods of a plan, for one preview: a context manager, so that their processes end with it."""

    def __init__(self, root: Path, loaded: LoadedPlan) -> None:
        """`root` is the repository's. Nothing runs before `load`, or the first file."""
        self.root = root
        self.loaded = loaded
        self.runners: dict[str, ForeignRunner] = {}
        self.stack = ExitStack()

    def __enter__(self) -> ForeignCodemods:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack.close()

    def load(self) -> None:
        """See whether all of them can be run. Raises PlanError with every one that cannot."""
        mistakes = []
        for number, step in enumerate(self.loaded.plan.rewrite):
            if not isinstance(step, (LibCstCodemod, BowlerCodemod)):
                continue
            key = "codemod" if isinstance(step, LibCstCodemod) else "bowler"
            try:
                self._runner(step.name, step.timeout).load(_asked(step))
            except ForeignError as error:
                last = error.details.strip().rpartition("\n")[2]
                told = " ".join(part for part in (error.what, last, error.hint) if part)
                mistakes.append(self.loaded.mistake(("rewrite", number, key), f"codemod `{step.name}`: {told}"))
        if mistakes:
            raise PlanError(self.loaded.where, tuple(mistakes))

    def run(self, step: ForeignStep, path: str, text: str) -> Output:
        """What `step` makes of `text`, the file `path`."""
        try:
            ran = self._runner(step.name, step.timeout).run(Asked(step.kind, step.target, step.args), path, text)
        except ForeignError as error:
            # It could be loaded before: its process has ended since.
            return Output(failed=error.what, evidence=error.details)
        return _output(ran)

    def _runner(self, name: str, timeout: float) -> ForeignRunner:
        if name not in self.runners:
            roots = self.loaded.plan.source_roots
            self.runners[name] = self.stack.enter_context(ForeignRunner(self.root, roots, timeout))
        return self.runners[name]


def _asked(step: LibCstCodemod | BowlerCodemod) -> Asked:
    args = tuple(step.args.items())
    if isinstance(step, LibCstCodemod):
        return Asked("libcst", step.codemod, args)
    return Asked("bowler", step.bowler, args)


def _output(ran: Ran) -> Output:
    if isinstance(ran, Rewritten):
        return Output(text=ran.text)
    if isinstance(ran, Skipped):
        return Output(skipped=ran.reason)
    if isinstance(ran, Failed):
        evidence = "\n".join(part for part in (ran.reason, ran.traceback, ran.output) if part)
        return Output(failed=ran.reason, evidence=evidence)
    return Output()
