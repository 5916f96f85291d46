"""The steps of a plan's `rewrite:`, ready to be carried out, and what they make of each file, made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.outside import outside_of
from codemods.engine.own_transforms import transform_step
from codemods.model import Blocked, Changed, Skipped, Unchanged, blocked
from codemods.plan.feeds import feeds, may_feed, spelled
from codemods.plan.rewrites import ArgumentRule, BowlerCodemod, LibCstCodemod, OwnTransform, Rule
from codemods.plan.rule_text import RuleText, rule_texts
from codemods.rules.rule import ReadyRule, ready
from codemods.rules.symbols import canonical
from codemods.steps.foreign import ForeignStep, NoOutputs, Output, Wanted
from codemods.steps.outcome import Prepared, finish, prepare

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from codemods.api import Transform
    from codemods.engine.scan import Scan
    from codemods.index.resolve import Index
    from codemods.model import Outcome
    from codemods.plan.rewrites import Rewrite
    from codemods.plan.schema import Plan
    from codemods.rules.rewrite import SyncCaller
    from codemods.rules.symbols import Outside
    from codemods.steps.outcome import Step
    from codemods.transforms.moves import Moves

RunForeign = Callable[[ForeignStep, str, str], Output]
_KEPT = 32  # trees of files


@dataclass(slots=True)
class Work:
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
        words = self.words | found.words if self.words else self.words
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


def steps_of(
    rewrites: Iterable[Rewrite],
    found: Scan,
    libraries: Collection[str] = (),
    transforms: Mapping[str, Transform] | None = None,
) -> tuple[Step, ...]:
    """The steps of a plan: rules that need not see what others have made share one pass.

    `libraries` are the first names of modules outside the repository, `transforms` those of one's own by the names of
    their steps. Raises CodemodsError where one is missing.
    """
    steps: list[Step] = []
    texts: list[RuleText] = []
    words: list[frozenset[str]] = []  # what each of them spells

    def close() -> None:
        if texts:
            outside = outside_of((chain for text in texts for chain in text.chains), libraries)
            steps.append(tuple(_ready(found, text, outside) for text in texts))
            texts.clear()
            words.clear()

    for asked in rewrites:
        if isinstance(asked, (Rule, ArgumentRule)):
            rows = rule_texts(asked)
            pairs = (
                (earlier, text)
                for earlier, has in zip(texts, words, strict=True)
                for text in rows
                if may_feed(has, text)
            )
            if any(feeds(earlier, text, _same) for earlier, text in pairs):
                close()
            texts += rows
            words += [spelled(text, _same) for text in rows]
        elif isinstance(asked, (LibCstCodemod, BowlerCodemod)):
            close()
            steps.append(_foreign(asked))
        elif isinstance(asked, OwnTransform):
            close()
            steps.append(transform_step(asked, transforms or {}))
    close()
    return tuple(steps)


def _same(chain: str) -> str:
    return chain


def _ready(found: Scan, text: RuleText, outside: Outside) -> ReadyRule:
    return found.ask(lambda index: ready(text, index, outside))


def _foreign(asked: LibCstCodemod | BowlerCodemod) -> ForeignStep:
    kind: Literal["libcst", "bowler"]
    kind, target = ("libcst", asked.codemod) if isinstance(asked, LibCstCodemod) else ("bowler", asked.bowler)
    return ForeignStep(
        asked.name,
        kind,
        target,
        tuple(asked.args.items()),
        asked.timeout,
        files=asked.files,
        contains=asked.contains,
    )


def words_of(plan: Plan) -> frozenset[str]:
    """The names in rules that modules may hand on: where they come from is followed."""
    steps = (step for step in plan.rewrite if isinstance(step, (Rule, ArgumentRule)))
    return frozenset(
        part for step in steps for rule in rule_texts(step) for chain in rule.chains for part in chain.split(".")[1:]
    )


def look_for_aliases(found: Scan, work: Work, excluded: Collection[str]) -> None:
    """Find the other names under which modules hand the symbols of rules on, and the files that hold those."""
    wanted = {s.dotted: s.name for rule in work.rules for s in rule.vocabulary.symbols.values() if s.name}
    aliases: dict[str, set[str]] = {}
    for summary in list(found.summaries.values()):
        for local, export in summary.exports.items():
            origin = (export.origin[1] if export.origin else None) or local
            if origin != local and found.names.name_of(summary.path) and origin in wanted.values():
                full = f"{found.names.name_of(summary.path)}.{local}"
                if found.ask(lambda index, full=full: canonical(full, index)) in wanted:  # type: ignore[misc]
                    aliases.setdefault(origin, set()).add(local)
    if aliases:
        frozen = {name: frozenset(others) for name, others in aliases.items()}
        work.steps = tuple(
            tuple(replace(rule, aliases=frozen) for rule in step) if isinstance(step, tuple) else step
            for step in work.steps
        )
        found.words |= frozenset(name for names in aliases.values() for name in names)
        found.search(frozenset(), work.may_change, excluded)
