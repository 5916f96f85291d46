"""A command's exit status is the verdict; one that fails on the unchanged tree is refused."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from codemods.errors import ValidationSetupError
from codemods.validation.base import Verdict
from codemods.validation.command import Command
from tests.conftest import write_files
from tests.validation.bound import Bound

if TYPE_CHECKING:
    from pathlib import Path


def command(root: Path, code: str, timeout: float = 20) -> Bound:
    return Bound(Command("check", [sys.executable, "-c", code], timeout), root)


def script(root: Path, name: str, text: str) -> None:
    write_files(root, {name: text})
    (root / name).chmod(0o755)


def test_exit_status_0_holds(tmp_path: Path) -> None:
    result = command(tmp_path, "print('fine')").run(("a.py",))
    assert (result.name, result.verdict, result.holds) == ("check", Verdict.PASSED, True)
    assert (result.summary, result.evidence) == ("exit status 0: fine", "fine\n")
    assert result.seconds > 0


def test_output_on_stderr_alone_does_not_reject(tmp_path: Path) -> None:
    assert command(tmp_path, "import sys; print('warning', file=sys.stderr)").run(()).holds


def test_another_status_rejects_with_the_last_line(tmp_path: Path) -> None:
    result = command(tmp_path, "print('first'); print('why'); print(); raise SystemExit(7)").run(())
    assert (result.verdict, result.summary) == (Verdict.FAILED, "exit status 7: why")
    assert result.evidence == "first\nwhy\n\n"


def test_a_summary_is_one_short_line(tmp_path: Path) -> None:
    result = command(tmp_path, "print('x' * 5000); raise SystemExit(1)").run(())
    assert len(result.summary) < 300
    assert len(result.evidence) == 5001


def test_a_crash_rejects(tmp_path: Path) -> None:
    result = command(tmp_path, "import os; os.abort()").run(())
    assert (result.verdict, result.summary) == (Verdict.FAILED, "killed by SIGABRT")


def test_a_time_limit_does_not_hold(tmp_path: Path) -> None:
    result = command(tmp_path, "import time; time.sleep(60)", 0.5).run(())
    assert (result.verdict, result.holds, result.summary) == (Verdict.TIMED_OUT, False, "no end after 0.5 s")


def test_it_runs_in_the_root(tmp_path: Path) -> None:
    script(tmp_path, "scripts/check.sh", "#!/bin/sh\npwd\n")
    assert Bound(Command("check", ["scripts/check.sh"], 20), tmp_path).run(()).evidence == f"{tmp_path}\n"


def test_the_baseline_runs_once(tmp_path: Path) -> None:
    check = command(tmp_path, "open('runs', 'a').write('.')")
    check.baseline(("a.py",))
    check.baseline(("b.py",))
    assert (tmp_path / "runs").read_text() == "."


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("print('red'); raise SystemExit(1)", "exit status 1: red"),
        ("import time; time.sleep(60)", "no end after 1 s"),
    ],
)
def test_what_fails_before_any_change_is_refused(tmp_path: Path, code: str, why: str) -> None:
    with pytest.raises(ValidationSetupError, match=f"`check` fails before anything is changed: {why}") as raised:
        command(tmp_path, code, 1).baseline(())
    assert "take it out" in raised.value.hint


def test_require_runs_nothing(tmp_path: Path) -> None:
    command(tmp_path, "open('ran', 'w')").require()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "what", "hint"),
    [
        ("no-such-program", "is not there", "Install it"),
        ("scripts/none.sh", "is not there", "Install it"),
        ("plain.sh", "is not executable", "chmod"),
    ],
)
def test_a_missing_program_is_told_first(tmp_path: Path, name: str, what: str, hint: str) -> None:
    write_files(tmp_path, {"plain.sh": "#!/bin/sh\n"})
    with pytest.raises(ValidationSetupError, match=what) as raised:
        Bound(Command("check", [name], 20), tmp_path).require()
    assert hint in raised.value.hint


def test_a_script_that_names_no_interpreter_is_not_held_against_the_change(tmp_path: Path) -> None:
    script(tmp_path, "check.sh", "exit 0\n")
    check = Bound(Command("check", ["./check.sh"], 20), tmp_path)
    check.require()
    with pytest.raises(ValidationSetupError, match="cannot be started"):
        check.baseline(())
    with pytest.raises(ValidationSetupError, match="cannot be started"):
        check.run(())
