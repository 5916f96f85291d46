"""Only what a unit can affect is validated after it; the whole set at the end finds what that has missed.

Suites of unittest start in a fraction of the time that those of pytest take; one test has the latter.
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


def case(imports: str, name: str, *lines: str) -> str:
    """A module with one test, for either runner."""
    body = "".join(f"        {line}\n" for line in lines)
    return f"import unittest\n{imports}\n\nclass Tests(unittest.TestCase):\n    def {name}(self):\n{body}"


FILES = {
    "app/__init__.py": "",
    "app/old.py": "def f():\n    return 1\n",
    "app/new.py": "def f():\n    return 2\n",
    "app/a.py": "from app.old import f\n\nA = f()\n",
    "app/b.py": "from app.old import f\n\nB = f()\n",
    "app/c.py": "from app.old import f\n\nC = f()\n",
    "tests/__init__.py": "",
    "tests/test_a.py": case("from app.a import A", "test_a", "assert A"),
    "tests/test_b.py": case("from app.b import B", "test_b", "assert B == 1"),
    # Nobody can see from here that it depends on `app.c`.
    "tests/test_c.py": case(
        "import json",
        "test_c",
        "with open('names.json') as file: names = json.load(file)",
        "assert __import__(names[0], fromlist=['C']).C == 1",
    ),
    "names.json": '["app.c"]',
}
PLAN = """\
schema: 1
name: select
redirect:
  - {symbol: app.old.f, to: app.new.f}
phases:
  - {name: P0, files: rest, with: [unit], on_failure: ON}
validation:
  unit: {kind: unittest, reruns: 1}
"""
BY_PYTEST = PLAN.replace("kind: unittest", 'kind: pytest, args: [tests, -p, "no:randomly"]')


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


def applied(repo: Path, expect: int) -> dict[str, str]:
    """The state of each unit."""
    completed = run(repo, "apply", "--yes", "plan.yaml", "--json")
    assert completed.returncode == expect, completed.stdout + completed.stderr
    return {unit["unit"]: unit["state"] for unit in json.loads(completed.stdout)["units"]}


def events(repo: Path, kind: str) -> list[dict[str, object]]:
    lines = (repo / ".git" / "codemods" / "journal.jsonl").read_text().splitlines()
    return [event["data"] for event in map(json.loads, lines) if event["kind"] == kind]


def test_what_the_selection_missed_is_found_at_the_end(make_repo: MakeRepo, git: Git) -> None:
    repo = make_repo({**FILES, "plan.yaml": BY_PYTEST.replace("ON", "skip")})
    states = applied(repo, expect=1)
    assert states == {"app/a.py": "committed", "app/b.py": "rejected", "app/c.py": "rejected"}
    (fault,) = events(repo, "selection-fault")
    assert fault["tests"] == ["tests/test_c.py::Tests::test_c"]
    assert git(repo, "log", "--reverse", "--format=%s", "main..HEAD").splitlines() == [
        "refactor: redirect app/a.py to app.new",
        "refactor: redirect app/c.py to app.new",
        'Revert "refactor: redirect app/c.py to app.new"',
    ]
    scopes = [(e["scope"], e["units"], e["verdict"]) for e in events(repo, "validation-finished")]
    assert scopes[:3] == [
        ("affected", ["app/a.py"], "passed"),
        ("affected", ["app/b.py"], "failed"),
        ("affected", ["app/c.py"], "passed"),
    ]
    assert scopes[3] == ("all", ["app/a.py", "app/c.py"], "failed")
    # The next run knows.
    assert applied(repo, expect=1) == {"app/b.py": "passed-over", "app/c.py": "passed-over"}


def test_without_selection_every_test_runs_after_each_unit(make_repo: MakeRepo) -> None:
    repo = make_repo({**FILES, "plan.yaml": PLAN.replace("ON", "skip").replace("reruns: 1", "reruns: 1, select: all")})
    states = applied(repo, expect=1)
    assert states == {"app/a.py": "committed", "app/b.py": "rejected", "app/c.py": "rejected"}
    assert events(repo, "selection-fault") == []
    # The tree that HEAD is was validated whole already.
    assert [e["scope"] for e in events(repo, "validation-finished")] == ["all"] * 3


def test_a_run_that_stops_leaves_no_commit_unseen(make_repo: MakeRepo, git: Git) -> None:
    plan = PLAN.replace("ON", "stop").replace("files: rest", "files: [app/c.py, app/b.py, app/a.py]")
    repo = make_repo({**FILES, "plan.yaml": plan})
    assert applied(repo, expect=1) == {"app/c.py": "committed", "app/b.py": "rejected"}
    # By the tree that the first run left, nobody would hear of what `app.c` breaks.
    (repo / "tests" / "test_b.py").write_text(case("from app.b import B", "test_b", "assert B"))
    states = applied_after_retry(repo, git)
    assert states["app/c.py"] == "rejected"
    assert "Revert" in git(repo, "log", "--format=%s", "main..HEAD")


def applied_after_retry(repo: Path, git: Git) -> dict[str, str]:
    """The state of each unit once the work tree is as it was committed."""
    git(repo, "checkout", "-q", ".")
    return applied(repo, expect=1)


def test_a_flaky_test_is_named_and_convicts_nobody(make_repo: MakeRepo, tmp_path: Path) -> None:
    count = tmp_path / "count"
    blink = case(
        "from app.a import A\nfrom app.b import B\nfrom app.c import C",
        "test_blink",
        f"with open({str(count)!r}, 'a+') as file:",
        "    file.write('.')",
        "    number = file.tell()",
        "assert number != 2",
    )
    files = {path: content for path, content in FILES.items() if path not in ("tests/test_b.py", "tests/test_c.py")}
    repo = make_repo({**files, "tests/test_blink.py": blink, "plan.yaml": PLAN.replace("ON", "skip")})
    assert set(applied(repo, expect=0).values()) == {"committed"}
    named = [name for event in events(repo, "validation-finished") for name in event["flaky"]]  # type: ignore[attr-defined]
    assert named[:1] == ["tests.test_blink.Tests.test_blink"]


def test_a_baseline_taken_in_the_middle_of_a_phase_is_told(make_repo: MakeRepo, git: Git) -> None:
    plan = PLAN.replace("ON", "stop").replace("files: rest", "files: [app/c.py, app/b.py, app/a.py]")
    repo = make_repo({**FILES, "plan.yaml": plan})
    assert applied(repo, expect=1) == {"app/c.py": "committed", "app/b.py": "rejected"}
    completed = run(repo, "apply", "--yes", "plan.yaml", "--json", "--fresh-baseline")
    (note,) = json.loads(completed.stdout)["notes"]
    assert note.startswith("The baseline of unit was taken in the middle of phase P0")


def test_a_phase_that_nobody_can_bring_to_its_end_any_more_is_told(make_repo: MakeRepo, git: Git) -> None:
    plan = PLAN.replace("ON", "stop").replace("files: rest", "files: [app/c.py, app/b.py, app/a.py]")
    repo = make_repo({**FILES, "plan.yaml": plan})
    applied(repo, expect=1)
    git(repo, "commit", "-q", "--allow-empty", "-m", "something else")
    completed = run(repo, "apply", "--yes", "plan.yaml", "--json")
    assert json.loads(completed.stdout)["notes"][0].startswith("Phase P0 was never validated as a whole")
