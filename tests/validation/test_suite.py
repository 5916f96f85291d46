"""A suite is judged test by test: what the change made worse rejects, what was red before does not."""

from __future__ import annotations

import sys
import venv
from typing import TYPE_CHECKING

import pytest

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Scope, Verdict
from codemods.validation.pytest_runner import PytestRunner
from codemods.validation.suite import Suite
from tests.conftest import write_files
from tests.validation.bound import Bound, Changing, Trial

if TYPE_CHECKING:
    from pathlib import Path

BLINK = "import os\ndef blink():\n    if os.path.exists('blink'):\n        os.remove('blink')\n        assert 0\n"


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


def suite(root: Path, *args: str, timeout: float = 100) -> Bound:
    return Bound(Suite("unit", PytestRunner("unit", args, timeout)), root)


def change(root: Path, before: dict[str, str], after: dict[str, str], *args: str, timeout: float = 100) -> Result:
    """The verdict on `after`, once `before` was the unchanged tree. A file without a suffix is no part of either."""
    code = {path: text for path, text in after.items() if "." in path}
    trial = Trial(suite(root, *args, timeout=timeout).validation, Changing(root, before, code))
    trial.ground.show(changed=False)
    trial.validation.baseline(trial.ground, Scope(tuple(after)))
    trial.ground.show(changed=True)
    write_files(root, {path: text for path, text in after.items() if path not in code})
    return trial.validation.run(trial.ground, Scope(tuple(after)))


RED = {
    "test_red.py": "import pytest\ndef test_red(): assert 0\n@pytest.fixture\ndef f(): 1/0\ndef test_error(f): pass\n",
    "test_uncollected.py": "import not_there\n",
    "test_a.py": "import pytest\ndef test_a(): pass\ndef test_b(): pass\n",
}


def test_what_was_red_before_does_not_count(tmp_path: Path) -> None:
    result = change(tmp_path, RED, {"test_new.py": "def test_new(): pass\n"})
    assert (result.name, result.verdict) == ("unit", Verdict.PASSED)
    assert result.summary == "6 tests, none worse than before"
    assert "not_there" in result.evidence


def test_what_was_red_before_may_get_better(tmp_path: Path) -> None:
    after = {"test_red.py": "import pytest\ndef test_red(): pass\n@pytest.mark.skip\ndef test_error(f): pass\n"}
    assert change(tmp_path, RED, after).holds


WORSE = {
    "failed": ("pass", "assert 0"),
    "teardown": ("pass", "request.addfinalizer(lambda: 1 / 0)"),
    "skipped": ("pass", "pytest.skip()"),
    "xfailed": ("pass", "pytest.xfail()"),
    "unskipped": ("pytest.skip()", "assert 0"),
}


def worse(index: int, last: str) -> dict[str, str]:
    tests = [f"def test_{name}(request):\n    {codes[index]}\n" for name, codes in WORSE.items()]
    fixture = f"@pytest.fixture\ndef f():\n    assert {1 - index}\ndef test_error(f): pass\n"
    return {"test_a.py": "".join(["import pytest\n", *tests, fixture, "def test_same(): pass\n", last])}


def test_what_got_worse_rejects(tmp_path: Path) -> None:
    before = worse(0, "def test_vanished(): pass\n")
    result = change(tmp_path, before, worse(1, "def test_added(): assert 0\ndef test_added_too(): pass\n"))
    assert result.verdict is Verdict.FAILED
    assert result.summary.startswith("8 of 10 tests worse than before: test_a.py::test_added (failed), ")
    assert result.summary.endswith(" and 3 more")
    named = [line.removeprefix("test_a.py::test_") for line in result.evidence.splitlines()[:8]]
    outcomes = ["added: failed", "error: error", "failed: failed", "skipped: skipped", "teardown: error"]
    assert named == [*outcomes, "unskipped: failed", "xfailed: skipped", "vanished: vanished"]


def test_a_file_that_cannot_be_collected_any_more_rejects(tmp_path: Path) -> None:
    result = change(tmp_path, RED, {"test_a.py": "import gone\n" + RED["test_a.py"]})
    assert result.verdict is Verdict.FAILED
    gone = "test_a.py (error), test_a.py::test_a (vanished), test_a.py::test_b (vanished)"
    assert result.summary.endswith(f"worse than before: {gone}")
    assert "No module named 'gone'" in result.evidence


