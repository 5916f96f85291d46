"""The commands that are killed: how the repository comes to where they are run, the command, and how one goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Command = tuple[str, ...]


class Repo(Protocol):
    """A repository in the making."""

    @property
    def root(self) -> Path:
        """Where it is."""

    def git(self, *arguments: str) -> str:
        """The output of git in it."""

    def codemods(self, *arguments: str) -> None:
        """Run a command of ours in it, which may not crash."""


@dataclass(frozen=True)
class Scenario:
    """`command` is killed in what `prepare` has made, then `again` is run; nothing given: the command again.

    Then all `topics` of the state are to be as after `command` and `again` without a fault; nothing given: every topic.
    `repeats` says that the command, run again after its end, does more.
    """

    name: str
    prepare: Callable[[Repo], None]
    command: Command
    again: tuple[Command, ...] = ()
    topics: tuple[str, ...] = ()
    repeats: bool = False

    @property
    def resumption(self) -> tuple[Command, ...]:
        """The commands that are run after the fault."""
        return self.again or (self.command,)


APPLY = ("apply", "plan.yaml", "--yes")
UNDO = ("undo",)
ROLLBACK = ("rollback", "plan.yaml")
STATUS = ("status", "plan.yaml")
CONTENT = ("HEAD", "status", "index", "files", "left over")

USER = "from app.old import f\n\nNAME = {name!r}  # ünchanged\nVALUE = f()\n"
# It turns down the change of one file.
CHECK = "! grep -q app.new app/bad.py\n"
# A formatter as people have it: it writes what is committed anew, and adds it.
HOOK = """\
#!/bin/sh
for file in $(git diff --cached --name-only --diff-filter=AM -- '*.py'); do
    sed 's/  *# *ünchanged/  # formatted/' "$file" > "$file.formatted" && cat "$file.formatted" > "$file"
    rm "$file.formatted"
    git add "$file"
done
"""


def plan(phases: str, rest: str = "", leave: str = "nothing") -> str:
    """A plan that moves a module, with these phases."""
    return (
        f"schema: 1\nname: test\nredirect:\n  - {{module: app.old, to: app.new, leave: {leave}}}\n"
        f"phases:\n{phases}validation:\n  check: {{kind: command, run: [sh, check]}}\n{rest}"
    )


EACH = "  - {name: P0, files: rest, with: [check], on_failure: skip}\n"
TWO = """\
  - {name: P0, files: [app/one.py], with: [check]}
  - {name: P1, files: rest, with: [check], on_failure: skip}
