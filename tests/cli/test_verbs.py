"""The verbs on real repositories: what they print, what they exit with, and what they leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks import BASE, plan_text
from tests.cli.commands import COMMAND, codemods, codemods_forked, run, run_forked
from tests.conftest import Files, copied, init_repo, write_files

MakeRepo = Callable[[Files], Path]
MadeOnce = Callable[[str, Callable[[Path], object]], Path]
Git = Callable[..., str]
FILES = {
    **BASE,
    "u.py": "from a.b import f\nf()\n",
    "v.py": "from a.b import K, f\nf(K)\n",
    "w.py": "import a.b\na.b.f()\n",
    "x.py": "print('a.b.f')\n",
    "broken.py": "print 'f'\n",
    "check.py": "import sys, v\nsys.exit('g' in vars(v))\n",
}
PHASES = """\
phases:
  - {name: P0, files: [u.py], with: [imports, check], on_failure: skip}
  - {name: P1, files: [v.py, w.py], with: [imports, check], on_failure: skip}
  - {name: P2, files: rest}
validation:
  check: {kind: command, run: [python, check.py], timeout: 30}
commit:
  message: "fix: {{ file }} to {{ new }}\\n\\n# kept\\n\\nSigned-off-by: Ada <ada@example.invalid>\\n"
