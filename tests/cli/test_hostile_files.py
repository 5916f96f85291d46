"""Repositories with files that nobody should have to read: they are told with the reason, and the others are done."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks import BASE, plan_text
from tests.cli.commands import COMMAND, codemods, codemods_apart, codemods_forked, run
from tests.cli.hostile import kept, made
from tests.conftest import Files, sample

MakeRepo = Callable[[Files], Path]
Git = Callable[..., str]
Command = Callable[..., str]
GOOD = {"u.py": "from a.b import f\nf()\n", "z/v.py": "import a.b\na.b.f()\n"}
PLAN = plan_text(rest="keep:\n  - {module: c.d, symbols: [g, D]}\n")
VERBS = (("scan",), ("audit", "plan.yaml"), ("guard", "plan.yaml"), ("status", "plan.yaml"), ("report", "plan.yaml"))


def repository(make_repo: MakeRepo, files: Files) -> Path:
    """The usual modules and their users, with these files beside."""
    return make_repo({**BASE, **GOOD, "plan.yaml": PLAN, **{f"h/{name}": content for name, content in files.items()}})


def outcomes(root: Path, *arguments: str, codemods: Command = codemods_forked) -> dict[str, str]:
    """What a preview says of each file: why it is skipped, or an empty text where it is changed."""
    shown = json.loads(codemods(root, "preview", "plan.yaml", "--json", *arguments, expect=1))
    changed = {file["path"]: "" for phase in shown["phases"] for file in phase["files"] if file["outcome"] == "changed"}
    return changed | {file["path"]: file["reason"] for file in shown["skipped"]}


def check_told(told: dict[str, str], expected: dict[str, str | None]) -> None:
    """Each file is skipped for the reason expected, or changed."""
    wrong = {
        name: (told.get(f"h/{name}"), reason)
        for name, reason in expected.items()
        if (reason is None) != (f"h/{name}" not in told)
        or (reason is not None and not any(part in told[f"h/{name}"] for part in reason.split("|")))
        or (reason == "" and told[f"h/{name}"])
    }
    assert wrong == {}
    assert {path: told[path] for path in GOOD} == dict.fromkeys(GOOD, "")


class TestKept:
    @pytest.fixture
    def repo(self, make_repo: MakeRepo) -> Path:
        return repository(make_repo, {name: content for name, (content, _) in kept().items()})

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_a_preview_tells_each_with_its_reason_and_does_the_others(self, repo: Path, jobs: str) -> None:
        check_told(outcomes(repo, "--jobs", jobs), {name: reason for name, (_, reason) in kept().items()})

    @pytest.mark.parametrize("verb", VERBS)
    def test_every_verb_ends_as_it_does_without_them(self, repo: Path, verb: tuple[str, ...], git: Git) -> None:
        before = run(repo, *verb)
        git(repo, "rm", "-r", "-q", "h")
        after = run(repo, *verb)
        assert (before.returncode, "Traceback" in before.stderr) == (after.returncode, False)

    def test_a_run_commits_what_can_be_changed_and_touches_nothing_else(self, repo: Path, git: Git) -> None:
        codemods(repo, "apply", "plan.yaml", expect=0)
        changed = git(repo, "log", "--format=", "--name-only", "main..HEAD").split()
        assert sorted(changed) == sorted(
            [*GOOD, *(f"h/{name}" for name, (_, reason) in kept().items() if reason == "")]
        )
        assert git(repo, "status", "--porcelain") == ""

    def test_a_survey_and_a_guard_name_those_that_hold_no_text(self, repo: Path) -> None:
        told = json.loads(codemods(repo, "scan", "--json", expect=0))["skipped"]
        assert {file["path"] for file in told} == {"h/binary.py", "h/nul_byte.py", "h/utf_16_bytes.py"}
        assert "h/nul_byte.py: not checked: it holds NUL bytes" in codemods(repo, "guard", "plan.yaml", expect=1)


class TestLarge:
    def test_they_are_told_within_limits_of_time_and_memory(self, make_repo: MakeRepo) -> None:
        root = repository(make_repo, {name: content for name, (content, _) in made().items()})
        told = outcomes(root, codemods=codemods_apart)
        check_told(told, {name: reason for name, (_, reason) in made().items()})
        for verb in sample((("guard", "plan.yaml"), ("scan",), ("audit", "plan.yaml")), 3):
            arguments = [*COMMAND, *verb]
            done = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=False, timeout=120)
            assert (done.returncode, done.stderr) == (verb[0] == "guard", "")
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_000_000  # kilobytes

    def test_a_run_leaves_them_alone_and_does_the_others(self, make_repo: MakeRepo, git: Git) -> None:
        chosen = {name: made()[name][0] for name in ("large.py", "sum.py", "formats.py")}
        root = repository(make_repo, chosen)
        codemods_forked(root, "apply", "plan.yaml", expect=0)
        assert sorted(git(root, "log", "--format=", "--name-only", "main..HEAD").split()) == sorted(GOOD)

    def test_what_nobody_can_read_keeps_a_module_from_being_deleted(self, make_repo: MakeRepo) -> None:
        rest = "delete:\n  - {module: a.b}\n"
        files = {
            **BASE,
            "plan.yaml": plan_text("  - {module: a.b, to: c.d, symbols: {f: g, C: D, K: Z, L: Z}}\n", rest),
        }
        small = make_repo(files)
        told = codemods(small, "preview", "plan.yaml", expect=1)
        assert "a/b.py" in told
        (small / "large.py").write_bytes(made()["large.py"][0])
        subprocess.run(["git", "add", "large.py"], cwd=small, check=True)
        told = codemods(small, "preview", "plan.yaml", expect=0)
        reason = "nobody knows whether the file refers to it: it cannot be read: it is larger than 10 MB"
        assert reason in told
        assert "deleted file mode" not in told


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
class TestNoFiles:
    """What stands where git tracks a file."""

    @pytest.fixture
    def repo(self, make_repo: MakeRepo) -> Path:
        root = repository(make_repo, {"x.py": "from a.b import f\nf()\n"})
        (root / "h" / "x.py").unlink()
        return root

    def told(self, root: Path) -> str:
        done = run(root, "preview", "plan.yaml", "--json")
        assert (done.returncode, done.stderr) == (1, "")
        shown = json.loads(done.stdout)
        assert sorted(f["path"] for p in shown["phases"] for f in p["files"] if f["outcome"] == "changed") == sorted(
            GOOD
        )
        return str({file["path"]: file["reason"] for file in shown["skipped"]}["h/x.py"])

    def test_a_pipe_is_not_waited_for(self, repo: Path) -> None:
        os.mkfifo(repo / "h" / "x.py")
        assert self.told(repo) == "cannot be read: it is no file"
        for verb in VERBS:
            assert run(repo, *verb).stderr == ""

    def test_a_socket_is_no_file(self, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(repo / "h")  # the name of a socket has to be short
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("x.py")
        assert self.told(repo).startswith("cannot be read: ")

    def test_a_folder_is_no_file(self, repo: Path) -> None:
        (repo / "h" / "x.py").mkdir()
        assert self.told(repo) == "cannot be read: Is a directory"

    def test_a_file_that_is_gone_is_told(self, repo: Path) -> None:
        assert self.told(repo) == "cannot be read: No such file or directory"

    def test_a_link_is_not_followed(self, repo: Path) -> None:
        (repo / "h" / "x.py").symlink_to("/dev/zero")
        assert self.told(repo) == "cannot be read: it is no file"

    @pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")
    def test_a_file_that_may_not_be_read_is_told(self, repo: Path) -> None:
        (repo / "h" / "x.py").touch(0)
        assert self.told(repo) == "cannot be read: Permission denied"


def test_a_file_on_which_the_time_runs_out_is_blocked_and_the_others_are_done(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "from a.b import f\n" + "".join(f"f({number})\n" for number in range(110_000))
    root = repository(make_repo, {"x.py": slow})
    monkeypatch.setenv("CODEMODS_FILE_SECONDS", "1.5")
    shown = json.loads(codemods_forked(root, "preview", "plan.yaml", "--json", expect=1))
    files = {file["path"]: file for phase in shown["phases"] for file in phase["files"]}
    skipped = {file["path"]: file["reason"] for file in shown["skipped"]}
    told = skipped.get("h/x.py") or files["h/x.py"]["reasons"][0].removeprefix("h/x.py:1: ")
    assert told == "it gave no answer in 1.5 seconds"
    assert {path: files[path]["outcome"] for path in GOOD} == dict.fromkeys(GOOD, "changed")


def test_a_time_that_is_no_time_at_all_ends_each_file_and_the_command_as_well(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "from a.b import f\n" + "".join(f"f({number})\n" for number in range(20_000))
    root = repository(make_repo, {"x.py": slow})
    monkeypatch.setenv("CODEMODS_FILE_SECONDS", "0.000001")
    assert "it gave no answer in 0.01 seconds" in run(root, "preview", "plan.yaml", "--json").stdout


@pytest.mark.parametrize("verb", [*VERBS, ("preview", "plan.yaml"), ("try", "f()"), ("why", "plan.yaml", "h/x.py")])
def test_what_python_just_reads_ends_no_verb(make_repo: MakeRepo, verb: tuple[str, ...]) -> None:
    deep = "f() + " * 900 + "f()"
    source = f"from a.b import f\n\n\nclass D:\n    y = {deep}\n\n    def m(self, x={deep}):\n        return {deep}\n"
    root = repository(make_repo, {"x.py": source, "y.py": f"from a.b import f\nx = f{'.b' * 900}\n"})
    assert run(root, *verb).returncode in {0, 1}
