"""A repository with many files to redirect, some of which break a check then; and what a run on it has done."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.cli.commands import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    MakeRepo = Callable[[dict[str, str]], Path]

# It counts its runs, and which files it has seen changed. Python takes ten times as long to start.
SHELL = """\
changed=
for file in $(grep -ls app.new app/u*.py); do
    name=${{file#app/}}
    changed="$changed ${{name%.py}}"
done
echo $changed >> {runs}
for name in {culprits}; do
    case "$changed " in *" $name "*) exit 1 ;; esac
done
"""
# The same for a rule in Python, which would take twice as long to start with pathlib.
CHECK = """\
import os, sys
sources = {{name[:-3]: open("app/" + name).read() for name in os.listdir("app") if name[0] + name[-3:] == "u.py"}}
changed = {{name for name, source in sources.items() if "app.new" in source}}
with open({runs!r}, "a") as file:
    file.write(" ".join(sorted(changed)) + "\\n")
{rule}
"""


@dataclass(frozen=True)
class Migration:
    """A repository with a plan, and the file in which its check counts."""

    root: Path
    runs: Path

    def apply(self, *options: str, expect: int) -> dict[str, object]:
        """The report of `codemods apply`."""
        completed = run(self.root, "apply", "--yes", "plan.yaml", "--json", *options)
        assert completed.returncode == expect, completed.stdout + completed.stderr
        report: dict[str, object] = json.loads(completed.stdout)
        return report

    def checked(self) -> list[set[str]]:
        """The files that were changed at each run of the check."""
        return [set(line.split()) for line in self.runs.read_text().splitlines()]

    def events(self, kind: str) -> list[dict[str, object]]:
        """The data of the events of one kind in the journal."""
        lines = (self.root / ".git" / "codemods" / "journal.jsonl").read_text().splitlines()
        return [event["data"] for event in map(json.loads, lines) if event["kind"] == kind]

    def changed(self) -> set[str]:
        """The files that are changed in the work tree."""
        return {path.stem for path in (self.root / "app").glob("u*.py") if "app.new" in path.read_text()}


def units(report: Mapping[str, object], state: str) -> list[str]:
    """The units in one state, by the stems of their files."""
    found = report["units"]
    assert isinstance(found, list)
    return [entry["unit"].removeprefix("app/").removesuffix(".py") for entry in found if entry["state"] == state]


def names(count: int) -> list[str]:
    """The stems of the files to change."""
    return [f"u{number:02}" for number in range(count)]


def plan(phases: str, rest: str = "") -> str:
    """A plan with these phases."""
    return f"schema: 1\nname: many\nredirect:\n  - {{symbol: app.old.f, to: app.new.f}}\nphases:\n{phases}{rest}"


def migration(
    make_repo: MakeRepo, outside: Path, count: int, rule: str | Sequence[str], phases: str, rest: str = ""
) -> Migration:
    """A repository whose check each of the files `rule` breaks; or `rule` are lines of Python, which end the process
    where what is `changed` breaks it."""
    runs = outside / "runs"
    files = {f"app/{name}.py": f"from app.old import f\n\nNAME = {name!r}\nVALUE = f()\n" for name in names(count)}
    if isinstance(rule, str):
        program, check = "python", CHECK.format(runs=str(runs), rule=rule)
    else:
        program, check = "sh", SHELL.format(runs=shlex.quote(str(runs)), culprits=" ".join(rule))
    root = make_repo(
        {
            **files,
            "app/__init__.py": "",
            "app/old.py": "def f():\n    return 1\n",
            "app/new.py": "def f():\n    return 1\n",
            "check": check,
            "plan.yaml": plan(phases, f"validation:\n  check: {{kind: command, run: [{program}, check]}}\n{rest}"),
        }
    )
    return Migration(root, runs)


def any_of(culprits: Iterable[str]) -> str:
    """A rule in Python that each of these breaks."""
    return f"sys.exit(1 if changed & {set(culprits)!r} else 0)"
