"""The survey of a repository: of its tracked files, with what is known of them from before."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.bounded import noticing
from codemods.engine.collecting import not_collecting
from codemods.engine.result_cache import ResultCache, is_on
from codemods.engine.survey import Survey, code_of, survey_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.sources import Sources
    from codemods.engine.survey import Wish
    from codemods.model import Skipped
    from codemods.survey.code_base import CodeBase
    from codemods.survey.findings import Finding, LeftOut
    from codemods.vcs import Repository

# What surveys consist of.
_MODULES = frozenset({__name__, "codemods.model", "codemods.survey.findings"})


class Found(Struct, frozen=True):
    """What a survey has found, with its findings in detail as far as they were told; `skipped` without those for it."""

    roots: tuple[str, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]
    files: int
    skipped: dict[str, Skipped]
    unknown: tuple[str, ...]
    details: dict[Finding, tuple[Finding, tuple[Skipped, ...]]]


@contextmanager
def surveying(repository: Repository, sources: Sources, wish: Wish, limit: int) -> Iterator[Survey]:
    """The survey of the Python files among `sources`, for the first `limit` findings of each kind to be told in detail,
    all where it is 0. What it has found out by the end of the block is kept."""
    with not_collecting():
        if not is_on():
            yield survey_files(sources.paths, sources.read, wish)
            return
        asked = (wish, limit)
        kept = ResultCache(repository, sources, f"scan {asked}", asked, _MODULES, shared="scan")
        if isinstance(known := kept.whole(), Found):
            yield _survey(known, kept, sources, wish)
            return
        facts = kept.facts()
        with noticing() as ended:
            survey = survey_files(sources.paths, facts.read, wish, facts)
            skipped = dict(survey.skipped)
            yield survey
        found = Found(
            survey.roots, survey.findings, survey.left_out, survey.files, skipped, survey.unknown, survey.details
        )
        kept.keep(facts, None if ended else found)


def _survey(known: Found, kept: ResultCache, sources: Sources, wish: Wish) -> Survey:
    @cache
    def code() -> CodeBase:
        return code_of(sources.paths, sources.read, wish, kept.facts())

    return Survey(
        wish,
        known.roots,
        known.findings,
        known.left_out,
        known.files,
        code,
        sources.read,
        known.skipped,
        known.unknown,
        known.details,
    )
