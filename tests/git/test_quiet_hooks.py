"""Hooks that touch nothing for some commits, and then do: what they do is seen as if all files were looked at."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_git
from tests.git.situation import AFTER, BEFORE, FILES, OTHER, PLAN, USER, hook, in_git, is_clean, succeed, tree, without

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.situation import MakeRepo

SECOND, THIRD = "app/yuser.py", "app/zuser.py"
MORE = {**FILES, SECOND: BEFORE, THIRD: BEFORE, "far/away.py": OTHER, "plan.yaml": PLAN % ", on_failure: skip"}
AT_THIRD = "git diff --cached --name-only HEAD | grep -q zuser || exit 0\n"
AFTER_THIRD = "git diff --name-only HEAD^ HEAD | grep -q zuser || exit 0\nunset GIT_INDEX_FILE\n"


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    """A repository with three files to redirect."""
    return make_repo(MORE)


def committed(root: Path) -> list[list[str]]:
    """The files of each commit of the run, the first one first."""
    told = run_git(root, "log", "--reverse", "--format=%x00", "--name-only", "main..")
    return [part.split() for part in told.split("\0")[1:]]


def test_three_files_and_a_hook_that_touches_nothing(root: Path) -> None:
    others = without(tree(root), USER, SECOND, THIRD)
    hook(root, "pre-commit", "echo seen >> app/untracked.log\n")
    succeed(root, "apply", "plan.yaml")
    assert committed(root) == [[USER], [SECOND], [THIRD]]
    assert without(tree(root), USER, SECOND, THIRD, "app/untracked.log") == others
    assert is_clean(root)


def test_what_it_formats_is_in_the_commit(root: Path) -> None:
    hook(root, "pre-commit", f"{AT_THIRD}sed -i 's/VALUE/value/' {THIRD}\ngit add {THIRD}\n")
    succeed(root, "apply", "plan.yaml")
    assert in_git(root, THIRD) == (root / THIRD).read_bytes() == AFTER.replace("VALUE", "value").encode()
    assert is_clean(root)


@pytest.mark.parametrize("path", ["app/other.py", "far/away.py", THIRD])
@pytest.mark.parametrize("name", ["pre-commit", "post-commit"])
def test_what_it_changes_and_does_not_stage_is_told_and_put_back(root: Path, name: str, path: str) -> None:
    hook(root, name, f"{AT_THIRD if name == 'pre-commit' else AFTER_THIRD}echo '# mine' >> {path}\n")
    text = succeed(root, "apply", "plan.yaml")
    assert f"A hook changed files that git tracks: {path} (changed, put back; a copy is " in text
    assert committed(root) == [[USER], [SECOND], [THIRD]]
    assert (root / path).read_text() == (AFTER if path == THIRD else OTHER)
    assert is_clean(root)


@pytest.mark.parametrize("how", ["chmod +x {}", "mv {} {}.away", "rm -r far", "ln -sf nowhere {}"])
def test_whatever_it_does_to_a_file(root: Path, how: str) -> None:
    before = tree(root)["far/away.py"]
    hook(root, "pre-commit", AT_THIRD + how.replace("{}", "far/away.py"))
    assert "far/away.py" in succeed(root, "apply", "plan.yaml")
    assert tree(root)["far/away.py"] == before
    assert is_clean(root)


@pytest.mark.parametrize("do", ["echo '# mine' >> linked/away", "git add -N linked/new"])
def test_what_the_system_does_not_tell_is_seen_in_the_end(root: Path, do: str) -> None:
    (root / "linked").mkdir()
    (root / "linked/away").hardlink_to(root / "far/away.py")
    (root / "linked/new").touch()
    before = tree(root)["far/away.py"]
    hook(root, "post-commit", AFTER_THIRD + do)
    assert "A hook changed files that git tracks: " in succeed(root, "apply", "plan.yaml")
    assert tree(root)["far/away.py"] == before
    assert run_git(root, "status", "--porcelain", "--untracked-files=no") == ""


def test_what_it_adds_is_in_the_commit_and_told(root: Path) -> None:
    hook(root, "pre-commit", f"{AT_THIRD}echo '# mine' >> far/away.py\ngit add far/away.py\n")
    text = succeed(root, "apply", "plan.yaml")
    assert f"A hook put other files into the commit of {THIRD}: far/away.py." in text
    assert committed(root)[-1] == [THIRD, "far/away.py"]
    assert is_clean(root)


def test_what_it_stages_after_a_commit_is_in_no_other(root: Path) -> None:
    script = AFTER_THIRD.replace("zuser", SECOND.removeprefix("app/"))
    hook(root, "post-commit", f"{script}echo '# mine' >> far/away.py\ngit add far/away.py\n")
    assert "far/away.py (changed, put back; a copy is " in succeed(root, "apply", "plan.yaml")
    assert committed(root) == [[USER], [SECOND], [THIRD]]
    assert is_clean(root)


def test_what_it_makes_a_program_is_one_in_the_index_too(root: Path) -> None:
    hook(root, "pre-commit", f"{AT_THIRD}chmod +x {THIRD}\ngit add {THIRD}\n")
    succeed(root, "apply", "plan.yaml")
    assert run_git(root, "ls-files", "-s", THIRD).startswith("100755 ")
    assert is_clean(root)


def test_what_it_refuses_is_rejected_and_the_others_stand(root: Path) -> None:
    hook(root, "pre-commit", f"{AT_THIRD}echo not this one\nexit 1\n")
    assert "not this one" in succeed(root, "apply", "plan.yaml", expect=1)
    assert committed(root) == [[USER], [SECOND]]
    assert (root / THIRD).read_text() == BEFORE
    assert is_clean(root)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells what was touched")
def test_the_whole_tree_is_looked_at_only_where_something_was_touched(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks(name: str) -> int:
        """How often git is asked for the status in an `apply`."""
        with monkeypatch.context() as patched:
            patched.setenv("GIT_TRACE2_EVENT", str(tmp_path / name))
            succeed(root, "apply", "plan.yaml", "--branch", name)
        events = map(json.loads, (tmp_path / name).read_text().splitlines())
        return sum(event["event"] == "cmd_name" and event["name"] == "status" for event in events)

    hook(root, "pre-commit", "exit 0\n")
    few = looks("quiet")
    run_git(root, "switch", "--quiet", "main")
    hook(root, "pre-commit", "echo '# mine' >> far/away.py\n")
    # One look in the end is in both.
    assert looks("loud") == few + 1
