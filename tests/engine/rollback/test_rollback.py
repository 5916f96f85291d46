"""`codemods rollback`: by revert or reset, at every granularity, as a script, validated, and what it refuses."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import codemods
from tests.conftest import write_files
from tests.engine.rollback.test_undo import done, operations, tree
from tests.engine.running.migration import any_of, migration, names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.running.migration import Migration

    Git = Callable[..., str]
    MakeRepo = Callable[[dict[str, str]], Path]

__all__ = ["done"]  # a fixture

CHOICES = [
    (("--all",), set()),
    (("--phase", "P1"), {"u00", "u01"}),
    (("--unit", "app/u01.py"), {"u00", "u02", "u03"}),
    (("--file", "app/u02.py"), {"u00", "u01", "u03"}),
    (("--phase", "P0", "--file", "app/u00.py"), {"u01", "u02", "u03"}),
    (("--file", "app/u00.py", "--file", "app/u03.py"), {"u01", "u02"}),
    (("--all", "--but", "app/u01.py", "--but", "app/u03.py"), {"u01", "u03"}),
]


@pytest.mark.parametrize(("choice", "left"), CHOICES)
def test_what_is_chosen_goes_and_a_script_of_plain_git_does_the_same(
    done: Migration, git: Git, choice: tuple[str, ...], left: set[str]
) -> None:
    root, head = done.root, git(done.root, "rev-parse", "HEAD")
    script = codemods(root, "rollback", "plan.yaml", *choice, "--script", expect=0)
    codemods(root, "rollback", "plan.yaml", *choice, expect=0)
    assert done.changed() == left
    after = tree(git, root)
    git(root, "reset", "--quiet", "--hard", head)
    subprocess.run(["sh"], cwd=root, input=script, text=True, check=True, capture_output=True)
    assert tree(git, root) == after
    # What was taken back with git alone is known to be.
    status = json.loads(codemods(root, "status", "plan.yaml", "--json", expect=1))
    standing = {entry["unit"] for phase in status["phases"] for entry in phase["done"]}
    assert standing == {f"app/{name}.py" for name in left}


@pytest.mark.parametrize("choice", [("--file", "app/u00.py", "--file", "app/u9.py"), ("--all", "--but", "app/u9.py")])
def test_one_wrong_file_among_several_stops_it_all(done: Migration, git: Git, choice: tuple[str, ...]) -> None:
    head = git(done.root, "rev-parse", "HEAD")
    told = codemods(done.root, "rollback", "plan.yaml", *choice, expect=2)
    assert "No unit of this plan that stands here has changed app/u9.py; did you mean `app/u0" in told
    assert git(done.root, "rev-parse", "HEAD") == head


@pytest.mark.parametrize(("choice", "left"), CHOICES[:2])
def test_a_reset_leaves_no_commit(done: Migration, git: Git, choice: tuple[str, ...], left: set[str]) -> None:
    root, head = done.root, git(done.root, "rev-parse", "HEAD")
    script = codemods(root, "rollback", "plan.yaml", *choice, "--reset", "--script", expect=0)
    codemods(root, "rollback", "plan.yaml", *choice, "--reset", expect=0)
    assert done.changed() == left
    tree(git, root)
    assert git(root, "rev-list", "--count", "main..HEAD") == str(len(left))
    after = git(root, "rev-parse", "HEAD")
    git(root, "reset", "--quiet", "--hard", head)
    subprocess.run(["sh"], cwd=root, input=script, text=True, check=True, capture_output=True)
    assert git(root, "rev-parse", "HEAD") == after


def test_a_script_refuses_another_head_and_a_dirty_tree(done: Migration, git: Git) -> None:
    script = codemods(done.root, "rollback", "plan.yaml", "--all", "--script", expect=0)
    (done.root / "app" / "old.py").write_text("mine\n")
    completed = subprocess.run(["sh"], cwd=done.root, input=script, text=True, check=False, capture_output=True)
    assert (completed.returncode, "Commit or stash" in completed.stderr) == (1, True)
    git(done.root, "commit", "-qam", "mine")
    completed = subprocess.run(["sh"], cwd=done.root, input=script, text=True, check=False, capture_output=True)
    assert (completed.returncode, "HEAD has moved" in completed.stderr) == (1, True)
    assert done.changed() == set(names(4))


def test_a_reset_that_would_lose_what_others_did_is_refused(done: Migration, git: Git) -> None:
    root = done.root
    assert "would lose 2 other commit(s)" in codemods(
        root, "rollback", "plan.yaml", "--phase", "P0", "--reset", expect=2
    )
    write_files(root, {"mine.py": "x = 1\n"})
    git(root, "add", "mine.py")
    git(root, "commit", "-qm", "mine of today")
    output = codemods(root, "rollback", "plan.yaml", "--all", "--reset", expect=2)
    assert "would lose 1 other commit(s)" in output
    assert "mine of today" in output
    assert done.changed() == set(names(4))


def test_a_reset_that_would_lose_what_was_amended_is_refused(done: Migration, git: Git) -> None:
    root = done.root
    write_files(root, {"mine.py": "x = 1\n"})
    git(root, "add", "mine.py")
    git(root, "commit", "-q", "--amend", "--no-edit")
    head = git(root, "rev-parse", "HEAD")
    for choice in ((), ("--dry-run",), ("--script",)):
        output = codemods(root, "rollback", "plan.yaml", "--all", "--reset", *choice, expect=2)
        assert "would lose what was put into 1 commit(s)" in output
    assert git(root, "rev-parse", "HEAD") == head
    codemods(root, "rollback", "plan.yaml", "--unit", "app/u02.py", expect=0)


@pytest.mark.parametrize("how", ["rebased", "squashed", "in a clone"])
def test_a_reset_takes_what_was_committed_anew_as_it_was(done: Migration, git: Git, how: str) -> None:
    root = done.root
    if how == "rebased":
        git(root, "commit", "-q", "--amend", "--no-edit", "--date", "2020-01-01T00:00:00")
    elif how == "squashed":
        messages = git(root, "log", "--format=%B", "main..HEAD")
        git(root, "reset", "-q", "--soft", "main")
        git(root, "commit", "-q", "-m", messages)
    else:
        (root / ".git" / "codemods" / "journal.jsonl").unlink()
    codemods(root, "rollback", "plan.yaml", "--all", "--reset", expect=0)
    assert done.changed() == set()


def test_a_reset_of_what_is_published_is_refused(done: Migration, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(done.root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(done.root, "push", "--quiet", "origin", "HEAD")
    output = codemods(done.root, "rollback", "plan.yaml", "--all", "--reset", expect=2)
    assert "origin/codemods/many" in output
    assert done.changed() == set(names(4))
    codemods(done.root, "rollback", "plan.yaml", "--all", expect=0)


def test_a_dry_run_changes_nothing_not_even_the_journal(done: Migration, git: Git) -> None:
    def state() -> dict[str, bytes]:
        folder = done.root / ".git"
        files = (file for file in folder.rglob("*") if file.is_file() and file.name != "index")
        return {str(file): file.read_bytes() for file in files}

    file = done.root / "app" / "u01.py"
    file.write_text(file.read_text() + "# mine\n")
    git(done.root, "commit", "-qam", "mine")
    before = state()
    for option in ("--dry-run", "--script"):
        codemods(done.root, "rollback", "plan.yaml", "--all", option, expect=0)
    assert state() == before


def test_what_is_left_is_validated_when_asked(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    # u01 alone does not work without u00.
    rule = "sys.exit('u01' in changed and 'u00' not in changed)"
    phases = "  - {name: P0, files: rest, with: [check]}\n"
    many = migration(make_repo, tmp_path, 2, rule, phases)
    many.apply(expect=0)
    output = codemods(many.root, "rollback", "plan.yaml", "--file", "app/u00.py", "--validate", expect=1)
    assert "check: does not hold" in output
    assert many.changed() == {"u01"}
    tree(git, many.root)
    codemods(many.root, "undo", expect=0)
    assert many.changed() == {"u00", "u01"}
    assert "check: holds" in codemods(many.root, "rollback", "plan.yaml", "--all", "--validate", expect=0)
    assert operations(many.root)[0]["counts"] == {"taken back": 2}


def test_modes_come_back_with_the_bytes(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 1, any_of([]), "  - {name: P0, files: rest, with: [check]}\n")
    file = many.root / "app" / "u00.py"
    file.chmod(0o755)
    git(many.root, "commit", "-qam", "a program")
    many.apply(expect=0)
    file.chmod(0o664)
    git(many.root, "commit", "-qam", "no program")
    codemods(many.root, "rollback", "plan.yaml", "--all", expect=0)
    assert file.stat().st_mode & 0o777 == 0o664
    tree(git, many.root)


def test_a_file_that_git_does_not_track_is_not_written_over(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(
        {
            "a/__init__.py": "",
            "a/old.py": "def f():\n    return 1\n",
            "a/new.py": "def f():\n    return 1\n",
            "plan.yaml": "schema: 1\nname: many\nredirect:\n  - {module: a.old, to: a.new}\n"
            "delete:\n  - {module: a.old}\n",
        }
    )
    codemods(root, "apply", "plan.yaml", expect=0)
    assert not (root / "a" / "old.py").exists()
    (root / "a" / "old.py").write_text("mine\n")
    output = codemods(root, "rollback", "plan.yaml", "--all", expect=2)
    assert "a/old.py" in output
    assert (root / "a" / "old.py").read_text() == "mine\n"
    (root / "a" / "old.py").unlink()
    codemods(root, "rollback", "plan.yaml", "--all", expect=0)
    tree(git, root)


def test_a_shallow_clone_does_not_lose_what_it_does_not_have(done: Migration, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "2", f"file://{done.root}", "clone")
    clone = tmp_path / "clone"
    assert "history of this clone ends" in codemods(clone, "rollback", "plan.yaml", "--all", expect=2)
    codemods(clone, "rollback", "plan.yaml", "--file", "app/u03.py", expect=0)
    tree(git, clone)


def test_signed_commits_are_taken_back_by_signed_ones(done: Migration, git: Git, tmp_path: Path) -> None:
    program = tmp_path / "gpg"
    program.write_text(
        "#!/bin/sh\ncat > /dev/null\nprintf '\\n[GNUPG:] SIG_CREATED ' >&2\n"
        "echo '-----BEGIN PGP SIGNATURE-----\n\nsigned\n-----END PGP SIGNATURE-----'\n"
    )
    program.chmod(0o755)
    git(done.root, "config", "gpg.program", str(program))
    git(done.root, "config", "commit.gpgSign", "true")
    codemods(done.root, "rollback", "plan.yaml", "--phase", "P1", expect=0)
    assert git(done.root, "cat-file", "commit", "HEAD").count("BEGIN PGP SIGNATURE") == 1
    assert git(done.root, "cat-file", "commit", "HEAD~1").count("BEGIN PGP SIGNATURE") == 1
    assert done.changed() == {"u00", "u01"}
