"""What a split has made: for people, and for programs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from codemods.engine.progress import UnitState
from codemods.model import printable
from codemods.report.json_text import dump
from codemods.report.terminal import list_lines, show_recovered
from codemods.report.to_json import run_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.splitting.split import Branch, Splitting
    from codemods.report.out import Out


def show_split(out: Out, done: Splitting, texts: Mapping[str, str], again: str) -> None:
    """The branches, with the files of their texts, and what to do next; `again` is the command that was called."""
    made = [branch for branch in done.branches if branch.is_there]
    show_recovered(out, done.recovered)
    for branch in done.branches:
        out.print(f"\n{printable(branch.group.name)}: {branch.name}", style="bold")
        counts = {state: len(branch.report.in_state(state)) for state in (UnitState.COMMITTED, UnitState.REJECTED)}
        numbers = ", ".join(f"{number} {state.value}" for state, number in counts.items())
        out.print(f"  {numbers}, {branch.report.left} left, {branch.report.seconds:.1f} s, {branch.report.end.value}")
        _list_turned_down(out, branch)
        if branch.name in texts:
            out.print(f"  its text: {printable(texts[branch.name])}")
    list_lines(out, "They wait for other branches to be merged", [f"{w.unit}: {w.reason}" for w in done.waiting])
    list_lines(out, "Rejected or declined before (--retry, --interactive)", list(done.turned_down))
    list_lines(out, "Open since before", [f"{name} (its text: {texts.get(name, 'none')})" for name in done.open])
    left = [f"{group.name}: {len(group.units)} unit(s)" for group in done.left]
    list_lines(out, "Not begun, since no more branches may be open", left)
    out.print(f"\n{len(made)} branch(es) from {printable(done.base)} at {done.head[:12]}, which is checked out.")
    for branch in made:
        out.print(f"  git push --set-upstream origin {shlex.quote(branch.name)}")
    if done.waiting or done.left:
        out.print(f"When some of them are merged into {printable(done.base)}, go on: `{again}`.")
    elif not (made or done.open or done.turned_down):
        out.print("Nothing to do: no reference is left that can be rewritten.")


def _list_turned_down(out: Out, branch: Branch) -> None:
    for result in branch.report.in_state(UnitState.REJECTED):
        out.print(printable(f"  rejected: {result.unit}: {result.reason} (output: {result.evidence})"))
    for note in branch.report.notes:
        out.print(printable(f"  {note}"))


def split_json(done: Splitting, texts: Mapping[str, str]) -> str:
    """The same for programs: each branch with its run."""
    return dump(
        "split",
        plan=done.plan,
        base=done.base,
        head=done.head,
        branches=[
            {
                "branch": branch.name,
                "group": branch.group.name,
                "is_there": branch.is_there,
                "text": texts.get(branch.name),
                "run": run_values(branch.report),
            }
            for branch in done.branches
        ],
        recovered=list(done.recovered),
        open=list(done.open),
        turned_down=list(done.turned_down),
        waiting=[{"group": one.group, "unit": one.unit, "reason": one.reason} for one in done.waiting],
        left=[{"group": group.name, "units": [unit.id for unit in group.units]} for group in done.left],
    )
