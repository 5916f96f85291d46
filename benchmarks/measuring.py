"""What a command costs: CPU of all its processes, wall time, and the memory of the largest of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MEGABYTES = 1024 * 1024 if sys.platform == "darwin" else 1024  # what one unit of `ru_maxrss` is part of
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU (user and system) and on the wall, megabytes of the largest process, and the exit status."""

    cpu: float
    wall: float
    peak: float
    status: int

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def run_measured(
    command: Sequence[str | Path], cwd: Path, output: Path, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run `command` to its end; what it says goes to the file `output`.

    The CPU time is that of the process and of all below it that were waited for. Raises CalledProcessError where the
    program cannot be started.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "cost"
        outer: list[str | Path] = [sys.executable, "-I", "-S", Path(__file__).with_name("run_one.py"), told, output]
        subprocess.run([*outer, *command], cwd=cwd, env=environment, check=True)
        cpu, wall, peak, status = told.read_text(encoding="utf-8").split()
    return Cost(float(cpu), float(wall), int(peak) / _MEGABYTES, int(status))


def expect(cost: Cost, output: Path, *statuses: int) -> Cost:
    """The same cost. Raises SystemExit, with the end of what the command said, where it ended otherwise."""
    if cost.status not in statuses:
        said = output.read_text(encoding="utf-8", errors="replace")[-2000:]
        sys.exit(f"{output.name}: ended with {cost.status}:\n{said}")
    return cost


def median(costs: Sequence[Cost]) -> Cost:
    """Each figure's median; the status of the last."""
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.peak for cost in costs),
        costs[-1].status,
    )


def in_turn(things: Sequence[_Value], number: int) -> Iterable[_Value]:
    """The things in the order of round `number`: each round begins with another, and every other goes backwards."""
    start = number // 2 % len(things) if things else 0
    order = [*things[start:], *things[:start]]
    return reversed(order) if number % 2 else order


def environment_of_machine() -> str:
    """The line that stands below a table: Python, cores and load, without which figures mean little."""
    load = os.getloadavg()[0]
    return f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f} at the end"
