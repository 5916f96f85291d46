"""A repository with a codemod package of its own, and a runner for it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from codemods.foreign.runner import ForeignRunner
from codemods.foreign.step import Failed, ForeignStep, Ran, Rewritten, Untouched
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Files


class Repository:
    """A folder with files, and the runner that works in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.runner = ForeignRunner(root, ("src", "."), timeout=30)

    def write(self, files: Files) -> None:
        write_files(self.root, files)

    def run(self, step: ForeignStep, text: str, path: str = "src/shop/a.py") -> Ran:
        return self.runner.run(step, path, text)

    def check_transformed(self, step: ForeignStep, before: str, after: str, path: str = "src/shop/a.py") -> Rewritten:
        ran = self.run(step, before, path)
        assert isinstance(ran, Rewritten), ran
        assert ran.text == after
        return ran

    def check_noop(self, step: ForeignStep, text: str, path: str = "src/shop/a.py") -> Untouched:
        ran = self.run(step, text, path)
        assert isinstance(ran, Untouched), ran
        return ran

    def check_failed(self, step: ForeignStep, text: str, path: str = "src/shop/a.py") -> Failed:
        ran = self.run(step, text, path)
        assert isinstance(ran, Failed), ran
        return ran


@contextmanager
def opened(root: Path) -> Iterator[Repository]:
    """A repository in the folder `root`, with a runner until the end of the block."""
    repository = Repository(root)
    with repository.runner:
        yield repository


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    """An empty repository."""
    root = tmp_path / "repo"
    root.mkdir()
    with opened(root) as repository:
        yield repository


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """An empty repository for all tests of a module that write nothing into it: its process is started once."""
    with opened(tmp_path_factory.mktemp("repo")) as repository:
        yield repository


def libcst_step(target: str, **arguments: object) -> ForeignStep:
    """A LibCST codemod; those of LibCST itself without their package."""
    name = target if ":" in target and "." in target else f"libcst.codemod.commands.{target}"
    return ForeignStep("libcst", name, tuple(arguments.items()))


def bowler_step(target: str, **arguments: object) -> ForeignStep:
    """A function that makes a Bowler query."""
    return ForeignStep("bowler", target, tuple(arguments.items()))