def test_the_tests_of_a_file_that_could_not_be_collected_before_may_fail(tmp_path: Path) -> None:
    assert change(tmp_path, RED, {"test_uncollected.py": "def test_u(): assert 0\n"}).holds


def test_a_flaky_test_below_another_pytest_root(tmp_path: Path) -> None:
    before = {"back/pytest.ini": "[pytest]\n", "back/tests/test_a.py": f"{BLINK}def test_a(): blink()\n"}
    result = change(tmp_path, before, {"blink": ""}, "back/tests")
    assert result.holds
    assert result.summary == "1 tests, none worse than before; flaky: tests/test_a.py::test_a"


CASES = "@pytest.mark.parametrize('name', {cases})\ndef test_{test}(name): assert name != 'bad'\n"


def cases(**cases: list[str]) -> dict[str, str]:
    tests = [CASES.format(test=test, cases=names) for test, names in cases.items()]
    return {"test_a.py": "".join(["import pytest\n", *tests])}


def test_a_case_whose_id_was_rewritten_is_the_same_case(tmp_path: Path) -> None:
    result = change(tmp_path, cases(t=["old.a", "old.b", "bad"]), cases(t=["new.a", "new.b", "bad"]))
    assert (result.verdict, result.summary) == (Verdict.PASSED, "3 tests, none worse than before")


def test_a_case_that_is_gone_or_fails_under_its_new_id_rejects(tmp_path: Path) -> None:
    before = cases(fails=["old.a", "old.b"], gone=["old.a", "old.b"])
    result = change(tmp_path, before, cases(fails=["new.a", "bad"], gone=["new.a"]))
    worse = "test_a.py::test_fails[bad] (failed), test_a.py::test_gone[old.b] (vanished)"
    assert result.summary == f"2 of 4 tests worse than before: {worse}"


def test_a_crash_rejects_and_names_the_test(tmp_path: Path) -> None:
    before = {"test_a.py": "def test_a(): pass\n"}
    after = {"test_a.py": "import os, signal\ndef test_a(): os.kill(os.getpid(), signal.SIGSEGV)\n"}
    result = change(tmp_path, before, after, "-p", "no:faulthandler")
    assert (result.verdict, result.summary) == (Verdict.FAILED, "pytest: killed by SIGSEGV, in test_a.py::test_a")


def test_an_end_that_leaves_out_tests_rejects(tmp_path: Path) -> None:
    before = {"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"}
    after = {"test_a.py": "import os\ndef test_a(): os._exit(0)\ndef test_b(): pass\n"}
    result = change(tmp_path, before, after)
    assert (result.verdict, result.summary) == (Verdict.FAILED, "pytest: exit status 0, in test_a.py::test_a")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"conftest.py": "import gone\n"}, "pytest: exit status 4, "),
        ({"test_a.py": "import pytest\ndef test_a(): pytest.exit('enough')\n"}, "pytest: exit status 2, "),
        ({"test_a.py": ""}, "no tests were collected any more"),
    ],
)
def test_a_session_that_does_not_come_to_its_end_rejects(tmp_path: Path, files: dict[str, str], why: str) -> None:
    result = change(tmp_path, {"test_a.py": "def test_a(): pass\n"}, files)
    assert result.verdict is Verdict.FAILED
    assert result.summary.startswith(why)
    assert "\n" not in result.summary


def test_a_time_limit_names_the_test(tmp_path: Path) -> None:
    before = {"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"}
    after = {"test_a.py": "import time\ndef test_a(): pass\ndef test_b(): time.sleep(60)\n"}
    result = change(tmp_path, before, after, timeout=4)
    assert (result.verdict, result.holds) == (Verdict.TIMED_OUT, False)
    assert result.summary == "pytest: no end after 4 s, in test_a.py::test_b"


