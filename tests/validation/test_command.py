"""A command's exit status is the verdict; one that fails on the unchanged tree is refused."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from codemods.errors import ValidationSetupError
from codemods.validation.base import Scope, Still, Verdict
from codemods.validation.command import Command
from tests.conftest import write_files
from tests.validation.bound import Bound

if TYPE_CHECKING:
    from pathlib import Path


def command(
    root: Path, code: str, timeout: float = 20, *, must: str | None = None, must_not: str | None = None
) -> Bound:
    run = [sys.executable, "-c", code]
    return Bound(Command("check", run, timeout, must=must, must_not=must_not), root)


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


@pytest.mark.parametrize(
    ("must", "must_not", "why"),
    [
        ("^2 failed$", None, ""),
        ("passed", "error", ""),
        ("^failed", None, "exit status 0, but its output has nothing that matches `^failed`"),
        ("passed", r"\d\s+failed", r"exit status 0, but its output has `2 failed`, which matches `\d\s+failed`"),
    ],
)
def test_what_its_output_must_have_and_must_not(
    tmp_path: Path, must: str | None, must_not: str | None, why: str
) -> None:
    result = command(tmp_path, "print('1 passed\\n2 failed\\nend')", must=must, must_not=must_not).run(())
    assert (result.verdict, result.summary) == (
        (Verdict.FAILED, why) if why else (Verdict.PASSED, "exit status 0: end")
    )


def test_the_output_decides_only_where_the_exit_status_holds(tmp_path: Path) -> None:
    result = command(tmp_path, "print('fine'); raise SystemExit(1)", must="fine").run(())
    assert (result.verdict, result.summary) == (Verdict.FAILED, "exit status 1: fine")


def test_a_pattern_that_fails_before_any_change_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationSetupError, match="before anything is changed: exit status 0, but its output"):
        command(tmp_path, "print('a')", must="b").baseline(())


def test_exit_status_125_tells_nothing_about_the_change(tmp_path: Path) -> None:
    result = command(tmp_path, "print('no server'); raise SystemExit(125)").run(())
    assert (result.verdict, result.holds) == (Verdict.INDETERMINATE, False)
    assert result.summary == "exit status 125: no server (it cannot tell)"
    with pytest.raises(ValidationSetupError, match="exit status 125"):
        command(tmp_path, "raise SystemExit(125)").baseline(())


def test_what_is_remembered_saves_the_baseline(tmp_path: Path) -> None:
    first, second = (command(tmp_path, "open('runs', 'a').write('.')").validation for _ in range(2))
    assert first.remembered() is None
    first.baseline(Still(tmp_path), Scope())
    assert first.seconds_before > 0
    second.recall(first.remembered())
    second.baseline(Still(tmp_path), Scope())
    assert (second.seconds_before, (tmp_path / "runs").read_text()) == (first.seconds_before, ".")


def test_what_an_outcome_depends_on(tmp_path: Path) -> None:
    ground = Still(tmp_path)
    known = Command("check", ["sh"], 1).identity(ground)
    assert Command("check", ["sh"], 2).identity(ground) == known
    others = [
        Command("check", ["sh", "-x"], 1),
        Command("check", ["sh"], 1, {"A": None}),
        Command("check", ["sh"], 1, must="a"),
        Command("check", ["python"], 1),
    ]
    assert len({known, *(other.identity(ground) for other in others)}) == 5


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
