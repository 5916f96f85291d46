"""Candidates are judged at the same time, each in a linked worktree, with the verdicts that they get in place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from codemods.engine.judging import Candidate, InPlace, Stage
from codemods.engine.recovery import recover
from codemods.engine.side_by_side import SideBySide, open_judge
from codemods.engine.validations import validations_of
from codemods.journal import Journal
from codemods.plan.reading import read
from codemods.plan.schema import Plan
from codemods.validation.base import Result, Scope, Still, Verdict
from codemods.vcs import Repository
from tests.conftest import run_git, write_files
from tests.validation.venvs import Environment, make_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from codemods.engine.judging import Files
    from codemods.engine.side_by_side import Opened
    from codemods.validation.base import Ground, Validation

TEST = """
import unittest
from pkg.a import A
class Test(unittest.TestCase):
    def test_a(self): assert A
"""
FLAT = {"pkg/__init__.py": "", "pkg/a.py": "A = 1\n", "pkg/b.py": "B = 1\n", "tests/test_a.py": TEST}
SRC = {f"src/{path}" if path.startswith("pkg/") else path: text for path, text in FLAT.items()}
PYTEST: dict[str, object] = {"kind": "pytest", "args": ["tests"]}
UNIT: dict[str, object] = {"kind": "command", "run": ["python", "-m", "unittest", "discover", "-q", "-s", "tests"]}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return make_environment(tmp_path_factory.mktemp("venv"))


@pytest.fixture(autouse=True)
def _active(environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment is active, and empty again after each test; folders for temporary files are in the test's own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("VIRTUAL_ENV", str(environment.python.parent.parent))
    yield
    for name in ("editable.pth", "__editable__.pth"):
        (environment.packages / name).unlink(missing_ok=True)


@dataclass
class Run:
    """A plan in a repository, and the judges that were opened for it."""

    root: Path
    plan: Plan
    validations: dict[str, Validation]
    rehearsal: Mapping[str, Scope]
    changed: tuple[str, ...]

    def open(self, jobs: int = 2) -> Opened:
        stage = Stage(Repository.discover(self.root))
        return open_judge(self.plan, stage, self.validations, jobs, changed=self.changed, rehearsal=self.rehearsal)

    def use(self, asked: dict[str, object]) -> None:
        """Ask for another validation, which does not know the unchanged tree."""
        self.plan = _plan(asked)
        self.validations = validations_of(self.plan)
        self.rehearsal = {}

    def candidate(self, after: Files, before: Files | None = None) -> Candidate:
        names = tuple(self.validations)
        return Candidate(after, before or {}, names, dict.fromkeys(names, Scope(tuple(after))))

    def verdicts(self, jobs: int, *candidates: Candidate) -> list[tuple[str, str]]:
        """The verdict and summary of each candidate, where that many are judged at a time."""
        opened = self.open(jobs)
        assert (opened.reason, isinstance(opened.judge, SideBySide)) == ("", jobs > 1)
        try:
            futures = [opened.judge.start(candidate) for candidate in candidates]
            results = [future.result()[-1] for future in futures]
        finally:
            opened.judge.close()
        return [(result.verdict.value, result.summary) for result in results]

    def linked(self) -> int:
        return run_git(self.root, "worktree", "list").count("\n")


def _plan(asked: dict[str, object], **more: object) -> Plan:
    phases = [{"name": "P", "files": "rest", "with": ["v"]}]
    return read(Plan, {"schema": 1, "name": "p", "validation": {"v": asked}, "phases": phases, **more})[0]


@pytest.fixture
def run(make_repo: Callable[..., Path]) -> Callable[..., Run]:
    """Makes a repository and a plan with one validation that is used, and knows the unchanged tree."""

    def make(
        files: dict[str, str], asked: dict[str, object], *, untracked: Mapping[str, str] | None = None, **more: object
    ) -> Run:
        root = make_repo(files)
        write_files(root, untracked or {})
        plan = _plan(asked, **more)
        validations = validations_of(plan)
        changed = tuple(path for path in files if path.endswith("/a.py"))
        for validation in validations.values():
            validation.baseline(Still(root), Scope(changed))
        return Run(root, plan, validations, dict.fromkeys(validations, Scope()), changed)

    return make


def test_verdicts_are_those_in_place_and_nothing_is_touched(run: Callable[..., Run]) -> None:
    made = run(FLAT, UNIT)
    candidates = [
        made.candidate({"pkg/a.py": b"A = 2\n"}),
        made.candidate({"pkg/a.py": b"A = 0\n"}),
        made.candidate(
            {"pkg/a.py": None, "pkg/c.py": b"A = 3\n", "tests/test_a.py": TEST.replace(".a", ".c").encode()}
        ),
        made.candidate({"pkg/a.py": None}, {"pkg/b.py": b"B = 2\n"}),
    ]
    before = run_git(made.root, "rev-parse", "HEAD"), (made.root / ".git" / "config").read_bytes()
    side_by_side = made.verdicts(2, *candidates)
    assert (run_git(made.root, "rev-parse", "HEAD"), (made.root / ".git" / "config").read_bytes()) == before
    assert run_git(made.root, "status", "--porcelain", "--untracked-files=no") == ""
    assert run_git(made.root, "for-each-ref", "refs/codemods-candidates") == ""
    assert made.linked() == 0
    assert side_by_side == made.verdicts(1, *candidates)
    assert [verdict for verdict, _ in side_by_side] == ["passed", "failed", "passed", "failed"]


MEETING = """
import os, pathlib, sys, time
place = pathlib.Path(sys.argv[1])
(place / os.environ["CODEMODS_WORKER"]).touch()
end = time.monotonic() + 20
while len(list(place.iterdir())) < 2:
    if time.monotonic() > end:
        sys.exit("nobody else is here")
    time.sleep(0.01)
