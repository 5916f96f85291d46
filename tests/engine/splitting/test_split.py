"""A plan in several branches: each correct by itself, as many as may be open, and further ones when some are merged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codemods.engine.splitting.groups import Group, branches_of, groups_of, naming
from codemods.journal import EventKind, Journal
from codemods.model import Change, Unit
from codemods.vcs import Repository
from tests.cli.commands import run
from tests.conftest import Files, copied, init_repo, run_git
from tests.engine.choosing.shop import ALL, FILES, PLAN, commit, previewed, verb

MadeOnce = Callable[[str, Callable[[Path], object]], Path]
MakeRepo = Callable[[Files], Path]
A, B, D, C, DELETE = ALL
WEB, OPS, NOBODY, CORE = (f"codemods/shop--{name}" for name in ("web", "ops-web", "nobody", "core"))
OWNERS = ("--split", "owners")


@pytest.fixture
def root(made_once: MadeOnce, tmp_path: Path) -> Path:
    return copied(made_once("shop", lambda folder: init_repo(folder, FILES)), tmp_path / "repo")


@pytest.fixture(scope="module")
def split_by_owners(made_once: MadeOnce) -> Path:
    """The shop in branches, to look at only."""

    def make(folder: Path) -> None:
        init_repo(folder, FILES)
        (folder.parent / "told").write_text(verb(folder, "apply", *OWNERS, expect=1).stdout)

    return made_once("split", make)


def split(root: Path, *arguments: str, expect: int = 1) -> dict[str, Any]:
    """What a split tells."""
    told: dict[str, Any] = json.loads(verb(root, "apply", "--json", *arguments, expect=expect).stdout)
    return told


def made(told: dict[str, Any]) -> dict[str, list[str]]:
    """The units that a split has committed, by branch."""
    return {
        one["branch"]: [unit["unit"] for unit in one["run"]["units"] if unit["state"] == "committed"]
        for one in told["branches"]
        if one["is_there"]
    }


def merge(root: Path, *branches: str) -> None:
    for branch in branches:
        run_git(root, "merge", "--quiet", "--no-edit", branch)


class TestOwners:
    def test_there_is_a_branch_for_each_set_of_owners_from_the_same_commit(self, split_by_owners: Path) -> None:
        root = split_by_owners
        log = {branch: run_git(root, "diff", "--name-only", "main", branch).split() for branch in (WEB, OPS, NOBODY)}
        assert log == {WEB: [A, B], OPS: [C], NOBODY: [D]}
        bases = {run_git(root, "merge-base", "main", branch) for branch in log}
        assert bases == {run_git(root, "rev-parse", "main")}
        assert run_git(root, "branch", "--show-current") == "main"
        assert run_git(root, "status", "--porcelain") == ""

    def test_what_depends_on_other_branches_waits_and_says_why(self, split_by_owners: Path) -> None:
        told = (split_by_owners.parent / "told").read_text()
        waiting = told.partition("They wait for other branches to be merged (1):\n")[2]
        assert waiting.startswith("  delete app.old: app/old.py:1: `app.old` stays: 6 reference(s) in 3 file(s)\n")
        assert "go on: `codemods apply plan.yaml --split owners`" in told
        assert run_git(split_by_owners, "branch", "--list", CORE) == ""

    def test_each_pull_request_has_a_text(self, split_by_owners: Path) -> None:
        text = (split_by_owners / f".git/codemods/pull-requests/{WEB}.md").read_text()
        sha = run_git(split_by_owners, "rev-parse", WEB)
        assert text.startswith(
            "# One way to send: @web (\\#7)\n\n2 commit(s) of the plan `shop` for `@web`, from `main` at"
        )
        assert "- Redirect `app.old.f` to `app.new.f`\n- Rewrite by `two`\n" in text
        assert f"| `app/api/b.py` | 3 | P0 | `{sha[:12]}` |\n" in text
        assert "app/d.py" not in text
        run_id = run_git(split_by_owners, "log", "-1", "--format=%(trailers:key=Codemods-Run,valueonly)", WEB)
        assert f"`codemods rollback plan.yaml --run {run_id}`" in text

    def test_what_had_to_wait_follows_once_the_others_are_merged(self, split_by_owners: Path, tmp_path: Path) -> None:
        other = copied(split_by_owners, tmp_path / "other")
        merge(other, WEB, OPS, NOBODY)
        assert made(split(other, *OWNERS, expect=0)) == {CORE: [DELETE]}
        merge(other, CORE)
        assert not (other / "app/old.py").exists()
        assert previewed(other, expect=0) == []

    def test_what_is_merged_can_be_taken_back_by_its_run(self, split_by_owners: Path, tmp_path: Path) -> None:
        root = copied(split_by_owners, tmp_path / "other")
        run_id = run_git(root, "log", "-1", "--format=%(trailers:key=Codemods-Run,valueonly)", WEB)
        merge(root, WEB)
        verb(root, "rollback", "--run", run_id, expect=0)
        assert previewed(root)[:2] == [A, B]


class TestOpenBranches:
    def test_no_more_are_open_than_may_be_and_the_next_call_goes_on(self, root: Path) -> None:
        first = split(root, *OWNERS, "--max-open", "1")
        assert made(first) == {WEB: [A, B]}
        assert [group["group"] for group in first["left"]] == ["nobody", "@ops @web", "@core"]
        again = split(root, *OWNERS, "--max-open", "1")
        assert (made(again), again["open"]) == ({}, [WEB])
        # Squashed: git does not know any more that it was merged.
        run_git(root, "merge", "--quiet", "--squash", WEB)
        run_git(root, "commit", "--quiet", "--message", "web")
        assert made(split(root, *OWNERS, "--max-open", "1")) == {NOBODY: [D]}

    def test_what_is_new_in_a_group_gets_another_branch(self, split_by_owners: Path, tmp_path: Path) -> None:
        root = copied(split_by_owners, tmp_path / "other")
        before = run_git(root, "rev-parse", "main")
        commit(root, "app/api/late.py", FILES[A])
        assert made(split(root, *OWNERS)) == {f"{WEB}-2": ["app/api/late.py"]}
        texts = {name: (root / f".git/codemods/pull-requests/{name}.md").read_text() for name in (WEB, f"{WEB}-2")}
        assert f"from `main` at `{before[:12]}`" in texts[WEB]
        assert f"from `main` at `{run_git(root, 'rev-parse', 'main')[:12]}`" in texts[f"{WEB}-2"]

    def test_a_split_goes_on_where_it_was_killed(self, split_by_owners: Path, tmp_path: Path) -> None:
        root = copied(split_by_owners, tmp_path / "other")
        run_git(root, "switch", "--quiet", WEB)
        run_git(root, "reset", "--quiet", "--hard", "HEAD^")
        told = split(root, *OWNERS)
        assert told["base"] == "main"
        assert made(told) == {WEB: [B]}
        text = (root / f".git/codemods/pull-requests/{WEB}.md").read_text()
        assert text.partition("## What")[2].count("| P0 |") == 2
        assert run_git(root, "branch", "--show-current") == "main"


class TestRuns:
    def test_each_branch_is_validated_by_itself(self, make_repo: MakeRepo) -> None:
        check = "validation:\n  check: {kind: command, run: [sh, check]}\n"
        text = PLAN.replace("files: rest", "files: rest, with: [check]") + check
        root = make_repo({**FILES, "plan.yaml": text, "check": "! grep -q app.new app/jobs/c.py app/api/*.py\n"})
        told = split(root, *OWNERS)
        # P1 has the check; c.py breaks it on its branch, while d.py is on one without the others.
        assert made(told) == {WEB: [A, B], NOBODY: [D]}
        assert run_git(root, "branch", "--list", OPS) == ""
        text = (root / f".git/codemods/pull-requests/{NOBODY}.md").read_text()
        assert "| check | 1 | 1 |" in text
        assert split(root, *OWNERS)["branches"] == []

    def test_what_needs_a_merge_waits_until_that_is_merged(self, make_repo: MakeRepo) -> None:
        merging = "merge:\n  - {module: app.old, into: app.new}\n"
        phases = "phases:\n  - {name: M, does: merge}\n  - {name: P, files: rest}\n"
        plan = f"schema: 1\nname: shop\n{merging}redirect:\n  - {{module: app.old, to: app.new}}\n{phases}"
        files = {
            **FILES,
            "plan.yaml": plan,
            "app/old.py": "def f():\n    return 1\n\n\ndef extra():\n    return 2\n",
            "app/api/b.py": "from app.old import extra\n",
            "check": "",
        }
        root = make_repo({path: text for path, text in files.items() if path not in ("app/d.py", C)})
        told = split(root, *OWNERS)
        assert made(told) == {CORE: ["merge app.old into app.new"]}
        assert {one["unit"] for one in told["waiting"]} == {A, B}
        assert "that merge is not done" in told["waiting"][0]["reason"]
        merge(root, CORE)
        assert made(split(root, *OWNERS, expect=0)) == {WEB: [A, B]}

    def test_folders_are_groups_too(self, root: Path) -> None:
        branches = {f"codemods/shop--app{name}": units for name, units in ((".api", [A, B]), ("", [D]), (".jobs", [C]))}
        assert made(split(root, "--split", "folder:2")) == branches

    @pytest.mark.parametrize(
        ("by", "groups"),
        [("folder", {"app": 4, "root": 1}), ("folder:2", {"app/api": 2, "app": 1, "app/jobs": 1, "root": 1})],
    )
    def test_a_folder_is_as_deep_as_is_said(self, split_by_owners: Path, by: str, groups: dict[str, int]) -> None:
        units = [Unit(path, "P0", (Change(path, b"", b"x"),)) for path in (*ALL[:-1], "setup.py")]
        found = groups_of(units, naming(by, Repository.discover(split_by_owners)))
        assert {group.name: len(group.units) for group in found} == groups

    def test_names_that_look_alike_in_a_branch_are_told_apart(self) -> None:
        groups = (Group("@a/b", ()), Group("@a.b", ()), Group("x.lock", ()))
        branches = branches_of("shop", groups)
        assert len(set(branches.values())) == 3
        assert branches["x.lock"] == "codemods/shop--x"

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ("--split team", "`--split team` splits by nothing that is known."),
            ("--split folder:0", "`--split folder:0` splits by nothing that is known."),
            ("--max-open 3", "--max-open is about the branches of --split."),
            ("--split owners --here", "--split and --here do not go together."),
            ("--split owners --interactive", "--split and --interactive do not go together."),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, root: Path, options: str, why: str) -> None:
        assert why in verb(root, "apply", *options.split(), expect=2).stderr

    def test_other_verbs_know_its_runs(self, split_by_owners: Path) -> None:
        assert len(json.loads(run(split_by_owners, "log", "--json").stdout)["operations"]) == 3
        repository = Repository.discover(split_by_owners)
        events = Journal(repository.common_dir / "codemods", lambda: None).events()  # type: ignore[arg-type, return-value]
        assert [event.data["branch"] for event in events if event.kind is EventKind.BRANCH_SPLIT] == [WEB, NOBODY, OPS]
