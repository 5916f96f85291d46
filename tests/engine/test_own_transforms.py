"""Transforms of one's own, from an installed package to a preview: entry points, arguments, time."""

from __future__ import annotations

import signal
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from codemods.engine.own_transforms import load_transforms
from codemods.engine.preview import preview
from codemods.engine.preview_repository import preview_of
from codemods.errors import CodemodsError, PlanError
from codemods.plan.load import LoadedPlan, load_plan
from codemods.time_limit import TimeLimit
from codemods.vcs import Repository
from tests.conftest import Files

MakeRepo = Callable[[Files], Path]
CODE = """\
import time


class Rename:
    def __init__(self, old: str, *, new: str = "app.new", times: int = 1, careful: bool = False):
        if old == new:
            raise ValueError("old and new are the same")
        self.old, self.new = old, new

    def find(self, module):
        for call in module.calls(self.old):
            yield module.replace(call.func, module.import_(self.new))


def ends_never(module):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            pass


def takes_anything(module, **options):
    return []


def takes_nothing():
    return []


NO_TRANSFORM = 3
"""
POINTS = """\
[codemods.transforms]
rename = own_transforms_x:Rename
endless = own_transforms_x:ends_never
open = own_transforms_x:takes_anything
nothing = own_transforms_x:takes_nothing
number = own_transforms_x:NO_TRANSFORM
module = own_transforms_x
gone = own_transforms_x:Gone
broken = own_transforms_y:anything

[console_scripts]
other = own_transforms_x:Rename
"""
FILES = {
    "app/__init__.py": "def old(x):\n    return x\n\n\ndef new(x):\n    return x\n",
    "u.py": "from app import old\n\nx = old(1)\n",
    "v.py": "x = 1\n",
}


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with entry points that is installed, as far as Python can tell."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "own_transforms_x.py").write_text(CODE)
    (folder / "own_transforms_y.py").write_text("raise RuntimeError('no licence')\n")
    (folder / "x-1.0.dist-info").mkdir()
    (folder / "x-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: x\nVersion: 1.0\n")
    (folder / "x-1.0.dist-info" / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "own_transforms_x", raising=False)


def plan(step: str) -> LoadedPlan:
    return load_plan(f"schema: 1\nname: own\nrewrite:\n{textwrap.indent(step, '  ')}\n", "plan.yaml")


def shown(step: str) -> dict[str, str]:
    """What the step changes, by the path."""
    loaded = plan(step)
    contents = {path: text.encode() for path, text in FILES.items()}
    found = preview(loaded, sorted(contents), contents.__getitem__, transforms=load_transforms(loaded))
    return {change.path: change.after.decode() for unit in found.units for change in unit.changes}


