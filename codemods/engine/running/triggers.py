"""What ends a phase before its end, beside a rejected unit. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.plan.validations import Action, Triggers
    from codemods.validation.base import Result


class Tripped(Struct, frozen=True):
    """A trigger that was reached: why, in words, and what is to be done."""

    reason: str
    action: Action


def tripped(
    triggers: Triggers, results: Iterable[Result], rates: Mapping[str, tuple[int, int]], rejected: int
) -> Tripped | None:
    """The first trigger that the `results` of validations, or `rejected` units, have reached.

    `rates` are, by validation, the tests that passed on the unchanged tree, and all of them. A rate that was below the
    limit before counts only where it has become worse.
    """
    if triggers.pass_rate_below is not None:
        for result in results:
            if reason := _rate(result, rates.get(result.name, (0, 0)), triggers.pass_rate_below):
                return Tripped(reason, triggers.then or "rollback-phase")
    if triggers.stop_after is not None and rejected >= triggers.stop_after:
        reason = f"{rejected} unit(s) were rejected, and `stop_after` is {triggers.stop_after}"
        return Tripped(reason, triggers.then or "stop")
    return None


def _rate(result: Result, before: tuple[int, int], limit: float) -> str:
    passed, total = before
    if not total or not result.guilty:
        return ""
    # Of a selection of the tests, or of a part of them, the rest counts as it was.
    rate = max(0, passed - len(result.guilty)) / total
    return f"{result.name} passes {rate:.1%} of {total} tests, less than {limit:.1%}" if rate < limit else ""
