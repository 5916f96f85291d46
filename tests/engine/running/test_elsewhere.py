"""What other checkouts tell must not excuse a culprit, nor convict what is sound.

Suites of unittest start in a fraction of the time that those of pytest take; `test_side_by_side` has the latter.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRepo = Callable[[dict[str, str]], Path]
    Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


PLAN = """\
schema: 1
name: ahead
redirect:
  - {{symbol: app.old.f, to: app.new.f}}
phases:
  - {{name: P0, files: rest, with: [unit], on_failure: skip, {how}}}
validation:
  unit: {{kind: unittest, reruns: 1, select: {select}}}
"""


def case(imports: str, tests: str) -> str:
    """A module with one class of tests, for either runner."""
    return f"import unittest\n{imports}\n\nclass Tests(unittest.TestCase):\n{tests}"


def files(select: str) -> dict[str, str]:
    return {
        "app/__init__.py": "",
        "app/old.py": "def f():\n    return 1\n",
        "app/new.py": "def f():\n    return 2\n",
        **{f"app/{n}.py": "from app.old import f\n\nV = f()\n" for n in "abcdef"},
        "tests/__init__.py": "",
        "tests/test_all.py": case(
            "import app.a, app.b, app.c, app.d, app.e, app.f",
            "    def test_a(self):\n        assert app.a.V == 1 and app.f.V == 1\n\n"
            "    def test_b(self):\n        assert app.b.V\n",
        ),
        "plan.yaml": PLAN.format(how="validate: each", select=select),
    }


def applied(repo: Path, *options: str) -> tuple[dict[str, str], list[str]]:
    completed = run(repo, "apply", "--yes", "plan.yaml", "--json", *options)
    report = json.loads(completed.stdout)
    return {unit["unit"]: unit["state"] for unit in report["units"]}, report["notes"]


@pytest.mark.parametrize("select", ["all", "affected"])
def test_what_was_judged_ahead_of_a_culprit_excuses_nobody(make_repo: MakeRepo, git: Git, select: str) -> None:
    repo = make_repo(files(select))
    states, notes = applied(repo, "--jobs", "2")
    expected = {f"app/{name}.py": "rejected" if name in "af" else "committed" for name in "abcdef"}
    assert states == expected
    assert notes == []
    assert "Revert" not in git(repo, "log", "--format=%s", "main..HEAD")


LACKING = {
    "app/__init__.py": "",
    "app/old.py": "def f():\n    return 1\n",
    "app/new.py": "def f():\n    return 2\n",
    "app/a.py": "from app.old import f\n\nA = f()\n",
    "app/b.py": "from app.old import f\n\nB = f()\n",
    "tests/__init__.py": "",
    "tests/test_a.py": case("import app.a", "    def test_a(self):\n        assert app.a.A\n"),
    "tests/test_b.py": case("import app.b", "    def test_b(self):\n        assert app.b.B == 1\n"),
    ".gitignore": ".env\n",
}


def test_tests_that_only_fail_in_a_worktree_are_not_taken_for_flaky(make_repo: MakeRepo) -> None:
    reads = "    def setUp(self):\n        open('.env').close()\n"
    tests = {path: text + reads for path, text in LACKING.items() if "test_" in path}
    repo = make_repo({**LACKING, **tests, "plan.yaml": PLAN.format(how="validate: each", select="all")})
    (repo / ".env").touch()
    states, notes = applied(repo, "--jobs", "2")
    assert states == {"app/a.py": "committed", "app/b.py": "rejected"}
    assert "does not hold on the unchanged tree in a linked worktree" in notes[0]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_an_exit_needs_may_be_in_the_work_tree_only(make_repo: MakeRepo, jobs: str) -> None:
    how = "validate: batch, entry: [env], exit: [env]"
    check = "  env: {kind: command, run: [python, -c, \"open('.env')\"]}\n"
    repo = make_repo({**LACKING, "plan.yaml": PLAN.format(how=how, select="affected") + check})
    (repo / ".env").touch()
    states, notes = applied(repo, "--jobs", jobs)
    assert (states, notes) == ({"app/a.py": "committed", "app/b.py": "rejected"}, [])


def test_what_a_hook_has_rewritten_is_validated_at_the_end(make_repo: MakeRepo) -> None:
    repo = make_repo({**LACKING, "plan.yaml": PLAN.format(how="validate: batch", select="all")})
    hook = repo / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho 'A = 0' >> app/a.py\ngit add app/a.py\n")
    hook.chmod(0o755)
    states, _ = applied(repo)
    assert states == {"app/a.py": "rejected", "app/b.py": "rejected"}


@pytest.mark.parametrize(("failing", "state"), [("n == 2", "committed"), ("n > 1", "rejected")])
def test_an_import_that_fails_once_convicts_nobody(
    make_repo: MakeRepo, tmp_path: Path, failing: str, state: str
) -> None:
    count = f"with open({str(tmp_path / 'count')!r}, 'a+') as file:\n    file.write('.')\n    n = file.tell()\n"
    a = f"from app.old import f\n{count}assert not {failing}\nA = f()\n"
    plan = PLAN.format(how="validate: each", select="all").replace("[unit]", "[imports]")
    plan = plan.partition("validation:")[0]
    repo = make_repo({**{p: t for p, t in LACKING.items() if p[:3] == "app"}, "app/a.py": a, "plan.yaml": plan})
    states, _ = applied(repo)
    assert states == {"app/a.py": state, "app/b.py": "committed"}