@pytest.mark.usefixtures("installed")
class TestInstalled:
    def test_a_step_runs_with_its_arguments(self) -> None:
        step = "- {name: one, transform: rename, args: {old: app.old, new: app.new}}"
        assert shown(step) == {"u.py": "from app import new\n\nx = new(1)\n"}

    def test_another_argument_finds_nothing(self) -> None:
        assert shown("- {name: one, transform: rename, args: {old: app.other}}") == {}

    @pytest.mark.parametrize("condition", ["files: [v.py]", "contains: [nowhere]"])
    def test_only_files_that_it_is_for(self, condition: str) -> None:
        assert shown(f"- {{name: one, transform: rename, args: {{old: app.old}}, {condition}}}") == {}
        assert shown("- {name: one, transform: rename, args: {old: app.old}, files: [u.py], contains: [old]}")

    def test_a_function_may_take_any_arguments(self) -> None:
        assert shown("- {name: one, transform: open, args: {any: 1, thing: [2]}}") == {}

    def test_one_that_does_not_end_blocks_the_file(self) -> None:
        loaded = plan("- {name: one, transform: endless, timeout: 0.2, files: [u.py]}")
        contents = {path: text.encode() for path, text in FILES.items()}
        found = preview(loaded, sorted(contents), contents.__getitem__, transforms=load_transforms(loaded))
        (outcome,) = found.phases[0].outcomes
        assert "transform `one`: it raised TimeoutError: it gave no answer in 0.2 seconds" in str(outcome)

    @pytest.mark.parametrize(
        ("step", "place", "told"),
        [
            ("transform: renam", "4:28", "no installed package has an entry point `renam` in the group"),
            ("transform: renam", "4:28", "; did you mean `rename`?; there are: `broken`, `endless`, `gone`, `module`"),
            ("transform: other", "4:28", "no installed package has an entry point `other` in the group"),
            ("transform: gone", "4:28", "`own_transforms_x:Gone` cannot be loaded: AttributeError: "),
            ("transform: broken", "4:28", "`own_transforms_y:anything` cannot be loaded: RuntimeError: no licence"),
            ("transform: number", "4:28", "3 is no transform: expected a class with a method `find(self, module)`"),
            ("transform: module", "4:28", "is no transform"),
            ("transform: nothing", "4:28", "it takes no module"),
            ("transform: rename", "4:28", "its argument `old` is missing: give it under `args`"),
            ("transform: endless, args: {x: 1}", "4:44", "it has no argument `x`; it takes none"),
            (
                "transform: rename, args: {old: a, nwe: b}",
                "4:51",
                "it has no argument `nwe`; did you mean `new`?; it takes `old`, `new`, `times`, `careful`",
            ),
            ("transform: rename, args: {old: 3}", "4:48", "found `3`; the argument `old` is of the type `str`"),
            ("transform: rename, args: {old: a, times: true}", "4:58", "found `True`; the argument `times` is of the"),
            (
                "transform: rename, args: {old: a, new: a}",
                "4:28",
                "it does not take its arguments: ValueError: old and",
            ),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, step: str, place: str, told: str) -> None:
        with pytest.raises(PlanError) as error:
            load_transforms(plan(f"- {{name: one, {step}}}"))
        assert f"plan.yaml:{place}: transform `one`: " in str(error.value)
        assert told in str(error.value)

    def test_all_mistakes_are_told_at_once(self) -> None:
        with pytest.raises(PlanError) as error:
            load_transforms(plan("- {name: one, transform: a}\n- {name: two, transform: b}"))
        assert [(m.line, m.column) for m in error.value.mistakes] == [(4, 28), (5, 28)]

    def test_runs_on_a_repository_once_it_is_trusted(self, make_repo: MakeRepo) -> None:
        repository = Repository.discover(make_repo(FILES))
        loaded = plan("- {name: one, transform: rename, args: {old: app.old}}")
        with pytest.raises(CodemodsError, match="one: the transform rename of an installed package"):
            preview_of(loaded, repository)
        assert "own_transforms_x" not in sys.modules
        found = preview_of(replace(loaded, is_trusted=True), repository)
        assert [unit.paths for unit in found.units] == [("u.py",)]


def test_no_entry_points_at_all() -> None:
    with pytest.raises(PlanError, match="there is none"):
        load_transforms(plan("- {name: one, transform: rename}"))
    assert load_transforms(plan("- {name: one, match: a($X), replace: b($X)}")) == {}


def test_a_transform_that_nobody_has_loaded_is_not_left_out() -> None:
    with pytest.raises(CodemodsError, match="The transform of the step `one` has not been loaded"):
        preview(plan("- {name: one, transform: rename}"), ["u.py"], lambda path: b"")


class TestTimeLimit:
    def test_ends_what_takes_too_long(self) -> None:
        done: list[bool] = []

        def run() -> None:
            wait(60)
            done.append(True)

        with pytest.raises(TimeoutError, match=r"in 0\.05 seconds"), TimeLimit(0.05):
            run()
        assert not done

    def test_leaves_alone_what_does_not(self) -> None:
        with TimeLimit(0.05):
            pass
        wait(0.1)

    def test_a_timer_that_runs_goes_on(self) -> None:
        # pytest-timeout has set one.
        before = signal.getitimer(signal.ITIMER_REAL)[0]
        handler = signal.getsignal(signal.SIGALRM)
        with TimeLimit(1):
            wait(0.05)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= before - 0.04 or not before
        assert signal.getsignal(signal.SIGALRM) is handler

    def test_does_nothing_in_other_threads(self) -> None:
        done: list[bool] = []

        def run() -> None:
            with TimeLimit(0.01):
                wait(0.05)
            done.append(True)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        assert done == [True]


def wait(seconds: float) -> None:
    """Pass time without one long call."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.005)