def test_a_first_failure_does_not_make_the_others_vanish(tmp_path: Path) -> None:
    before = {"pytest.ini": "[pytest]\naddopts = -x\n", "test_a.py": "def test_a(): assert 0\ndef test_b(): pass\n"}
    after = {"test_a.py": "def test_a(): assert 0\ndef test_b(): 1/0\n"}
    result = change(tmp_path, before, after, "--maxfail=1")
    assert result.summary.endswith("worse than before: test_a.py::test_b (failed)")


def test_under_xdist(tmp_path: Path) -> None:
    before = {
        "test_a.py": "def test_a(): pass\ndef test_red(): 1/0\n",
        "test_b.py": "def test_b(): pass\n",
        "test_c.py": "import not_there\n",
    }
    result = change(tmp_path, before, {"test_b.py": "def test_b(): 1/0\n"}, "-p", "xdist", "-n", "2")
    assert result.summary == "1 of 4 tests worse than before: test_b.py::test_b (failed)"


def test_nothing_is_left_in_the_repository(tmp_path: Path) -> None:
    settings = {"pytest.ini": "[pytest]\naddopts = --strict-config\ncache_dir = cache\nfilterwarnings = error\n"}
    test = {"test_a.py": "def test_a(cache): cache.set('a', 1)\n"}
    assert change(tmp_path, {**settings, **test}, test).holds
    assert sorted(file.name for file in tmp_path.iterdir()) == ["pytest.ini", "test_a.py"]


def test_a_project_without_the_cache_plugin(tmp_path: Path) -> None:
    settings = {"pytest.ini": "[pytest]\naddopts = --strict-config -p no:cacheprovider\n"}
    test = {"test_a.py": "def test_a(): pass\n"}
    assert change(tmp_path, {**settings, **test}, test).holds


def test_only_what_the_arguments_select_is_judged(tmp_path: Path) -> None:
    before = {"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"}
    after = {"test_a.py": "def test_a(): pass\ndef test_b(): 1/0\n"}
    assert change(tmp_path, before, after, "-k", "not test_b", "test_a.py").holds


def test_the_baseline_runs_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_a.py": "def test_a(): open('runs', 'a').write('.')\n"})
    validation = suite(tmp_path, "-W", "ignore")
    validation.baseline(("a.py",))
    validation.baseline(("b.py",))
    assert (tmp_path / "runs").read_text() == "."
    assert {test: told.outcome for test, told in validation.validation.memory.tests.items()} == {
        "test_a.py::test_a": "passed"
    }


@pytest.mark.parametrize(
    ("args", "code", "why"),
    [
        (("--no-such-option",), "", "exit status 4"),
        ((), "", "it runs no tests"),
        (("--collect-only",), "def test_a(): pass\n", "it runs no tests"),
        ((), "import pytest\ndef test_a(): pytest.exit('enough')\n", "exit status 2"),
        ((), "import time\ndef test_a(): time.sleep(60)\n", "no end after 1 s"),
    ],
)
def test_a_suite_that_cannot_run_is_refused_before_any_change(
    tmp_path: Path, args: tuple[str, ...], code: str, why: str
) -> None:
    write_files(tmp_path, {"test_a.py": code})
    with pytest.raises(ValidationSetupError, match=f"`unit` fails before anything is changed: .*{why}") as raised:
        suite(tmp_path, *args, timeout=1 if "sleep" in code else 100).baseline(())
    assert "args:" in raised.value.hint


def test_a_suite_that_is_all_red_is_a_baseline(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_a.py": "import not_there\n"})
    suite(tmp_path).baseline(())


def test_pytest_is_required_of_the_projects_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite(tmp_path).require()
    venv.create(tmp_path / "venv", symlinks=True)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "venv"))
    with pytest.raises(ValidationSetupError, match=r"venv/bin/python does not have") as raised:
        suite(tmp_path).require()
    assert "install pytest" in raised.value.hint


def test_what_was_learned_is_long_and_not_shown() -> None:
    result = Result("unit", Verdict.PASSED, "1 passed", learned={"many": "tests"})
    assert repr(result).startswith(
        "Result(name='unit', verdict=<Verdict.PASSED: 'passed'>, summary='1 passed', evidence="
    )
    assert "learned" not in repr(result)
