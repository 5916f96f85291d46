"""A repository with one file to redirect, and the whole way of it: preview, apply, status, rollback, apply again.

What is looked at: the source before and after, in the work tree and in git; that one commit holds it and nothing else;
that its trailers can be read again; that no other file, tracked or not, has changed by a byte or a bit.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.commands import agreed, run
from tests.conftest import Files, run_git, write_files

MakeRepo = Callable[[Files], Path]
Git = Callable[..., str]
Tree = Mapping[str, tuple[int, bytes]]

BEFORE = "from app.old import f\n\nVALUE = f()\n"
AFTER = "from app.new import f\n\nVALUE = f()\n"
OTHER = "OTHER = 1\n"
PLAN = "schema: 1\nname: one\nredirect:\n  - {symbol: app.old.f, to: app.new.f}\nphases: [{name: P0, files: rest%s}]\n"
FILES: Files = {
    "app/__init__.py": "",
    "app/old.py": "def f():\n    return 1\n",
    "app/new.py": "def f():\n    return 1\n",
    "app/other.py": OTHER,
    "app/user.py": BEFORE,
    "plan.yaml": PLAN % "",
}
USER = "app/user.py"


@pytest.fixture
def repo(make_repo: MakeRepo) -> Path:
    """A repository with one file to redirect."""
    return make_repo(FILES)


@dataclass(frozen=True)
class Ran:
    """What a command has said, and its status."""

    text: str
    status: int


def told(root: Path, *arguments: str) -> Ran:
    """What a command says in `root`."""
    completed = run(root, *agreed(arguments))
    return Ran(completed.stdout + completed.stderr, completed.returncode)


def succeed(root: Path, *arguments: str, expect: int | None = 0) -> str:
    """What a command says that ends with the status expected."""
    ran = told(root, *arguments)
    assert expect is None or ran.status == expect, ran.text
    return ran.text


def refuse(root: Path, *arguments: str, saying: str) -> str:
    """What a command says that has to refuse: status 2, the words, and nothing touched: no commit, no byte."""
    before = state(root)
    ran = told(root, *arguments)
    assert ran.status == 2, ran.text
    assert saying in " ".join(ran.text.split()), ran.text
    assert state(root) == before
    return ran.text


def state(root: Path) -> object:
    """All that a command that refuses may not touch."""
    refs = subprocess.run(["git", "for-each-ref"], cwd=root, capture_output=True, check=False).stdout
    return tree(root), refs, head(root), index(root)


def head(root: Path) -> bytes:
    """Where HEAD is, by branch and by commit."""
    run_ = [subprocess.run(["git", *words], cwd=root, capture_output=True, check=False) for words in _PLACE]
    return b"".join(done.stdout for done in run_)


_PLACE = (["symbolic-ref", "--quiet", "HEAD"], ["rev-parse", "--verify", "--quiet", "HEAD"])


def index(root: Path) -> bytes:
    """What is staged."""
    return subprocess.run(["git", "ls-files", "-s", "-z"], cwd=root, capture_output=True, check=False).stdout


def tree(root: Path) -> Tree:
    """Kind, mode and bytes of all that is in the work tree."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, files in os.walk(root):
        if Path(folder) == root and ".git" in folders:
            folders.remove(".git")
        for place in (Path(folder) / name for name in files):
            mode = place.lstat().st_mode
            content = os.fsencode(place.readlink()) if stat.S_ISLNK(mode) else place.read_bytes()
            found[str(place.relative_to(root))] = (mode, content)
    return found


def without(files: Tree, *paths: str) -> Tree:
    """The files but for some."""
    return {path: content for path, content in files.items() if path not in paths}


def hook(root: Path, name: str, script: str, folder: str = ".git/hooks") -> None:
    """Make a hook of a repository."""
    program(root / folder / name, script)


