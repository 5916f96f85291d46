"""The demo does what the README says, and its files become what `fixtures/demo/after` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.cli.app import run
from codemods.demo import build_repository, fixtures
from codemods.engine.preview_repository import preview_of
from codemods.plan.load import load_plan
from codemods.vcs import Repository

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

AFTER = fixtures() / "demo" / "after"


def test_the_demo_tells_what_it_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--folder", str(tmp_path / "demo")]) == 0
    told = capfd.readouterr().out
    assert "16 commit(s) on codemods/sender-factory, 1 rejected" in told
    assert "Took back 2 commit(s) by 2 commit(s)." in told


def test_every_file_becomes_what_is_expected(tmp_path: Path) -> None:
    plan = build_repository(tmp_path)
    shown = preview_of(load_plan(plan.read_text(), "plan.yaml"), Repository.discover(tmp_path))
    expected = {file.relative_to(AFTER).as_posix(): file.read_bytes() for file in AFTER.rglob("*.py")}
    assert {change.path: change.after for unit in shown.units for change in unit.changes} == expected


def test_it_does_not_build_into_a_folder_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("")
    assert run(["demo", "--folder", str(tmp_path)]) == 2
    assert "The folder is not empty" in capsys.readouterr().err
