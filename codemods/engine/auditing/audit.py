"""A plan against the code before it is believed: what of it holds, what is done already, what does not hold.

It goes on where a preview refuses: what the plan names in vain becomes an item that does not hold, and all the rest is
looked at as well. It writes nothing and runs nothing: codemods that a plan names are passed over.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.auditing.ahead import cycle_items, mock_items, rule_items
from codemods.engine.auditing.defined import Definitions
from codemods.engine.auditing.deletions import delete_items
from codemods.engine.auditing.duplicates import Duplicate, ModulePair, Rival, duplicates_of, pairs_of, rivals_of
from codemods.engine.auditing.equivalents import Equivalents
from codemods.engine.auditing.forbid import forbid_items
from codemods.engine.auditing.ground import Ground
from codemods.engine.auditing.items import Item, Section, Verdict
from codemods.engine.auditing.keep import duplicate_items, kept_items
from codemods.engine.auditing.left import left_items
from codemods.engine.auditing.merges import merge_items
from codemods.engine.auditing.phases import Figures, expect_items, figures_of, phase_items, totals_of
from codemods.engine.auditing.redirects import redirect_items
from codemods.engine.bounded import noticing
from codemods.engine.compliance import Compliance, compliance
from codemods.engine.consumers import examine, look
from codemods.engine.deleting import judge_deletions
from codemods.engine.leaving import shim_phase
from codemods.engine.merging import judge_merges, undone
from codemods.engine.phases import included
from codemods.engine.preview import changes_of
from codemods.engine.preview_cache import MODULES
from codemods.engine.result_cache import ResultCache, is_on
from codemods.engine.sources import sources_of
from codemods.engine.tree import Tree
from codemods.engine.watching import stage
from codemods.index.names import ModuleNames
from codemods.model import Changed, Skipped
from codemods.plan.load import LoadedPlan  # noqa: TC001 - help() evaluates what an audit holds
from codemods.plan.rewrites import ArgumentRule, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from codemods.engine.facts import Facts
    from codemods.engine.tree import Search
    from codemods.vcs import Repository


# What audits consist of.
_MODULES = MODULES | {
    "codemods.engine.auditing.audit",
    "codemods.engine.auditing.defined",
    "codemods.engine.auditing.duplicates",
    "codemods.engine.auditing.items",
    "codemods.engine.auditing.phases",
    "codemods.engine.compliance",
    "codemods.survey.compare",
    "codemods.survey.outline",
    "codemods.survey.spellings",
}


class Audit(Struct, frozen=True):
    """What an audit found.

    `items` are in the order of the sections, `totals` the figures of the whole plan, `phases` those of each phase and,
    under no name, of files in none. `skipped` files could not be read as Python, `notes` tell what was not looked at.
    """

    loaded: LoadedPlan
    items: tuple[Item, ...]
    duplicates: tuple[Duplicate, ...]
    pairs: tuple[ModulePair, ...]
    rivals: tuple[Rival, ...]
    totals: Figures
    phases: tuple[Figures, ...]
    compliance: Compliance
    files_searched: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many items have each verdict."""
        found = Counter(item.verdict for item in self.items)
        return {verdict: found[verdict] for verdict in Verdict}

    def with_verdict(self, verdict: Verdict) -> tuple[Item, ...]:
        """The items with one verdict, in order."""
        return tuple(item for item in self.items if item.verdict is verdict)


def audit(
    loaded: LoadedPlan,
    paths: Iterable[str],
    read: Callable[[str], bytes],
    facts: Facts | None = None,
    search: Search | None = None,
) -> Audit:
    """Audit a plan over the tracked files `paths`, whose bytes `read` gives. `facts` are what is known of them;
    `search` finds those that hold some words, where that can be had without their bytes."""
    tracked = tuple(paths)
    plan = loaded.plan
    ours = tuple(step for step in plan.rewrite if isinstance(step, (Rule, ArgumentRule)))
    tree = Tree(tracked, read, search=search)
    merges = judge_merges(loaded, tree)
    merged = tree.after(judged.change for judged in merges if judged.change is not None)
    not_merged = undone(merges)
    sight = look(loaded, merged, ours, not_merged, facts=facts)
    examined = examine(sight)
    shims = shim_phase(plan, sight.left, sight.found, examined.outcomes)
    changed = (outcome.change for outcome in examined.concerned.values() if isinstance(outcome, Changed))
    deletions = judge_deletions(loaded, merged.after((*changes_of(shims), *changed)), not_merged)
    stage("Comparing definitions")
    definitions = Definitions(included(tracked, plan.exclude), read, ModuleNames(plan.source_roots), facts)
    left = tuple(outcome for phase in shims for outcome in phase.outcomes)
    counted = compliance(loaded, tracked, read, facts)
    ground = Ground(loaded, sight, examined, definitions, counted, merges, left, deletions)
    duplicates, figures, totals = duplicates_of(ground), figures_of(ground), totals_of(ground)
    items = sorted(_items(ground, duplicates, totals, figures), key=lambda item: _ORDER[item.section])
    passed_over = len(plan.rewrite) - len(ours)
    notes = (f"{passed_over} codemod(s) of the plan were not run: what they would change is not counted.",)
    return Audit(
        loaded,
        tuple(items),
        duplicates,
        pairs_of(ground),
        rivals_of(ground),
        totals,
        figures,
        ground.compliance,
        len(tracked) - len(sight.excluded),
        ground.examined.skipped,
        notes if passed_over else (),
    )


_ORDER = {section: number for number, section in enumerate(Section)}


def _items(
    ground: Ground, duplicates: tuple[Duplicate, ...], totals: Figures, figures: tuple[Figures, ...]
) -> Iterator[Item]:
    equivalents = Equivalents(ground.sight.found.modules, ground.definitions)
    yield from kept_items(ground, equivalents)
    yield from duplicate_items(ground, duplicates)
    yield from merge_items(ground, equivalents)
    yield from redirect_items(ground, equivalents)
    yield from left_items(ground)
    yield from rule_items(ground)
    yield from delete_items(ground)
    yield from forbid_items(ground)
    yield from phase_items(ground, figures)
    yield from expect_items(ground, totals, figures)
    yield from mock_items(ground)
    yield from cycle_items(ground)


def audit_of(loaded: LoadedPlan, repository: Repository) -> Audit:
    """The audit of a plan over the tracked files of a repository, as they are in its work tree."""
    sources = sources_of(repository)
    if not is_on():
        return audit(loaded, sources.paths, sources.read, search=sources)
    asked = (loaded.digest, loaded.where)
    cache = ResultCache(repository, sources, f"audit {loaded.plan.name}", asked, _MODULES)
    if (known := cache.whole()) is not None:
        return replace(cast("Audit", known), loaded=loaded)
    facts = cache.facts()
    with noticing() as ended:
        found = audit(loaded, sources.paths, facts.read, facts, facts)
    cache.keep(facts, replace(found, loaded=None) if not ended else None)  # put back above
    return found
