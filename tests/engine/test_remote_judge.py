"""Candidates that are judged in clones elsewhere: pushed, fetched, judged, and taken off the remote again."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from codemods.engine.judging import Candidate
from codemods.engine.remote_judge import open_remote_judge
from codemods.engine.validations import validations_of
from codemods.errors import CodemodsError, RepositoryError, WorkerError
from codemods.executors.opening import Crew, open_executor
from codemods.journal import EventKind, Journal
from codemods.plan.load import load_plan
from codemods.validation.base import Scope, Still, Verdict
from codemods.vcs import Repository
from tests.cluster import cluster_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from codemods.engine.remote_judge import RemoteJudge
    from codemods.validation.base import Result

    MakeRepo = Callable[[Mapping[str, str]], Path]
    Git = Callable[..., str]

RUN = "20261121-120000-ab12"
PLAN = """\
schema: 1
name: halves
remote: origin
validation:
  check: {kind: command, run: [python, check.py]}
phases:
  - {name: all, files: rest, with: [check]}
redirect:
  - {symbol: old.a, to: new.a}
"""
# With `halves.txt`, each worker says who it is and waits there: so it can be killed in the middle.
CHECK = """\
import os, pathlib, time
from app import VALUE
marks = pathlib.Path(os.environ.get("MARKS", "."))
if VALUE == 3:
    (marks / f"program-{os.getpid()}").touch()
    (marks / f"worker-{os.getppid()}").touch()
    while (marks / "hold").exists():
        time.sleep(0.02)
print("value", VALUE)
assert VALUE % 2 == 0 or VALUE == 3, VALUE
"""
FILES = {"app.py": "VALUE = 0\n", "check.py": CHECK, "other.py": ""}


def valued(value: object) -> Candidate:
    """A candidate that sets the value; `check` holds for even ones, and for 3."""
    return Candidate({"app.py": f"VALUE = {value}\n".encode()}, {}, ("check",), {"check": Scope()})


@pytest.fixture
def remote(tmp_path: Path, make_repo: MakeRepo, git: Git, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bare repository that `repo` calls origin. Clones made by this process lie in `clones`."""
    bare = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    root = make_repo(FILES)
    git(root, "remote", "add", "origin", str(bare))
    git(root, "push", "--quiet", "origin", "main")
    monkeypatch.setenv("CODEMODS_CLONES", str(tmp_path / "clones"))
    return bare


@contextmanager
def judge_in(folder: Path, crew: Crew, plan: str = PLAN) -> Iterator[RemoteJudge]:
    """A judge for the repository `repo` in `folder`, closed at the end."""
    repository = Repository.discover(folder / "repo")
    loaded = load_plan(plan, "plan.yaml").plan
    validations = validations_of(loaded)
    for validation in validations.values():
        validation.baseline(Still(repository.root), Scope())
    judge = open_remote_judge(loaded, repository, validations, RUN, crew, journal_of(repository), ("app.py",))
    try:
        yield judge
    finally:
        judge.close()


def journal_of(repository: Repository) -> Journal:
    return Journal(repository.common_dir / "codemods", lambda: datetime(2026, 11, 21, 12, tzinfo=timezone.utc))


@contextmanager
def threads(width: int = 2) -> Iterator[Crew]:
    with ThreadPoolExecutor(width) as executor:
        yield Crew(executor, width)


def verdicts(results: tuple[Result, ...]) -> list[Verdict]:
    return [result.verdict for result in results]


