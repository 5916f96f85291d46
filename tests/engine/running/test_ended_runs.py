"""A run that ends in the middle of a batch, by ^C or a kill: nothing half done stays, and the next run goes on."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import run_forked
from tests.engine.running.migration import any_of, migration, names, units

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRepo = Callable[[dict[str, str]], Path]
    Git = Callable[..., str]

BATCH = "  - {name: P0, files: rest, validate: batch, with: [check], on_failure: skip}\n"
# The check ends the process that has started it, at the first look at the whole batch or in the middle of the search.
ENDS = "import os, signal\nif len(changed) == {size} and not os.path.exists({flag!r}):\n"
END = "    open({flag!r}, 'w').close()\n    os.kill(os.getppid(), signal.{signal})\n    import time; time.sleep(20)\n"


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
@pytest.mark.parametrize("size", [8, 4])
def test_a_batch_that_is_cut_short(make_repo: MakeRepo, git: Git, tmp_path: Path, name: str, size: int) -> None:
    flag = str(tmp_path / "flag")
    rule = (ENDS + END).format(size=size, flag=flag, signal=name) + any_of(["u05"])
    many = migration(make_repo, tmp_path, 8, rule, BATCH)
    ended = run_forked(many.root, "apply", "--yes", "plan.yaml")
    assert ended.returncode == (130 if name == "SIGINT" else -signal.SIGKILL)
    if name == "SIGINT":
        assert git(many.root, "status", "--porcelain") == ""
    assert git(many.root, "log", "--format=%s", "main..HEAD") == ""
    report = many.apply(expect=1)
    assert units(report, "committed") == [stem for stem in names(8) if stem != "u05"]
    assert git(many.root, "status", "--porcelain") == ""
    assert many.changed() == set(names(8)) - {"u05"}


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_the_search_at_the_end_of_a_phase_is_cut_short(
    make_repo: MakeRepo, git: Git, tmp_path: Path, name: str
) -> None:
    flag = str(tmp_path / "flag")
    code = "import pathlib\nfiles = pathlib.Path('app').glob('u*.py')\n"
    code += "changed = {p.stem for p in files if 'app.new' in p.read_text()}\n"
    exit_check = code + (ENDS + END).format(size=3, flag=flag, signal=name) + "import sys\n" + any_of(["u03"])
    phases = "  - {name: P0, files: rest, with: [check], exit: [last], on_failure: skip}\n"
    rest = f"  last: {{kind: command, run: [python, {str(tmp_path / 'last.py')!r}]}}\n"
    (tmp_path / "last.py").write_text(exit_check)
    many = migration(make_repo, tmp_path, 6, [], phases, rest)
    ended = run_forked(many.root, "apply", "--yes", "plan.yaml")
    assert ended.returncode == (130 if name == "SIGINT" else -signal.SIGKILL)
    if name == "SIGKILL":
        assert git(many.root, "status", "--porcelain") != ""
    # All is committed; what was not brought to its end is.
    assert units(many.apply(expect=1), "rejected") == ["u03"]
    assert git(many.root, "status", "--porcelain") == ""
    assert many.changed() == set(names(6)) - {"u03"}
    assert many.apply(expect=1)["end"] == "finished"
