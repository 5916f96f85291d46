"""The steps of a plan's `rewrite:`, made ready: rules that need not see what others have made share one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from codemods.engine.outside import outside_of
from codemods.engine.own_transforms import transform_step
from codemods.plan.feeds import feeds, may_feed, spelled
from codemods.plan.rewrites import ArgumentRule, BowlerCodemod, LibCstCodemod, OwnTransform, Rule
from codemods.plan.rule_text import RuleText, rule_texts
from codemods.rules.rule import ReadyRule, ready
from codemods.rules.symbols import canonical
from codemods.steps.foreign import ForeignStep

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from codemods.api import Transform
    from codemods.engine.scan import Scan
    from codemods.engine.work import Work
    from codemods.plan.rewrites import Rewrite
    from codemods.plan.schema import Plan
    from codemods.rules.symbols import Outside
    from codemods.steps.prepared import Step


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
