"""What a README shows of a comparison: one row for each tool, between two marks, and a picture of the dry runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.compare.plot import to_svg
from benchmarks.compare.runs import APPLY, DRY, WARM
from benchmarks.compare.table import Line, table
from benchmarks.marks import replaced
from benchmarks.measuring import environment_of_machine

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from benchmarks.compare.job import Job
    from benchmarks.measuring import Cost

PICTURE = "docs/images/compare.svg"
_HEAD = (
    "tool",
    "CPU s",
    "wall s",
    "peak MB",
    "to write: CPU s",
    "files changed",
    "references missed",
    "without a word",
    "files broken",
)


def show_in(root: Path, lines: list[Line], job: Job, tree: str, earlier: Collection[str] = ()) -> None:
    """Write table and picture into README.md below `root`, and into the folder of its pages. `tree` tells its size,
    `earlier` are the tools that were measured in another session.

    Raises ValueError where the README lacks the marks, OSError.
    """
    readme = root / "README.md"
    readme.write_text(with_table(readme.read_text(encoding="utf-8"), lines, job, tree, earlier), encoding="utf-8")
    picture = root / PICTURE
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(picture_of(lines, job.title), encoding="utf-8")


def with_table(text: str, lines: list[Line], job: Job, tree: str, earlier: Collection[str] = ()) -> str:
    """`text` with the table in place of what was between the marks. Raises ValueError where they are not there."""
    references = max((line.verdict.references for line in lines if line.verdict), default=0)
    heading = f"`{job.old}` to `{job.new}`, {references} references in {job.title} ({tree}):"
    return replaced(text, "compared", f"{heading}\n\n{_rows(lines)}\n{_about(lines, job, earlier)}\n")


def picture_of(lines: list[Line], title: str) -> str:
    """A bar for each dry run, in the colour of what the tool made."""
    made = {line.title: line.verdict for line in lines if line.row.mode == APPLY}
    dry = [replace(line, verdict=made.get(line.title)) for line in lines if line.row.mode in (DRY, WARM)]
    return to_svg(dry, f"{title}: one symbol redirected, as a dry run")


def _about(lines: list[Line], job: Job, earlier: Collection[str]) -> str:
    times = max(len(line.row.costs) for line in lines)
    fewer = dict.fromkeys(line.title for line in lines if len(line.row.costs) < times)
    once = f" ({', '.join(fewer)}: once)" if fewer else ""
    session = f"\n{', '.join(earlier)}: in an earlier session, with other work on the machine." if earlier else ""
    return (
        f"Median of {times} runs in turn{once}: a dry run, and the CPU seconds of one that writes. The peers get\n"
        f"the {len(job.files)} files that spell the name; ours searches the whole tree, and makes a commit per file.\n"
        f"{environment_of_machine()}.{session}"
    )


def _rows(lines: list[Line]) -> str:
    costs = {(line.title, line.row.mode): line.cost for line in lines}
    rows = []
    for line in lines:
        made = line.verdict
        if line.row.mode == APPLY and made is not None:
            results = (made.files, made.missed, line.untold, len(made.broken))
            dry, wrote = costs.get((line.title, DRY)), f"{line.cost.cpu:.1f}"
            rows.append((line.title, *_cost(dry), wrote, *map(str, results)))
            if (again := costs.get((line.title, WARM))) is not None:
                rows.append((f"{line.title}, again", *_cost(again), *[""] * 5))
    return table(_HEAD, 1, rows)


def _cost(cost: Cost | None) -> tuple[str, ...]:
    return (f"{cost.cpu:.1f}", f"{cost.wall:.1f}", f"{cost.peak:,.0f}") if cost else ("", "", "")
