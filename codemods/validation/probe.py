"""Asks Python where it would import modules from, in the environment and with the first folders of a validation."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.validation.base import environment_of, with_python_path
from codemods.validation.program import project_python, run_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.validation.base import Ground

# Runs in the project's own interpreter, whatever its version. Nothing of the project is imported: only the packages
# above a module have to be, and those are asked for only while they are namespaces, which hold no code.
_TELLING = r"""
import importlib.util, json, os, sys
from importlib.machinery import PathFinder

def places_of(name):
    module = sys.modules.get(name)
    if module is not None and getattr(module, "__spec__", None) is None:
        return getattr(module, "__file__", None), []
    spec = importlib.util.find_spec(name)
    if spec is None:
        return None, []
    return (spec.origin if spec.has_location else None), [str(place) for place in spec.submodule_search_locations or ()]

def is_known(name):
    top = name.partition(".")[0]
    return top in getattr(sys, "stdlib_module_names", sys.builtin_module_names)

def everywhere(name):
    # All that would be found where nothing were found before it.
    asking = [(finder, None) for finder in sys.meta_path] + [(PathFinder, [place]) for place in sys.path]
    for finder, path in asking:
        try:
            spec = finder.find_spec(name, path)
        except Exception:
            continue
        if spec is not None and spec.has_location:
            yield name, spec.origin, []

def tell():
    found, with_code = [], set()
    for name in NAMES:
        if is_known(name) or name.rpartition(".")[0] in with_code:
            continue
        try:
            origin, places = places_of(name)
        except Exception:
            continue
        if origin is not None:
            with_code.add(name)
        found.append((name, origin, places))
    for name in GOING:
        found.extend(everywhere(name))
    loaded = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
    loaded = [(name, file) for name, file in loaded if isinstance(file, str)]
    with open(REPORT, "w", encoding="utf-8", errors="surrogateescape") as file:
        json.dump({"found": found, "loaded": loaded}, file)
"""
_BY_ITSELF = r"""
if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = FIRST + [place for place in sys.path if os.path.abspath(place) != here]
    tell()
"""
# After conftest.py and `pythonpath` have had their effect, and before pytest-xdist starts its workers. It has none with
# --collect-only: all test modules are loaded here.
_IN_PYTEST = r"""
import pytest

def leave():
    tell()
    pytest.exit("codemods has seen enough", returncode=0)

@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    if not session.config.option.collectonly:
        leave()

def pytest_collection_finish(session):
    leave()
"""
_TIMEOUT = 900.0  # seconds; a conftest.py may import a whole application, and there may be many tests
_LINES = 15


class Question(Struct, frozen=True):
    """Which modules are asked for; those that are `going` wherever they may be found, in all places."""

    names: tuple[str, ...]
    going: tuple[str, ...] = ()


class Found(Struct, frozen=True):
    """Where a module would come from: its file, or None and the folders of a namespace package."""

    name: str
    origin: str | None
    places: tuple[str, ...]


class Told(Struct, frozen=True):
    """What a probe told. `loaded` are the files of the modules that are loaded already. Where nothing was told, `fault`
    says how the program ended."""

    found: tuple[Found, ...] = ()
    loaded: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


def ask_python(
    ground: Ground, command: Sequence[str], first: Sequence[str], own: Mapping[str, str | None], asked: Question
) -> Told:
    """Where the interpreter `command` (with options) finds what is `asked` while `first` begin its path; `own` is the
    environment of the validation. An empty text in `first` is the root of the ground, where the program runs.
    """
    with tempfile.TemporaryDirectory(prefix="codemods-") as name:
        script = _write(Path(name), asked, f"FIRST = {list(first)!a}\n{_TELLING}{_BY_ITSELF}")
        return _run(ground, [*command, str(script)], environment_of(ground, own), script)


def ask_pytest(
    ground: Ground, args: Sequence[str], own: Mapping[str, str | None], asked: Question, *, collect: bool
) -> Told:
    """Where pytest with the arguments `args` finds what is `asked`: when its session starts, or with `collect` once it
    has collected all tests. None is run."""
    with tempfile.TemporaryDirectory(prefix="codemods-") as name:
        plugin = _write(Path(name), asked, f"{_TELLING}{_IN_PYTEST}")
        options = ["-p", plugin.stem, "-o", f"cache_dir={plugin.parent / 'cache'}"]
        options += ["--collect-only", "--quiet", "--continue-on-collection-errors"] if collect else []
        environment = with_python_path(name, environment_of(ground, own))
        return _run(ground, [project_python(), "-m", "pytest", *args, *options], environment, plugin)


def _write(folder: Path, asked: Question, source: str) -> Path:
    script = folder / "codemods_probe.py"
    values = ascii((asked.names, asked.going, str(_report(script))))
    script.write_text(f"NAMES, GOING, REPORT = {values}\n{source}", encoding="ascii")
    return script


def _report(script: Path) -> Path:
    return script.with_name("report")


def _run(ground: Ground, command: Sequence[str], environment: Mapping[str, str | None], script: Path) -> Told:
    try:
        completed = run_program(command, ground.root, _TIMEOUT, environment)
    except OSError as error:
        return Told(fault=str(error))
    if not _report(script).exists():
        return Told(fault=f"{completed.ending(_TIMEOUT)}\n{completed.last_lines(_LINES)}".rstrip())
    told = json.loads(_report(script).read_text(encoding="utf-8", errors="surrogateescape"))
    found = tuple(Found(name, origin, tuple(places)) for name, origin, places in told["found"])
    return Told(found, dict(told["loaded"]))
