"""Each kind of validation on real programs: what rejects, and beside it what must not."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from codemods.errors import ValidationSetupError
from codemods.validation.base import Verdict
from codemods.validation.command import Command
from codemods.validation.import_smoke import ImportSmoke
from codemods.validation.program import find_program, project_python, run_program
from codemods.validation.pytest_suite import PytestSuite
from tests.conftest import write_files


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def module_of(path: str) -> str | None:
    return path.removesuffix(".py").replace("/", ".")


class TestProgram:
    def test_output_and_status(self, tmp_path: Path) -> None:
        done = run_program(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), tmp_path, 20)
        assert (done.status, sorted(done.output.split())) == (3, ["err", "out"])

    def test_no_pyc_is_written(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"m.py": ""})
        run_program(python("import sys; sys.path.insert(0, '.'); import m"), tmp_path, 20)
        assert not (tmp_path / "__pycache__").exists()

    def test_a_time_limit_ends_grandchildren_too(self, tmp_path: Path) -> None:
        code = (
            "import subprocess, sys, time\n"
            "subprocess.Popen([sys.executable, '-c', \"import time; time.sleep(3); open('late', 'w')\"])\n"
            "time.sleep(60)"
        )
        started = time.monotonic()
        assert run_program(python(code), tmp_path, 1).timed_out
        assert time.monotonic() - started < 20
        time.sleep(3)
        assert not (tmp_path / "late").exists()

    def test_long_output_is_cut_in_the_middle(self, tmp_path: Path) -> None:
        done = run_program(python("print('x' * 3_000_000); print('end')"), tmp_path, 20)
        assert "output cut" in done.output
        assert len(done.output) < 1_100_000
        assert done.last_line == "end"

    def test_python_is_the_one_of_the_active_environment(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        assert Path(project_python()).parent == Path(sys.prefix) / "bin"
        write_files(tmp_path, {"bin/python": ""})
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
        assert find_program("python", tmp_path) == str(tmp_path / "bin/python")

    def test_a_program_that_is_not_there(self, tmp_path: Path) -> None:
        assert find_program("no-such-program", tmp_path) is None
        assert find_program("./no-such-program", tmp_path) is None


class TestCommand:
    def test_passes_and_fails_by_exit_status(self, tmp_path: Path) -> None:
        command = Command(
            "check",
            tmp_path,
            python("import os, sys; sys.exit(os.path.exists('bad') and print('why') or os.path.exists('bad'))"),
            20,
        )
        command.require()
        command.baseline(())
        assert command.run(()).holds
        write_files(tmp_path, {"bad": ""})
        result = command.run(())
        assert (result.verdict, result.summary) == (Verdict.FAILED, "exit status 1: why")

    def test_a_time_limit(self, tmp_path: Path) -> None:
        result = Command("slow", tmp_path, python("import time; time.sleep(60)"), 0.5).run(())
        assert (result.verdict, result.holds) == (Verdict.TIMED_OUT, False)

    def test_a_missing_program_is_told_before(self, tmp_path: Path) -> None:
        with pytest.raises(ValidationSetupError, match="no-such-program"):
            Command("check", tmp_path, ("no-such-program",), 20).require()

    def test_what_fails_before_any_change_can_tell_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(ValidationSetupError, match="before anything is changed"):
            Command("check", tmp_path, python("raise SystemExit(1)"), 20).baseline(())


class TestImports:
    def smoke(self, root: Path, timeout: float = 20) -> ImportSmoke:
        return ImportSmoke("imports", root, module_of, (".",), timeout)

    def test_a_new_failure_rejects(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"a.py": "", "b.py": "import a\n"})
        smoke = self.smoke(tmp_path)
        smoke.baseline(("a.py", "b.py"))
        assert smoke.run(("a.py", "b.py")).holds
        write_files(tmp_path, {"b.py": "from a import nothing\n"})
        result = smoke.run(("b.py",))
        assert not result.holds
        assert "ImportError" in result.summary

    def test_what_failed_before_may_fail_still(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"a.py": "import not_there\n", "b.py": ""})
        smoke = self.smoke(tmp_path)
        smoke.baseline(("a.py", "b.py"))
        result = smoke.run(("a.py", "b.py"))
        assert result.holds
        assert result.summary == "1 imported, 1 could not be imported before either"

    @pytest.mark.parametrize(
        "code", ["import os; os._exit(3)", "raise SystemExit", "raise KeyboardInterrupt", "while 1: pass"]
    )
    def test_a_module_that_ends_python_hides_no_other(self, tmp_path: Path, code: str) -> None:
        write_files(tmp_path, {"a.py": code, "b.py": "", "c.py": "1/0"})
        smoke = self.smoke(tmp_path, 1)
        smoke.baseline(("a.py", "b.py", "c.py"))
        assert {name: bool(fault) for name, fault in smoke.before.items()} == {"a": True, "b": False, "c": True}

    def test_programs_are_not_run(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"p/__main__.py": "1/0", "setup.py": "1/0", "my-script.py": "1/0", "s.pyi": "1/0"})
        smoke = ImportSmoke("imports", tmp_path, lambda path: None if "-" in path else module_of(path), (".",), 20)
        assert smoke.run(("p/__main__.py", "setup.py", "my-script.py", "s.pyi")).holds

    def test_source_roots_come_first(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"src/colorsys.py": "MINE = 1\n", "src/a.py": "from colorsys import MINE\n"})
        smoke = ImportSmoke("imports", tmp_path, lambda path: module_of(path.removeprefix("src/")), ("src",), 20)
        assert smoke.run(("src/a.py",)).holds


class TestPytest:
    TESTS = (
        "import m, os, pytest\n"
        "def test_good(): assert m.GOOD\n"
        "def test_bad(): assert not m.GOOD\n"
        "@pytest.mark.skipif(m.SKIP, reason='x')\n"
        "def test_skip(): pass\n"
        "@pytest.mark.parametrize('n', range(m.N))\n"
        "def test_n(n): pass\n"
        "def test_flaky():\n"
        "    if os.path.exists('flaky'):\n"
        "        os.remove('flaky')\n"
        "        assert 0\n"
    )
    MODULE = "GOOD = True\nSKIP = False\nN = 2\n"

    @pytest.fixture
    def suite(self, tmp_path: Path) -> PytestSuite:
        write_files(
            tmp_path,
            {"m.py": self.MODULE, "test_m.py": self.TESTS, "test_red.py": "import not_there\n", "conftest.py": ""},
        )
        suite = PytestSuite("unit", tmp_path, ("-q", "-p", "no:xdist", "-p", "no:randomly"), 60)
        suite.baseline(())
        return suite

    def test_what_is_red_already_does_not_count(self, suite: PytestSuite) -> None:
        assert suite.run(()).holds

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            (("True", "False"), "test_good (failed)"),
            (("SKIP = False", "SKIP = True"), "test_skip (skipped)"),
            (("N = 2", "N = 1"), "test_n[1] (vanished)"),
            (("GOOD", "BAD"), "test_good (failed)"),
            (("GOOD", "1/0\nGOOD"), "test_good (vanished)"),
        ],
    )
    def test_what_gets_worse_rejects(self, suite: PytestSuite, change: tuple[str, str], named: str) -> None:
        write_files(suite.root, {"m.py": self.MODULE.replace(*change)})
        result = suite.run(())
        assert not result.holds
        assert named in result.summary

    def test_a_flaky_test_is_named_and_does_not_reject(self, suite: PytestSuite) -> None:
        write_files(suite.root, {"flaky": ""})
        result = suite.run(())
        assert result.holds
        assert "flaky, passed alone: test_m.py::test_flaky" in result.summary

    def test_no_tests_at_all_is_a_mistake_in_the_plan(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"tests/x.py": ""})
        with pytest.raises(ValidationSetupError, match="runs no tests"):
            PytestSuite("unit", tmp_path, ("tests",), 60).baseline(())

    def test_a_time_limit(self, tmp_path: Path) -> None:
        write_files(
            tmp_path,
            {"test_x.py": "import os, time\ndef test_x():\n    time.sleep(60 if os.path.exists('slow') else 0)\n"},
        )
        suite = PytestSuite("unit", tmp_path, ("-p", "no:xdist"), 5)
        suite.require()
        suite.baseline(())
        write_files(tmp_path, {"slow": ""})
        assert suite.run(()).verdict is Verdict.TIMED_OUT
