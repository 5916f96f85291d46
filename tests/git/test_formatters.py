"""Hooks that rewrite files: what they make is in the same commit, and nothing of it is left about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.conftest import run_git
from tests.git.situation import (
    AFTER,
    BEFORE,
    FILES,
    OTHER,
    PLAN,
    USER,
    MakeRepo,
    check_goes_back,
    check_migrates,
    hook,
    in_git,
    is_clean,
    states,
    succeed,
    tree,
    without,
)

if TYPE_CHECKING:
    from pathlib import Path


class TestFormatting:
    def test_what_a_formatter_makes_of_it_is_in_the_commit(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, USER: BEFORE.replace("f()", "f( )")})
        hook(root, "pre-commit", "sed -i 's/f( )/f()/' app/user.py\ngit add app/user.py\n")
        check_migrates(root)
        check_goes_back(root, before=BEFORE.replace("f()", "f( )"))

    def test_what_a_formatter_does_not_stage_is_told_and_put_back(self, repo: Path) -> None:
        hook(repo, "pre-commit", "sed -i 's/VALUE/value/' app/user.py\n")
        text = succeed(repo, "apply", "plan.yaml")
        assert in_git(repo, USER) == AFTER.encode()
        assert (repo / USER).read_text() == AFTER
        assert is_clean(repo)
        assert "A hook changed files that git tracks: app/user.py (changed, put back; a copy is " in text
        [copy] = (repo / ".git/codemods/changed").rglob("user.py")
        assert copy.read_text() == AFTER.replace("VALUE", "value")

    def test_a_formatter_that_takes_the_change_back_is_told(self, repo: Path) -> None:
        hook(repo, "pre-commit", "sed -i 's/app.new/app.old/' app/user.py\ngit add app/user.py\n")
        text = succeed(repo, "apply", "plan.yaml", expect=1)
        assert in_git(repo, USER) == BEFORE.encode()
        assert is_clean(repo)
        assert "hook" in text
        assert run_git(repo, "rev-list", "--count", "main..") == "0"

    def test_a_formatter_that_disagrees_is_told_and_does_not_go_on_for_ever(self, repo: Path) -> None:
        # The old form beside the new one: the plan would rewrite that again, and the hook bring it back.
        script = (
            "grep -q again app/user.py || echo 'from app.old import f as again' >> app/user.py\ngit add app/user.py\n"
        )
        hook(repo, "pre-commit", script)
        first = succeed(repo, "apply", "plan.yaml", expect=1)
        assert "A hook has made of app/user.py what the plan would change again" in first
        assert is_clean(repo)
        counted = run_git(repo, "rev-list", "--count", "HEAD")
        hook(repo, "pre-commit", "git checkout --quiet HEAD -- app/user.py\n")
        assert "a hook took the change of app/user.py back" in succeed(repo, "apply", "plan.yaml", expect=1)
        assert run_git(repo, "rev-list", "--count", "HEAD") == counted

    def test_other_files_that_a_hook_changes_and_stages(self, repo: Path) -> None:
        hook(repo, "pre-commit", "echo '# formatted' >> app/other.py\ngit add app/other.py\n")
        text = succeed(repo, "apply", "plan.yaml")
        assert "A hook put other files into the commit of app/user.py: app/other.py." in text
        assert is_clean(repo)
        assert (repo / "app/other.py").read_text() == f"{OTHER}# formatted\n"
        succeed(repo, "status", "plan.yaml")
        (repo / ".git/hooks/pre-commit").unlink()
        succeed(repo, "rollback", "plan.yaml", "--file", "app/other.py")
        assert run_git(repo, "diff", "main") == ""

    def test_new_files_that_a_hook_adds(self, repo: Path) -> None:
        hook(repo, "pre-commit", "date > app/stamp.txt\ngit add app/stamp.txt\n")
        text = succeed(repo, "apply", "plan.yaml")
        assert "A hook put other files into the commit of app/user.py: app/stamp.txt." in text
        assert is_clean(repo)
        assert (repo / "app/stamp.txt").exists()

    def test_new_files_that_a_hook_leaves_about(self, repo: Path) -> None:
        hook(repo, "pre-commit", "echo checked > app/report.txt\n")
        succeed(repo, "apply", "plan.yaml")
        assert (repo / "app/report.txt").read_text() == "checked\n"
        assert run_git(repo, "ls-files", "app/report.txt") == ""
        assert in_git(repo, USER) == AFTER.encode()

    def test_a_hook_that_deletes_the_file(self, repo: Path) -> None:
        before = tree(repo)
        hook(repo, "pre-commit", "git rm --quiet --force --cached app/user.py\nrm app/user.py\n")
        text = succeed(repo, "apply", "plan.yaml", expect=1)
        assert "app/user.py" in text
        assert tree(repo) == before
        assert is_clean(repo)
        assert in_git(repo, USER) == BEFORE.encode()

    def test_a_hook_that_only_removes_the_file_from_the_work_tree(self, repo: Path) -> None:
        hook(repo, "pre-commit", "rm app/user.py\n")
        succeed(repo, "apply", "plan.yaml")
        assert in_git(repo, USER) == AFTER.encode()
        assert (repo / USER).read_text() == AFTER
        assert is_clean(repo)

    def test_a_hook_that_makes_the_file_a_program(self, repo: Path) -> None:
        hook(repo, "pre-commit", "chmod +x app/user.py\ngit add app/user.py\n")
        succeed(repo, "apply", "plan.yaml")
        assert run_git(repo, "ls-files", "-s", USER).startswith("100755 ")
        assert is_clean(repo)

    def test_one_that_stashes_what_is_not_staged(self, repo: Path) -> None:
        # As the framework pre-commit does: a diff to the index is kept, taken away, and put back.
        script = (
            "git diff --ignore-submodules --binary --no-color --no-ext-diff > .git/patch\n"
            "git checkout -- .\n"
            "sed -i 's/= f()/= f( )/' app/user.py\n"
            "git diff --quiet || changed=1\n"
            "[ ! -s .git/patch ] || git apply --whitespace=nowarn .git/patch\n"
            '[ -z "$changed" ] || { echo files were modified by this hook; exit 1; }\n'
        )
        hook(repo, "pre-commit", script)
        (repo / "notes.txt").write_text("mine\n")
        others = without(tree(repo), USER)
        succeed(repo, "apply", "plan.yaml")
        assert in_git(repo, USER).decode() == (repo / USER).read_text() == AFTER.replace("f()", "f( )")
        assert without(tree(repo), USER) == others
        assert is_clean(repo)
        tip = run_git(repo, "rev-parse", "HEAD")
        succeed(repo, "apply", "plan.yaml")
        assert run_git(repo, "rev-parse", "HEAD") == tip

    def test_one_that_stashes_with_git_stash(self, repo: Path) -> None:
        hook(repo, "pre-commit", "git stash push --quiet --keep-index\ngit stash pop --quiet 2>/dev/null\nexit 0\n")
        succeed(repo, "apply", "plan.yaml")
        assert (repo / USER).read_text() == AFTER
        assert in_git(repo, USER) == AFTER.encode()
        assert is_clean(repo)

    def test_a_hook_that_formats_is_judged_with_it(self, make_repo: MakeRepo) -> None:
        # What the formatter has made is validated at the end of the phase.
        check = "validation: {check: {kind: command, run: [python, check.py]}}\n"
        root = make_repo(
            {
                **FILES,
                "plan.yaml": (PLAN % ", with: [check], on_failure: skip") + check,
                "check.py": "import sys\nsys.exit('broken' in open('app/user.py').read())\n",
            }
        )
        hook(
            root,
            "pre-commit",
            "grep -q app.new app/user.py || exit 0\necho broken >> app/user.py\ngit add app/user.py\n",
        )
        text = succeed(root, "apply", "plan.yaml", expect=1)
        assert in_git(root, USER) == BEFORE.encode()
        assert "app/user.py rejected" in text
        assert is_clean(root)


def test_the_journal_agrees_with_git_after_a_formatter(repo: Path) -> None:
    hook(repo, "pre-commit", "echo '# formatted' >> app/user.py\ngit add app/user.py\n")
    assert states(repo, expect=0) == {USER: "committed"}
    lines = (repo / ".git/codemods/journal.jsonl").read_text().splitlines()
    [committed] = [event["data"] for event in map(json.loads, lines) if event["kind"] == "unit-committed"]
    assert committed["sha"] == run_git(repo, "rev-parse", "HEAD")
    assert in_git(repo, USER).decode() == f"{AFTER}# formatted\n"
    succeed(repo, "apply", "plan.yaml")
    succeed(repo, "status", "plan.yaml")
