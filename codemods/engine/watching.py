"""How far something is that takes long, for whoever watches it. Where nobody does, it costs nothing."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
_BETWEEN = "Working"


class Stage(Struct):
    """One thing that takes long: `what` is done, since when by the clock of the machine, to how many of `total` items,
    0 where nobody knows; `current` is the one at hand."""

    what: str
    total: int = 0
    done: int = 0
    current: str = ""
    began: float = field(default_factory=time.monotonic)


class Watch(Struct):
    """The `stage` that is under way, and those that are over, each with its seconds. One thread writes it, others may
    read it at any time."""

    stage: Stage | None = None
    over: list[tuple[str, float]] = field(default_factory=list)

    def end(self, stage: Stage | None) -> None:
        """Note how long a stage took."""
        if stage is not None:
            self.over.append((stage.what, time.monotonic() - stage.began))

    def begin(self, stage: Stage | None) -> Stage | None:
        """Another stage, or none, is under way. The one to go back to after it: what has items, of which this is done
        for one. Any other is over."""
        outer, self.stage = self.stage, stage
        if outer is not None and outer.total:
            return outer
        self.end(outer)
        return None


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watching() -> Iterator[Watch]:
    """While this lasts, what is done in this thread is told to the watch that it gives."""
    watch = Watch()
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        watch.begin(None)
        _watch.reset(token)


def stage(what: str) -> None:
    """Say that `what` begins, of which nobody knows how much it is."""
    if (watch := _watch.get()) is not None:
        watch.begin(Stage(what))


def each(what: str, items: Iterable[Item], total: int, name: Callable[[Item], str] = str) -> Iterable[Item]:
    """`items`, of which there are `total`, one after another, as `what` is done to them; `name` tells which one is."""
    watch = _watch.get()
    return items if watch is None else _counted(watch, Stage(what, total), items, name)


def _counted(watch: Watch, counted: Stage, items: Iterable[Item], name: Callable[[Item], str]) -> Iterator[Item]:
    outer = watch.begin(counted)
    for item in items:
        watch.stage = counted  # again, after what was done for the last one
        counted.current = name(item)
        yield item
        counted.done += 1
    watch.end(counted)
    watch.stage = outer if outer is not None else Stage(_BETWEEN)
