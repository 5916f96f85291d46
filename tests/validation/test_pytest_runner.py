"""Of a suite of pytest's, what can be affected runs, and nothing else is imported."""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from codemods.validation.base import Result, Scope, Still, Verdict
from codemods.validation.outcomes import Told
from codemods.validation.pytest_runner import PytestRunner
from codemods.validation.session import EVERYTHING, Selection
from codemods.validation.suite import Suite
from tests.conftest import write_files
from tests.validation.bound import Changing, Trial

if TYPE_CHECKING:
    from pathlib import Path

# Each module that is imported and each test that runs leaves a line.
TRACE = "import os\ndef trace(name):\n    with open(os.path.join({root!r}, 'trace'), 'a') as f: f.write(name + ' ')\n"


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


def traced(root: Path, files: dict[str, str]) -> None:
    """Write `files`; each line of a file that is a name becomes a test that is traced, as is the import."""
    for path, names in files.items():
        tests = "".join(f"def {name}(): trace('{name}')\n" for name in names.split())
        write_files(root, {path: f"{TRACE.format(root=str(root))}trace('{path}')\n{tests}"})


def ran(root: Path) -> list[str]:
    """What has left a line since it was last asked."""
    file = root / "trace"
    names = file.read_text().split() if file.exists() else []
    file.unlink(missing_ok=True)
    return names


def suite(*args: str, timeout: float = 100) -> Suite:
    return Suite("unit", PytestRunner("unit", args, timeout))


def affected(*paths: str, unreached: tuple[str, ...] = ()) -> Scope:
    return Scope(paths, frozenset(paths), frozenset(unreached))


def change(
    root: Path, before: dict[str, str], after: dict[str, str], *args: str, scope: Scope | None = None
) -> tuple[Result, Trial]:
    trial = Trial(suite(*args), Changing(root, before, after))
    return trial.judge(scope), trial


@pytest.mark.parametrize(
    "args", [(), ("a/test_a.py", "test_b.py", "docs.py"), ("--import-mode=importlib",), ("-p", "xdist", "-n", "1")]
)
def test_only_what_is_affected_is_imported_and_run(tmp_path: Path, args: tuple[str, ...]) -> None:
    traced(
        tmp_path, {"conftest.py": "", "a/conftest.py": "", "a/test_a.py": "test_1 test_2 test_3", "test_b.py": "test_4"}
    )
    unit, ground = suite(*args), Still(tmp_path)
    if "docs.py" in args:
        traced(tmp_path, {"docs.py": "test_5"})
    unit.baseline(ground, Scope())
    ran(tmp_path)
    result = unit.run(ground, affected("lib.py", "a/test_a.py", unreached=("a/test_a.py::test_2",)))
    assert (result.summary, result.passed, result.total) == ("2 tests, none worse than before", 2, 2)
    names = ran(tmp_path)
    assert names[-3:] == ["a/test_a.py", "test_1", "test_3"]
    # Conftests are always there, with what they do to the tests.
    assert set(names[:-3]) == {"conftest.py", "a/conftest.py"}


def test_pytest_is_not_started_where_no_test_can_be_affected(tmp_path: Path) -> None:
    traced(tmp_path, {"test_a.py": "test_1", "lib.py": ""})
    unit, ground = suite(), Still(tmp_path)
    unit.baseline(ground, Scope(("lib.py", "new.py", "test_new.py")))
    ran(tmp_path)
    told = "no test can be affected"
    for scope in (affected("lib.py"), affected("test_a.py", "lib.py", unreached=("test_a.py::test_1",))):
        scope = replace(scope, paths=("lib.py",))
        result = unit.run(ground, scope)
        assert (result.verdict, result.summary, result.seconds) == (Verdict.PASSED, told, 0)
    assert ran(tmp_path) == []
    # A new file may hold tests.
    traced(tmp_path, {"test_new.py": "test_2"})
    assert unit.run(ground, affected("test_new.py")).summary == "1 tests, none worse than before"
    assert ran(tmp_path) == ["test_new.py", "test_2"]


def test_below_another_pytest_root_files_are_named_from_the_root(tmp_path: Path) -> None:
    test = {"back/pytest.ini": "[pytest]\npython_files = check*.py\n", "back/t/check.py": "def test_a(): pass\n"}
    scope = affected("lib.py", "back/t/check.py")
    worse = {"back/t/check.py": "class TestA:\n    def test_b(self): 1/0\ndef test_a(): pass\n"}
    result, trial = change(tmp_path, test, worse, "back", scope=scope)
    assert (result.verdict, result.guilty) == (Verdict.FAILED, ("t/check.py::TestA::test_b",))
    probe = replace(scope, only=result.guilty)
    assert trial.validation.run(trial.ground, probe).guilty == result.guilty
    trial.ground.show(changed=False)
    assert trial.validation.run(trial.ground, probe).holds
    assert trial.validation.run(trial.ground, affected("t/check.py")).summary == "no test can be affected"


