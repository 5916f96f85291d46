"""What a person reads at the end of a run: what it did, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.progress import RunEnd, RunReport, UnitState
from codemods.report.terminal import list_lines
from codemods.report.volume import is_quiet

if TYPE_CHECKING:
    from codemods.report.out import Out


def show_run(out: Out, report: RunReport, plan_file: str, options: str = "") -> None:
    """What a run did, and what to do next; `options` are those that it was called with."""
    rejected = report.in_state(UnitState.REJECTED)
    list_lines(out, "Rejected, and taken back", [f"{r.unit}: {r.reason} (output: {r.evidence})" for r in rejected])
    list_lines(
        out,
        "Blocked by a codemod that failed",
        [f"{b.path}: {b.reason} (output: {b.evidence})" for b in report.blocked],
    )
    list_lines(out, "Merges, shims and deletions that were refused", list(report.refused))
    undecided = report.in_state(UnitState.UNDECIDED)
    list_lines(out, "Undecided, and taken back", [f"{r.unit}: {r.reason} (output: {r.evidence})" for r in undecided])
    list_lines(out, "To know", [] if is_quiet() else list(report.notes))
    passed = report.in_state(UnitState.PASSED_OVER)
    list_lines(
        out,
        "Rejected by an earlier run, and not tried again (--retry does, --retry-file FILE one)",
        [result.unit for result in passed],
    )
    declined = report.in_state(UnitState.DECLINED)
    list_lines(out, "Declined, and left (--interactive asks again)", [result.unit for result in declined])
    done = len(report.in_state(UnitState.COMMITTED))
    back = len(report.in_state(UnitState.TAKEN_BACK))
    where = f" on {report.branch}" if report.branch else ""
    out.print(
        f"\nRun {report.run} {report.end.value}: {done} commit(s){where}, {len(rejected)} rejected, "
        f"{back} rolled back, {report.left} left, {report.seconds:.1f} s."
    )
    if report.blocked_consumers:
        out.print(f"{report.blocked_consumers} file(s) are blocked: `codemods status {plan_file}` says why.")
    if not is_quiet():
        out.print(_next_step(report, plan_file, options))


def _next_step(report: RunReport, plan_file: str, options: str) -> str:
    if report.end is RunEnd.INTERRUPTED:
        return f"The tree is clean. Run `codemods apply {plan_file}{options}` to go on."
    if report.end is RunEnd.AT_GATE:
        return f"Phase {report.gate} waits for you: `codemods apply {plan_file} --phase {report.gate}` goes on with it."
    if report.end is RunEnd.STOPPED and report.tripped:
        return f"A trigger stopped the run: {report.tripped}. To go on: `codemods apply {plan_file}{options}`."
    if report.end is RunEnd.STOPPED and not report.in_state(UnitState.REJECTED):
        return f"The run stopped. Mend what it says above, then `codemods apply {plan_file}`."
    if report.end is RunEnd.STOPPED:
        again = options if " --retry" in options else f"{options} --retry"
        return f"The run stopped at a rejected unit. Mend it, then `codemods apply {plan_file}{again}`."
    if report.unended:
        phases = ", ".join(report.unended)
        return f"The end of {phases} does not hold. Mend it, then `codemods apply {plan_file}{options}` looks again."
    if not report.results and report.refused:
        return f"Nothing was committed: mend what is refused, or decide it in the plan {plan_file}."
    if not (report.results or report.left):
        return "Nothing to do: no reference is left that can be rewritten."
    if not report.in_state(UnitState.COMMITTED):
        return f"Nothing was committed. Next: `codemods status {plan_file}`."
    return f"Next: `codemods status {plan_file}`; to take it back, `codemods rollback {plan_file} --run {report.run}`."
