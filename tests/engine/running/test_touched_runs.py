"""Validations one by one: what they change is seen, and the whole tree is looked at no more than that needs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_git, write_files
from tests.git.situation import AFTER, BEFORE, FILES, OTHER, USER, is_clean, succeed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.situation import MakeRepo

SECOND, THIRD = "app/yuser.py", "app/zuser.py"
PLAN = """\
schema: 1
name: one
redirect:
  - {symbol: app.old.f, to: app.new.f}
phases: [{name: P0, files: rest, with: [check], on_failure: skip}]
validation:
  check: {kind: command, run: [sh, check]}
"""


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    """A repository with three files to redirect, validated one by one."""
    return make_repo(
        {**FILES, SECOND: BEFORE, THIRD: BEFORE, "far/away.py": OTHER, "plan.yaml": PLAN, "check": "true\n"}
    )


def with_check(root: Path, script: str) -> None:
    """Let the validation do that, from the third file on."""
    write_files(root, {"check": f"grep -q app.new {THIRD} || exit 0\n{script}\n"})
    run_git(root, "commit", "--quiet", "--all", "--message", "check")


@pytest.mark.parametrize("path", ["far/away.py", SECOND, THIRD])
def test_what_it_changes_is_told_and_put_back(root: Path, path: str) -> None:
    with_check(root, f"echo '# mine' >> {path}")
    text = succeed(root, "apply", "plan.yaml")
    assert f"The validation changed files that git tracks: {path} (changed, put back; a copy is " in text
    assert (root / path).read_text() == (OTHER if path == "far/away.py" else AFTER)
    assert (root / USER).read_text() == (root / THIRD).read_text() == AFTER
    assert is_clean(root)


def test_what_it_turns_down_is_back(root: Path) -> None:
    with_check(root, "exit 1")
    assert f"{THIRD} rejected" in succeed(root, "apply", "plan.yaml", expect=1)
    assert (root / THIRD).read_text() == BEFORE
    assert run_git(root, "rev-list", "--count", "main..") == "2"
    assert is_clean(root)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells what was touched")
def test_the_tree_is_looked_at_once_for_each_where_nothing_was_touched(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "traced"))
    succeed(root, "apply", "plan.yaml")
    events = map(json.loads, (tmp_path / "traced").read_text().splitlines())
    looks = sum(event["event"] == "cmd_name" and event["name"] == "status" for event in events)
    # Before anything, before the unchanged tree is validated and after it, before the first unit, and after each.
    assert looks == 3 + 1 + 3
