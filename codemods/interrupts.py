"""Holds interrupts back from what must not be torn apart."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGVTALRM")  # the last is our own, see `interrupt`
_SOON = 0.001  # seconds of processor time


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold ^C, and what else interrupts us, back until the end of the block, where it then takes effect."""
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    handlers = {number: handler for number in numbers if callable(handler := signal.getsignal(number))}
    if not handlers or threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    for number in handlers:
        signal.signal(number, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        # Also where an error ends the block: it may be due to the interrupt, which has reached the program as well.
        for number, frame in held[:1]:
            handlers[number](number, frame)


def interrupt(number: int, frame: FrameType | None) -> None:
    """A handler that raises KeyboardInterrupt, as Python's own, but not in the middle of what finds and loads modules:
    a moment later, then, or where it comes once more.

    There it may be swallowed with a lock held that all other threads then wait for, without end.
    """
    if hasattr(signal, "setitimer"):
        is_second = bool(signal.getitimer(signal.ITIMER_VIRTUAL)[0])
        if not is_second and _is_loading(frame):
            signal.signal(signal.SIGVTALRM, lambda _, then: interrupt(number, then))
            signal.setitimer(signal.ITIMER_VIRTUAL, _SOON)
            return
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    raise KeyboardInterrupt


def _is_loading(frame: FrameType | None) -> bool:
    # The code of a module itself, and what it calls, may take long, or for ever.
    while frame is not None and frame.f_code.co_name != "<module>":
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def is_interrupt(error: BaseException) -> bool:
    """Whether an error is an interrupt, or what Python before 3.12 makes of one that comes while a class is made."""
    return isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__, KeyboardInterrupt)
