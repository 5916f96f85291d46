"""Hooks: what they refuse is rejected, what they rewrite is in the same commit, and nobody else's work is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    check_whole_way,
    configure,
    hook,
    in_git,
    is_clean,
    program,
    refuse,
    succeed,
    told,
    trailer,
    tree,
    without,
)

TWO = {**FILES, "app/zuser.py": BEFORE, "plan.yaml": PLAN % ", on_failure: skip"}


class TestRefusing:
    def test_a_hook_that_refuses_one_file(self, make_repo: MakeRepo) -> None:
        root = make_repo(TWO)
        others = without(tree(root), "app/zuser.py")
        hook(
            root, "pre-commit", "git diff --cached --name-only | grep -q '/user' && { echo no user; exit 1; }\nexit 0\n"
        )
        text = succeed(root, "apply", "plan.yaml", expect=1)
        assert "app/user.py rejected" in text
        assert "no user" in text
        assert (root / "app/zuser.py").read_text() == AFTER
        assert without(tree(root), "app/zuser.py") == others
        assert is_clean(root)
        assert run_git(root, "rev-list", "--count", "main..") == "1"

    @pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
    def test_whichever_hook_refuses(self, repo: Path, name: str) -> None:
        before = tree(repo)
        hook(repo, name, "echo that is not allowed >&2\nexit 1\n")
        assert "that is not allowed" in succeed(repo, "apply", "plan.yaml", expect=1)
        assert tree(repo) == before
        assert is_clean(repo)
        assert run_git(repo, "rev-list", "--count", "main..") == "0"

    def test_a_rollback_asks_no_hook_as_git_revert_does(self, repo: Path) -> None:
        check_migrates(repo)
        hook(repo, "pre-commit", "echo not on a Friday\nexit 1\n")
        check_goes_back(repo)

    def test_a_rollback_that_a_hook_of_refs_refuses_leaves_what_was(self, repo: Path) -> None:
        check_migrates(repo)
        before = tree(repo)
        hook(repo, "reference-transaction", "grep -q refs/heads/ || exit 0\necho not on a Friday >&2\nexit 1\n")
        refuse(repo, "rollback", "plan.yaml", "--all", saying="not on a Friday")
        assert (tree(repo), is_clean(repo)) == (before, True)
        (repo / ".git/hooks/reference-transaction").unlink()
        check_goes_back(repo)

    def test_a_hook_that_changes_the_file_and_then_refuses(self, repo: Path) -> None:
        before = tree(repo)
        hook(repo, "pre-commit", "echo '# formatted' >> app/user.py\ngit add app/user.py\nexit 1\n")
        text = succeed(repo, "apply", "plan.yaml", expect=1)
        assert "app/user.py rejected" in text
        assert tree(repo) == before
        assert is_clean(repo)

    def test_a_hook_that_changes_the_file_and_then_refuses_as_formatters_do(self, repo: Path) -> None:
        # Without staging it: the next `git commit` would hold it.
        # Whoever commits again then commits what the formatter has made.
        script = "grep -q VALUE app/user.py || exit 0\nsed -i 's/VALUE/value/' app/user.py\necho reformatted\nexit 1\n"
        hook(repo, "pre-commit", script)
        check_migrates(repo, after=AFTER.replace("VALUE", "value"))
        (repo / ".git/hooks/pre-commit").unlink()
        check_goes_back(repo)

    def test_output_that_no_terminal_should_get(self, repo: Path) -> None:
        hook(repo, "pre-commit", "printf '\\033]0;owned\\007 \\377\\n' >&2\nexit 1\n")
        text = succeed(repo, "apply", "plan.yaml", expect=1)
        assert "\x1b" not in text
        assert "\x07" not in text

    def test_a_megabyte_of_output(self, repo: Path) -> None:
        hook(repo, "pre-commit", "yes no | head -c 1000000\nexit 1\n")
        text = succeed(repo, "apply", "plan.yaml", expect=1)
        assert len(text) < 20_000


class TestMessages:
    def test_a_hook_that_adds_a_trailer(self, repo: Path) -> None:
        hook(repo, "commit-msg", "git interpret-trailers --in-place --trailer 'Change-Id: I123' \"$1\"\n")
        check_migrates(repo)
        assert trailer(repo, "Change-Id") == "I123"
        check_goes_back(repo)

    @pytest.mark.parametrize("name", ["prepare-commit-msg", "commit-msg"])
    def test_a_hook_that_writes_below_our_trailers(self, repo: Path, name: str) -> None:
        hook(repo, name, "printf '\\nSigned in Geneva.\\n\\nSee-also: X-1\\n' >> \"$1\"\n")
        check_migrates(repo)
        check_goes_back(repo)

    def test_a_hook_that_writes_above(self, repo: Path) -> None:
        hook(repo, "prepare-commit-msg", "sed -i '1s/^/[X-1] /' \"$1\"\n")
        check_whole_way(repo)
        assert run_git(repo, "log", "-1", "--format=%s", "HEAD^").startswith("[X-1] ")

    def test_a_hook_that_throws_our_trailers_away(self, repo: Path) -> None:
        hook(repo, "commit-msg", "echo 'A message of my own' > \"$1\"\n")
        before = tree(repo)
        text = succeed(repo, "apply", "plan.yaml", "--here", expect=2)
        assert "A hook took the trailers out of the message of app/user.py" in text
        assert tree(repo) == before
        assert is_clean(repo)
        assert run_git(repo, "rev-list", "--count", "HEAD") == "1"
        (repo / ".git/hooks/commit-msg").unlink()
        check_whole_way(repo, "--here")

    def test_a_hook_that_wraps_lines(self, make_repo: MakeRepo) -> None:
        path = f"app/{'long_' * 20}.py"
        files = {key: text for key, text in FILES.items() if key != USER}
        root = make_repo({**files, path: BEFORE})
        hook(root, "commit-msg", "sed -i 's/^Codemods-Unit: /&\\n  /' \"$1\"\n")
        check_migrates(root, path=path)
        assert f"Codemods-Unit:\n  {path}" in run_git(root, "log", "-1", "--format=%B")
        check_goes_back(root, path=path)

    def test_a_hook_that_breaks_lines(self, repo: Path) -> None:
        # What is left of the trailer names another unit.
        before = tree(repo)
        hook(repo, "commit-msg", 'fold -w 20 "$1" > "$1.new" && mv "$1.new" "$1"\n')
        assert "trailers" in succeed(repo, "apply", "plan.yaml", expect=2)
        assert tree(repo) == before
        assert is_clean(repo)


class TestAfterwards:
    @pytest.mark.parametrize("name", ["post-commit", "post-rewrite", "post-index-change"])
    def test_a_hook_that_fails_after_the_commit(self, repo: Path, name: str) -> None:
        hook(repo, name, "echo too late >&2\nexit 1\n")
        check_whole_way(repo)

    def test_a_hook_that_fails_after_the_branch_is_checked_out(self, repo: Path) -> None:
        # git has switched all the same.
        hook(repo, "post-checkout", "echo cannot build >&2\nexit 1\n")
        check_migrates(repo)

    def test_a_hook_that_refuses_the_ref(self, repo: Path) -> None:
        before = tree(repo)
        script = (
            '[ "$1" = prepared ] || exit 0\nwhile read old new ref; do case $ref in refs/heads/*) exit 1;; esac; done\n'
        )
        hook(repo, "reference-transaction", script)
        told_ = told(repo, "apply", "plan.yaml")
        assert told_.status != 0
        assert "hook" in told_.text
        assert tree(repo) == before
        assert is_clean(repo)

    def test_a_hook_that_changes_the_file_after_the_commit(self, repo: Path) -> None:
        hook(repo, "post-commit", "echo '# later' >> app/user.py\n")
        text = succeed(repo, "apply", "plan.yaml")
        assert in_git(repo, USER) == AFTER.encode()
        assert "app/user.py" in text
        assert (repo / USER).read_text() in (AFTER, AFTER + "# later\n")

    def test_a_hook_that_commits_after_the_commit(self, make_repo: MakeRepo) -> None:
        root = make_repo(TWO)
        script = "[ -f .git/once ] && exit 0\ntouch .git/once\ngit commit --quiet --allow-empty -m 'chore: version'\n"
        hook(root, "post-commit", script)
        ran = told(root, "apply", "plan.yaml")
        if ran.status:
            assert "HEAD has moved" in ran.text
            succeed(root, "apply", "plan.yaml")
        assert (root / USER).read_text() == (root / "app/zuser.py").read_text() == AFTER
        assert trailer(root, "Codemods-Unit") == "app/zuser.py"
        succeed(root, "status", "plan.yaml")
        succeed(root, "rollback", "plan.yaml", "--all")
        assert run_git(root, "diff", "main") == ""

    def test_a_hook_that_amends_the_commit(self, repo: Path) -> None:
        script = "[ -f .git/once ] && exit 0\ntouch .git/once\ngit commit --quiet --amend --no-edit --date=now\n"
        hook(repo, "post-commit", script)
        check_migrates(repo)
        check_goes_back(repo)


class TestPlaces:
    def test_hooks_in_a_folder_of_the_work_tree(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, ".husky/pre-commit": "#!/bin/sh\necho ran >> .git/ran\n"})
        (root / ".husky/pre-commit").chmod(0o755)
        run_git(root, "commit", "--quiet", "-am", "mode")
        configure(root, "core.hooksPath=.husky")
        check_whole_way(root)
        assert (root / ".git/ran").read_text() == "ran\n"

    def test_hooks_outside(self, repo: Path, tmp_path: Path) -> None:
        program(tmp_path / "hooks" / "pre-commit", f"pwd > '{tmp_path}/where'\n")
        configure(repo, f"core.hooksPath={tmp_path / 'hooks'}")
        check_migrates(repo)
        assert Path((tmp_path / "where").read_text().strip()).samefile(repo)

    def test_hooks_in_a_folder_that_is_not_there(self, repo: Path) -> None:
        configure(repo, "core.hooksPath=.nowhere")
        check_whole_way(repo)

    def test_a_hook_that_is_no_program(self, repo: Path) -> None:
        hook(repo, "pre-commit", "exit 1\n")
        (repo / ".git/hooks/pre-commit").chmod(0o644)
        check_whole_way(repo)

    def test_a_hook_whose_interpreter_is_missing(self, repo: Path) -> None:
        before = tree(repo)
        hook(repo, "pre-commit", "")
        (repo / ".git/hooks/pre-commit").write_text("#!/nonexistent/python\n")
        text = told(repo, "apply", "plan.yaml")
        assert text.status in (1, 2)
        assert "cannot run .git/hooks/pre-commit" in text.text or "cannot exec" in text.text
        assert tree(repo) == before

    def test_a_hook_that_asks_gets_no_answer_and_does_not_wait(self, repo: Path) -> None:
        hook(repo, "pre-commit", "read answer && exit 1\n[ -t 0 ] && exit 1\nexit 0\n")
        check_whole_way(repo)

    def test_a_hook_that_asks_the_terminal(self, repo: Path) -> None:
        # Where nobody is at one, it cannot be opened: the hook says so, and the unit is not committed.
        hook(repo, "commit-msg", "exec 3< /dev/tty || { echo no terminal; exit 1; }\nexit 0\n")
        ran = told(repo, "apply", "plan.yaml")
        assert ran.status in (0, 1)
        assert is_clean(repo)

    def test_a_hook_that_runs_git(self, repo: Path) -> None:
        # With the variables that git gives it.
        hook(repo, "pre-commit", 'git status --porcelain > .git/seen\n[ -n "$GIT_INDEX_FILE" ]\n')
        check_whole_way(repo)
        assert (repo / ".git/seen").read_text().startswith("M  app/user.py")

    def test_a_hook_that_leaves_something_running(self, repo: Path) -> None:
        hook(repo, "post-commit", "sleep 600 > /dev/null 2>&1 &\necho $! >> .git/pids\n")
        try:
            check_migrates(repo)
        finally:
            for pid in (repo / ".git/pids").read_text().split():
                run_git(repo, "-c", f"alias.end=!kill {pid}", "end")

    def test_a_slow_hook(self, repo: Path) -> None:
        hook(repo, "pre-commit", "sleep 1\n")
        check_migrates(repo)


def test_what_somebody_has_staged_meanwhile_is_not_committed(make_repo: MakeRepo) -> None:
    root = make_repo(TWO)
    script = "[ -f .git/once ] && exit 0\ntouch .git/once\necho mine >> app/other.py\n"
    script += "unset GIT_INDEX_FILE\ngit add app/other.py\n"
    hook(root, "post-commit", script)
    text = succeed(root, "apply", "plan.yaml")
    assert in_git(root, "app/other.py") == OTHER.encode()
    assert is_clean(root)
    # Nobody can tell whether a hook has done it: it is told, and a copy is kept.
    assert "app/other.py (changed, put back; a copy is " in text
    [copy] = (root / ".git/codemods/changed").rglob("other.py")
    assert copy.read_text() == f"{OTHER}mine\n"
