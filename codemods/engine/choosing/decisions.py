"""What people have decided about units, as the journal remembers it: a no holds until they are asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.journal import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.choosing.choice import Key
    from codemods.journal import Event

YES, NO, EDITED = "yes", "no", "edited"


def declined(events: Iterable[Event], plan: str) -> dict[Key, Event]:
    """The units of `plan` that were declined, and neither agreed to nor committed since."""
    found: dict[Key, Event] = {}
    for event in events:
        if event.plan != plan or event.kind not in (EventKind.UNIT_DECIDED, EventKind.UNIT_COMMITTED):
            continue
        key = str(event.data.get("phase")), str(event.data.get("unit"))
        if event.kind is EventKind.UNIT_DECIDED and event.data.get("decision") == NO:
            found[key] = event
        else:
            found.pop(key, None)
    return found