"""
UNSEEN = "  - {name: P0, files: rest, entry: [check]}\n"
BATCH = "  - {name: P0, files: rest, with: [check], validate: batch, on_failure: skip}\n"
PHASE = "  - {name: P0, files: rest, with: [check], validate: phase, commit: phase}\n"
TAKEN_BACK = "  - {name: P0, files: rest, with: [check], on_failure: rollback-phase}\n"
LATE = "  - {name: P0, files: rest, exit: [check], validate: batch, on_failure: skip}\n"
DELETE = "delete: [{module: app.old}]\n"


def begin(repo: Repo, text: str, names: tuple[str, ...] = ("one", "two", "three")) -> None:
    """A repository with files that use a module, and with what a user has there: an edit put by, files of his own."""
    write_files(
        repo.root,
        {
            "app/__init__.py": "",
            "app/old.py": "def f():\n    return 1\n",
            "app/new.py": "def f():\n    return 1\n",
            **{f"app/{name}.py": USER.format(name=name) for name in names},
            "check": CHECK,
            ".gitignore": "*.local\n",
            "plan.yaml": text,
            "mine.py": "MINE = 1\n",
        },
    )
    (repo.root / f"app/{names[0]}.py").chmod(0o755)
    repo.git("init", "--quiet", "--template=", "--initial-branch=main")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=base")
    write_files(repo.root, {"mine.py": "MINE = 2\n"})
    repo.git("stash", "--quiet")
    write_files(repo.root, {"notes/draft.py": "from app.old import f\n", "settings.local": "secret\n"})


def fresh(text: str, names: tuple[str, ...] = ("one", "two", "three")) -> Callable[[Repo], None]:
    """Nothing has been done yet."""
    return lambda repo: begin(repo, text, names)


def applied(text: str, *more: str) -> Callable[[Repo], None]:
    """The plan has been applied, with `more` options."""

    def prepare(repo: Repo) -> None:
        begin(repo, text)
        repo.codemods(*APPLY, *more)

    return prepare


def with_hook(pattern: str, names: tuple[str, ...]) -> Callable[[Repo], None]:
    """The formatter is there, and looks at the files of that pattern."""

    def prepare(repo: Repo) -> None:
        begin(repo, plan(EACH), names)
        write_files(repo.root, {".git/hooks/pre-commit": HOOK.replace("*.py", pattern)})
        (repo.root / ".git/hooks/pre-commit").chmod(0o755)

    return prepare


def _edited_later(repo: Repo) -> None:
    applied(plan(EACH))(repo)
    for name in ("one", "two"):
        file = repo.root / f"app/{name}.py"
        file.write_text(file.read_text() + "\n\nLATER = 1\n")
    repo.git("commit", "--quiet", "--all", "--message=later")


def _begun(repo: Repo) -> None:
    begin(repo, plan(TWO.replace("P1,", "P1, gate: manual,")))
    repo.codemods(*APPLY)


def _taken_back(*how: str) -> Callable[[Repo], None]:
    """A plan that was applied and rolled back."""

    def prepare(repo: Repo) -> None:
        applied(plan(TWO))(repo)
        repo.codemods(*ROLLBACK, "--all", *how)

    return prepare


def _detached(repo: Repo) -> None:
    begin(repo, plan(EACH), ("one", "two"))
    repo.git("switch", "--quiet", "--detach")


def _reviewed(repo: Repo) -> None:
    begin(repo, plan(TWO))
    repo.codemods("preview", "plan.yaml", "--save", ".git/review.json")


WITH_BAD = ("one", "bad", "two")
SCENARIOS = (
    Scenario("apply each", fresh(plan(EACH)), APPLY),
    Scenario("apply with a rejected unit", fresh(plan(EACH), WITH_BAD), APPLY),
    Scenario("apply a batch with a culprit", fresh(plan(BATCH), (*WITH_BAD, "zoo")), APPLY),
    Scenario("apply without validations", fresh(plan(UNSEEN)), APPLY),
    Scenario("apply a phase", fresh(plan(PHASE)), APPLY),
    Scenario("apply and take a phase back", fresh(plan(TAKEN_BACK), ("alpha", "bad")), APPLY, repeats=True),
    Scenario("apply with a shim", fresh(plan(EACH, leave="shim"), ("one",)), APPLY),
    Scenario("apply with a deletion", fresh(plan(EACH, DELETE), ("one",)), APPLY),
    Scenario("apply here", fresh(plan(EACH), ("one", "two")), (*APPLY, "--here")),
    Scenario("apply on a detached HEAD", _detached, (*APPLY, "--here")),
    Scenario("apply with a hook that formats", with_hook("*.py", ("one", "two")), APPLY),
    Scenario("apply with a hook that formats the last", with_hook("*two.py", ("one", "three", "two")), APPLY),
    Scenario("apply the second phase", _begun, (*APPLY, "--phase", "P1")),
    # Killed before it has made its branch, there is none to be on.
    Scenario("apply, then roll back", fresh(plan(EACH)), APPLY, ((*ROLLBACK, "--all"),), CONTENT[1:]),
    Scenario("apply a review", _reviewed, (*APPLY, "--from", ".git/review.json")),
    Scenario("apply in branches", fresh(plan(EACH, DELETE), ("one", "bad")), (*APPLY, "--split", "folder")),
    Scenario("roll back a file", applied(plan(EACH)), (*ROLLBACK, "--file", "app/two.py")),
    Scenario("roll back a phase", applied(plan(TWO)), (*ROLLBACK, "--phase", "P1")),
    Scenario("roll back all", applied(plan(TWO)), (*ROLLBACK, "--all")),
    Scenario("roll back a deletion", applied(plan(EACH, DELETE)), (*ROLLBACK, "--all")),
    Scenario("roll back after later edits", _edited_later, (*ROLLBACK, "--all")),
    Scenario("roll back by reset", applied(plan(TWO)), (*ROLLBACK, "--all", "--reset")),
    Scenario("undo a run", applied(plan(TWO)), UNDO),
    Scenario("undo a rollback", _taken_back(), UNDO, repeats=True),
    Scenario("undo a reset", _taken_back("--reset"), UNDO, repeats=True),
    Scenario("apply with a culprit at the end of the phase", fresh(plan(LATE), WITH_BAD), APPLY),
    Scenario("roll back, then look", applied(plan(EACH)), (*ROLLBACK, "--all"), (STATUS, (*ROLLBACK, "--all"))),
    Scenario("roll back, then apply", applied(plan(EACH)), (*ROLLBACK, "--all"), (APPLY,), CONTENT),
)
