"""What is long goes through git's pager on a terminal, in git's colours; a pipe gets it as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks import BASE, plan_text
from tests.cli.commands import on_terminal, run
from tests.conftest import copied, init_repo

MadeOnce = Callable[[str, Callable[[Path], object]], Path]
Git = Callable[..., str]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="a terminal is made by pty")
FILES = {**BASE, "u.py": "from a.b import f\nf()\n", "plan.yaml": plan_text()}
PAGER = "sed 's/^/paged: /'"


@pytest.fixture
def root(made_once: MadeOnce, tmp_path: Path) -> Path:
    return copied(made_once("to page", lambda folder: init_repo(folder, FILES)), tmp_path / "repo")


def seen(root: Path, *verb: str, **environment: str) -> list[str]:
    """The lines that are on the terminal, without what draws them."""
    told = on_terminal(root, *verb, TERM="xterm-256color", CI="1", **environment)[1]
    return re.sub(r"\x1b\[[\d;]*[mK]", "", told).replace("\r", "").splitlines()


def test_the_pager_of_git_is_used(root: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_PAGER")
    git(root, "config", "core.pager", PAGER)
    lines = seen(root, "preview", "plan.yaml")
    assert "paged: +from c.d import g" in lines
    assert all(line.startswith("paged: ") for line in lines)


def test_one_in_the_environment_comes_first_and_cat_is_none(root: Path, git: Git) -> None:
    git(root, "config", "core.pager", PAGER)
    assert "+from c.d import g" in seen(root, "preview", "plan.yaml")
    assert "mine: +from c.d import g" in seen(root, "preview", "plan.yaml", GIT_PAGER="sed 's/^/mine: /'")


@pytest.mark.parametrize("pager", ["no-such-pager", "'", "true"])
def test_a_pager_that_is_not_there_or_ends_early_stops_nothing(pager: str, root: Path) -> None:
    ended, told = on_terminal(root, "preview", "plan.yaml", TERM="xterm", GIT_PAGER=pager)
    assert ended == 1
    assert "Traceback" not in told
    assert ("+from c.d import g" in told) == (pager != "true")


def test_neither_a_pipe_nor_quiet_is_paged(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_PAGER", PAGER)
    assert "paged" not in run(root, "preview", "plan.yaml").stdout
    assert "paged" not in "".join(seen(root, "preview", "plan.yaml", "--quiet"))


def test_the_colours_of_git_are_used_and_none_where_it_uses_none(
    root: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR")
    git(root, "config", "color.diff.new", "blue")

    def told(**environment: str) -> str:
        return on_terminal(root, "preview", "plan.yaml", TERM="xterm-256color", **environment)[1]

    assert "\x1b[34m+\x1b[0m\x1b[1;34mfrom" in told()
    assert "\x1b[34m" not in told(NO_COLOR="1")
    git(root, "config", "color.ui", "false")
    assert "\x1b[34m" not in told()
