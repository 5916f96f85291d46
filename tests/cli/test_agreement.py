"""`apply` shows what a plan runs before its first run, and goes on when somebody agrees; `--yes` where nobody can."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import codemods, on_terminal, run
from tests.conftest import Files

MakeRepo = Callable[[Files], Path]
Git = Callable[..., str]
PLAN = """\
schema: 1
name: agreed
redirect:
  - {module: pkg.old, to: pkg.new}
phases:
  - {name: P0, files: rest, with: [check], entry: [imports], exit: [suite]}
validation:
  check: {kind: command, run: [python, -c, "print('a b')"], env: {MODE: "x y", HOME2: null}}
  suite: {kind: pytest, args: [tests/unit, -q]}
prepare: [[make, build]]
remote: origin
"""
LIST = """\
  prepare: make build (in each new checkout, with --jobs or --executor)
  imports: imports the changed modules, and those that depend on them
  check: env -u HOME2 MODE='x y' python -c 'print('"'"'a b'"'"')'
  suite: pytest tests/unit -q
  remote: git pushes candidates to origin (with --executor)
All of it runs with your rights, and runs the code of this repository, as importing it does.
"""
SHORT = PLAN.partition("phases:")[0]
CHECKED = f"{SHORT}phases:\n  - {{name: P0, files: rest, with: [check]}}\nvalidation:\n"
CHECK = '  check: {kind: command, run: [python, -c, \'open("../ran", "a").write("x")\']}\n'
FILES = {
    "pkg/__init__.py": "",
    "pkg/old.py": "def f(): ...\n",
    "pkg/new.py": "def f(): ...\n",
    "use.py": "from pkg.old import f\n",
}


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, "plan.yaml": CHECKED + CHECK})


def times_run(root: Path) -> int:
    """How often the check of the plan has run."""
    ran = root.parent / "ran"
    return len(ran.read_text()) if ran.exists() else 0


def commit(root: Path, git: Git, text: str) -> None:
    (root / "plan.yaml").write_text(text)
    git(root, "commit", "--quiet", "--all", "--message", "plan")


def test_the_list_is_what_runs_as_one_would_type_it(make_repo: MakeRepo) -> None:
    refused = run(make_repo({**FILES, "plan.yaml": PLAN}), "apply", "plan.yaml")
    assert refused.returncode == 2
    assert LIST in refused.stderr


def test_nothing_runs_without_an_answer_where_nobody_can_be_asked(root: Path, git: Git) -> None:
    refused = run(root, "apply", "plan.yaml")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert (
        "plan.yaml: Nobody has agreed here to this list of what the plan runs; nothing has been run now:"
        in refused.stderr
    )
    assert "say --yes" in refused.stderr
    assert times_run(root) == 0
    assert git(root, "branch", "--list", "codemods/*") == ""


def test_yes_shows_the_list_once_and_is_remembered(root: Path) -> None:
    first = run(root, "apply", "plan.yaml", "--yes", "--here")
    assert first.returncode == 0
    assert "It runs:\n  check: python -c" in first.stderr
    assert times_run(root) > 0
    again = run(root, "apply", "plan.yaml", "--here")
    assert (again.returncode, "It runs" in again.stderr) == (0, False)


def test_a_changed_comment_does_not_ask_again(root: Path, git: Git) -> None:
    assert run(root, "apply", "plan.yaml", "--yes", "--here").returncode == 0
    titled = CHECKED.replace("name: agreed\n", "name: agreed\ntitle: A title\n")
    commit(root, git, f"# another comment\n{titled}{CHECK}")
    assert run(root, "apply", "plan.yaml", "--here").returncode == 0


@pytest.mark.parametrize(
    "change",
    [
        ("open(", "print("),
        ("[python,", "[python3,"),
        ("kind: command,", "kind: command, env: {A: b},"),
        ("name: agreed", "name: other"),
        ("redirect:", "prepare: [['true']]\nredirect:"),
        ("with: [check]", "with: [check, imports]"),
    ],
)
def test_whatever_changes_what_runs_asks_again(root: Path, git: Git, change: tuple[str, str]) -> None:
    assert run(root, "apply", "plan.yaml", "--yes", "--here").returncode == 0
    before = times_run(root)
    changed = (CHECKED + CHECK).replace(*change)
    assert changed != CHECKED + CHECK
    commit(root, git, changed)
    assert run(root, "apply", "plan.yaml", "--here").returncode == 2
    assert times_run(root) == before


def test_another_repository_asks_again(root: Path, tmp_path: Path, git: Git) -> None:
    assert run(root, "apply", "plan.yaml", "--yes", "--here").returncode == 0
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    assert run(tmp_path / "clone", "apply", "plan.yaml", "--here").returncode == 2


def test_a_plan_that_runs_nothing_does_not_ask(make_repo: MakeRepo) -> None:
    applied = run(make_repo({**FILES, "plan.yaml": SHORT}), "apply", "plan.yaml", "--here")
    assert (applied.returncode, "It runs" in applied.stderr) == (0, False)


@pytest.mark.parametrize("verb", ["preview", "audit", "guard", "status", "report", "why"])
def test_verbs_that_read_ask_nothing_and_run_nothing(root: Path, verb: str) -> None:
    asked = (verb, "plan.yaml", "use.py") if verb == "why" else (verb, "plan.yaml")
    read = run(root, *asked)
    assert read.returncode < 2
    assert "It runs" not in read.stderr
    assert times_run(root) == 0


@pytest.mark.skipif(os.name != "posix", reason="a terminal is made by pty")
@pytest.mark.parametrize(("answer", "status", "runs"), [("y", 0, True), ("n", 2, False)])
def test_a_terminal_is_asked(root: Path, answer: str, status: int, runs: bool) -> None:
    ended, told = on_terminal(root, "apply", "plan.yaml", "--here", answer=f"{answer}\n")
    told = told.replace("\r", "")
    assert ended == status, told
    assert "Plan agreed\n  P0: 1 file(s) in 1 commit(s), validated one by one by check\n" in told
    assert "Commits go to the branch main.\n" in told
    assert "has not been run like this in this repository before. It runs:\n  check: python -c" in told
    assert "Go on? [y/N]" in told
    assert (times_run(root) > 0) == runs


def test_yes_is_for_codemods_too_and_trust_for_nothing_else(make_repo: MakeRepo) -> None:
    step = "rewrite:\n  - {name: shout, codemod: 'tools.mods:Shout'}\n"
    mods = "from libcst.codemod import VisitorBasedCodemodCommand\nclass Shout(VisitorBasedCodemodCommand):\n    pass\n"
    files = {**FILES, "tools/__init__.py": "", "tools/mods.py": mods}
    root = make_repo({**files, "plan.yaml": CHECKED.replace("redirect:", f"{step}redirect:") + CHECK})
    codemods(root, "preview", "plan.yaml", "--trust", "--summary", expect=1)
    refused = run(root, "apply", "plan.yaml", "--here")
    assert refused.returncode == 2
    assert "  shout: the LibCST codemod tools.mods:Shout\n  check: python -c" in refused.stderr
    codemods(root, "apply", "plan.yaml", "--here", expect=0)
    (root / "tools/mods.py").write_text(f"# changed\n{mods}")
    assert run(root, "preview", "plan.yaml").returncode == 2
