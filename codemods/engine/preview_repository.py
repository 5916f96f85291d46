"""The preview of a plan over a repository: its tracked files, with the code that the plan names to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.collecting import not_collecting
from codemods.engine.preview_cache import PreviewCache
from codemods.engine.result_cache import is_on
from codemods.engine.sources import sources_of
from codemods.engine.trust import named_code, untrusted
from codemods.engine.watching import stage
from codemods.errors import RepositoryError
from codemods.model import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemods.engine.shown import Preview
    from codemods.engine.sources import Sources
    from codemods.executors.opening import Crew
    from codemods.model import Unit
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository


def preview_of(
    loaded: LoadedPlan,
    repository: Repository,
    read: Callable[[str], bytes] | None = None,
    passed_over: Callable[[Unit], bool] | None = None,
    crew: Crew | None = None,
) -> Preview:
    """The preview of a plan over the tracked files of a repository: as they are in its work tree, or as `read` has
    them. What follows from units that are `passed_over` is told as if these were never carried out. With a `crew`, many
    files are examined on it.

    Raises CodemodsError where the plan names code to run and is not trusted."""
    stage("Listing files")
    sources = sources_of(repository)
    if not named_code(loaded.plan) and read is None and passed_over is None and is_on():
        return _cached(loaded, repository, sources, crew)
    from codemods.engine.preview import preview

    paths, fixed = sources.paths, sources.fixed if read is None else {}
    search = sources if read is None else None
    read, passed_over = read or sources.read, passed_over or _nothing
    if not named_code(loaded.plan):
        with not_collecting():
            shown = preview(loaded, paths, read, passed_over=passed_over, crew=crew, fixed=fixed, search=search)
        return _possible(shown, fixed)
    if not loaded.is_trusted:
        raise untrusted(loaded)
    from codemods.engine.foreign_codemods import ForeignCodemods
    from codemods.engine.own_transforms import load_transforms

    with not_collecting(), ForeignCodemods(repository.root, loaded) as codemods:
        codemods.load()
        transforms = load_transforms(loaded)
        shown = preview(loaded, paths, read, codemods.run, transforms, passed_over, crew, fixed, search=search)
        return _possible(shown, fixed)


def _cached(loaded: LoadedPlan, repository: Repository, sources: Sources, crew: Crew | None) -> Preview:
    cache = PreviewCache(repository, loaded, sources)
    if (known := cache.whole()) is not None:
        return known
    # What it takes to find out anew takes longer to load than all of the above.
    from codemods.engine.preview import preview

    facts, fixed = cache.facts(), sources.fixed
    with not_collecting():
        shown = preview(loaded, sources.paths, facts.read, crew=crew, fixed=fixed, facts=facts, search=facts)
    shown = _possible(shown, sources.fixed)
    cache.keep(shown, facts)
    return shown


def _nothing(_: Unit) -> bool:
    return False


def _possible(shown: Preview, fixed: Mapping[str, str]) -> Preview:
    """`shown`, where no merge, shim or deletion changes a file that cannot be changed. Raises RepositoryError."""
    for unit in shown.units:
        for path in unit.paths:
            if path in fixed:
                what = f"`{printable(unit.id)}` has to change this file, and {fixed[path]}"
                raise RepositoryError(what, where=printable(path), hint="Run that, then the command again.")
    return shown
