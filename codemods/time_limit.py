"""Ends what takes too long in this process: Python code of somebody else's, and regular expressions."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType, TracebackType

_SOONEST = 0.001  # seconds; 0 would switch a timer off
_AGAIN = 10.0  # seconds at least, in which what is ended may tidy up, and whoever waits for it says `stop`


class TooLongError(BaseException):
    """The time is over. No Exception, so that the code does not catch it by the way.

    Where it comes while the limit is left, that is what comes out of it: who waits for the end catches it as well, and
    says `stop`.
    """


class TimeLimit:
    """A context manager that ends its body with TimeoutError after some seconds. A body that goes on all the same is
    told again, after as many, or ten where that is more.

    Only where signals can do it: in the main thread, and not on Windows. Elsewhere there is no limit. A timer that
    runs already goes on afterwards; that of a limit around this one stands still until then.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self.is_possible = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()

    def __enter__(self) -> TimeLimit:
        if self.is_possible:
            # All is known before it begins: the time may be over at once.
            self.started, self.other = time.monotonic(), signal.getitimer(signal.ITIMER_REAL)
            self.handler = signal.getsignal(signal.SIGALRM)
            signal.signal(signal.SIGALRM, self._end)
            signal.setitimer(signal.ITIMER_REAL, self.seconds, max(self.seconds, _AGAIN))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if isinstance(error, TooLongError):
            raise TimeoutError(self.told) from error

    @property
    def told(self) -> str:
        """What is said of a body that was ended."""
        return f"it gave no answer in {self.seconds:g} seconds"

    def stop(self) -> None:
        """End the limit, whatever has become of its body."""
        self.is_over = True
        if self.is_possible:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self.handler)
            left, interval = self.other
            if left and isinstance(getattr(self.handler, "__self__", None), TimeLimit):
                signal.setitimer(signal.ITIMER_REAL, left, interval)
            elif left:
                signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - self.started), _SOONEST), interval)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if not self.is_over:
            raise TooLongError
