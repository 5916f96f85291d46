"""What the plan leaves behind at old paths, against the code: in place already, possible, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.auditing.ground import counted
from codemods.engine.auditing.items import Evidence, Section, Teller, evidence_of
from codemods.model import Blocked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.auditing.ground import Ground
    from codemods.engine.auditing.items import Item


def left_items(ground: Ground) -> Iterator[Item]:
    """An item for each shim or alias that the plan leaves at a module which is there."""
    tell = Teller(ground.loaded, Section.REDIRECT)
    refused = {outcome.path: outcome for outcome in ground.shims if isinstance(outcome, Blocked)}
    changed = {outcome.path for outcome in ground.shims} - refused.keys()
    for left in (left for left in ground.sight.left if left.path):
        number = ground.loaded.plan.redirect.index(left.redirect)
        where = ("redirect", number, "leave")
        kind = left.redirect.leave
        name = f"{kind} at {left.redirect.module}"
        if left.path in refused:
            reasons = refused[left.path].reasons
            evidence = tuple(evidence_of(reason) for reason in reasons)
            said = f"it would be refused, for {counted(len(reasons), 'reason')}"
            yield tell.fails(where, name, said, evidence, "Mend these, or leave `nothing`.")
        elif left.path in changed:
            yield tell.holds(where, name, f"the {kind} can be put in place", (Evidence(left.path),))
        else:
            yield tell.done(where, name, f"the {kind} is in place", (Evidence(left.path),))
