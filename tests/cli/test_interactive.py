"""What `apply --interactive` asks, what the answers do, and what is remembered of them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.model import printable
from tests.cli.commands import run
from tests.conftest import Files, copied, init_repo, run_git
from tests.engine.choosing.shop import ALL, FILES, PLAN, applied, committed, verb

MadeOnce = Callable[[str, Callable[[Path], object]], Path]
MakeRepo = Callable[[Files], Path]
Answers = Callable[..., str]
A, B, D, C, DELETE = ALL


@pytest.fixture
def root(made_once: MadeOnce, tmp_path: Path) -> Path:
    return copied(made_once("shop", lambda folder: init_repo(folder, FILES)), tmp_path / "repo")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What `apply --interactive` tells whoever types these lines."""

    def answer(root: Path, *lines: str, expect: int = 1) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return verb(root, "apply", "--interactive", expect=expect).stdout

    return answer


def subjects(*units: str) -> list[str]:
    """How the commits of these units are called."""
    rewritten = {A: "redirect {} to app.new", B: "redirect {} to app.new, rewrite it by two"}
    others = {C: "redirect {} to app.new", D: "rewrite {} by two", DELETE: "delete app.old - Issue #7"}
    return [f"refactor: {({**rewritten, **others})[unit].format(unit)}" for unit in units]


def of_units(root: Path, column: str) -> list[str]:
    """The units that `status` has in one column."""
    phases = json.loads(run(root, "status", "plan.yaml", "--json").stdout)["phases"]
    return [entry["unit"] if isinstance(entry, dict) else entry for phase in phases for entry in phase[column]]


def test_each_unit_is_shown_and_what_has_a_yes_is_carried_out(root: Path, answers: Answers) -> None:
    told = answers(root, *"yyyyy", expect=0)
    assert "+from app.new import f\n" in told
    assert "[1/5] app/api/a.py, phase P0\nCarry it out? [y,n,a,s,e,w,d,q,?] " in told
    assert committed(root) == subjects(*ALL)


def test_a_no_is_remembered_and_keeps_what_depends_on_it(root: Path, answers: Answers) -> None:
    told = answers(root, *"yyyn")
    assert DELETE not in told.partition("Declined, and left")[0]
    assert "Declined, and left (--interactive asks again) (1):\n  app/jobs/c.py" in told
    assert committed(root) == subjects(A, B, D)
    status = verb(root, "status", expect=1).stdout
    assert "Declined, until `apply --interactive` asks again (1):\n  app/jobs/c.py (on 20" in status
    assert f"- [ ] `{C}` (declined on 20" in verb(root, "report", "--markdown", expect=1).stdout
    assert applied(root, expect=1) == {C: "declined"}
    assert committed(root) == subjects(A, B, D)


def test_who_said_no_is_asked_again(root: Path, answers: Answers) -> None:
    answers(root, *"nsq")
    assert (of_units(root, "declined"), committed(root)) == ([A, B], [])
    told = answers(root, *"yyyyy", expect=0)
    assert "app/api/b.py, phase P0\nSomebody said no to it on 20" in told
    assert committed(root) == subjects(*ALL)
    assert of_units(root, "declined") == []


def test_a_no_holds_also_when_the_file_has_changed(root: Path, answers: Answers) -> None:
    answers(root, *"nq")
    (root / A).write_text(FILES[A] + "MORE = 1\n")
    run_git(root, "commit", "--quiet", "--all", "--message", "more")
    assert applied(root, expect=1)[A] == "declined"


def test_a_whole_phase_is_agreed_to_or_skipped(root: Path, answers: Answers) -> None:
    told = answers(root, *"as")
    assert told.count("Carry it out?") == 2
    assert committed(root) == subjects(A, B)
    assert of_units(root, "declined") == [D, C]


def test_phases_that_the_run_does_not_come_to_are_not_asked_about(make_repo: MakeRepo, answers: Answers) -> None:
    root = make_repo({**FILES, "plan.yaml": PLAN.replace("{name: P1,", "{name: P1, gate: manual,")})
    told = answers(root, *"yn")
    assert told.count("Carry it out?") == 2
    assert "Phase P1 waits for you: `codemods apply plan.yaml --phase P1` goes on with it." in told
    assert "[2/2] app/api/b.py" in told


def test_who_quits_leaves_the_rest_undecided(root: Path, answers: Answers) -> None:
    told = answers(root, "y", "q")
    assert "1 commit(s) on codemods/shop, 0 rejected, 0 rolled back, 4 left" in told
    assert of_units(root, "left") == [B, D, C, DELETE]


def test_a_run_has_one_branch(root: Path) -> None:
    told = verb(root, "apply", "--here", "--branch", "other", expect=2).stderr
    assert "--branch and --here do not go together." in told


