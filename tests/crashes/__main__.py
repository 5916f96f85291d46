"""Tries the crashes of all scenarios, or of some, and prints what went wrong: `python -m tests.crashes --all`.

Exit status: 0 nothing is wrong, 1 something is.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.crashes.points import KINDS, Point
from tests.crashes.scenarios import SCENARIOS
from tests.crashes.selecting import Places, cases_of, one_in
from tests.crashes.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.crashes.cases import Case

_HERE = threading.local()


def main(arguments: list[str]) -> int:
    """Try what is asked for; the exit status."""
    options = _options(arguments)
    names = [s.name for s in SCENARIOS if options.all or s.name in options.scenario]
    servers = [Server() for _ in range(options.jobs)]
    free = list(servers)
    try:
        with ThreadPoolExecutor(options.jobs, initializer=lambda: setattr(_HERE, "server", free.pop())) as pool:
            met = list(pool.map(_met, names))
            if options.list:
                _say("\n".join(f"{name}: {point.number} {point.name}" for name, points, _ in met for point in points))
                return 0
            tables = list(pool.map(_tried, met, _chosen(met, options)))
    finally:
        for server in servers:
            server.__exit__()
    _print_table(tables)
    return 1 if any(table.failed for table in tables) else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes")
    parser.add_argument("--all", action="store_true", help="Try all scenarios.")
    parser.add_argument("--scenario", action="append", default=[], choices=[s.name for s in SCENARIOS])
    parser.add_argument("--kind", action="append", choices=KINDS, help="Only this kind of fault; may be repeated.")
    parser.add_argument("--number", type=int, help="Only this point.")
    parser.add_argument("--every", action="store_true", help="Strike also where that should show nothing new.")
    parser.add_argument("--one-in", type=int, default=1, help="Try one of so many cases.")
    parser.add_argument("--list", action="store_true", help="Show the points, and strike none.")
    parser.add_argument("--jobs", type=int, default=1, help="How many cases are tried at a time.")
    options = parser.parse_args(arguments)
    if not (options.all or options.scenario):
        parser.error("give --all, or --scenario NAME")
    return options


class Table:
    """What was tried of one scenario."""

    def __init__(self, name: str, points: int, problems: Iterable[str]) -> None:
        """`points` is how many it meets; `problems` are those without a fault."""
        self.name = name
        self.points = points
        self.tried: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.struck: set[int] = set()
        for problem in problems:
            self.failed["none"] += 1
            _say(f"{name}: no fault: {problem}")

    def add(self, case: Case, problems: Iterable[str]) -> None:
        """Count a case, and tell what is wrong in it."""
        self.tried[case.kind] += 1
        self.struck.add(case.number)
        problems = list(problems)
        if problems:
            self.failed[case.kind] += 1
            _say(f"{self.name}: {case.kind} at {case.number}, {case.point}" + "".join(f"\n    {p}" for p in problems))


def _met(name: str) -> tuple[str, list[Point], list[str]]:
    """What a scenario meets, and what is wrong with it, without a fault."""
    answer = _HERE.server.ask({"scenario": name})
    return name, [Point(**point) for point in answer["points"]], answer["problems"]


def _chosen(met: Sequence[tuple[str, list[Point], list[str]]], options: argparse.Namespace) -> list[list[Case]]:
    """The cases to try, by scenario."""
    seen: Places = set()
    kinds = options.kind or KINDS
    chosen = []
    for turn, (name, points, _) in enumerate(met):
        cases = one_in(options.one_in, cases_of(name, points, kinds, every=options.every, seen=seen), turn)
        chosen.append([case for case in cases if options.number in (None, case.number)])
    return chosen


def _tried(met: tuple[str, list[Point], list[str]], cases: list[Case]) -> Table:
    name, points, problems = met
    table = Table(name, len(points), problems)
    for case in cases:
        table.add(case, _HERE.server.ask(vars(case))["problems"])
    return table


def _print_table(tables: list[Table]) -> None:
    rows = [("scenario", "points", "struck", *KINDS, "failed")]
    for table in tables:
        tried = (f"{table.tried[kind]}" + f" ({table.failed[kind]})" * bool(table.failed[kind]) for kind in KINDS)
        rows.append((table.name, str(table.points), str(len(table.struck)), *tried, str(table.failed.total())))
    struck = sum(len(table.struck) for table in tables)
    kinds = (str(sum(table.tried[kind] for table in tables)) for kind in KINDS)
    failed = sum(table.failed.total() for table in tables)
    rows.append(("in all", str(sum(table.points for table in tables)), str(struck), *kinds, str(failed)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        _say("  ".join((first.strip().ljust(widths[0]), *others)))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
