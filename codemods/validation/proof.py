"""The proof that the validations of a plan run the code of the checkout that they run in, and not of another one.

An editable install, a `.pth` file or a PYTHONPATH points at one folder, wherever a program runs.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.names import ModuleNames
from codemods.plan.validations import CommandValidation, ImportsValidation, PytestValidation
from codemods.validation.probe import Question, Told, ask_pytest, ask_python
from codemods.validation.program import project_python
from codemods.validation.starting import python_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.plan.validations import Validation
    from codemods.validation.base import Ground
    from codemods.validation.probe import Found

_MOST = 500  # names that are asked for
_ABSOLUTE = "Write it relative to the root of the repository."
_LACKING = "What it needs and git does not track is brought to each worktree by `prepare:` in the plan."
_ELSEWHERE = (
    "An editable install, a .pth file or a setting puts that before the worktree. Take it out of the way, or give each "
    "worktree an environment of its own by `prepare:` in the plan."
)


class Doubt(Struct, frozen=True):
    """Why a validation cannot be trusted in another checkout, and what to do about it.

    `by_path`: Python's path is to blame, so that another PYTHONPATH may help.
    """

    what: str
    hint: str
    by_path: bool = False


class Original(Struct, frozen=True, dict=True):
    """The original checkout: its folder, its tracked files, the source roots.

    `changed` are the files that the plan changes: their modules have to come from the checkout; others only may not
    come from the original. `removed` are those of them that it removes.
    """

    root: Path
    tracked: tuple[str, ...]
    source_roots: tuple[str, ...]
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @cached_property
    def question(self) -> Question:
        """What has to be asked for: packages with code, modules beside them, and the namespaces above them."""
        names = tuple(dict.fromkeys((*self._tops(self.changed), *self._tops(self.tracked))))[:_MOST]
        # A module that is removed from a package which stays is not looked for elsewhere.
        removed = {ModuleNames(self.source_roots).name_of(path) or "." for path in self.removed}
        return Question(names, tuple(sorted(name for name in removed if "." not in name)))

    @cached_property
    def needed(self) -> frozenset[str]:
        """Those of the changed files."""
        return frozenset(self._tops(self.changed))

    @cached_property
    def emptied(self) -> frozenset[str]:
        """Those of the removed files: of a namespace package, what is gone here may be found in another place."""
        return frozenset(self._tops(self.removed))

    @cached_property
    def _packages(self) -> frozenset[str]:
        names = ModuleNames(self.source_roots)
        files = (path for path in self.tracked if path.rpartition("/")[2] == "__init__.py")
        return frozenset(name for path in files if (name := names.name_of(path)))

    def _tops(self, paths: Iterable[str]) -> Iterator[str]:
        names = ModuleNames(self.source_roots)
        for path in paths:
            parts = (names.name_of(path) or "").split(".") if path.endswith(".py") else []
            for length in range(1, len(parts) + 1):
                name = ".".join(parts[:length])
                if name:
                    yield name
                if name in self._packages:
                    break

    @cached_property
    def _places(self) -> frozenset[str]:
        """The tracked files, and the folders that they are in."""
        folders = {"/".join(parts[:length]) for parts in _parts(self.tracked) for length in range(len(parts))}
        return frozenset((*self.tracked, *folders))

    def holds(self, place: str) -> bool:
        """Whether the absolute path `place` leads to tracked files of this checkout: a virtual environment in its
        folder does not."""
        inside = os.path.relpath(os.path.realpath(place), os.path.realpath(self.root)).replace(os.sep, "/")
        return (inside if inside != "." else "") in self._places

    def named_in(self, text: str) -> str | None:
        """The first absolute path in `text` that leads to tracked files of this checkout."""
        for root in dict.fromkeys((str(self.root), str(self.root.resolve()))):
            for match in re.finditer(rf"{re.escape(root)}(?![^/\s:;,'\"\])])[^\s:;,'\"\])]*", text):
                if self.holds(match[0]):
                    return match[0]
        return None


def _parts(paths: Iterable[str]) -> Iterator[list[str]]:
    return (path.split("/") for path in paths)


def doubt_of(
    name: str, asked: Validation, ground: Ground, original: Original, *, thorough: bool = False
) -> Doubt | None:
    """Why the validation `asked`, called `name`, may not see the code of `ground`; None: it is proved that it does.

    A `thorough` proof has pytest collect all tests, and looks at what these have loaded.
    """
    for text in _texts(asked):
        if (path := original.named_in(text)) is not None:
            what = f"the validation `{name}` names {path} in the plan, which is the same in every checkout"
            return Doubt(what, _ABSOLUTE)
    told = _ask(asked, ground, original, thorough=thorough)
    if told.fault:
        return Doubt(f"the validation `{name}` does not start in a linked worktree: {told.fault}", _LACKING)
    if stranger := next(_strangers(told, ground, original), None):
        what = f"the validation `{name}` imports `{stranger[0]}` from the original checkout, {stranger[1]}"
        return Doubt(what, _ELSEWHERE, by_path=True)
    for found in told.found:
        places = _places(found)
        if places and found.name in original.needed and not any(_is_in(place, ground.root) for place in places):
            what = f"the validation `{name}` imports `{found.name}` from a copy, {places[0]}"
            return Doubt(what, _ELSEWHERE, by_path=True)
    return None


def _texts(asked: Validation) -> Iterator[str]:
    if isinstance(asked, CommandValidation):
        yield from asked.run
    elif not isinstance(asked, ImportsValidation):
        yield from asked.args
    yield from (value for value in asked.env.values() if value)


def _ask(asked: Validation, ground: Ground, original: Original, *, thorough: bool) -> Told:
    if isinstance(asked, PytestValidation):
        return ask_pytest(ground, asked.args, asked.env, original.question, collect=thorough)
    if isinstance(asked, CommandValidation):
        command, first = python_of(asked.run, ground.root)
    elif isinstance(asked, ImportsValidation):
        command, first = [project_python()], [str((ground.root / place).absolute()) for place in original.source_roots]
    else:
        command, first = [project_python()], [""]
    return ask_python(ground, command, first, asked.env, original.question)


def _strangers(told: Told, ground: Ground, original: Original) -> Iterator[tuple[str, str]]:
    """The modules that come from the original, each with the place."""
    for found in told.found:
        for place in _places(found):
            if _is_in(place, ground.root):
                if found.name not in original.emptied:
                    break  # the places of a namespace package are looked at in their order
            elif original.holds(place):
                yield found.name, place
    for name, file in told.loaded.items():
        if not _is_in(file, ground.root) and original.holds(file):
            yield name, file


def _places(found: Found) -> tuple[str, ...]:
    # Editable installs put words that are no folders into the places of a namespace.
    return (found.origin,) if found.origin is not None else tuple(p for p in found.places if Path(p).is_absolute())


def _is_in(place: str, root: Path) -> bool:
    return Path(os.path.realpath(place)).is_relative_to(os.path.realpath(root))
