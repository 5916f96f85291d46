"""Any sequence of commands, kills, commits and edits of the user's, against a simple model of what is there then."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from codemods.journal import Journal, replay
from tests.conftest import examples, write_files
from tests.crashes.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("one", "two", "three", "four")
PHASES = {"P0": ("one", "two"), "P1": ("three", "four")}
PLAN = """\
schema: 1
name: test
redirect:
  - {module: app.old, to: app.new}
phases:
  - {name: P0, files: [app/one.py, app/two.py]}
  - {name: P1, files: rest, validate: batch}
"""
OLD = "from app.old import f\n\nVALUE = f()\n"
NEW = OLD.replace("app.old", "app.new")
CHOICES = st.sampled_from(["--all", *(f"--phase={name}" for name in PHASES), *(f"--file=app/{n}.py" for n in NAMES)])
# Half of the commands come to their end.
KILLS = st.one_of(st.none(), st.integers(min_value=1, max_value=260))

Done = frozenset[str]


@dataclass
class Performed:
    """An operation that changed something: which units it did (True) or took back."""

    name: str
    kind: str
    effect: dict[str, bool]
    is_undone: bool = False
    is_reset: bool = False


class Commands(RuleBasedStateMachine):
    """`done` are the units that stand, `tails` what the user has added to files, `dirty` the file with an edit that is
    not committed."""

    server: Server

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(self.server.folder.name, "model")
        self.done: Done = frozenset()
        self.tails = dict.fromkeys(NAMES, "")
        self.dirty = ""
        self.performed: list[Performed] = []
        self.users = 0
        self.attempt = 0

    def teardown(self) -> None:
        """The next example begins anew."""
        shutil.rmtree(self.root, ignore_errors=True)

    def git(self, *arguments: str) -> str:
        """The output of git."""
        return subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, check=True, text=True).stdout

    def run(self, *arguments: str, kill: int | None = None) -> tuple[int | None, str]:
        """The status and output of a command; None where it was killed."""
        self.attempt += 1
        request = {"run": arguments, "root": str(self.root), "attempt": self.attempt, "kill": kill}
        answer = self.server.ask(request)
        assert "Traceback" not in answer["output"], answer["output"]
        return (None if answer["struck"] else answer["status"]), answer["output"]

    @initialize()
    def begin(self) -> None:
        """A repository with what a user has there."""
        shutil.rmtree(self.root, ignore_errors=True)
        files = {f"app/{name}.py": OLD for name in NAMES}
        definition = "def f():\n    return 1\n"
        write_files(
            self.root, {**files, "app/__init__.py": "", "app/old.py": definition, "app/new.py": definition, "p": PLAN}
        )
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=base")
        write_files(self.root, {"untracked.py": "from app.old import f\n"})

    def expect(self, status: int | None, output: str, done: Done, kind: str, *, is_reset: bool = False) -> None:
        """A command that has come to its end has made `done` of the units."""
        assert status == 0, output
        effect = {name: name in done for name in NAMES if (name in done) != (name in self.done)}
        self.done = done
        if effect:
            known = replay(Journal(self.root / ".git/codemods", lambda: datetime.now(timezone.utc)).events())
            self.performed.append(Performed(list(known)[-1], kind, effect, is_reset=is_reset))

    @precondition(lambda self: not self.dirty)
    @rule(kill=KILLS)
    def apply(self, kill: int | None) -> None:
        """All that is left is done; a run that was killed goes on."""
        if kill is not None and self.run("apply", "p", "--yes", kill=kill)[0] is not None:
            kill = None
        self.expect(*self.run("apply", "p", "--yes"), frozenset(NAMES), "apply")

    @precondition(lambda self: not self.dirty)
    @rule(choice=CHOICES, kill=KILLS, reset=st.booleans())
    def roll_back(self, choice: str, kill: int | None, *, reset: bool) -> None:
        """What is chosen is not there any more; what cannot be reset is refused."""
        command = ("rollback", "p", choice, *(("--reset",) if reset else ()))
        chosen = _chosen(choice) & self.done
        if kill is not None:
            self.run(*command, kill=kill)
        status, output = self.run(*command)
        if reset and status == 2:
            # Refused, or done already before it was killed, which is told.
            assert "Nothing was touched" in output or "nothing to take back" in output, output
            if self.observed() == self.done:
                return
            status = 0
        if not chosen:
            assert "nothing to take back" in output, output
            return
        if kill is not None and "nothing to take back" in output:
            status = 0
        self.expect(status, output, self.done - chosen, "rollback", is_reset=reset)

    @precondition(lambda self: not self.dirty)
    @rule(kill=KILLS)
    def undo(self, kill: int | None) -> None:
        """The last operation that is no undo, and not undone, is taken back as far as it stands."""
        target = next((p for p in reversed(self.performed) if p.kind != "undo" and not p.is_undone), None)
        before = self.observed()
        if kill is not None:
            self.run("undo", kill=kill)
        if kill is None or self.observed() == before:
            _, output = self.run("undo")
        else:
            _, output = self.run("status", "p")
        now = self.observed()
        if target is None or now == before:
            return
        assert all((name in now) != (name in before) for name in now ^ before)
        assert now ^ before <= {name for name, is_done in target.effect.items() if is_done == (name in before)}
        # What was killed half way is finished by the next command.
        target.is_undone = True
        self.expect(0, output, now, "undo", is_reset=target.is_reset)

    @precondition(lambda self: not self.dirty)
    @rule(name=st.sampled_from(NAMES))
    def user_commits(self, name: str) -> None:
        """The user adds a line to a file."""
        self.settle()
        self.users += 1
        self.tails[name] += f"# {self.users}\n"
        (self.root / f"app/{name}.py").write_text(self.expected(name))
        self.git("commit", "--quiet", "--all", f"--message=user {self.users}")

    @precondition(lambda self: not self.dirty)
    @rule(name=st.sampled_from(NAMES), command=st.sampled_from([("apply", "p", "--yes"), ("rollback", "p", "--all")]))
    def user_edits(self, name: str, command: tuple[str, ...]) -> None:
        """With an edit that is not committed nothing is done, and nothing of it is touched."""
        self.settle()
        (self.root / f"app/{name}.py").write_text(self.expected(name) + "# not yet\n")
        head = self.git("rev-parse", "HEAD")
        status, output = self.run(*command)
        assert (status, "not committed" in output) == (2, True), output
        assert (self.root / f"app/{name}.py").read_text() == self.expected(name) + "# not yet\n"
        assert self.git("rev-parse", "HEAD") == head
        self.git("checkout", "--quiet", "--", f"app/{name}.py")

    def settle(self) -> None:
        """A command that was killed is settled by the next one, which is not the user's git."""
        self.run("rollback", "p", "--file=none.py")

    def expected(self, name: str) -> str:
        """What a file holds."""
        return (NEW if name in self.done else OLD) + self.tails[name]

    def observed(self) -> Done:
        """The units that stand, by the files."""
        return frozenset(name for name in NAMES if "app.new" in (self.root / f"app/{name}.py").read_text())

    @invariant()
    def files_are_as_the_model_has_them(self) -> None:
        """No byte more or less."""
        if not self.root.exists():
            return
        self.settle()
        assert {name: (self.root / f"app/{name}.py").read_text() for name in NAMES} == {
            name: self.expected(name) for name in NAMES
        }
        assert self.git("status", "--porcelain") == "?? untracked.py\n"
        assert (self.root / "untracked.py").read_text() == "from app.old import f\n"
        assert not list(self.root.rglob(".codemods-*"))
        assert not list((self.root / ".git").rglob("*.lock"))

    @invariant()
    def nothing_of_the_users_is_lost(self) -> None:
        """Each of their commits is there, once."""
        if self.users:
            subjects = [line for line in self.git("log", "--format=%s").splitlines() if line.startswith("user ")]
            assert subjects == [f"user {number}" for number in range(self.users, 0, -1)]

    @invariant()
    def the_journal_knows_it(self) -> None:
        """What stands by git is what stands by the model, and nothing is under way."""
        if not self.root.exists():
            return
        known = replay(Journal(self.root / ".git/codemods", lambda: datetime.now(timezone.utc)).events())
        assert not [op.id for op in known.values() if op.writing or op.move or op.due]


def _chosen(choice: str) -> Done:
    option, _, value = choice.partition("=")
    if option == "--phase":
        return frozenset(PHASES[value])
    return frozenset(NAMES) if option == "--all" else frozenset((Path(value).stem,))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as started:
        yield started


@pytest.mark.skipif(sys.platform != "linux", reason="it forks, and waits for what a killed process left")
def test_any_sequence_of_commands(server: Server) -> None:
    Commands.server = server
    limits = settings(
        max_examples=max(examples(0.05), 4),
        stateful_step_count=8,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    Commands.TestCase.settings = limits
    case = Commands.TestCase()
    case.runTest()
