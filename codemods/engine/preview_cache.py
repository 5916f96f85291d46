"""The previews of a plan, kept for the next one, with the facts that were found out for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from codemods.engine.bounded import is_lasting
from codemods.engine.result_cache import ResultCache

if TYPE_CHECKING:
    from codemods.engine.facts import Facts
    from codemods.engine.shown import Preview
    from codemods.engine.sources import Sources
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

# What previews and facts consist of.
MODULES = frozenset(
    {
        "codemods.engine.scan",
        "codemods.engine.shown",
        "codemods.index.definitions",
        "codemods.index.names",
        "codemods.index.summary",
        "codemods.model",
        "codemods.plan.consolidation",
        "codemods.plan.rewrites",
        "codemods.plan.schema",
        "codemods.plan.types",
        "codemods.plan.validations",
    }
)


class PreviewCache:
    """The cache of the previews of one plan in one work tree."""

    def __init__(self, repository: Repository, loaded: LoadedPlan, sources: Sources) -> None:
        asked = (loaded.digest, loaded.plan.non_python, loaded.where)
        self._kept = ResultCache(repository, sources, f"preview {loaded.plan.name}", asked, MODULES)
        self._loaded = loaded

    def whole(self) -> Preview | None:
        """The preview as it was, where nothing has changed since."""
        known = self._kept.whole()
        return None if known is None else replace(cast("Preview", known), loaded=self._loaded)

    def facts(self) -> Facts:
        """What is known about files that have not changed since."""
        return self._kept.facts()

    def keep(self, shown: Preview, facts: Facts) -> None:
        """Keep a preview, and the facts that were found out for it."""
        lasting = replace(shown, loaded=None) if _is_lasting(shown) else None  # put back above
        self._kept.keep(facts, lasting)


def _is_lasting(shown: Preview) -> bool:
    """Whether a preview is due to the files alone."""
    outcomes = (outcome for phase in shown.phases for outcome in phase.outcomes)
    return not shown.evidence and all(is_lasting(outcome) for outcome in (*outcomes, *shown.skipped))