def refs(git: Git, root: Path) -> list[str]:
    """All refs, with what they mean."""
    return git(root, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()


def test_each_candidate_gets_its_own_verdict(tmp_path: Path, remote: Path, git: Git) -> None:
    before = refs(git, remote), refs(git, tmp_path / "repo")
    with threads() as crew, judge_in(tmp_path, crew) as judge:
        futures = [judge.start(valued(value)) for value in (2, 1, 4, 5, 6)]
        told = [verdicts(future.result()) for future in futures]
    assert told == [[Verdict.PASSED], [Verdict.FAILED], [Verdict.PASSED], [Verdict.FAILED], [Verdict.PASSED]]
    assert (refs(git, remote), refs(git, tmp_path / "repo")) == before
    assert git(tmp_path / "repo", "status", "--porcelain") == ""


def test_a_candidate_without_a_change_is_judged_as_head_is(tmp_path: Path, remote: Path) -> None:
    with threads() as crew, judge_in(tmp_path, crew) as judge:
        result = judge.start(Candidate({}, {}, ("check",), {"check": Scope()})).result()
    assert [(one.verdict, one.evidence.strip()) for one in result] == [(Verdict.PASSED, "value 0")]


def test_files_may_be_new_or_gone_with_and_without_the_change(tmp_path: Path, remote: Path) -> None:
    check = "import pathlib\nprint(sorted(p.name for p in pathlib.Path().glob('*.py')))\n"
    after = {"check.py": check.encode(), "made.py": b"", "other.py": None}
    with threads() as crew, judge_in(tmp_path, crew) as judge:
        result = judge.start(Candidate(after, {"other.py": None}, ("check",), {"check": Scope()})).result()
    assert result[0].evidence.strip() == "['app.py', 'check.py', 'made.py']"


def test_what_head_has_and_the_remote_has_not_goes_with_the_candidate(tmp_path: Path, remote: Path, git: Git) -> None:
    (tmp_path / "repo" / "app.py").write_text("VALUE = 10\n")
    git(tmp_path / "repo", "commit", "--quiet", "--all", "-m", "Committed here only")
    with threads() as crew, judge_in(tmp_path, crew) as judge:
        result = judge.start(Candidate({"new.py": b""}, {}, ("check",), {"check": Scope()})).result()
    assert result[0].evidence.strip() == "value 10"
    assert git(remote, "log", "--format=%s", "--all") == "base"


SUITE = PLAN.replace("{kind: command, run: [python, check.py]}", "{kind: unittest}")


def test_a_suite_is_compared_with_the_baseline_that_the_coordinator_has(tmp_path: Path, remote: Path, git: Git) -> None:
    tests = "from unittest import TestCase\nfrom app import VALUE\n\nclass Tests(TestCase):\n"
    tests += "    def test_red(self): assert False\n    def test_small(self): assert VALUE < 9\n"
    (tmp_path / "repo" / "test_it.py").write_text(tests)
    git(tmp_path / "repo", "add", ".")
    git(tmp_path / "repo", "commit", "--quiet", "-m", "Tests")
    with threads() as crew, judge_in(tmp_path, crew, SUITE) as judge:
        (result,) = judge.start(valued(9)).result()
    assert result.verdict is Verdict.FAILED
    assert "test_small" in result.summary
    assert "test_red" not in result.summary


def test_candidates_are_at_the_remote_only_while_they_are_needed(tmp_path: Path, remote: Path, git: Git) -> None:
    with threads() as crew, judge_in(tmp_path, crew) as judge:
        judge.start(valued(2)).result()
        judge.start(valued(4)).result()
        there = [ref.split() for ref in refs(git, remote)]
        values = sorted(git(remote, "show", f"{sha}:app.py") for ref, sha in there if "candidates" in ref)
    assert values == ["VALUE = 0", "VALUE = 4"]
    assert {ref.rpartition("/")[0] for ref, _ in there} == {"refs/heads", f"refs/codemods/candidates/{RUN}"}
    assert [ref.split()[0] for ref in refs(git, remote)] == ["refs/heads/main"]


def test_what_killed_runs_have_left_at_the_remote_goes(tmp_path: Path, remote: Path, git: Git) -> None:
    root = tmp_path / "repo"
    killed, unknown, old = "20261121-110000-aaaa", "20261120-110000-bbbb", "20261101-110000-cccc"
    for run in (killed, unknown, old):
        git(root, "push", "--quiet", "origin", f"HEAD:refs/codemods/candidates/{run}/{git(root, 'rev-parse', 'HEAD')}")
    journal_of(Repository.discover(root)).record(EventKind.RUN_STARTED, killed, "halves")
    with threads() as crew, judge_in(tmp_path, crew):
        left = [ref.split("/")[3] for ref in refs(git, remote) if "candidates" in ref]
    # One that may be under way elsewhere is let be.
    assert left == [unknown]


def test_hooks_of_the_user_do_not_run(tmp_path: Path, remote: Path, git: Git) -> None:
    hook = tmp_path / "repo" / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with threads() as crew, judge_in(tmp_path, crew) as judge:
        assert verdicts(judge.start(valued(2)).result()) == [Verdict.PASSED]


def test_clones_are_made_once_and_prepared_once(tmp_path: Path, remote: Path) -> None:
    prepared = f'prepare: [[python, -c, \'open("{tmp_path}/log", "a").write("x")\']]\n'
    with threads(1) as crew, judge_in(tmp_path, crew, PLAN + prepared) as judge:
        for value in (2, 4, 6):
            assert verdicts(judge.start(valued(value)).result()) == [Verdict.PASSED]
    assert (tmp_path / "log").read_text() == "x"
    assert [place.name for place in (tmp_path / "clones").glob("*/*")] == ["0"]


def test_a_clone_that_cannot_be_prepared_gives_no_verdict(tmp_path: Path, remote: Path) -> None:
    failing = "prepare: [[python, -c, 'exit(\"no compiler\")']]\n"
    with threads() as crew, judge_in(tmp_path, crew, PLAN + failing) as judge:
        future = judge.start(valued(2))
        with pytest.raises(WorkerError, match="no compiler"):
            future.result()


def test_a_clone_in_which_a_worker_was_killed_is_made_anew(tmp_path: Path, remote: Path) -> None:
    with threads(1) as crew, judge_in(tmp_path, crew) as judge:
        judge.start(valued(2)).result()
        (place,) = (tmp_path / "clones").glob("*/0")
        (place / "used").touch()
        (place / "clone" / ".git" / "index.lock").touch()
        assert verdicts(judge.start(valued(4)).result()) == [Verdict.PASSED]
        # No other is used while nothing went wrong.
        (place / "clone" / "kept").touch()
        judge.start(valued(6)).result()
    assert (place / "clone" / "kept").exists()
    assert not list(place.glob("old-*"))


def test_tracked_files_that_a_validation_changes_are_as_they_were_for_the_next(tmp_path: Path, remote: Path) -> None:
    writing = Candidate({"check.py": b"open('app.py', 'w').write('VALUE = 1')"}, {}, ("check",), {"check": Scope()})
    with threads(1) as crew, judge_in(tmp_path, crew) as judge:
        assert verdicts(judge.start(writing).result()) == [Verdict.PASSED]
        result = judge.start(Candidate({"new.py": b""}, {}, ("check",), {"check": Scope()})).result()
    assert result[0].evidence.strip() == "value 0"


@pytest.mark.parametrize("line", ["", "remote: nowhere\n", "remote: /not/there.git\n"])
def test_without_a_remote_that_can_be_reached_nothing_begins(tmp_path: Path, remote: Path, line: str) -> None:
    plan = PLAN.replace("remote: origin\n", line)
    with threads() as crew, pytest.raises(CodemodsError, match=r"remote|not/there"), judge_in(tmp_path, crew, plan):
        pytest.fail("it has begun")


def test_a_remote_that_goes_away_gives_an_error_and_no_verdict(tmp_path: Path, remote: Path) -> None:
    with threads() as crew, judge_in(tmp_path, crew) as judge:
        remote.rename(tmp_path / "away.git")
        with pytest.raises(RepositoryError, match="git push failed"):
            judge.start(valued(2))


def test_python_that_imports_other_code_than_the_clones_gives_no_verdict(tmp_path: Path, remote: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name, text in FILES.items():
        (elsewhere / name).write_text(text)
    plan = PLAN.replace("check.py", str(elsewhere / "check.py"))
    with threads() as crew, judge_in(tmp_path, crew, plan) as judge:
        future = judge.start(valued(2))
        with pytest.raises(WorkerError, match="imports `app` from a copy"):
            future.result()


def waited_for(folder: Path, pattern: str) -> Path:
    deadline = time.monotonic() + 60
    while not (found := list(folder.glob(pattern))):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found[0]


def test_a_worker_that_is_killed_while_it_validates_costs_no_verdict(tmp_path: Path, remote: Path, git: Git) -> None:
    pytest.importorskip("distributed")
    marks = tmp_path / "marks"
    marks.mkdir()
    (marks / "hold").touch()
    root = tmp_path / "repo"
    before = refs(git, remote), refs(git, root)
    with cluster_in(tmp_path / "cluster") as cluster:
        for name in ("one", "two"):
            cluster.add_worker(name, {"MARKS": str(marks), "CODEMODS_CLONES": str(tmp_path / name)})
        with open_executor(cluster.spec) as crew, judge_in(tmp_path, crew) as judge:
            assert judge.width == 2
            futures = [judge.start(valued(value)) for value in (2, 1, 3, 4, 5, 6)]
            killed = int(waited_for(marks, "worker-*").name.rpartition("-")[2])
            os.kill(killed, signal.SIGKILL)
            (marks / "hold").unlink()
            told = [verdicts(future.result(60))[0].value for future in futures]
    assert told == ["passed", "failed", "passed", "passed", "failed", "passed"]
    assert len(list(marks.glob("worker-*"))) == 2
    assert killed in [process.pid for process in cluster.workers.values()]
    assert (refs(git, remote), refs(git, root)) == before
    assert git(root, "status", "--porcelain") == ""
    clones = [*tmp_path.glob("one/*/*/clone"), *tmp_path.glob("two/*/*/clone")]
    assert len(clones) == 2
    assert {git(clone, "log", "--format=%s", "--branches", "--remotes") for clone in clones} == {"base"}


def test_what_runs_on_a_worker_ends_when_nobody_waits_for_it(tmp_path: Path, remote: Path, git: Git) -> None:
    pytest.importorskip("distributed")
    marks = tmp_path / "marks"
    marks.mkdir()
    (marks / "hold").touch()
    with cluster_in(tmp_path / "cluster") as cluster:
        cluster.add_worker("one", {"MARKS": str(marks), "CODEMODS_CLONES": str(tmp_path / "one")})
        with open_executor(cluster.spec) as crew:
            with judge_in(tmp_path, crew) as judge:
                futures = [judge.start(valued(value)) for value in (3, 4)]
                program = int(waited_for(marks, "program-*").name.rpartition("-")[2])
                assert is_running(program)
            deadline = time.monotonic() + 30
            while is_running(program):
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert all(future.cancelled() for future in futures)
            # The worker, and its clone, are as good as before.
            with judge_in(tmp_path, crew) as judge:
                assert verdicts(judge.start(valued(1)).result(60)) == [Verdict.FAILED]
    assert [ref.split()[0] for ref in refs(git, remote)] == ["refs/heads/main"]


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_work_that_one_worker_cannot_do_is_done_by_another(tmp_path: Path, remote: Path) -> None:
    pytest.importorskip("distributed")
    (tmp_path / "full").write_text("no folder can be made here")
    with cluster_in(tmp_path / "cluster") as cluster:
        cluster.add_worker("broken", {"CODEMODS_CLONES": str(tmp_path / "full")})
        with open_executor(cluster.spec) as crew, judge_in(tmp_path, crew) as judge:
            with pytest.raises(WorkerError, match="cannot judge"):
                judge.start(valued(2)).result(60)
            cluster.add_worker("whole", {"CODEMODS_CLONES": str(tmp_path / "whole")})
            cluster.wait_for_workers()
            futures = [judge.start(valued(value)) for value in (2, 1, 4)]
            told = [verdicts(future.result(60))[0].value for future in futures]
    assert told == ["passed", "failed", "passed"]
