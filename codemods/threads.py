"""Threads that all end with what they work for, also where ^C comes while one of them is started."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from codemods.interrupts import interrupts_held

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

Result = TypeVar("Result")


class Threads(ThreadPoolExecutor):
    """The pool of the standard library, which forgets a thread that is interrupted between its start and the note of
    it: `shutdown` does not wait for that one, and it works on while others tidy up."""

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Have `fn` called in one of the threads. An interrupt takes effect once that thread is known."""
        with interrupts_held():
            return super().submit(fn, *args, **kwargs)
