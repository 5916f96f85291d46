"""The measurements: each tool's dry run, warm run and apply, round after round, in turn."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.compare.judge import write_patch
from benchmarks.compare.tools import Place, Tool
from benchmarks.measuring import Cost, in_turn, run_measured
from benchmarks.repositories import clone, git, isolated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.compare.job import Job

DRY, WARM, APPLY = "dry", "dry, again", "apply"


@dataclass(slots=True)
class Row:
    """What was measured of a tool in one way: `costs` by round, and what came of it.

    `patch` is the result of the first run that writes; `results` are the trees that all of them made: one, where the
    tool does the same each time.
    """

    tool: Tool
    mode: str
    whole: bool
    costs: list[Cost] = field(default_factory=list)
    patch: Path | None = None
    results: set[str] = field(default_factory=set)

    @property
    def bad_statuses(self) -> set[int]:
        """The statuses of runs that ended with an error."""
        return {cost.status for cost in self.costs} - {*self.tool.statuses}


class Runs:
    """Measures in `folder`, where a clone is made for every run that writes; results are kept in `kept`."""

    def __init__(self, job: Job, folder: Path, kept: Path, programs: dict[str, Path]) -> None:
        self.job = job
        self.folder = folder
        self.kept = kept
        self.programs = programs
        self.rows: dict[tuple[str, str, bool], Row] = {}

    def measure(self, tools: Sequence[Tool], times: int, patience: float, *, whole: bool) -> list[Row]:
        """Run all tools `times` times; those that took longer than `patience` seconds once only.

        One that ends with an error is measured all the same: what it made is judged, and its status told.
        """
        for number in range(times):
            for tool in in_turn(tools, number):
                if not number or self._slowest(tool, whole=whole) <= patience:
                    self._round(tool, number, whole=whole)
        return [row for row in self.rows.values() if row.whole is whole]

    def _slowest(self, tool: Tool, *, whole: bool) -> float:
        rows = [row for row in self.rows.values() if row.tool is tool and row.whole is whole]
        return max((cost.wall for row in rows for cost in row.costs), default=0)

    def _round(self, tool: Tool, number: int, *, whole: bool) -> None:
        place = self._place(tool, whole=whole)
        if tool.dry is not None:
            self._run(tool, DRY, place, tool.dry, number)
            if tool.has_warm:
                self._run(tool, WARM, place, tool.dry, number)
            place = self._place(tool, whole=whole)
        row = self._run(tool, APPLY, place, tool.apply, number)
        patch = self.kept / f"{self._title(tool, APPLY, whole=whole)}.patch"
        made = write_patch(place.tree, patch if row.patch is None else place.notes / "patch", self._base())
        row.patch = row.patch or patch
        row.results.add(made)

    def _place(self, tool: Tool, *, whole: bool) -> Place:
        """A fresh clone, so that nothing of an earlier run helps: no cache, no compiled file, no change."""
        notes = self.folder / "run"
        shutil.rmtree(notes, ignore_errors=True)
        tree = clone(self.job.origin, notes / "tree")
        return Place(tree, notes, (".",) if whole or tool.finds_files else self.job.files)

    def _base(self) -> str:
        return git(self.job.origin, "rev-parse", "HEAD").strip()

    def _run(
        self,
        tool: Tool,
        mode: str,
        place: Place,
        make: Callable[[Job, Place, Path], tuple[str, ...]],
        number: int,
    ) -> Row:
        whole = place.is_whole and not tool.finds_files
        row = self.rows.setdefault((tool.name, mode, whole), Row(tool, mode, whole))
        command = make(self.job, place, self.programs[tool.name])
        said = self.kept / f"{self._title(tool, mode, whole=whole)}.txt"
        # A peer's home stays the same, with what it has compiled for itself; ours is new, so nothing is known in it.
        where, home = (place.notes, place.notes) if tool.is_told_where else (place.tree, self.folder)
        cost = run_measured(command, where, said, isolated({"HOME": str(home)}))
        row.costs.append(cost)
        ended = "" if cost.status in tool.statuses else f", ended with {cost.status}: see {said}"
        print(f"  {number + 1}. {tool.name}, {mode}: {cost.cpu:.2f} CPU s, {cost.wall:.2f} s{ended}", flush=True)
        return row

    def _title(self, tool: Tool, mode: str, *, whole: bool) -> str:
        words = [tool.name, *(["whole"] if whole else []), mode]
        return "-".join(words).lower().replace(" ", "-").replace(",", "")


def installed(tools: Sequence[Tool], environment: Path | None) -> tuple[dict[str, Path], list[Tool]]:
    """The program of each tool that is here, by the tool's name, and the tools that are not."""
    programs: dict[str, Path] = {}
    for tool in tools:
        beside = environment / "bin" / tool.program if environment else None
        found = str(beside) if beside and beside.exists() else shutil.which(tool.program)
        if found and (not tool.module or _has(found, tool.module)):
            programs[tool.name] = Path(found).absolute()  # not resolved: the Python of an environment is a link
    return programs, [tool for tool in tools if tool.name not in programs]


def _has(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL, check=False).returncode == 0
