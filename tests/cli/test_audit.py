"""`codemods audit` on a real repository: its output in each form and its exit status; it touches nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.cli.app import run
from tests.checks import BASE, plan_text
from tests.conftest import Files

MakeRepo = Callable[[Files], Path]
Git = Callable[..., str]
FILES = {**BASE, "u.py": "from a.b import f\nf()\n"}


@pytest.fixture
def repo(make_repo: MakeRepo) -> Path:
    wrong = "  - {module: a.gone, to: c.never}\n"
    plans = {"plan.yaml": plan_text(), "wrong.yaml": plan_text(wrong), "broken.yaml": "schema: 1\nnam: x\n"}
    return make_repo({**FILES, **plans})


def test_a_plan_that_holds(repo: Path, git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    before = git(repo, "log", "--all", "--format=%H"), git(repo, "status", "--porcelain")
    assert run(["audit", str(repo / "plan.yaml"), "--repo", str(repo)]) == 0
    assert capsys.readouterr().out.startswith("Plan test: 2 hold · 1 done already · 0 do not hold\n")
    assert (git(repo, "log", "--all", "--format=%H"), git(repo, "status", "--porcelain")) == before


def test_a_plan_that_preview_refuses_is_audited(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(repo / "wrong.yaml"), "--repo", str(repo)]
    assert run(["preview", *arguments]) == 2
    assert run(["audit", *arguments, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in document["items"] if item["verdict"] == "does not hold"] == ["a.gone → c.never"]
    assert run(["audit", *arguments, "--markdown"]) == 1
    assert capsys.readouterr().out.startswith("## Audit of `test`: ")


def test_a_plan_that_cannot_be_read(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(repo / "broken.yaml"), "--repo", str(repo)]) == 2
    assert "broken.yaml:2:1: unknown key `nam`" in capsys.readouterr().err


def test_one_form_at_a_time(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(repo / "plan.yaml"), "--repo", str(repo), "--json", "--markdown"]) == 2
    assert "one of --json and --markdown" in capsys.readouterr().err
