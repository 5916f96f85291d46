"""The interface for programs does what the command does, on a real repository."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import codemods
from codemods import CodemodsError, Migration, PlanError, UnitState
from tests.checks import BASE, plan_text
from tests.cli.commands import codemods as command
from tests.conftest import init_repo, run_git

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeRepo = Callable[[dict[str, str]], Path]

PAGE = Path(__file__).parent.parent / "docs" / "api.md"
USES = {"u.py": "from a.b import f\nf()\n", "v.py": "from a.b import f\nf(2)\n"}
REST = """\
phases:
  - {name: P0, files: [u.py], with: []}
  - {name: P1, files: rest, with: [check], on_failure: skip}
validation:
  check: {kind: command, run: [python, -c, "import sys; sys.exit('c.d' in open('v.py').read())"]}
"""


def make(folder: Path) -> Path:
    """A repository in which the second of two files is rejected."""
    return init_repo(folder, {**BASE, **USES, "first.yaml": plan_text(rest=REST)})


def test_a_migration_is_carried_out_and_taken_back(tmp_path: Path) -> None:
    root = make(tmp_path / "repo")
    migration = Migration(root / "first.yaml", root / "a", trust=True)
    assert migration.root == root
    assert [unit.paths for unit in migration.preview().units] == [("u.py",), ("v.py",)]
    heard: list[object] = []
    report = migration.apply(notify=heard.append)
    assert [result.unit for result in report.in_state(UnitState.REJECTED)] == ["v.py"]
    assert heard
    assert not migration.status().is_complete
    assert "from c.d import g" in (root / "u.py").read_text()
    done = migration.rollback(phase="P0")
    assert len(done.commits) == 1
    assert (root / "u.py").read_text() == USES["u.py"]
    assert done.id in command(root, "log", expect=0)


def test_a_plan_may_be_given_as_text(make_repo: MakeRepo) -> None:
    root = make_repo({**BASE, **USES})
    loaded = codemods.load_plan(plan_text(), "made by a program")
    migration = Migration(loaded, root)
    assert migration.plan.name == "test"
    assert migration.audit().files_searched == len(BASE) + len(USES)


def test_nothing_runs_that_nobody_has_agreed_to(tmp_path: Path) -> None:
    root = make(tmp_path / "repo")
    before = run_git(root, "rev-parse", "--all")
    with pytest.raises(CodemodsError, match="Nobody has agreed here"):
        Migration(root / "first.yaml", root).apply()
    assert run_git(root, "rev-parse", "--all") == before


def test_code_that_a_plan_names_runs_in_a_preview_for_who_trusts_it(make_repo: MakeRepo) -> None:
    step = "  - {name: one, codemod: 'steps:One', contains: [f]}\n"
    source = "import libcst\n\nprint('loaded')\n\n\nclass One(libcst.CSTTransformer):\n    pass\n"
    root = make_repo({**BASE, **USES, "steps.py": source})
    loaded = codemods.load_plan(plan_text(rewrite=step), "plan.yaml")
    with pytest.raises(CodemodsError, match="This plan runs code that it names"):
        Migration(loaded, root).preview()
    with pytest.raises(CodemodsError, match="This plan runs code that it names"):
        Migration(loaded, root).status()
    assert len(Migration(loaded, root, trust=True).preview().units) == len(USES)


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(CodemodsError, match="The plan cannot be read"):
        Migration(tmp_path / "none.yaml", tmp_path)
    (tmp_path / "plan.yaml").write_text("schema: 1\nname: x\nredirct: []\n")
    with pytest.raises(PlanError, match="redirect"):
        Migration(tmp_path / "plan.yaml", tmp_path)
    with pytest.raises(CodemodsError, match="not a git repository"):
        Migration(codemods.load_plan(plan_text(), "p"), tmp_path)


def test_a_rollback_has_to_be_told_of_what(make_repo: MakeRepo) -> None:
    migration = Migration(codemods.load_plan(plan_text(), "p"), make_repo(BASE))
    with pytest.raises(CodemodsError, match="What is to be taken back"):
        migration.rollback()
    with pytest.raises(CodemodsError, match="nothing to take back"):
        migration.rollback(everything=True)


def test_the_program_of_the_page_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make(tmp_path / "shop")
    (tmp_path / "first.yaml").write_bytes((root / "first.yaml").read_bytes())
    ((name, text),) = re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    runpy.run_path(name)
    assert capsys.readouterr().out.startswith("P0 u.py\nP1 v.py\nrejected: v.py check: ")
    assert (root / "u.py").read_text() == USES["u.py"]


def test_the_reference_of_the_page_is_current() -> None:
    page = runpy.run_path(str(PAGE.parent / "generate.py"))
    assert PAGE.read_text(encoding="utf-8") == page["api_page"](), "run `python docs/generate.py`"


def test_every_public_name_is_on_a_page() -> None:
    pages = PAGE.read_text(encoding="utf-8") + PAGE.with_name("transforms.md").read_text(encoding="utf-8")
    assert [name for name in codemods.__all__ if not re.search(rf"\b{name}\b", pages)] == []


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = "import codemods, sys; print(*sorted(m for m in sys.modules if m.startswith('codemods')))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert told.stdout.split() == ["codemods"]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = codemods.nothing  # type: ignore[attr-defined]
