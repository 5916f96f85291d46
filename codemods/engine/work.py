"""What the steps of a plan's `rewrite:` make of each file, made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.bounded import BeyondError, within_limits
from codemods.index.summary import excerpt_words
from codemods.model import Blocked, Changed, Skipped, Unchanged, blocked
from codemods.steps.foreign import ForeignStep, NoOutputs, Output, Wanted
from codemods.steps.outcome import finish, prepare
from codemods.steps.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.scan import Scan
    from codemods.index.resolve import Index
    from codemods.model import Outcome
    from codemods.rules.rewrite import SyncCaller
    from codemods.rules.rule import ReadyRule
    from codemods.steps.prepared import Step
    from codemods.transforms.moves import Moves

RunForeign = Callable[[ForeignStep, str, str], Output]
_KEPT = 32  # trees of files


class Work(Struct):
    """The steps, and the files that they have been carried out on. `run` runs a codemod that is not ours.

    `fixed` are files that do not change, each with the reason; none where something else takes the file's place.
    Files that no step may change are looked at as far as they can have to do with `words`, if there are any.
    `callers` are the functions that block a file since they cannot await, `evidence` what codemods told that failed.
    """

    steps: tuple[Step, ...] = ()
    run: RunForeign | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)
    prepared: OrderedDict[str, Prepared | Skipped] = field(default_factory=OrderedDict)
    outputs: dict[tuple[str, str, str], Output] = field(default_factory=dict)
    callers: dict[str, tuple[SyncCaller, ...]] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    @property
    def rules(self) -> tuple[ReadyRule, ...]:
        """All rules."""
        return tuple(rule for step in self.steps if isinstance(step, tuple) for rule in step)

    @property
    def is_own(self) -> bool:
        """Whether code of one's own is to be run, which is loaded in this process alone."""
        return any(not isinstance(step, (tuple, ForeignStep)) for step in self.steps)

    def may_change(self, path: str, content: bytes) -> bool:
        """Whether a step may concern the file `path`; cheap, and on the safe side."""
        return any(
            any(rule.may_match(path, content) for rule in step)
            if isinstance(step, tuple)
            else step.is_for(path, content)
            for step in self.steps
        )

    def of(self, step: ForeignStep, path: str, text: str) -> Output:
        """What `step` has made of `text`. Raises Wanted."""
        try:
            return self.outputs[step.name, path, text]
        except KeyError:
            raise Wanted(step, path, text) from None

    def prepare(self, found: Scan, path: str, content: bytes) -> Prepared | Skipped:
        """The file `path` after the steps."""
        if path not in self.prepared:
            steps = self.steps if self.may_change(path, content) else ()
            prepared = self._prepare(found, path, content, steps)
            self.prepared[path] = prepared
            found.trees.drop(path)
            if isinstance(prepared, Prepared) and prepared.reasons:
                self.callers[path] = prepared.callers
                self.evidence[path] = prepared.evidence
            while len(self.prepared) > _KEPT:
                self.prepared.popitem(last=False)
        return self.prepared[path]

    def _prepare(self, found: Scan, path: str, content: bytes, steps: tuple[Step, ...]) -> Prepared | Skipped:
        result = self._try(found, path, content, steps)
        while isinstance(result, Wanted):
            run = self.run or NoOutputs().of
            self.outputs[result.step.name, path, result.text] = run(result.step, path, result.text)
            result = self._try(found, path, content, steps)
        return result

    def _try(self, found: Scan, path: str, content: bytes, steps: tuple[Step, ...]) -> Prepared | Skipped | Wanted:
        # As for its summary: what becomes of a file is the same whether or not its tree of then is still there.
        words = excerpt_words(self.words | found.words) if self.words else self.words
        try:
            return within_limits(
                lambda: found.ask(lambda index: prepare(path, content, steps, index, self, words, found.trees.of))
            )
        except Wanted as wanted:
            return wanted

    def outcome(self, found: Scan, path: str, content: bytes, moves: Moves) -> Outcome:
        """The outcome of the file `path`; blocked where it takes more than one file may."""
        if self.fixed.get(path) == "":
            return Unchanged(path)
        try:
            prepared = self.prepare(found, path, content)
            if isinstance(prepared, Skipped):
                return prepared

            def outcome(index: Index) -> Outcome:
                return finish(prepared, self.steps, moves, index)

            made = within_limits(lambda: found.ask(outcome))
        except BeyondError as error:
            return given_up(path, str(error))
        if path in self.fixed and isinstance(made, Changed):
            return blocked(path, made.findings, (f"{path}:1: {self.fixed[path]}",))
        return made


def given_up(path: str, reason: str) -> Blocked:
    """The outcome of a file that could not be looked at to the end: whatever it takes from old modules stays."""
    return Blocked(path, (), (f"{path}:1: {reason}",), needs_old=True)
