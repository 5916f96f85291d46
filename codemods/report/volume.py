"""How much is printed: what was asked for with --quiet or --verbose, for as long as a command runs."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Volume(Enum):
    """Errors, what failed and the outcome; what a person wants to see mostly; or all there is."""

    QUIET = "quiet"
    NORMAL = "normal"
    VERBOSE = "verbose"


_volume: ContextVar[Volume] = ContextVar("volume", default=Volume.NORMAL)


def is_quiet() -> bool:
    """Whether only errors, what failed and the outcome are asked for."""
    return _volume.get() is Volume.QUIET


def is_verbose() -> bool:
    """Whether all there is was asked for."""
    return _volume.get() is Volume.VERBOSE


def set_volume(volume: Volume) -> None:
    """Print so much from now on, until the `own_volume` around this ends."""
    _volume.set(volume)


@contextmanager
def own_volume() -> Iterator[None]:
    """A command of its own: it begins at the usual volume, whatever the one is that called it."""
    token = _volume.set(Volume.NORMAL)
    try:
        yield
    finally:
        _volume.reset(token)
