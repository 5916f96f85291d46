"""What a shell offers when a word is completed, asked through the interface that its script uses."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from codemods.cli import app
from codemods.cli.verbs import VERBS
from tests.cli.commands import codemods, run_forked
from tests.conftest import copied, write_files
from tests.report.runs import HOSTILE, make_run, run_of

MadeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture
def root(made_once: MadeOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository after a run, which one is in."""
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    made = copied(made_once("ran", make_run), tmp_path / "repo")
    monkeypatch.chdir(made)
    return made


def offered(*words: str) -> list[str]:
    """What is offered for the last one of `words`."""
    command = app.command()
    (base,) = (kind for kind in type(command).__mro__ if kind.__name__ == "Command")
    shells = import_module(f"{base.__module__.rpartition('.')[0]}.shell_completion")
    complete = shells.get_completion_class("bash")(command, {}, "codemods", "_CODEMODS_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


def test_verbs_and_their_options(root: Path) -> None:
    assert offered("") == list(VERBS)
    assert offered("re") == ["report"]
    assert {"--sarif", "--summary"} <= set(offered("preview", "--s"))
    assert "--quiet" in offered("preview", "--q")


def test_plans_and_folders_that_may_hold_one(root: Path) -> None:
    write_files(root, {"plans/more.yml": "", "plans/notes.txt": ""})
    assert {"plan.yaml", "plans/"} <= set(offered("preview", ""))
    assert not {"u.py", ".git/"}.intersection(offered("preview", ""))
    assert offered("preview", "plans/") == ["plans/more.yml"]
    assert offered("preview", "nowhere/") == []


def test_phases_of_the_plan_before_and_after_its_name(root: Path) -> None:
    assert offered("apply", "plan.yaml", "--phase", "") == ["P0", "P1", "P2"]
    assert offered("rollback", "plan.yaml", "--dry-run", "--phase", "P1") == ["P1"]
    assert offered("apply", "--phase", "") == []


def test_rules_of_the_plan(root: Path) -> None:
    rule = "rewrite: [{name: one, match: f($X), replace: g($X)}, {name: two, match: h($X), replace: g($X)}]\n"
    write_files(root, {"rules.yaml": f"schema: 1\nname: rules\n{rule}"})
    assert offered("try", "--plan", "rules.yaml", "--rule", "") == ["one", "two"]
    assert offered("try", "--plan", "rules.yaml", "--rule", "tw") == ["two"]


def test_runs_operations_and_their_units(root: Path) -> None:
    run_id = run_of(root)
    assert offered("rollback", "plan.yaml", "--run", "") == [run_id]
    assert offered("report", "plan.yaml", "--run", "x") == []
    assert offered("log", "") == offered("undo", "") == [run_id]
    assert {"u.py", "w.py", "z.py"} <= set(offered("log", run_id, "--unit", ""))


def test_files_and_units_that_the_plan_has_committed(root: Path) -> None:
    assert offered("rollback", "plan.yaml", "--file", "") == ["u.py"]
    assert offered("rollback", "plan.yaml", "--unit", "") == ["u.py"]
    assert HOSTILE not in offered("rollback", "plan.yaml", "--file", "v")


@pytest.mark.parametrize("plan", ["plan.yaml", "missing.yaml", "bad.yaml"])
def test_where_nothing_can_be_told_nothing_is_offered_or_said(
    plan: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"bad.yaml": "schema: [\n", "plan.yaml": "schema: 1\nname: p\nforbid: {modules: [m]}\n"})
    assert offered("rollback", plan, "--run", "") == offered("rollback", plan, "--file", "") == []
    assert offered("log", "") == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed_and_asks_us(shell: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CODEMODS_COMPLETE", f"source_{shell}")
    script = run_forked(root).stdout
    assert f"_CODEMODS_COMPLETE=complete_{shell}" in script
    typed = {"COMP_WORDS": "codemods ap", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "codemods ap"}
    more = {"_CODEMODS_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    for name, value in {**typed, **more}.items():
        monkeypatch.setenv(name, value)
    completed = run_forked(root)
    assert "apply" in completed.stdout
    assert (completed.returncode, completed.stderr) == (0, "")


def test_help_tells_how_to_switch_it_on(tmp_path: Path) -> None:
    assert "--install-completion" in codemods(tmp_path, "--help", expect=0)
    assert "_CODEMODS_COMPLETE" not in os.environ