"""


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


@pytest.fixture
def repo(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, "plan.yaml": plan_text(rest=PHASES)})


@pytest.fixture
def applied(made_once: MadeOnce, tmp_path: Path) -> Path:
    """The same repository once its plan was carried out."""

    def apply(root: Path) -> None:
        init_repo(root, {**FILES, "plan.yaml": plan_text(rest=PHASES)})
        codemods(root, "apply", "plan.yaml", expect=1)

    return copied(made_once("applied", apply), tmp_path / "repo")


def snapshot(root: Path, git: Git) -> tuple[str, ...]:
    """All that a command may not touch: commits, branch, index, work tree."""
    return git(root, "log", "--all", "--format=%H"), git(root, "status", "--porcelain", "-b"), git(root, "for-each-ref")


class TestPreview:
    def test_shows_diffs_counts_and_what_needs_a_person(self, repo: Path, git: Git) -> None:
        before = snapshot(repo, git)
        output = codemods(repo, "preview", "plan.yaml", expect=1)
        assert "+from c.d import g\n" in output
        assert "x.py:1:7: a.b.f (string): a string is its name" in output
        assert "broken.py: line 1: Missing parentheses" in output
        assert "3 file(s) to change of 12 searched. References: 7 found = 6 rewritten + 0 left + 1 review" in output
        assert snapshot(repo, git) == before

    def test_its_diff_can_be_applied_by_git(self, repo: Path, git: Git) -> None:
        diff = repo / "diff"
        diff.write_text(codemods_forked(repo, "preview", "plan.yaml", expect=1))
        git(repo, "apply", "diff")
        assert (repo / "u.py").read_text() == "from c.d import g\ng()\n"

    def test_nothing_to_do(self, make_repo: MakeRepo) -> None:
        root = make_repo({**BASE, "plan.yaml": plan_text()})
        assert "0 file(s) to change" in codemods(root, "preview", "plan.yaml", expect=0)

    def test_counts_by_form(self, repo: Path) -> None:
        output = codemods(repo, "preview", "plan.yaml", "--summary", expect=1)
        rows = [line.split() for line in output.splitlines() if line.startswith(("from-import", "name", "string"))]
        assert rows == [
            ["from-import", "2", "2", "0", "0", "0"],
            ["name", "2", "2", "0", "0", "0"],
            ["string", "1", "0", "0", "1", "0"],
        ]

    def test_files_outside_python(self, repo: Path, git: Git) -> None:
        write_files(
            repo, {"README.md": "Call `a.b.f`, or `a.b.f2`.\n", "pyproject.toml": "[project.scripts]\nx = 'a.b:f'\n"}
        )
        git(repo, "add", "--all")
        git(repo, "commit", "--quiet", "--message", "more")
        listed = codemods(repo, "preview", "plan.yaml", expect=1)
        assert "README.md:1:7: a.b.f (outside-python): outside Python: `--non-python` rewrites it" in listed
        shown = codemods(repo, "preview", "plan.yaml", "--non-python", expect=1)
        assert "+Call `c.d.g`, or `a.b.f2`.\n" in shown
        assert "+x = 'c.d:g'\n" in shown
        codemods(repo, "apply", "plan.yaml", "--non-python", "--here", expect=1)
        assert "c.d:g" in (repo / "pyproject.toml").read_text()

    def test_json(self, repo: Path) -> None:
        shown = json.loads(codemods(repo, "preview", "plan.yaml", "--json", expect=1))
        assert shown["version"] == 1
        assert shown["totals"]["found"] == sum(shown["totals"][d] for d in ("rewritten", "left", "review", "blocked"))
        assert [file["path"] for file in shown["phases"][1]["files"]] == ["v.py", "w.py"]

    def test_reads_the_work_tree_but_only_tracked_files(self, repo: Path) -> None:
        write_files(repo, {"untracked.py": "from a.b import f\n"})
        assert "untracked" not in codemods(repo, "preview", "plan.yaml", expect=1)

    def test_runs_from_a_folder_below(self, repo: Path) -> None:
        assert "u.py" in codemods(repo / "a", "preview", "../plan.yaml", expect=1)


class TestApply:
    def test_commits_what_holds_and_takes_back_what_does_not(self, repo: Path, git: Git) -> None:
        preview = json.loads(codemods(repo, "preview", "plan.yaml", "--json", expect=1))
        output = codemods(repo, "apply", "plan.yaml", expect=1)
        assert "v.py rejected: check: exit status 1" in output
        assert git(repo, "branch", "--show-current") == "codemods/test"
        assert git(repo, "log", "--format=%s", "main..") == "fix: w.py to c.d.g\nfix: u.py to c.d.g"
        assert git(repo, "status", "--porcelain") == ""
        assert (repo / "v.py").read_text() == FILES["v.py"]
        for unit in ("u.py", "w.py"):
            sha = git(repo, "log", "--format=%H", "-1", "--", unit)
            diff = next(f["diff"] for p in preview["phases"] for f in p["files"] if f["path"] == unit)
            assert [line for line in git(repo, "show", sha).splitlines() if line.startswith(("+", "-"))] == [
                line for line in diff.splitlines() if line.startswith(("+", "-"))
            ]

    def test_commits_carry_trailers(self, applied: Path, git: Git) -> None:
        trailers = git(applied, "log", "-1", "--format=%(trailers:only,unfold)").splitlines()
        assert trailers[0] == "Signed-off-by: Ada <ada@example.invalid>"
        assert [line.partition(":")[0] for line in trailers[1:]] == [
            f"Codemods-{n}" for n in ("Plan", "Phase", "Run", "Unit")
        ]
        assert "# kept" in git(applied, "log", "-1", "--format=%B")

    def test_again_repeats_nothing(self, applied: Path, git: Git) -> None:
        before = snapshot(applied, git)
        assert "not tried again" in codemods(applied, "apply", "plan.yaml", expect=1)
        assert snapshot(applied, git) == before

    def test_again_goes_on_from_the_branch_it_left(self, applied: Path, git: Git) -> None:
        git(applied, "switch", "--quiet", "main")
        codemods(applied, "apply", "plan.yaml", expect=1)
        assert git(applied, "rev-list", "--count", "main..codemods/test") == "2"

    def test_retry_tries_rejected_units_again(self, applied: Path, git: Git) -> None:
        write_files(applied, {"check.py": ""})
        git(applied, "commit", "--quiet", "-am", "mend the check")
        codemods(applied, "apply", "plan.yaml", expect=1)
        assert "1 commit(s)" in codemods(applied, "apply", "plan.yaml", "--retry", expect=0)

    def test_a_phase_that_stops(self, repo: Path, git: Git) -> None:
        write_files(
            repo, {"plan.yaml": (repo / "plan.yaml").read_text().replace("on_failure: skip", "on_failure: stop")}
        )
        git(repo, "commit", "--quiet", "-am", "stop")
        assert "The run stopped" in codemods(repo, "apply", "plan.yaml", expect=1)
        assert git(repo, "rev-list", "--count", "main..") == "1"

    def test_a_phase_that_is_rolled_back(self, repo: Path, git: Git) -> None:
        plan = (
            plan_text(rest=PHASES)
            .replace("[v.py, w.py]", "[w.py, v.py]")
            .replace("skip}\n  - {name: P2", "rollback-phase}\n  - {name: P2")
        )
        write_files(repo, {"plan.yaml": plan})
        git(repo, "commit", "--quiet", "-am", "roll back")
        assert "1 rolled back," in codemods(repo, "apply", "plan.yaml", expect=1)
        assert git(repo, "diff", "--name-only", "main") == "u.py"

    def test_one_validation_for_a_phase_takes_all_or_nothing(self, repo: Path, git: Git) -> None:
        plan = plan_text(rest=PHASES).replace("files: [v.py, w.py]", "files: [v.py, w.py], validate: phase")
        write_files(repo, {"plan.yaml": plan})
        git(repo, "commit", "--quiet", "-am", "validate once")
        assert "2 rejected" in codemods(repo, "apply", "plan.yaml", expect=1)
        assert git(repo, "diff", "--name-only", "main") == "u.py"

    def test_one_commit_for_a_phase(self, make_repo: MakeRepo, git: Git) -> None:
        root = make_repo({**FILES, "plan.yaml": plan_text(rest="phases: [{name: P0, files: rest, commit: phase}]\n")})
        codemods(root, "apply", "plan.yaml", "--here", expect=0)
        assert git(root, "rev-list", "--count", "HEAD") == "2"
        assert git(root, "branch", "--show-current") == "main"
        codemods(root, "rollback", "plan.yaml", "--all", expect=0)
        assert git(root, "diff", "HEAD~2") == ""

    def test_a_hook_that_refuses_rejects_the_unit(self, repo: Path, git: Git) -> None:
        hook = repo / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\ngit diff --cached --name-only | grep -q u.py && echo not u.py && exit 1\nexit 0\n")
        hook.chmod(0o755)
        assert "not u.py" in codemods(repo, "apply", "plan.yaml", expect=1)
        assert git(repo, "log", "--format=%s", "main..") == "fix: w.py to c.d.g"
        assert git(repo, "status", "--porcelain") == ""

    def test_mode_bits_and_untracked_files_stay(self, repo: Path, git: Git) -> None:
        (repo / "u.py").chmod(0o755)
        git(repo, "commit", "--quiet", "-am", "executable")
        write_files(repo, {"notes.txt": "mine"})
        codemods(repo, "apply", "plan.yaml", expect=1)
        assert os.access(repo / "u.py", os.X_OK)
        assert (repo / "notes.txt").read_text() == "mine"

    def test_interrupted(self, repo: Path, git: Git) -> None:
        write_files(
            repo, {"check.py": "import os, time, u\nif 'g' in vars(u):\n    open('waiting', 'w')\n    time.sleep(60)\n"}
        )
        git(repo, "commit", "--quiet", "-am", "slow")
        process = subprocess.Popen(
            [*COMMAND, "apply", "--yes", "plan.yaml"],
            cwd=repo,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for _ in range(300):
            if (repo / "waiting").exists():
                break
            time.sleep(0.1)
        assert (repo / "u.py").read_text() != FILES["u.py"]
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "Run `codemods apply plan.yaml` to go on" in output
        assert git(repo, "status", "--porcelain", "-uno") == ""

    def test_killed_and_run_again(self, repo: Path, git: Git) -> None:
        write_files(
            repo,
            {
                "check.py": "import os, signal, u\n"
                "if 'g' in vars(u) and not os.path.exists('once'):\n"
                "    open('once', 'w')\n"
                "    os.kill(os.getppid(), signal.SIGKILL)\n"
            },
        )
        git(repo, "commit", "--quiet", "-am", "kills us")
        assert run_forked(repo, "apply", "--yes", "plan.yaml").returncode == -signal.SIGKILL
        assert git(repo, "status", "--porcelain", "-uno") == "M u.py"
        assert "u.py was half done" in codemods(repo, "apply", "plan.yaml", expect=0)
        assert git(repo, "rev-list", "--count", "main..") == "3"
        assert git(repo, "status", "--porcelain", "-uno") == ""

    def test_what_a_validation_writes_is_told_and_not_committed(self, repo: Path, git: Git) -> None:
        code = "import u\nif 'g' in vars(u):\n    [open(name, 'a').write('#mine\\n') for name in ('u.py', 'w.py')]\n"
        write_files(repo, {"check.py": code})
        git(repo, "commit", "--quiet", "-am", "meddles")
        output = codemods(repo, "apply", "plan.yaml", expect=0)
        copies = repo / ".git" / "codemods" / "changed"
        assert f"w.py (changed, put back; a copy is {copies}" in output
        assert "mine" not in git(repo, "log", "-p", "main..HEAD")
        assert git(repo, "status", "--porcelain") == ""
        assert sorted(file.name for file in copies.rglob("*.py")) == ["u.py", "w.py"]
        assert all(file.read_text().endswith("#mine\n") for file in copies.rglob("*.py"))


class TestGitAsPeopleHaveIt:
    PLAN = plan_text(rest="phases: [{name: P0, files: rest}]\n")

    def test_odd_file_names(self, make_repo: MakeRepo, git: Git) -> None:
        names = ("sp ace.py", "ü.py", "-dash.py", "[x]*.py", "new\nline.py", ":(top)x.py", "q'uote\".py", "\x1b[31m.py")
        root = make_repo({**BASE, "plan.yaml": self.PLAN, **dict.fromkeys(names, FILES["u.py"])})
        output = codemods(root, "apply", "plan.yaml", expect=0)
        assert "new\\nline.py committed" in output
        assert "\\x1b[31m.py committed" in output
        assert git(root, "rev-list", "--count", "main..") == str(len(names))
        codemods(root, "rollback", "plan.yaml", "--all", expect=0)
        assert git(root, "diff", "main") == ""

    def test_line_ends_that_git_converts(self, make_repo: MakeRepo, git: Git) -> None:
        files = {
            **BASE,
            "plan.yaml": self.PLAN,
            "u.py": FILES["u.py"].replace("\n", "\r\n"),
            ".gitattributes": "*.py text eol=crlf\n",
        }
        root = make_repo(files)
        codemods(root, "apply", "plan.yaml", expect=0)
        assert (root / "u.py").read_bytes() == b"from c.d import g\r\ng()\r\n"
        codemods(root, "rollback", "plan.yaml", "--all", expect=0)
        assert (root / "u.py").read_bytes() == b"from a.b import f\r\nf()\r\n"
        assert git(root, "status", "--porcelain") == ""

    def test_a_hook_that_formats(self, make_repo: MakeRepo, git: Git) -> None:
        root = make_repo({**BASE, "plan.yaml": self.PLAN, "u.py": "from a.b import f\nf( )\n"})
        hook = root / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nsed -i 's/g( )/g()/' u.py\ngit add u.py\n")
        hook.chmod(0o755)
        codemods(root, "apply", "plan.yaml", expect=0)
        assert git(root, "show", "HEAD:u.py") == "from c.d import g\ng()"
        assert git(root, "status", "--porcelain") == ""

    def test_a_linked_work_tree_shares_the_journal(self, repo: Path, git: Git, tmp_path: Path) -> None:
        git(repo, "worktree", "add", "--quiet", str(tmp_path / "other"), "-b", "other")
        codemods(tmp_path / "other", "apply", "plan.yaml", expect=1)
        assert (repo / ".git/codemods/journal.jsonl").exists()
        assert (repo / "u.py").read_text() == FILES["u.py"]

    def test_a_detached_head(self, repo: Path, git: Git) -> None:
        git(repo, "switch", "--quiet", "--detach")
        codemods(repo, "apply", "plan.yaml", "--here", expect=1)
        assert git(repo, "branch", "--show-current") == ""
        assert git(repo, "rev-list", "--count", "main..HEAD") == "2"

    def test_links_and_submodules_are_not_entered(self, repo: Path, git: Git) -> None:
        (repo / "link.py").symlink_to("u.py")
        git(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "./", "sub")
        git(repo, "commit", "--quiet", "-am", "more")
        output = codemods(repo, "preview", "plan.yaml", "--summary", expect=1)
        assert "3 file(s) to change of 13 searched" in output

    def test_variables_that_point_git_elsewhere(self, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_DIR", "/nonexistent")
        monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent")
        codemods(repo, "preview", "plan.yaml", "--summary", expect=1)

    def test_a_branch_that_cannot_be_made(self, repo: Path, git: Git) -> None:
        git(repo, "branch", "codemods")
        assert "Name another branch with --branch" in codemods(repo, "apply", "plan.yaml", expect=2)
        codemods(repo, "apply", "plan.yaml", "--branch", "mine", expect=1)
        assert git(repo, "branch", "--show-current") == "mine"


class TestStatusAndRollback:
    def test_status(self, repo: Path) -> None:
        assert "P0        0         0        0     1" in codemods(repo, "status", "plan.yaml", expect=1)
        codemods(repo, "apply", "plan.yaml", expect=1)
        shown = json.loads(codemods(repo, "status", "plan.yaml", "--json", expect=1))
        assert [(len(p["done"]), len(p["rejected"]), len(p["left"])) for p in shown["phases"]] == [
            (1, 0, 0),
            (1, 1, 0),
            (0, 0, 0),
        ]

    @pytest.mark.parametrize(
        ("arguments", "left"), [(["--all"], ""), (["--phase", "P0"], "w.py"), (["--file", "w.py"], "u.py")]
    )
    def test_rollback(self, applied: Path, git: Git, arguments: list[str], left: str) -> None:
        before = snapshot(applied, git)
        assert "Would take back" in codemods(applied, "rollback", "plan.yaml", *arguments, "--dry-run", expect=0)
        assert snapshot(applied, git) == before
        codemods(applied, "rollback", "plan.yaml", *arguments, expect=0)
        assert git(applied, "diff", "--name-only", "main") == left
        assert "nothing to take back" in codemods(applied, "rollback", "plan.yaml", *arguments, expect=2)

    def test_rollback_of_a_run_and_apply_again(self, applied: Path, git: Git) -> None:
        shown = json.loads(codemods(applied, "status", "plan.yaml", "--json", expect=1))
        run_id = shown["phases"][0]["done"][0]["run"]
        codemods(applied, "rollback", "plan.yaml", "--run", run_id, expect=0)
        assert git(applied, "diff", "main") == ""
        codemods(applied, "apply", "plan.yaml", expect=1)
        assert git(applied, "diff", "--name-only", "main") == "u.py\nw.py"
        assert "Took back 2" in codemods(applied, "rollback", "plan.yaml", "--all", expect=0)

    def test_later_edits_elsewhere_in_the_file_stay(self, repo: Path, git: Git) -> None:
        write_files(repo, {"u.py": FILES["u.py"] + "\n\n\n\n\n\nend = 1\n"})
        git(repo, "commit", "--quiet", "-am", "longer")
        codemods(repo, "apply", "plan.yaml", expect=1)
        write_files(repo, {"u.py": (repo / "u.py").read_text() + "later = 1\n"})
        git(repo, "commit", "--quiet", "-am", "later")
        codemods(repo, "rollback", "plan.yaml", "--file", "u.py", expect=0)
        assert (repo / "u.py").read_text() == FILES["u.py"] + "\n\n\n\n\n\nend = 1\nlater = 1\n"

    def test_later_edits_of_the_same_lines_conflict(self, applied: Path, git: Git) -> None:
        write_files(applied, {"u.py": "from c.d import g\ng(2)\n"})
        git(applied, "commit", "--quiet", "-am", "later")
        before = snapshot(applied, git)
        output = codemods(applied, "rollback", "plan.yaml", "--all", expect=2)
        assert "1 file(s):\n  u.py" in output
        assert snapshot(applied, git) == before

    def test_what_to_take_back_has_to_be_said(self, repo: Path) -> None:
        assert "--file, --unit, --phase, --run or --all" in codemods(repo, "rollback", "plan.yaml", expect=2)


PLAN_FAULTS = {
    "not yaml": ("redirect: [", "this is not YAML"),
    "unknown key": (plan_text(rest="forbit: {}\n"), "plan.yaml:6:1: unknown key `forbit`"),
    "old module missing": (
        plan_text("  - {module: a.bb, to: c.d}\n"),
        "plan.yaml:4:14: there is no module `a.bb` in the source roots; did you mean `a.b`?",
    ),
    "new module missing": (plan_text("  - {module: a.b, to: c.dd}\n"), "plan.yaml:4:23: there is no module `c.dd`"),
    "old symbol missing": (
        plan_text("  - {symbol: a.b.ff, to: c.d.g}\n"),
        "plan.yaml:4:14: `a.b` has no name `ff`; did you mean `f`?",
    ),
    "new symbol missing": (
        plan_text("  - {symbol: a.b.f, to: c.d.gg}\n"),
        "plan.yaml:4:25: `c.d` has no name `gg`; did you mean `g`?",
    ),
    "kept symbol missing": (
        plan_text(rest="keep: [{module: c.d, symbols: [nope]}]\n"),
        "plan.yaml:6:32: `c.d` has no name `nope`",
    ),
    "loop": (plan_text("  - {symbol: a.b.f, to: c.d.g}\n  - {symbol: c.d.g, to: a.b.f}\n"), "a redirect loop"),
    "file in two phases": (
        plan_text(rest="phases: [{name: A, files: [u.py]}, {name: B, files: ['*.py']}]\n"),
        "plan.yaml:6:53: u.py is in phases A and B; add `!u.py` to one of them",
    ),
    "files in no phase": (
        plan_text(rest="phases: [{name: A, files: [u.py]}]\n"),
        "no phase covers 2 file(s) that have references: v.py, w.py",
    ),
    "in a class": (
        plan_text("  - {symbol: a.b.C.m, to: c.d.g}\n"),
        "plan.yaml:4:14: `a.b.C` is no module: what is in a class cannot be redirected",
    ),
    "no such source root": (
        plan_text(rest="source_roots: [., src]\n"),
        "plan.yaml:6:19: there is no folder src with files that git tracks",
    ),
    "no such file": (
        plan_text(rest="phases: [{name: A, files: [uu.py]}]\n"),
        "plan.yaml:6:28: there is no file uu.py that git tracks; did you mean `u.py`?",
    ),
}


def test_a_module_that_git_does_not_track_is_told(repo: Path) -> None:
    (repo / "plan.yaml").write_text(plan_text("  - {symbol: a.b.f, to: c.later.f}\n"))
    (repo / "c" / "later.py").write_text("def f(): pass\n")
    told = run(repo, "preview", "plan.yaml").stderr
    assert "git does not track c/later.py, where `c.later` is: `git add` it" in told


class TestReaderGoesAway:
    def test_what_is_committed_stays(self, repo: Path, git: Git) -> None:
        command = [*COMMAND, "apply", "--yes", "plan.yaml", "--here"]
        with subprocess.Popen(command, cwd=repo, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
            assert running.stdout is not None
            running.stdout.readline()
            running.stdout.close()
            assert running.wait(60) == 1
        assert git(repo, "status", "--porcelain", "--untracked-files=no") == ""
        codemods(repo, "apply", "plan.yaml", "--here", expect=1)
        assert "from c.d import g" in (repo / "v.py").read_text() or "rejected" in codemods(
            repo, "status", "plan.yaml", expect=1
        )


class TestRejected:
    def test_a_unit_that_was_committed_since_is_not_rejected(self, repo: Path, git: Git) -> None:
        codemods(repo, "apply", "plan.yaml", "--here", expect=1)
        assert "check: " in codemods(repo, "status", "plan.yaml", expect=1)
        (repo / "check.py").write_text("")
        git(repo, "commit", "--quiet", "--all", "--message", "mended")
        codemods(repo, "apply", "plan.yaml", "--here", "--retry", expect=0)
        codemods(repo, "rollback", "plan.yaml", "--all", expect=0)
        assert "check: " not in codemods(repo, "status", "plan.yaml", expect=1)


class TestWhy:
    def test_tells_what_will_be_done_and_what_was(self, repo: Path) -> None:
        before = codemods(repo, "why", "plan.yaml", "v.py", expect=0)
        assert "v.py: to be rewritten in P1\n" in before
        assert "1:20  rewritten: a.b.f (from-import): it is certain what this means" in before
        assert "2 found = 2 rewritten + 0 left + 0 review + 0 blocked." in before
        assert "1:7  review: a.b.f (string): a string is its name" in codemods(
            repo, "why", "plan.yaml", "x.py", expect=0
        )
        assert "skipped: line 1" in codemods(repo, "why", "plan.yaml", "broken.py", expect=0)
        assert "no reference" in codemods(repo, "why", "plan.yaml", "check.py", expect=0)
        codemods(repo, "apply", "plan.yaml", "--here", expect=1)
        after = codemods(repo, "why", "plan.yaml", "w.py", expect=0)
        assert "(P1); as it was before:" in after
        assert "rewritten: a.b.f (attribute)" in after

    def test_a_missing_source_root_is_told(self, make_repo: MakeRepo) -> None:
        root = make_repo({**{f"src/{path}": text for path, text in BASE.items()}, "plan.yaml": plan_text()})
        told = codemods(root, "preview", "plan.yaml", expect=2)
        assert (
            "there is no module `a.b` in the source roots; it is in the folder `src`: add `source_roots: [src]`" in told
        )

    def test_files_that_change_together_are_named(self, make_repo: MakeRepo) -> None:
        files = {"use.py": "from a.b import f\n", "v.py": "from use import f\n", "plan.yaml": plan_text()}
        root = make_repo({**BASE, **files})
        assert "to be rewritten in all, together with use.py" in codemods(root, "why", "plan.yaml", "v.py", expect=0)
        shown = json.loads(codemods(root, "why", "plan.yaml", "v.py", "--json", expect=0))
        assert shown["references"][0]["target"] == "use.f"

    def test_a_file_that_is_not_there(self, repo: Path) -> None:
        assert "did you mean `v.py`?" in codemods(repo, "why", "plan.yaml", "vv.py", expect=2)

    def test_a_file_that_the_plan_excludes(self, make_repo: MakeRepo) -> None:
        files = {**BASE, "old/v.py": "from a.b import f\n", "plan.yaml": plan_text(rest="exclude: [old/]\n")}
        assert "the plan excludes it" in codemods(make_repo(files), "why", "plan.yaml", "old/v.py", expect=0)

    def test_from_a_folder_inside(self, repo: Path) -> None:
        output = run(repo / "a", "why", "../plan.yaml", "../u.py")
        assert "u.py: to be rewritten in P0" in output.stdout


class TestRefusals:
    @pytest.mark.parametrize("fault", PLAN_FAULTS)
    @pytest.mark.parametrize("verb", ["preview", "apply"])
    def test_a_wrong_plan(self, make_repo: MakeRepo, git: Git, fault: str, verb: str) -> None:
        text, expected = PLAN_FAULTS[fault]
        root = make_repo({**FILES, "plan.yaml": text})
        before = snapshot(root, git)
        assert expected in codemods(root, verb, "plan.yaml", expect=2)
        assert snapshot(root, git) == before

    def test_no_repository(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"plan.yaml": plan_text()})
        output = codemods(tmp_path, "preview", "plan.yaml", expect=2)
        assert "This is not a git repository" in output
        assert "--repo" in output

    def test_no_plan(self, repo: Path) -> None:
        assert "nope.yaml: The plan cannot be read: No such file" in codemods(repo, "preview", "nope.yaml", expect=2)

    @pytest.mark.parametrize("staged", [True, False])
    def test_a_dirty_tree(self, repo: Path, git: Git, staged: bool) -> None:
        write_files(repo, {"w.py": "mine = 1\n"})
        if staged:
            git(repo, "add", "w.py")
        before = snapshot(repo, git)
        output = codemods(repo, "apply", "plan.yaml", expect=2)
        assert "1 file(s) with changes that are not committed:\n  w.py" in output
        assert snapshot(repo, git) == before
        assert (repo / "w.py").read_text() == "mine = 1\n"

    def test_a_merge_under_way(self, repo: Path, git: Git) -> None:
        git(repo, "switch", "--quiet", "-c", "other")
        git(repo, "commit", "--quiet", "--allow-empty", "-m", "x")
        git(repo, "switch", "--quiet", "main")
        git(repo, "merge", "--quiet", "--no-commit", "--no-ff", "other")
        assert "A git merge is under way" in codemods(repo, "apply", "plan.yaml", expect=2)

    def test_a_missing_program(self, repo: Path, git: Git) -> None:
        write_files(repo, {"plan.yaml": plan_text(rest=PHASES).replace("[python, check.py]", "[no-such-program]")})
        git(repo, "commit", "--quiet", "-am", "plan")
        before = snapshot(repo, git)
        assert "The program `no-such-program` of the validation `check` is not there" in codemods(
            repo, "apply", "plan.yaml", expect=2
        )
        assert snapshot(repo, git) == before

    def test_an_unwritable_file(self, repo: Path, git: Git) -> None:
        (repo / "u.py").chmod(0o444)
        before = snapshot(repo, git)
        assert "1 file(s) cannot be written: u.py" in codemods(repo, "apply", "plan.yaml", expect=2)
        assert snapshot(repo, git) == before

    def test_a_branch_that_does_not_go_on_from_here(self, repo: Path, git: Git) -> None:
        git(repo, "branch", "codemods/test")
        git(repo, "commit", "--quiet", "--allow-empty", "-m", "ahead")
        assert "does not go on from HEAD" in codemods(repo, "apply", "plan.yaml", expect=2)

    def test_a_second_run_at_the_same_time(self, repo: Path, git: Git) -> None:
        write_files(
            repo,
            {
                "check.py": "import os, subprocess, sys, u\n"
                "if 'g' in vars(u) and not os.path.exists('second'):\n"
                "    command = [sys.executable, '-m', 'codemods', 'apply', 'plan.yaml']\n"
                "    done = subprocess.run(command, capture_output=True, text=True)\n"
                "    open('second', 'w').write(done.stderr)\n"
                "    assert done.returncode == 2\n"
            },
        )
        git(repo, "commit", "--quiet", "-am", "second run")
        codemods(repo, "apply", "plan.yaml", expect=0)
        assert "Another run is under way in this repository: process" in (repo / "second").read_text()

    def test_an_unknown_option(self, repo: Path) -> None:
        assert "No such option" in codemods_forked(repo, "preview", "plan.yaml", "--nope", expect=2)
