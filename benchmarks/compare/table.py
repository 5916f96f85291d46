"""The figures as a table in Markdown, and as values for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.compare.judge import Verdict
from benchmarks.compare.runs import Row
from benchmarks.compare.tools import TOOLS
from benchmarks.measuring import Cost, median

if TYPE_CHECKING:
    from collections.abc import Mapping

_COSTS = ("tool", "run", "CPU s", "least", "wall s", "peak MB", "times ours")
_RESULTS = (
    "tool",
    "files changed",
    "references missed",
    "missed without a word",
    "strings left",
    "uses of neither symbol",
    "files broken",
    "files needlessly changed",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its verdict, which only a run that writes has. `untold` are missed without a word."""

    row: Row
    verdict: Verdict | None
    untold: int

    @property
    def cost(self) -> Cost:
        return median(self.row.costs)

    @property
    def title(self) -> str:
        return f"{self.row.tool.name}, whole tree" if self.row.whole else self.row.tool.name

    def to_json(self) -> dict[str, object]:
        return {
            "tool": self.row.tool.name,
            "run": self.row.mode,
            "whole": self.row.whole,
            "median": self.cost.to_json(),
            "costs": [cost.to_json() for cost in self.row.costs],
            "results": sorted(self.row.results),
            "missed_without_a_word": self.untold,
            "verdict": self.verdict.to_json() if self.verdict else None,
        }


def line_of(values: Mapping[str, Any]) -> Line:
    """The line of which `to_json` has made these values, without its patch. Raises KeyError where they are no such."""
    tools = {tool.name: tool for tool in TOOLS}
    costs = [Cost(**cost) for cost in values["costs"]]
    row = Row(tools[values["tool"]], values["run"], values["whole"], costs, None, set(values["results"]))
    found = values["verdict"]
    verdict = Verdict(**{**found, "broken": tuple(found["broken"])}) if found else None
    return Line(row, verdict, values["missed_without_a_word"])


def costs_table(lines: list[Line], ours: Cost | None) -> str:
    """What the runs cost; `ours` is what CPU times are given as multiples of."""
    most = max((len(line.row.costs) for line in lines), default=0)
    return table(_COSTS, 2, [_cost_cells(line, ours, most) for line in lines])


def results_table(lines: list[Line]) -> str:
    """What the runs that write have made."""
    return table(_RESULTS, 1, [_result_cells(line, line.verdict) for line in lines if line.verdict])


def table(head: tuple[str, ...], words: int, rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown, whose first columns are `words`, and the others numbers."""
    rule = tuple("---" if number < words else "---:" for number in range(len(head)))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, rule, *rows))


def _cost_cells(line: Line, ours: Cost | None, most: int) -> tuple[str, ...]:
    cost, costs = line.cost, line.row.costs
    fewer = "" if len(costs) == most else " (once)" if len(costs) == 1 else f" ({len(costs)} times)"
    return (
        line.title,
        line.row.mode + fewer,
        f"{cost.cpu:.2f}",
        f"{min(one.cpu for one in costs):.2f}",
        f"{cost.wall:.2f}",
        f"{cost.peak:,.0f}",
        f"{cost.cpu / ours.cpu:.2f}" if ours else "",
    )


def _result_cells(line: Line, verdict: Verdict) -> tuple[str, ...]:
    counts = (verdict.files, verdict.missed, line.untold, verdict.strings, verdict.lost)
    return (line.title, *map(str, counts), str(len(verdict.broken)), str(len(verdict.needless)))