def program(file: Path, script: str) -> None:
    """Make a program of the shell."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}")
    file.chmod(0o755)


def configure(root: Path, *settings: str) -> None:
    """Set `name=value` in the repository."""
    for setting in settings:
        name, _, value = setting.partition("=")
        run_git(root, "config", name, value)


def commit_all(root: Path, files: Files, message: str = "more") -> None:
    """Commit more files, without hooks."""
    write_files(root, files)
    run_git(root, "add", "--all", "--force")
    run_git(root, "commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", message)


def trailer(root: Path, name: str, rev: str = "HEAD") -> str:
    """A trailer of a commit, as git itself reads it."""
    settings = ("-c", "core.commentChar=#", "-c", "trailer.separators=:")
    return run_git(
        root, *settings, "log", "-1", "--no-show-signature", f"--format=%(trailers:key={name},valueonly)", rev
    )


def in_git(root: Path, path: str, rev: str = "HEAD") -> bytes:
    """The bytes of a file in a commit."""
    return subprocess.run(
        ["git", "cat-file", "blob", f"{rev}:{path}"], cwd=root, capture_output=True, check=True
    ).stdout


def changed(root: Path, old: str, new: str) -> list[str]:
    """The files in which two commits differ."""
    command = ["git", "diff-tree", "-r", "--name-only", "--no-renames", "-z", old, new]
    out = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
    return [os.fsdecode(name) for name in out.split(b"\0") if name]


def is_clean(root: Path) -> bool:
    """Whether no tracked file has a change that is not committed."""
    return run_git(root, "status", "--porcelain", "-uno") == ""


def check_migrates(
    root: Path, *options: str, after: str | bytes = AFTER, path: str = USER, stored: bytes = b""
) -> None:
    """`path` is migrated to `after` by one commit, and nothing else is touched; a second run has nothing to do."""
    expected = after.encode() if isinstance(after, str) else after
    others, base = without(tree(root), path), run_git(root, "rev-parse", "HEAD")
    succeed(root, "preview", "plan.yaml", "--summary", expect=1)
    assert succeed(root, "apply", "plan.yaml", *options).count("committed") >= 1
    assert (root / path).read_bytes() == expected
    assert in_git(root, path) == (stored or expected)
    assert run_git(root, "rev-parse", "HEAD^") == base
    assert changed(root, "HEAD^", "HEAD") == [path]
    assert without(tree(root), path) == others
    assert is_clean(root)
    tip = run_git(root, "rev-parse", "HEAD")
    succeed(root, "status", "plan.yaml")
    succeed(root, "apply", "plan.yaml", *options)
    assert run_git(root, "rev-parse", "HEAD") == tip


def check_goes_back(root: Path, *, before: str | bytes = BEFORE, path: str = USER, stored: bytes = b"") -> None:
    """The commit of `path` is taken back by that name, and nothing else is touched."""
    expected = before.encode() if isinstance(before, str) else before
    others, tip = without(tree(root), path), run_git(root, "rev-parse", "HEAD")
    succeed(root, "rollback", "plan.yaml", "--file", path)
    assert (root / path).read_bytes() == expected
    assert in_git(root, path) == (stored or expected)
    assert run_git(root, "rev-parse", "HEAD^") == tip
    assert without(tree(root), path) == others
    assert is_clean(root)
    succeed(root, "status", "plan.yaml", expect=1)


def check_whole_way(root: Path, *options: str) -> None:
    """The usual file goes all the way, and back."""
    check_migrates(root, *options)
    assert trailer(root, "Codemods-Unit") == USER
    check_goes_back(root)


def states(root: Path, *options: str, expect: int) -> dict[str, str]:
    """What became of each unit in `codemods apply`."""
    completed = run(root, "apply", "--yes", "plan.yaml", "--json", *options)
    assert completed.returncode == expect, completed.stdout + completed.stderr
    report = json.loads(completed.stdout)
    return {entry["unit"]: entry["state"] for entry in report["units"]}