print("met", os.environ["CODEMODS_WORKER"], open("pkg/a.py").read())
"""


def test_two_candidates_are_judged_at_the_same_time(run: Callable[..., Run], tmp_path: Path) -> None:
    made = run(FLAT, {"kind": "command", "run": ["true"]})
    (tmp_path / "meeting").mkdir()
    (tmp_path / "meet.py").write_text(MEETING)
    asked = {"kind": "command", "run": ["python", str(tmp_path / "meet.py"), str(tmp_path / "meeting")]}
    made.use(asked)
    told = made.verdicts(2, made.candidate({"pkg/a.py": b"A = 2"}), made.candidate({"pkg/a.py": b"A = 3"}))
    assert [verdict for verdict, _ in told] == ["passed", "passed"]
    assert sorted(summary.split("met ")[1].split(" ", 1)[1] for _, summary in told) == ["A = 2", "A = 3"]
    assert {summary.split("met ")[1][0] for _, summary in told} == {"1", "2"}


def test_one_job_is_in_place_without_a_word(run: Callable[..., Run]) -> None:
    opened = run(FLAT, {"kind": "imports"}).open(1)
    assert (opened.reason, type(opened.judge), opened.judge.width) == ("", InPlace, 1)


@pytest.mark.parametrize(("how", "asked"), [("pth", UNIT), ("finder", PYTEST)])
def test_an_editable_install_is_overruled_by_the_path_where_that_helps(
    run: Callable[..., Run], environment: Environment, tmp_path: Path, how: str, asked: dict[str, object]
) -> None:
    source = tmp_path / "repo" / "src"
    environment.pth(source) if how == "pth" else environment.finder({"pkg": source / "pkg"})
    made = run(SRC, asked, source_roots=["src"])
    assert [verdict for verdict, _ in made.verdicts(2, made.candidate({"src/pkg/a.py": b"A = 0\n"}))] == ["failed"]


def check_in_place(made: Run, *words: str) -> None:
    """Two jobs are judged in place, for a reason with these words; nothing is left."""
    opened = made.open(2)
    assert type(opened.judge) is InPlace
    assert opened.reason.startswith("Validating in place, one after another: ")
    assert [word for word in words if word not in opened.reason] == []
    assert made.linked() == 0
    assert list((made.root.parent / "tmp").iterdir()) == []
    assert opened.judge.start(made.candidate({made.changed[0]: b"A = 2\n"})).result()[-1].holds
    opened.judge.close()
    assert run_git(made.root, "status", "--porcelain", "--untracked-files=no") == ""


def test_what_python_imports_from_elsewhere_whatever_the_path_is_judged_in_place(
    run: Callable[..., Run], environment: Environment, tmp_path: Path
) -> None:
    environment.finder({"pkg": tmp_path / "repo" / "src" / "pkg"}, first=True)
    made = run(SRC, UNIT, source_roots=["src"])
    check_in_place(made, "`v` imports `pkg` from the original checkout", "src/pkg/__init__.py", "An editable install")


def test_an_absolute_path_in_the_plan_is_judged_in_place(run: Callable[..., Run], tmp_path: Path) -> None:
    made = run(FLAT, {"kind": "command", "run": ["ls", str(tmp_path / "repo" / "pkg")]})
    check_in_place(made, str(tmp_path / "repo" / "pkg"), "relative to the root")


def test_a_program_that_git_does_not_track_is_brought_by_prepare(run: Callable[..., Run]) -> None:
    made = run(FLAT, {"kind": "imports"}, untracked={"bin/check": "#!/bin/sh\ngrep -q 'A = [12]' pkg/a.py\n"})
    (made.root / "bin" / "check").chmod(0o755)
    made.use({"kind": "command", "run": ["bin/check"]})
    check_in_place(made, "in a linked worktree: The program `bin/check` of the validation `v` is not there", "cp, -R")
    made.plan = replace(made.plan, prepare=(("cp", "-R", "{checkout}/bin", "."),))
    assert [verdict for verdict, _ in made.verdicts(2, made.candidate({"pkg/a.py": b"A = 3\n"}))] == ["failed"]


PREPARED = {"kind": "command", "run": ["sh", "-c", "test -f .env && grep -q 'A = [12]' pkg/a.py"]}


def test_what_lacks_in_a_worktree_is_found_by_the_rehearsal(run: Callable[..., Run]) -> None:
    made = run(FLAT, PREPARED, untracked={".env": "x"})
    check_in_place(made, "`v` does not hold on the unchanged tree in a linked worktree: exit status 1", "`prepare:`")


def test_prepare_brings_what_git_does_not_track_once_to_each_worktree(run: Callable[..., Run], tmp_path: Path) -> None:
    log = tmp_path / "prepared"
    told = ["sh", "-c", f"pwd >> {log}; echo $CODEMODS_WORKER >> {log}"]
    made = run(FLAT, PREPARED, untracked={".env": "x"}, prepare=[["cp", "{checkout}/.env", ".env"], told])
    candidates = [made.candidate({"pkg/a.py": f"A = {number}\n".encode()}) for number in (1, 2, 3)]
    assert [verdict for verdict, _ in made.verdicts(2, *candidates)] == ["passed", "passed", "failed"]
    lines = log.read_text().splitlines()
    assert len(lines) == 4
    assert {"1", "2"} < set(lines)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["sh", "-c", "echo no compiler; exit 3"], ("failed: exit status 3", "no compiler")),
        (["lost-program"], ("`lost-program` of `prepare:` is not there",)),
        (["pip", "install", "-e", "."], ("`pip install -e .`", "share", ".venv/bin/pip")),
        (["python", "setup.py", "develop"], ("share",)),
    ],
)
def test_a_prepare_that_fails_is_told_and_judged_in_place(
    run: Callable[..., Run], command: list[str], words: tuple[str, ...]
) -> None:
    check_in_place(run(FLAT, {"kind": "imports"}, prepare=[command]), *words)


def test_a_submodule_that_lacks_is_told(run: Callable[..., Run], tmp_path: Path) -> None:
    made = run(FLAT, {"kind": "imports"})
    run_git(tmp_path, "clone", "--quiet", str(made.root), "other")
    adding = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    run_git(made.root, *adding, str(tmp_path / "other"), "sub")
    run_git(made.root, "commit", "--quiet", "-m", "submodule")
    check_in_place(made, "the submodule sub is not in a linked worktree", "cp, -R")
    made.plan = replace(made.plan, prepare=(("cp", "-R", "{checkout}/sub", "."),))
    assert [verdict for verdict, _ in made.verdicts(2, made.candidate({"pkg/a.py": b"A = 2\n"}))] == ["passed"]


def test_a_repository_without_a_commit_is_judged_in_place(run: Callable[..., Run]) -> None:
    made = run(FLAT, {"kind": "imports"})
    run_git(made.root, "update-ref", "-d", "HEAD")
    opened = made.open(2)
    assert "git worktree failed" in opened.reason
    assert made.linked() == 0


@dataclass
class Meddling:
    """Says what it finds, without and with the change, and leaves its traces."""

    name: str = "v"
    seen: int = 0

    def require(self, ground: Ground) -> None:
        """Nothing is needed."""

    def remembered(self) -> object:
        return None

    def recall(self, known: object) -> None:
        assert known is None

    def run(self, ground: Ground, scope: Scope) -> Result:
        self.seen += 1
        told = [(ground.root / "pkg" / "a.py").read_text()]
        ground.show(changed=False)
        told.append((ground.root / "pkg" / "a.py").read_text())
        ground.show(changed=True)
        ground.show(changed=True)
        told.append((ground.root / "pkg" / "a.py").read_text())
        write_files(ground.root, {"pkg/a.py": "by the test\n", "tests/test_a.py": "by the test\n"})
        return Result(self.name, Verdict.PASSED, json.dumps([*told, self.seen, threading.current_thread().name]))


def test_a_validation_may_show_both_trees_and_what_it_does_to_them_is_undone(run: Callable[..., Run]) -> None:
    made = run(FLAT, {"kind": "imports"})
    made.rehearsal = {}
    made.validations = {"v": Meddling()}  # type: ignore[dict-item]
    candidates = [
        made.candidate({"pkg/a.py": f"A = {number}\n".encode()}, {"pkg/a.py": b"A = 'before'\n"}) for number in range(5)
    ]
    told = [json.loads(summary) for _, summary in made.verdicts(2, *candidates)]
    assert [one[:4] for one in told] == [[f"A = {n}\n", "A = 'before'\n", f"A = {n}\n", 1] for n in range(5)]
    assert all(one[4] != threading.current_thread().name for one in told)
    assert made.validations["v"].seen == 0  # type: ignore[attr-defined]


def test_closing_cancels_what_has_not_begun(run: Callable[..., Run], tmp_path: Path) -> None:
    made = run(FLAT, {"kind": "imports"})
    gate = tmp_path / "gate"
    made.use({"kind": "command", "run": ["sh", "-c", f"until test -e {gate}; do sleep 0.05; done"]})
    opened = made.open(2)
    futures = [opened.judge.start(made.candidate({"pkg/a.py": f"A = {number}\n".encode()})) for number in range(5)]
    threading.Timer(0.5, gate.touch).start()
    opened.judge.close()
    assert [future.cancelled() for future in futures] == [False, False, True, True, True]
    assert [future.result()[-1].holds for future in futures[:2]] == [True, True]
    assert made.linked() == 0


def test_what_a_killed_run_has_left_is_removed_by_the_next(run: Callable[..., Run]) -> None:
    made = run(FLAT, {"kind": "imports"})
    killed = (
        "import os, sys, pathlib\nfrom codemods.engine.judging import Candidate, Stage\n"
        "from codemods.engine.side_by_side import open_judge\nfrom codemods.plan.schema import Plan\n"
        "from codemods.vcs import Repository\n"
        "stage = Stage(Repository.discover(pathlib.Path(sys.argv[1])))\n"
        "judge = open_judge(Plan(schema_version=1, name='p'), stage, {}, 2).judge\n"
        "judge.start(Candidate({'pkg/a.py': b''}, {}, (), {})).result()\nos._exit(9)\n"
    )
    environment = {**os.environ, "TMPDIR": str(made.root.parent / "tmp")}
    subprocess.run([sys.executable, "-c", killed, str(made.root)], check=False, env=environment)
    assert made.linked() == 2
    assert run_git(made.root, "for-each-ref", "refs/codemods-candidates") != ""
    made.open(1)
    assert (made.linked(), run_git(made.root, "for-each-ref", "refs/codemods-candidates")) == (0, "")
    assert list((made.root.parent / "tmp").iterdir()) == []


def test_what_a_killed_run_has_left_is_removed_where_nothing_is_left_to_do(run: Callable[..., Run]) -> None:
    made = run(FLAT, {"kind": "imports"})
    repository = Repository.discover(made.root)
    opened = made.open(2)
    opened.judge.start(made.candidate({"pkg/a.py": b"A = 2\n"})).result()
    assert (made.linked(), run_git(made.root, "for-each-ref", "refs/codemods-candidates") != "") == (2, True)
    recover(repository, Journal(repository.common_dir / "codemods", lambda: datetime.now(timezone.utc)))
    assert (made.linked(), run_git(made.root, "for-each-ref", "refs/codemods-candidates")) == (0, "")
    assert list((made.root.parent / "tmp").iterdir()) == []
    opened.judge.close()


def test_an_interrupt_while_worktrees_are_made_leaves_nothing(run: Callable[..., Run]) -> None:
    made = run(
        FLAT,
        {"kind": "imports"},
        prepare=[["sh", "-c", f"test $CODEMODS_WORKER = 2 || kill -INT {os.getpid()}; sleep 0.3"]],
    )
    with pytest.raises(KeyboardInterrupt):
        made.open(2)
    assert made.linked() == 0
    assert list((made.root.parent / "tmp").iterdir()) == []
