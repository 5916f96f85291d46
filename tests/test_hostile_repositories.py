"""Repositories that mean harm: what only reads runs nothing of theirs, and what writes stays inside."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from codemods.errors import CodemodsError, ValidationSetupError
from codemods.files import write_or_remove
from codemods.validation.base import Scope, Still
from codemods.validation.junit_runner import JunitRunner
from codemods.validation.suite import Suite
from tests.cli.commands import codemods, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Files

    MakeRepo = Callable[[Files], Path]
    Git = Callable[..., str]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs and links are those of POSIX")
PLAN = """\
schema: 1
name: reading
redirect:
  - {module: pkg.old, to: pkg.new}
rewrite:
  - {name: theirs, codemod: "mods:Theirs"}
  - {name: query, bowler: "mods.py:query"}
  - {name: installed, transform: nothing}
phases:
  - {name: P0, files: rest, with: [check, suite, imports], entry: [check], exit: [junit]}
validation:
  check: {kind: command, run: [./mark, check]}
  junit: {kind: command, run: [./mark, junit], junit: out.xml}
  suite: {kind: pytest}
prepare: [[./mark, prepare]]
remote: ./mark
"""
SAFE = PLAN.partition("rewrite:")[0]
FILES = {
    "pkg/__init__.py": "",
    "pkg/old.py": "def f(): ...\n",
    "pkg/new.py": "def f(): ...\n",
    "use.py": "from pkg.old import f\n",
}
# What Python, pytest and programs of ours might import or read from the current folder.
MODULES = (
    "conftest",
    "sitecustomize",
    "usercustomize",
    "mods",
    "typer",
    "git",
    "rich",
    "pydantic",
    "libcst",
    "msgspec",
    "pathspec",
)
STANDARD = ("multiprocessing", "pickle", "random", "signal", "socket", "tempfile", "threading", "queue")
VERBS = (
    ("scan",),
    ("init",),
    ("audit", "plan.yaml"),
    ("guard", "plan.yaml"),
    ("guard", "plan.yaml", "use.py"),
    ("guard", "plan.yaml", "--emit", "ruff"),
    ("preview", "plan.yaml"),
    ("status", "plan.yaml"),
    ("report", "plan.yaml"),
    ("why", "plan.yaml", "use.py"),
    ("try", "f()"),
    ("rollback", "plan.yaml", "--all", "--dry-run"),
)


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """The folder where whatever runs leaves a file."""
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.fixture
def hostile(make_repo: MakeRepo, git: Git, marks: Path) -> Path:
    """A repository whose plan, modules and settings of git all name programs that leave a mark."""
    modules = {f"{name}.py": f"open({str(marks / name)!r}, 'w')\n" for name in (*MODULES, *STANDARD)}
    root = make_repo({**FILES, **modules, "plan.yaml": PLAN, "mark": f"#!/bin/sh\ntouch {marks}/$1\ncat\n"})
    (root / "mark").chmod(0o755)
    hooks = root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc", "post-checkout", "reference-transaction"):
        (hooks / hook).write_text(f"#!/bin/sh\ntouch {marks}/{hook}\n")
        (hooks / hook).chmod(0o755)
    program = root / "mark"
    included = root / ".git/included"
    included.write_text(f"[core]\n\teditor = {program} editor\n")
    for name in ("core.fsmonitor", "core.pager", "core.askPass", "core.sshCommand", "diff.external", "gpg.program"):
        git(root, "config", name, f"{program} {name}")
    for name in ("diff.marked.textconv", "diff.marked.command", "merge.marked.driver", "core.alternateRefsCommand"):
        git(root, "config", name, f"{program} {name}")
    for name in ("log", "status", "ls-files", "rev-parse", "cat-file"):
        git(root, "config", f"alias.{name}", f"!{program} alias")
    git(root, "config", "log.showSignature", "true")
    git(root, "config", "include.path", str(included))
    git(root, "config", "credential.helper", f"!{program} credential")
    (root / ".git/info/attributes").write_text("*.py diff=marked merge=marked\n")
    (root / "use.py").touch()  # so that git has to look into it again
    for mark in marks.iterdir():
        mark.unlink()
    return root


@pytest.mark.parametrize("safe", [True, False])
def test_no_verb_that_reads_runs_what_a_plan_or_a_repository_names(hostile: Path, marks: Path, safe: bool) -> None:
    if safe:
        (hostile / "plan.yaml").write_text(SAFE)
    for verb in VERBS:
        assert run(hostile, *verb).returncode in (0, 1, 2)
        assert not list(marks.iterdir()), verb


def test_a_plan_with_codemods_is_not_previewed_before_it_is_trusted(hostile: Path, marks: Path) -> None:
    assert "nothing has been run yet" in codemods(hostile, "preview", "plan.yaml", expect=2)
    assert not list(marks.iterdir())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python cannot be kept from the current folder before 3.11")
@pytest.mark.parametrize("started", [[], ["-m", "codemods"]])
def test_modules_of_the_repository_are_not_imported_in_place_of_others(
    hostile: Path, marks: Path, tmp_path: Path, started: list[str]
) -> None:
    (hostile / "plan.yaml").write_text(SAFE)
    script = tmp_path / "codemods"
    script.write_text("from codemods.cli.start import main\nif __name__ == '__main__':\n    main()\n")
    command = [sys.executable, *(started or [str(script)]), "preview", "plan.yaml", "--jobs", "2"]
    shown = subprocess.run(command, cwd=hostile, capture_output=True, text=True)
    assert (shown.returncode, shown.stderr) == (1, "")
    assert not list(marks.iterdir())


def test_trailers_are_read_whatever_separators_the_repository_sets(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({**FILES, "plan.yaml": SAFE.partition("phases:")[0]})
    codemods(root, "apply", "plan.yaml", "--here", expect=0)
    git(root, "config", "trailer.separators", "=")
    assert "There is nothing to take back" not in codemods(root, "rollback", "plan.yaml", "--all", expect=0)


@pytest.mark.parametrize("target", ["..", ".git/hooks"])
def test_a_link_is_not_followed_out_of_the_repository_nor_into_git(tmp_path: Path, target: str) -> None:
    root = tmp_path / "repo"
    (root / ".git/hooks").mkdir(parents=True)
    (root / "folder").symlink_to(target)
    with pytest.raises(CodemodsError, match="It leads"):
        write_or_remove(root, "folder/x.py", b"x = 1\n")
    assert not list(tmp_path.rglob("x.py"))
    (root / "inside").mkdir()
    (root / "other").symlink_to("inside")
    write_or_remove(root, "other/x.py", b"x = 1\n")
    assert (root / "inside/x.py").read_bytes() == b"x = 1\n"


@pytest.mark.parametrize("link", ["report", "report/out.xml"])
def test_a_report_that_leads_out_through_a_link_is_not_touched(tmp_path: Path, link: str) -> None:
    root, outside = tmp_path / "repo", tmp_path / "outside"
    (root / "report").parent.mkdir()
    outside.mkdir()
    (outside / "out.xml").write_text("precious")
    if link == "report":
        (root / link).symlink_to(outside)
    else:
        (root / "report").mkdir()
        (root / link).symlink_to(outside / "out.xml")
    suite = Suite("junit", JunitRunner("junit", (sys.executable, "-c", ""), "report/out.xml", 60))
    with pytest.raises(ValidationSetupError, match="leads out of the repository through a link"):
        suite.require(Still(root))
    with pytest.raises(ValidationSetupError, match="leads out of the repository through a link"):
        suite.run(Still(root), Scope())
    assert (outside / "out.xml").read_text() == "precious"


def test_an_expression_that_takes_too_long_ends_the_preview(make_repo: MakeRepo) -> None:
    slow = "x*" * 12 + "y"  # no repetition in another one, and yet with the twelfth power of the length
    rule = f"  - {{name: slow, match: lib.f($X), replace: lib.g($X), where: {{X: {{regex: '^.{slow}'}}}}}}\n"
    plan = f"schema: 1\nname: x\nlibraries: [lib]\nrewrite:\n{rule}"
    root = make_repo({"a.py": f"import lib\nlib.f('{'x' * 300}')\n", "plan.yaml": plan})
    told = codemods(root, "preview", "plan.yaml", expect=2)
    assert "The regular expression of the rule `slow` gives no answer in 1 seconds" in told