def test_what_was_before_the_first_commit_stays_so_when_that_is_taken_back(root: Path) -> None:
    before = run_git(root, "rev-parse", "HEAD")
    verb(root, "apply", expect=0)
    assert json.loads(verb(root, "report", "--json", expect=0).stdout)["base"] == before
    verb(root, "rollback", "--phase", "D", expect=0)
    verb(root, "rollback", "--file", A, expect=0)
    assert json.loads(verb(root, "report", "--json", expect=1).stdout)["base"] == before


def test_what_was_taken_back_already_is_told(root: Path) -> None:
    told = verb(root, "rollback", "--all", expect=2).stderr
    assert "HEAD holds no commit of this plan" in told
    verb(root, "apply", expect=0)
    verb(root, "rollback", "--all", expect=0)
    assert "was taken back already; `codemods log` tells when" in verb(root, "rollback", "--file", A, expect=2).stderr


def test_nothing_is_done_where_nobody_answers(root: Path, answers: Answers) -> None:
    assert "Nothing was committed." in answers(root)
    assert run_git(root, "branch", "--list", "codemods/*") == ""


def test_why_and_help_are_told_and_asked_again(root: Path, answers: Answers) -> None:
    told = answers(root, "w", "?", "x", "q")
    assert "      1:21  rewritten: app.old.f (from-import): it is certain what this means\n" in told
    assert told.count("  n  no: leave it") == 2
    assert told.count("Carry it out?") == 4


def edit(root: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Have an editor that is a command of the shell."""
    script = root.parent / "an editor"
    script.write_text(f'#!/bin/sh\n{command} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", f"'{script}'")
    monkeypatch.delenv("VISUAL", raising=False)


def test_what_somebody_edits_is_what_lands(root: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(root, monkeypatch, "sed -i 's/VALUE = f()/VALUE = f() + 1/'")
    told = answers(root, "e", "y", "q")
    assert "+VALUE = f() + 1\n" in told
    assert run_git(root, "show", f"HEAD:{A}") == "from app.new import f\n\nVALUE = f() + 1"


def test_what_somebody_edits_lands_also_with_the_rest_of_its_phase(
    root: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(root, monkeypatch, "sed -i 's/VALUE = f()/VALUE = f() + 1/'")
    told = answers(root, "e", "a", "q")
    assert told.count("Carry it out?") == 3
    assert run_git(root, "show", f"HEAD:{A}") == "from app.new import f\n\nVALUE = f() + 1"
    assert committed(root) == subjects(A, B)


def test_nothing_lands_where_what_was_agreed_to_has_changed_meanwhile(
    root: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(root, monkeypatch, f"cd '{root}' && echo 'MORE = f()' >> {A} && git commit --quiet --all --message theirs; :")
    told = run_git(root, "rev-parse", "HEAD")
    answers(root, "y", "e", "y", "q", expect=2)
    assert run_git(root, "rev-parse", "HEAD~1") == told
    assert run_git(root, "show", f"HEAD:{A}").endswith("MORE = f()")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("sed -i 's/VALUE/VALUE VALUE/'", "app/api/a.py does not parse: "),
        ("sed -i 's/new/old/'", "app/api/a.py is as it was before"),
        ("false", "The editor has failed, nothing is changed: "),
    ],
)
def test_what_cannot_be_carried_out_is_not(
    root: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch, command: str, why: str
) -> None:
    edit(root, monkeypatch, command)
    told = answers(root, "e", "q")
    assert why in told
    assert told.count("+from app.new import f\n \n VALUE = f()\n[1/5]") == 2


def test_what_somebody_edits_is_validated(
    make_repo: MakeRepo, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = "validation:\n  check: {kind: command, run: [sh, check]}\n"
    text = PLAN.replace('"app/api/**"]', '"app/api/**"], with: [check]') + check
    root = make_repo({**FILES, "plan.yaml": text, "check": "! grep -q wrong app/api/a.py\n"})
    edit(root, monkeypatch, "sed -i 's/VALUE/wrong/'")
    told = answers(root, "e", "y", "y", "q")
    assert "Rejected, and taken back (1):\n  app/api/a.py: check" in told
    assert committed(root) == subjects(B)


def test_a_person_and_a_program_are_not_asked_at_once(root: Path) -> None:
    for options, why in (("--json", "asks a person"), ("--from=x", "--from and --interactive do not go together")):
        assert why in verb(root, "apply", "--interactive", options, expect=2).stderr


def test_a_name_cannot_drive_the_terminal(make_repo: MakeRepo, answers: Answers) -> None:
    name = "app/api/\x1b[31m.py"
    root = make_repo({**FILES, name: FILES[A]})
    told = answers(root, "w", "q")
    assert "\x1b[31m" not in told.partition("[1/6]")[2]
    assert f"[1/6] {printable(name)}, phase P0" in told