def test_what_vanishes_or_cannot_be_collected_is_judged_among_what_runs(tmp_path: Path) -> None:
    before = {"test_a.py": "def test_a(): pass\ndef test_b(): pass\n", "test_b.py": "def test_c(): pass\n"}
    scope = affected("test_a.py", unreached=("test_a.py::test_b",))
    result, trial = change(tmp_path, before, {"test_a.py": ""}, scope=scope)
    assert (result.guilty, result.summary) == (
        ("test_a.py::test_a",),
        "1 of 1 tests worse than before: test_a.py::test_a (vanished)",
    )
    trial.ground.after["test_a.py"] = "import gone\n"
    trial.ground.show(changed=True)
    assert trial.validation.run(trial.ground, affected("test_a.py")).guilty[0] == "test_a.py"
    result = trial.validation.run(trial.ground, Scope(only=("test_a.py", "test_a.py::test_a")))
    assert result.guilty == ("test_a.py", "test_a.py::test_a")


def test_doctests_of_modules_and_texts(tmp_path: Path) -> None:
    before = {"lib.py": '"""\n>>> 1\n1\n"""\n', "other.py": '"""\n>>> 1\n1\n"""\n', "a.txt": ">>> 1\n1\n"}
    worse = {"lib.py": '"""\n>>> 1\n2\n"""\n'}
    args = ("--doctest-modules", "--doctest-glob=*.txt")
    result, _ = change(tmp_path, before, worse, *args, scope=affected("lib.py"))
    # Nobody knows what a text refers to: it always runs.
    assert (result.guilty, result.total) == (("lib.py::lib",), 2)


def test_an_id_that_differs_in_each_session(tmp_path: Path) -> None:
    cases = "import pytest\n@pytest.mark.parametrize('v', [1, 2], ids=lambda v: str(hash(str(v))))\ndef test_a(v): {}\n"
    before, after = {"test_a.py": cases.format("pass")}, {"test_a.py": cases.format("assert v == 1")}
    result, _ = change(tmp_path, before, after)
    assert (result.verdict, len(result.guilty)) == (Verdict.FAILED, 1)


def test_a_crash_that_happens_once_does_not_reject(tmp_path: Path) -> None:
    crash = (
        "import os\ndef test_a():\n    if os.path.exists('crash'):\n        os.remove('crash')\n        os.abort()\n"
    )
    write_files(tmp_path, {"test_a.py": crash})
    unit, ground = suite("-p", "no:faulthandler"), Still(tmp_path)
    unit.baseline(ground, Scope())
    write_files(tmp_path, {"crash": ""})
    result = unit.run(ground, Scope())
    assert result.holds
    assert "once more, since it did not come to its end: pytest: killed by SIGABRT" in result.evidence


def test_what_an_outcome_depends_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = Still(tmp_path)
    known = suite("-q").identity(ground)
    assert suite("-q", timeout=1).identity(ground) == known
    assert suite("-x").identity(ground) != known
    assert Suite("unit", PytestRunner("unit", ("-q",), 100, {"A": None})).identity(ground) != known
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x")
    assert suite("-q").identity(ground) != known


def test_an_installed_package_changes_what_an_outcome_depends_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "site-packages"
    monkeypatch.setenv("PYTHONPATH", str(packages))
    packages.mkdir()
    unit = suite()
    known = unit.identity(Still(tmp_path))
    assert unit.identity(Still(tmp_path)) == known
    (packages / "thing-1.0.dist-info").mkdir()
    assert unit.identity(Still(tmp_path)) != known


def test_a_suite_travels_and_keeps_what_it_knows(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_a.py": "def test_a(): pass\n"})
    unit, ground = suite(), Still(tmp_path)
    unit.baseline(ground, Scope())
    for other in (pickle.loads(pickle.dumps(unit)), suite()):
        other.recall(unit.remembered())
        assert other.remembered() == unit.remembered()
        other.baseline(Still(tmp_path / "nowhere"), Scope())


def test_a_session_may_run_what_it_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_a.py": "def test_a(): pass\ndef test_b(): 1/0\n", "test_b.py": "import gone\n"})
    runner, ground = suite().runner, Still(tmp_path)
    everything = runner.session(ground, EVERYTHING)
    assert everything.tests == {
        "test_a.py::test_a": Told("passed", "test_a.py"),
        "test_a.py::test_b": Told("failed", "test_a.py"),
        "test_b.py": Told("error", "test_b.py", whole=True),
    }
    assert everything.files == {"test_a.py", "test_b.py"}
    some = Selection(frozenset(), frozenset({"test_a.py::test_a"}), frozenset({"test_a.py"}))
    assert (list(runner.session(ground, some).tests), everything.fault) == (["test_a.py::test_a"], "")
