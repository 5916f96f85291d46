"""`codemods undo` and `codemods log`: every operation can be taken back, and that taken back again."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import codemods, run
from tests.conftest import copied, init_repo
from tests.engine.running.migration import Migration, any_of, migration, names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Git = Callable[..., str]
    MakeRepo = Callable[[dict[str, str]], Path]
    MadeOnce = Callable[[str, Callable[[Path], object]], Path]

PHASES = (
    "  - {name: P0, files: [app/u00.py, app/u01.py], validate: batch, with: [check]}\n"
    "  - {name: P1, files: rest, validate: batch, with: [check]}\n"
)


@pytest.fixture
def done(made_once: MadeOnce, tmp_path: Path) -> Migration:
    """A migration of four files in two phases, carried out."""

    def carry_out(folder: Path) -> None:
        many = migration(lambda files: init_repo(folder, files), folder.parent, 4, any_of([]), PHASES)
        many.apply(expect=0)

    made = made_once("four-files-in-two-phases", carry_out)
    return Migration(copied(made, tmp_path / "repo"), made.parent / "runs")


def tree(git: Git, root: Path) -> str:
    """The tree of HEAD, which the work tree and the index have to agree with."""
    assert git(root, "status", "--porcelain") == ""
    return git(root, "rev-parse", "HEAD^{tree}")


def operations(root: Path) -> list[dict[str, str]]:
    """The operations, newest first."""
    found: list[dict[str, str]] = json.loads(codemods(root, "log", "--json", expect=0))["operations"]
    return found


def test_a_run_is_undone_and_that_is_undone(done: Migration, git: Git) -> None:
    root, after = done.root, tree(git, done.root)
    before = git(root, "rev-parse", "main^{tree}")
    assert "Took back 4 commit(s)" in codemods(root, "undo", expect=0)
    assert tree(git, root) == before
    assert codemods(root, "status", "plan.yaml", expect=1).count("u00") == 1
    undo, run = operations(root)
    assert (undo["kind"], undo["undoes"], run["undone_by"]) == ("undo", run["id"], undo["id"])
    codemods(root, "undo", undo["id"], expect=0)
    assert tree(git, root) == after
    codemods(root, "status", "plan.yaml", expect=0)
    assert operations(root)[2]["undone_by"] == ""


def test_undo_without_a_name_goes_further_back_each_time(done: Migration, git: Git) -> None:
    root = done.root
    whole = tree(git, root)
    codemods(root, "rollback", "plan.yaml", "--phase", "P1", expect=0)
    codemods(root, "undo", expect=0)
    assert tree(git, root) == whole
    codemods(root, "undo", expect=0)
    assert done.changed() == set()
    assert "nothing to undo" in codemods(root, "undo", expect=2)


@pytest.mark.parametrize("how", [(), ("--reset",)])
def test_a_rollback_is_undone(done: Migration, git: Git, how: tuple[str, ...]) -> None:
    root, after = done.root, tree(git, done.root)
    head = git(root, "rev-parse", "HEAD")
    codemods(root, "rollback", "plan.yaml", "--phase", "P1", *how, expect=0)
    assert done.changed() == {"u00", "u01"}
    codemods(root, "undo", expect=0)
    assert tree(git, root) == after
    assert (git(root, "rev-parse", "HEAD") == head) is bool(how)
    codemods(root, "status", "plan.yaml", expect=0)


def test_what_was_undone_is_not_undone_twice(done: Migration) -> None:
    name = operations(done.root)[0]["id"]
    codemods(done.root, "undo", name, expect=0)
    assert "was undone by" in codemods(done.root, "undo", name, expect=2)


def test_an_operation_is_found_by_the_end_of_its_name(done: Migration) -> None:
    name = operations(done.root)[0]["id"]
    assert "Would take back" in codemods(done.root, "undo", name[-4:], "--dry-run", expect=0)
    assert done.changed() == set(names(4))
    wrong = name[:-1] + ("0" if name[-1] != "0" else "1")
    assert name in codemods(done.root, "undo", wrong, expect=2)


def test_a_later_edit_of_the_same_line_stops_an_undo_before_it_touches_anything(done: Migration, git: Git) -> None:
    file = done.root / "app" / "u01.py"
    file.write_text(file.read_text().replace("from app.new import f", "from app.new import f  # mine"))
    git(done.root, "commit", "-qam", "mine")
    head = git(done.root, "rev-parse", "HEAD")
    assert "app/u01.py" in codemods(done.root, "undo", expect=2)
    assert git(done.root, "rev-parse", "HEAD") == head
    tree(git, done.root)


def test_later_edits_of_other_lines_stay(done: Migration, git: Git) -> None:
    file = done.root / "app" / "u01.py"
    file.write_text(file.read_text() + "\n\n# mine\n")
    git(done.root, "commit", "-qam", "mine")
    codemods(done.root, "undo", expect=0)
    assert file.read_text() == "from app.old import f\n\nNAME = 'u01'\nVALUE = f()\n\n\n# mine\n"
    codemods(done.root, "undo", operations(done.root)[0]["id"], expect=0)
    assert file.read_text() == "from app.new import f\n\nNAME = 'u01'\nVALUE = f()\n\n\n# mine\n"


def test_an_undo_of_a_reset_stops_where_head_has_moved(done: Migration, git: Git) -> None:
    codemods(done.root, "rollback", "plan.yaml", "--all", "--reset", expect=0)
    git(done.root, "commit", "-qm", "mine", "--allow-empty")
    assert "HEAD has moved" in codemods(done.root, "undo", expect=2)


def test_an_undo_of_a_reset_moves_no_other_branch(done: Migration, git: Git) -> None:
    codemods(done.root, "rollback", "plan.yaml", "--all", "--reset", expect=0)
    git(done.root, "switch", "--quiet", "main")
    assert "git switch codemods/many" in codemods(done.root, "undo", expect=2)
    assert done.changed() == set()


def test_what_was_picked_elsewhere_as_well_is_undone_with_the_rest(done: Migration, git: Git) -> None:
    first = git(done.root, "log", "--format=%H", "--grep", "Codemods-Unit: app/u00.py")
    git(done.root, "switch", "--quiet", "main")
    git(done.root, "commit", "--quiet", "--allow-empty", "-m", "other")
    git(done.root, "cherry-pick", first)
    git(done.root, "merge", "--quiet", "--no-edit", "codemods/many")
    codemods(done.root, "undo", expect=0)
    assert done.changed() == set()
    tree(git, done.root)


def test_an_undo_that_was_reset_away_is_no_undo(done: Migration, git: Git) -> None:
    head = git(done.root, "rev-parse", "HEAD")
    codemods(done.root, "undo", expect=0)
    git(done.root, "reset", "--quiet", "--hard", head)
    codemods(done.root, "undo", expect=0)
    assert done.changed() == set()


def test_undone_redone_and_undone_again_it_counts_as_undone(done: Migration) -> None:
    codemods(done.root, "undo", expect=0)
    for _ in range(2):
        codemods(done.root, "undo", operations(done.root)[0]["id"], expect=0)
    first, *_, run = operations(done.root)
    assert run["undone_by"] != ""
    assert done.changed() == set()
    assert "nothing to undo" in codemods(done.root, "undo", expect=2)
    assert first["kind"] == "undo"


@pytest.mark.parametrize("bit", ["--assume-unchanged", "--skip-worktree"])
def test_edits_that_git_is_told_not_to_see_are_not_written_over(done: Migration, git: Git, bit: str) -> None:
    git(done.root, "update-index", bit, "app/u01.py")
    file = done.root / "app" / "u01.py"
    file.write_text(file.read_text() + "# mine\n")
    before = file.read_text()
    assert "app/u01.py" in codemods(done.root, "undo", expect=2)
    assert file.read_text() == before
    codemods(done.root, "rollback", "plan.yaml", "--file", "app/u02.py", expect=0)
    assert file.read_text() == before


def test_plain_git_revert_counts_and_so_does_its_revert(done: Migration, git: Git) -> None:
    root = done.root
    sha = git(root, "log", "--format=%H", "--grep", "Codemods-Unit: app/u02.py")
    git(root, "revert", "--no-edit", sha)
    assert "u02" in codemods(root, "status", "plan.yaml", expect=1)
    assert "Took back 3" in codemods(root, "rollback", "plan.yaml", "--all", expect=0)
    codemods(root, "undo", expect=0)
    revert = git(root, "log", "--format=%H", "-1", "--grep", "^This reverts commit " + sha)
    git(root, "revert", "--no-edit", revert)
    codemods(root, "status", "plan.yaml", expect=0)


def status(root: Path) -> set[str]:
    """The units that stand."""
    completed = run(root, "status", "plan.yaml", "--json")
    return {entry["unit"] for phase in json.loads(completed.stdout)["phases"] for entry in phase["done"]}


def test_a_merge_that_was_reverted_counts(done: Migration, git: Git) -> None:
    root = done.root
    git(root, "switch", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-ff", "--no-edit", "codemods/many")
    merge = git(root, "rev-parse", "HEAD")
    assert len(status(root)) == 4
    git(root, "revert", "--no-edit", "-m1", merge)
    assert status(root) == set()
    assert "nothing to take back" in codemods(root, "rollback", "plan.yaml", "--all", expect=2)
    git(root, "revert", "--no-edit", "HEAD")
    assert len(status(root)) == 4


def test_what_was_reverted_before_a_rebase_counts(done: Migration, git: Git) -> None:
    root = done.root
    git(root, "revert", "--no-edit", git(root, "log", "--format=%H", "--grep", "Codemods-Unit: app/u02.py"))
    git(root, "switch", "--quiet", "main")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "other")
    git(root, "rebase", "--quiet", "main", "codemods/many")
    assert status(root) == {"app/u00.py", "app/u01.py", "app/u03.py"}


def test_what_is_known_by_a_short_name_counts(done: Migration, git: Git) -> None:
    git(done.root, "config", "revert.reference", "true")
    git(done.root, "revert", "--no-edit", git(done.root, "log", "--format=%H", "--grep", "Codemods-Unit: app/u02.py"))
    assert "app/u02.py" not in status(done.root)


@pytest.mark.parametrize("indentation", ["", "    "])
def test_units_that_were_squashed_are_known_and_not_taken_back_by_the_way(
    done: Migration, git: Git, indentation: str
) -> None:
    root = done.root
    bodies = git(root, "log", "--reverse", "--format=* %B", "main..codemods/many")
    git(root, "switch", "--quiet", "main")
    git(root, "merge", "--quiet", "--squash", "codemods/many")
    git(root, "commit", "--quiet", "-m", "Migrate (#7)\n\n" + textwrap.indent(bodies, indentation))
    assert len(status(root)) == 4
    output = codemods(root, "rollback", "plan.yaml", "--unit", "app/u02.py", expect=2)
    assert "holds 4 units" in output
    assert done.changed() == set(names(4))
    git(root, "revert", "--no-edit", "HEAD")
    assert status(root) == set()


def test_the_log_tells_who_did_what_and_what_became_of_it(done: Migration) -> None:
    root = done.root
    codemods(root, "rollback", "plan.yaml", "--file", "app/u03.py", expect=0)
    rollback, run = operations(root)
    assert (run["kind"], run["who"], run["result"], run["counts"]) == (
        "apply",
        "Ada <ada@example.invalid>",
        "finished",
        {"committed": 4},
    )
    assert (rollback["selected"], rollback["counts"]) == ("file app/u03.py", {"taken back": 1})
    text = codemods(root, "log", expect=0)
    assert re.search(rf"{rollback['id']} .*Ada .*roll back file app/u03.py of many +finished: 1 taken back", text)


def test_the_log_of_an_operation_shows_diffs_validations_and_evidence(make_repo: MakeRepo, tmp_path: Path) -> None:
    rule = "print('broken: u01') if 'u01' in changed else None\n" + any_of(["u01"])
    phases = "  - {name: P0, files: rest, with: [check], on_failure: skip}\n"
    many = migration(make_repo, tmp_path, 2, rule, phases)
    many.apply(expect=1)
    name = operations(many.root)[0]["id"]
    text = codemods(many.root, "log", name, expect=0)
    assert "-from app.old import f" in text
    assert "+from app.new import f" in text
    assert "P0: app/u00.py: committed as" in text
    assert "validated by check" in text
    assert "P0: app/u01.py: rejected" in text
    assert "| broken: u01" in text
    only = json.loads(codemods(many.root, "log", name, "--unit", "app/u01.py", "--json", expect=0))
    assert [(unit["unit"], unit["diff"]) for unit in only["units"]] == [("app/u01.py", "")]
    assert only["validations"]
    assert all("app/u01.py" in done["units"] for done in only["validations"])
    assert "check on app/u01.py: failed" in codemods(many.root, "log", name, "--unit", "app/u01.py", expect=0)
    assert "app/u01.py" in codemods(many.root, "log", name, "--unit", "app/u10.py", expect=2)


def test_the_log_of_a_repository_where_nothing_was_done(make_repo: MakeRepo) -> None:
    root = make_repo({"a.py": ""})
    assert "Nothing was done here yet" in codemods(root, "log", expect=0)
    assert "nothing to undo" in codemods(root, "undo", expect=2)
    assert not (root / ".git" / "codemods" / "journal.jsonl").exists()


def test_a_clone_tells_of_what_was_done_elsewhere(done: Migration, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(done.root), "clone")
    told = codemods(tmp_path / "clone", "log", expect=0)
    assert "Nothing was done here yet.\nHEAD holds commits of the plan" in told
    assert "`codemods rollback` takes them back" in told


def test_a_dry_run_of_an_undo_names_what_it_would_undo(done: Migration) -> None:
    name = operations(done.root)[0]["id"]
    assert f"apply {name}, of " in codemods(done.root, "undo", "--dry-run", expect=0)
    codemods(done.root, "rollback", "plan.yaml", "--file", "app/u00.py", expect=0)
    told = codemods(done.root, "undo", "--dry-run", expect=0)
    assert told.startswith(f"rollback file app/u00.py {operations(done.root)[0]['id']}, of ")
