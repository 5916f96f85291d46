"""The work on one file, within limits: what takes too long or nests too deep ends with a reason; the rest goes on."""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from codemods.model import Blocked, Skipped
from codemods.time_limit import TimeLimit, TooLongError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.model import Outcome

Answer = TypeVar("Answer")

SECONDS = 60.0
_LONGEST = 1_000_000
_SHORTEST = 0.01  # less would be over again before what ends the work has done so
_OF_THE_MOMENT = ("it gave no answer in", "it takes more memory than there is", "LibCST's parser fail")
VARIABLE = "CODEMODS_FILE_SECONDS"  # for machines that are slower than that


_noticed: ContextVar[list[str] | None] = ContextVar("noticed", default=None)


class BeyondError(ValueError):
    """The work on a file was ended; the message says why."""


def is_lasting(outcome: Outcome) -> bool:
    """Whether an outcome is due to the file alone, and not to how much time or memory there was at the moment."""
    reasons: tuple[str, ...] = ()
    if isinstance(outcome, Blocked):
        reasons = outcome.reasons
    elif isinstance(outcome, Skipped):
        reasons = (outcome.reason,)
    return not any(map(_is_of_the_moment, reasons))


def _is_of_the_moment(reason: str) -> bool:
    return any(told in reason for told in _OF_THE_MOMENT)


@contextmanager
def noticing() -> Iterator[list[str]]:
    """The reasons for which work is ended in the block in this thread, as far as they are of the moment: what comes of
    the rest may be something else another time."""
    noticed: list[str] = []
    token = _noticed.set(noticed)
    try:
        yield noticed
    finally:
        _noticed.reset(token)


def seconds() -> float:
    """How long the work on one file may take: as the environment says, where that can be waited for."""
    try:
        given = float(os.environ.get(VARIABLE, ""))
    except ValueError:
        return SECONDS
    return max(given, _SHORTEST) if 0 < given < _LONGEST else SECONDS


def within_limits(work: Callable[[], Answer]) -> Answer:
    """What `work` gives. Raises what it raises, but BeyondError where it takes too long, too much memory or nests too
    deep, and where the native code of a parser fails.

    The limit of time needs the main thread, as `TimeLimit` does; a program with a limit of its own, that `work` waits
    for, is not to be run in it.
    """
    try:
        return _within_limits(work)
    except BeyondError as error:
        noticed = _noticed.get()
        if noticed is not None and _is_of_the_moment(str(error)):
            noticed.append(str(error))
        raise


def _within_limits(work: Callable[[], Answer]) -> Answer:
    limit = TimeLimit(seconds())
    try:
        with limit:
            return work()
    except TimeoutError as error:
        raise BeyondError(str(error)) from error
    except TooLongError as error:
        limit.stop()
        raise BeyondError(limit.told) from error
    except RecursionError as error:
        raise BeyondError("it is nested too deep") from error
    except MemoryError as error:
        raise BeyondError("it takes more memory than there is") from error
    except BaseException as error:
        # What LibCST's parser, which is written in Rust, makes of its own mistakes: no Exception.
        if type(error).__name__ == "PanicException":
            raise BeyondError("it makes LibCST's parser fail") from error
        raise
