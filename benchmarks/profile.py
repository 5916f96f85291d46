"""Tells where the time of the commands goes: CPU seconds by part, for each of them.

    python -m benchmarks.profile --repo CHECKOUT --plan PLAN [--times 3] [--work FOLDER] [--write PAGE]

In fresh clones of CHECKOUT: `preview` with no cache and again, `audit`, `guard` of all files and of one that is staged,
`apply` of the whole plan, and of one file of it that was taken back. Each command samples itself (`sampled.py`); what
the start and the end of Python take is the rest of what the system counts for the process. PAGE is a file in which the
table replaces what is between two marks.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.marks import replaced
from benchmarks.measuring import environment_of_machine, expect, run_measured
from benchmarks.parts import GIT, PARTS, START
from benchmarks.repositories import clone, git, isolated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_YOUNG = 2.5  # seconds for which a file that was just written is read to know whether it has changed
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Profile:
    """CPU seconds by part, and seconds on the wall."""

    parts: Mapping[str, float]
    wall: float

    @property
    def cpu(self) -> float:
        return sum(self.parts.values())


class Bench:
    """A checkout and a plan, and the commands that are looked at."""

    def __init__(self, work: Path, origin: Path, plan: Path) -> None:
        self.work = work
        self.origin = origin
        self.plan = plan
        self.tree = work / "tree"
        self.commits = 0

    def measure(self) -> dict[str, Profile]:
        """One profile of each command. Raises SystemExit where one ends with an error."""
        self._fresh()
        found = {"preview, cold": self.run("preview"), "preview, again": self.run("preview")}
        self._forget()
        found["audit, cold"] = self.run("audit")
        self._forget()
        found["guard, all files"] = self.run("guard")
        self._stage()
        found["guard, one file"] = self.run("guard", "--staged")
        self._fresh()
        base = git(self.tree, "rev-parse", "HEAD").strip()
        found["apply, all"] = self.run("apply", "--yes", "--here")
        changed = git(self.tree, "diff", "--name-only", base).splitlines()
        self.commits = int(git(self.tree, "rev-list", "--count", f"{base}..HEAD"))
        self.run("rollback", "--file", changed[0])
        found["apply, one file"] = self.run("apply", "--yes", "--here")
        return found

    def run(self, verb: str, *options: str) -> Profile:
        """Run a command that samples itself."""
        told, output = self.work / "sampled.json", self.work / f"{verb}.txt"
        words: tuple[str | Path, ...] = (told, verb, self.plan, "--repo", self.tree, *options)
        command = (sys.executable, "-m", "benchmarks.sampled", *words)
        # From the root of this repository, so that this package is found wherever it is.
        cost = expect(run_measured(command, ROOT, output, isolated({"HOME": str(self.work)})), output, 0, 1)
        values = json.loads(told.read_text(encoding="utf-8"))
        parts: dict[str, float] = {START: 0.0, **values["parts"], GIT: values["children"]}
        parts[START] += max(0.0, cost.cpu - sum(parts.values()))
        return Profile(parts, cost.wall)

    def _fresh(self) -> None:
        clone(self.origin, self.tree)
        time.sleep(_YOUNG)

    def _forget(self) -> None:
        shutil.rmtree(self.tree / ".git" / "codemods" / "cache", ignore_errors=True)

    def _stage(self) -> None:
        path = next(path for path in git(self.tree, "ls-files", "*.py").splitlines() if (self.tree / path).is_file())
        with (self.tree / path).open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        git(self.tree, "add", path)


def table_of(found: Mapping[str, list[Profile]]) -> str:
    """Medians, with the commands as columns."""
    names = list(found)
    rows = [("CPU s", *(_median(found[name], lambda one: one.cpu) for name in names))]
    for part in PARTS:
        cells = [_median(found[name], lambda one, part=part: one.parts.get(part, 0.0)) for name in names]  # type: ignore[misc]
        rows.append((part, *cells))
    rows.append(("seconds on the wall", *(_median(found[name], lambda one: one.wall) for name in names)))
    lines = [("", *names), ("---", *["---:"] * len(names)), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _median(profiles: list[Profile], figure: Callable[[Profile], float]) -> str:
    return f"{statistics.median(map(figure, profiles)):.2f}"


def main() -> int:
    """Read the arguments, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", type=Path, required=True, help="a checkout to measure on: what it has committed")
    parser.add_argument("--plan", type=Path, required=True, help="the plan")
    parser.add_argument("--times", type=int, default=3, help="how often each command is run (3)")
    parser.add_argument("--work", type=Path, help="where the clones go (a temporary folder)")
    parser.add_argument("--write", type=Path, help="a page to put the table into")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.work or Path(temporary)).absolute()
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(work, options.repo.absolute(), options.plan.absolute())
        rounds = [bench.measure() for _ in range(options.times)]
        found = {name: [one[name] for one in rounds] for name in rounds[0]}
        tree = f"{len(git(options.repo, 'ls-files', '*.py').splitlines()):,} Python files"
    about = f"Median of {options.times}; {tree}, {bench.commits} commits. {environment_of_machine()}.\n"
    text = f"{table_of(found)}\n{about}"
    print(text)
    if options.write:
        page: Path = options.write
        page.write_text(replaced(page.read_text(encoding="utf-8"), "profile", text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
