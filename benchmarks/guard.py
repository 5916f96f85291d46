"""Fails where a command has become much slower: its CPU time, told in the time that this machine needs to parse.

    python -m benchmarks.guard [--times 3] [--slack 1.0]

On a generated tree. The unit is the CPU time in which a Python parses all of its files with `ast.parse`, measured in
the same run and in turn with the commands, so that a slow or a busy machine slows both. Ends with 1 where the least of
the measurements is over its limit; the limits are three quarters more than what was measured when they were set, on a
machine with much else to do: a command that takes twice as long trips them. --slack 1.5 allows half as much again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.generated import make_tree, module_path, plan_of
from benchmarks.measuring import environment_of_machine, expect, in_turn, run_measured
from benchmarks.repositories import clone, git, isolated

UNIT = "ast.parse of all files"
FILES = 1_500  # the limits hold for this size alone: the start of a program does not grow with the tree
# What each command may cost, in units.
LIMITS = {
    "preview": 1.8,
    "preview, again": 1.0,
    "audit": 2.3,
    "guard": 1.35,
    "guard --staged": 0.9,
    "--help": 0.58,
}
_PARSE = """
import ast, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*.py"):
    ast.parse(path.read_bytes())
"""


class Bench:
    """A generated tree, and what is run there."""

    def __init__(self, work: Path, files: int) -> None:
        self.work = work
        self.origin = make_tree(work / "origin", files, max(1, files // 100))
        self.plan = work / "plan.yaml"
        self.plan.write_text(plan_of(1), encoding="utf-8")

    def cost(self, name: str) -> float:
        """The CPU seconds of one run in a fresh clone. Raises SystemExit where it ends with an error."""
        tree = clone(self.origin, self.work / "clone")
        if name == "preview, again":
            self._run("preview", self._command("preview", tree))
        if name == "guard --staged":
            staged = tree / module_path(1)
            staged.write_text(staged.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
            git(tree, "add", "--all")
        return self._run(name, self._command(name, tree))

    def _command(self, name: str, tree: Path) -> tuple[str | Path, ...]:
        if name == UNIT:
            return (sys.executable, "-c", _PARSE, tree)
        codemods = (sys.executable, "-m", "codemods")
        if name == "--help":
            return (*codemods, name)
        verb, *options = name.removesuffix(", again").split()
        return (*codemods, verb, self.plan, "--repo", tree, *options)

    def _run(self, name: str, command: tuple[str | Path, ...]) -> float:
        output = self.work / f"{name}.txt"
        settings = isolated({"HOME": str(self.work)})
        return expect(run_measured(command, self.work, output, settings), output, 0, 1).cpu


def main() -> int:
    """Read the arguments, measure, print; 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3, help="how often each is measured: the least counts (3)")
    parser.add_argument("--slack", type=float, default=1.0, help="what the limits are multiplied by (1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), FILES)
        found: dict[str, list[float]] = {name: [] for name in (UNIT, *LIMITS)}
        for number in range(options.times):
            for name in in_turn(list(found), number):
                found[name].append(bench.cost(name))
    unit = min(found.pop(UNIT))
    print(f"The unit, {UNIT}: {unit:.2f} CPU s\n")
    print("| command | CPU s | units | limit | |\n| --- | ---: | ---: | ---: | --- |")
    slow = 0
    for name, costs in found.items():
        limit = LIMITS[name] * options.slack
        over = min(costs) / unit > limit
        slow += over
        print(f"| {name} | {min(costs):.2f} | {min(costs) / unit:.2f} | {limit:.2f} | {'TOO SLOW' if over else ''} |")
    print(f"\n{FILES} modules. {environment_of_machine()}.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
