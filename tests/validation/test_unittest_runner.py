"""A suite of unittest's is judged test by test, as one of pytest's is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Scope, Still, Verdict
from codemods.validation.session import EVERYTHING
from codemods.validation.suite import Suite
from codemods.validation.unittest_runner import UnittestRunner
from tests.conftest import write_files
from tests.validation.bound import Changing, Trial

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


def runner(*args: str, timeout: float = 100) -> UnittestRunner:
    return UnittestRunner("unit", args or ("discover",), timeout)


def case(name: str, *lines: str, base: str = "unittest.TestCase") -> str:
    return f"import unittest\nclass {name}({base}):\n" + "".join(f"    {line}\n" for line in lines or ("pass",))


def change(
    root: Path, before: dict[str, str], after: dict[str, str], *args: str, scope: Scope | None = None
) -> tuple[Result, Trial]:
    trial = Trial(Suite("unit", runner(*args)), Changing(root, before, after))
    return trial.judge(scope), trial


EVERY_OUTCOME = case(
    "T",
    "def test_passed(self): pass",
    "def test_failed(self): self.fail()",
    "def test_error(self): 1/0",
    "def test_skipped(self): self.skipTest('')",
    "@unittest.skip('')",
    "def test_marked(self): 1/0",
    "@unittest.expectedFailure",
    "def test_expected(self): 1/0",
    "@unittest.expectedFailure",
    "def test_unexpected(self): pass",
    "def test_teardown(self): self.addCleanup(lambda: 1/0)",
    "def test_subtests(self):",
    "    for i in range(3):",
    "        with self.subTest(i=i): self.assertNotEqual(i, 1)",
    "def test_subtests_pass(self):",
    "    with self.subTest(i=1): pass",
)


def test_every_outcome(tmp_path: Path) -> None:
    files = {
        "tests/__init__.py": "",
        "tests/test_a.py": EVERY_OUTCOME,
        "tests/test_class.py": case("C", "@classmethod", "def setUpClass(cls): 1/0", "def test_c(self): pass"),
        "tests/test_last.py": case("L", "@classmethod", "def tearDownClass(cls): 1/0", "def test_l(self): pass"),
        "tests/test_left.py": case(
            "S", "@classmethod", "def setUpClass(cls): raise unittest.SkipTest('')", "def test_s(self): pass"
        ),
        "tests/test_module.py": "def setUpModule(): 1/0\n" + case("M", "def test_m(self): pass"),
        "tests/test_gone.py": "import not_there\n",
    }
    write_files(tmp_path, files)
    session = runner("discover", "-f").session(Still(tmp_path), EVERYTHING)
    assert {test.removeprefix("tests."): told.outcome for test, told in session.tests.items()} == {
        "test_a.T.test_passed": "passed",
        "test_a.T.test_failed": "failed",
        "test_a.T.test_error": "error",
        "test_a.T.test_skipped": "skipped",
        "test_a.T.test_marked": "skipped",
        "test_a.T.test_expected": "skipped",
        "test_a.T.test_unexpected": "failed",
        "test_a.T.test_teardown": "error",
        "test_a.T.test_subtests": "failed",
        "test_a.T.test_subtests_pass": "passed",
        "test_class.C.test_c": "error",
        "test_last.L.test_l": "error",
        "test_left.S.test_s": "skipped",
        "test_module.M.test_m": "error",
        "test_gone (load)": "error",
    }
    assert session.files == files.keys() - {"tests/__init__.py"}
    assert (session.fault, session.tests["tests.test_gone (load)"].whole) == ("", True)


A = case("A", "def test_a(self): pass", "def test_b(self): pass")
RED = {"test_a.py": A, "test_red.py": case("R", "def test_r(self): 1/0"), "test_gone.py": "import not_there\n"}


def test_what_was_red_before_does_not_count(tmp_path: Path) -> None:
    result, _ = change(tmp_path, RED, {"test_new.py": A})
    assert (result.verdict, result.summary) == (Verdict.PASSED, "6 tests, none worse than before")
    assert (result.passed, result.total) == (4, 6)


def test_what_got_worse_rejects_and_is_told_by_a_probe(tmp_path: Path) -> None:
    worse = {"test_a.py": case("A", "def test_a(self): 1/0")}
    result, trial = change(tmp_path, RED, worse)
    assert (result.verdict, result.guilty) == (Verdict.FAILED, ("test_a.A.test_a", "test_a.A.test_b"))
    assert result.summary.endswith("test_a.A.test_a (error), test_a.A.test_b (vanished)")
    probe = Scope(only=result.guilty)
    assert trial.validation.run(trial.ground, probe).guilty == result.guilty
    trial.ground.show(changed=False)
    result = trial.validation.run(trial.ground, probe)
    assert (result.verdict, result.total) == (Verdict.PASSED, 2)


def test_a_module_that_cannot_be_loaded_any_more_rejects(tmp_path: Path) -> None:
    result, trial = change(tmp_path, RED, {"test_a.py": "import gone\n"})
    assert result.guilty == ("test_a (load)", "test_a.A.test_a", "test_a.A.test_b")
    probe = Scope(only=result.guilty)
    assert trial.validation.run(trial.ground, probe).guilty == result.guilty
    trial.ground.show(changed=False)
    assert trial.validation.run(trial.ground, probe).holds


def test_only_what_is_affected_is_run(tmp_path: Path) -> None:
    other = case("B", "def test_b(self): open('ran', 'w')")
    scope = Scope(("lib.py",), frozenset({"lib.py", "test_a.py"}), frozenset({"test_a.A.test_b"}))
    result, trial = change(tmp_path, {**RED, "lib.py": ""}, {"test_b.py": other}, scope=scope)
    assert (result.verdict, result.total) == (Verdict.PASSED, 1)
    assert not (tmp_path / "ran").exists()
    scope = Scope(("lib.py",), frozenset({"lib.py"}))
    assert trial.validation.run(trial.ground, scope).summary == "no test can be affected"


def test_an_end_that_leaves_out_tests_rejects(tmp_path: Path) -> None:
    result, _ = change(tmp_path, RED, {"test_a.py": case("A", "def test_a(self): import os; os._exit(0)")})
    assert (result.verdict, result.summary) == (Verdict.FAILED, "unittest: exit status 0, in test_a.A.test_a")


def test_names_of_modules_and_other_arguments(tmp_path: Path) -> None:
    write_files(tmp_path, {"t/check.py": case("C", "def test_c(self): pass", "def test_d(self): pass")})
    for args in (("t.check",), ("discover", "-s", "t", "-p", "c*.py"), ("-k", "test_c", "t/check.py")):
        session = runner(*args).session(Still(tmp_path), EVERYTHING)
        assert (session.fault, session.files) == ("", {"t/check.py"})
        assert len(session.tests) == 1 + ("-k" not in args)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("--no-such-option",), "unittest: exit status 2"),
        (("discover", "-s", "nowhere"), "unittest: exit status 1, ImportError: Start directory is not importable"),
        (("discover",), "it runs no tests"),
    ],
)
def test_a_suite_that_cannot_run_is_refused_before_any_change(tmp_path: Path, args: tuple[str, ...], why: str) -> None:
    unit = Suite("unit", runner(*args))
    unit.require(Still(tmp_path))
    with pytest.raises(ValidationSetupError, match=why):
        unit.baseline(Still(tmp_path), Scope())


def test_a_time_limit_names_the_test(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_a.py": "import time\n" + case("A", "def test_a(self): time.sleep(60)")})
    unit = Suite("unit", runner(timeout=2))
    result = unit.run(Still(tmp_path), Scope())
    assert (result.verdict, result.summary) == (Verdict.TIMED_OUT, "unittest: no end after 2 s, in test_a.A.test_a")


def test_where_the_unchanged_tree_cannot_be_shown_the_baseline_counts(tmp_path: Path) -> None:
    write_files(tmp_path, RED)
    unit, ground = Suite("unit", runner(), 2), Still(tmp_path)
    unit.baseline(ground, Scope())
    write_files(tmp_path, {"test_a.py": case("A", "def test_a(self): 1/0", "def test_b(self): pass")})
    assert unit.run(ground, Scope()).guilty == ("test_a.A.test_a",)


def test_a_test_that_needs_another_and_one_that_another_spoils(tmp_path: Path) -> None:
    state = "import state, lib\n"
    before = {
        "state.py": "made = False\nkept = []\n",
        "lib.py": "def leave(): pass\ndef value(): return 1\n",
        "test_a.py": state + case("A", "def test_first(self):", "    state.made = True", "    lib.leave()"),
        "test_b.py": state
        + case(
            "B",
            "def test_needs(self): assert state.made and lib.value() == 1",
            "def test_spoilt(self): assert not state.kept",
            "def test_sound(self): pass",
        ),
    }
    after = {"lib.py": "import state\ndef leave(): state.kept.append(1)\ndef value(): return 2\n"}
    result, trial = change(tmp_path, before, after)
    assert result.guilty == ("test_b.B.test_needs", "test_b.B.test_spoilt")
    assert trial.ground.shown[-1]
    for only in result.guilty:
        assert trial.validation.run(trial.ground, Scope(only=(only,))).guilty == (only,)


def test_a_test_that_needs_another_may_fail_without_it(tmp_path: Path) -> None:
    files = {
        "state.py": "made = False\n",
        "test_a.py": "import state\n" + case("A", "def test_first(self): state.made = True"),
        "test_b.py": "import state\n" + case("B", "def test_needs(self): assert state.made"),
    }
    scope = Scope(("lib.py", "test_b.py"), frozenset({"lib.py", "test_b.py"}))
    result, _ = change(tmp_path, files, {"lib.py": ""}, scope=scope)
    assert (result.verdict, result.flaky) == (Verdict.PASSED, ("test_b.B.test_needs",))


BLINK = "import os\ndef blink():\n    if os.path.exists('blink'):\n        os.remove('blink')\n        assert 0\n"


def test_a_flaky_test_beside_a_broken_one(tmp_path: Path) -> None:
    before = {
        "test_a.py": BLINK + case("A", "def test_a(self): blink()"),
        "test_b.py": case("B", "def test_b(self): pass"),
    }
    result = after_a_blink(tmp_path, before, {"test_b.py": case("B", "def test_b(self): 1/0")})
    assert result.verdict is Verdict.FAILED
    assert "worse than before: test_b.B.test_b (error); flaky: test_a.A.test_a" in result.summary


def test_a_file_whose_collection_is_flaky_does_not_reject(tmp_path: Path) -> None:
    before = {"test_a.py": f"{BLINK}blink()\n" + case("A", "def test_a(self): pass"), "test_b.py": A}
    result = after_a_blink(tmp_path, before, {})
    assert result.holds
    assert result.summary.endswith("flaky: test_a (load)")


def after_a_blink(root: Path, before: dict[str, str], after: dict[str, str]) -> Result:
    """The verdict on `after` where the next test to look at it fails once."""
    trial = Trial(Suite("unit", runner()), Changing(root, before, after))
    trial.ground.show(changed=False)
    trial.validation.baseline(trial.ground, Scope())
    trial.ground.show(changed=True)
    write_files(root, {"blink": ""})
    return trial.validation.run(trial.ground, Scope())
