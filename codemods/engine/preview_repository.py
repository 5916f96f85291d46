"""The preview of a plan over a repository: its tracked files, with the code that the plan names to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.foreign_codemods import ForeignCodemods
from codemods.engine.own_transforms import load_transforms
from codemods.engine.preview import preview
from codemods.engine.trust import named_code, untrusted
from codemods.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.engine.shown import Preview
    from codemods.executors.opening import Crew
    from codemods.model import Unit
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository


def preview_of(
    loaded: LoadedPlan,
    repository: Repository,
    read: Callable[[str], bytes] | None = None,
    passed_over: Callable[[Unit], bool] = lambda _: False,
    crew: Crew | None = None,
) -> Preview:
    """The preview of a plan over the tracked files of a repository: as they are in its work tree, or as `read` has
    them. What follows from units that are `passed_over` is told as if these were never carried out. With a `crew`, many
    files are examined on it.

    Raises CodemodsError where the plan names code to run and is not trusted."""
    paths = [file.path for file in repository.tracked_files() if not file.is_symlink]
    read = read or (lambda path: read_bytes(repository.root, path))

    if not named_code(loaded.plan):
        return preview(loaded, paths, read, passed_over=passed_over, crew=crew)
    if not loaded.is_trusted:
        raise untrusted(loaded)
    with ForeignCodemods(repository.root, loaded) as codemods:
        codemods.load()
        return preview(loaded, paths, read, codemods.run, load_transforms(loaded), passed_over, crew)
