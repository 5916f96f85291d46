"""Threads that are interrupted while they start are waited for like all others."""

from __future__ import annotations

import os
import signal
import time

import pytest

from codemods.threads import Threads


def _work(done: list[int], number: int) -> None:
    time.sleep(0.2)
    done.append(number)


def _interrupt_and_work(done: list[int], number: int) -> None:
    # At once: the pool still waits to be told that the thread has started, and has not noted it yet.
    os.kill(os.getpid(), signal.SIGINT)
    _work(done, number)


def test_a_pool_waits_for_a_thread_that_was_interrupted_while_it_started() -> None:
    done: list[int] = []
    with pytest.raises(KeyboardInterrupt), Threads(2) as threads:
        threads.submit(_interrupt_and_work, done, 1)
    assert done == [1]


def test_what_has_not_begun_at_an_interrupt_can_be_cancelled() -> None:
    done: list[int] = []
    threads = Threads(1)
    with pytest.raises(KeyboardInterrupt):
        threads.submit(_interrupt_and_work, done, 1)
    waiting = threads.submit(_work, done, 2)
    threads.shutdown(wait=True, cancel_futures=True)
    assert (done, waiting.cancelled()) == ([1], True)


def test_without_an_interrupt_all_is_done() -> None:
    done: list[int] = []
    with Threads(2) as threads:
        list(threads.map(lambda number: _work(done, number), range(4)))
    assert sorted(done) == [0, 1, 2, 3]
