"""An interrupt takes effect where nothing is torn apart by it."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from codemods.interrupts import interrupt, interrupts_held, is_interrupt
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What finds and loads modules is called so in tracebacks.
LOADING = compile(
    """
def load(signals, done):
    for number in range(3):
        if number < len(signals):
            signal.raise_signal(signals[number])
        done.append(number)
""",
    "<frozen importlib._bootstrap>",
    "exec",
)


@pytest.fixture(autouse=True)
def _handled() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, interrupt)
    yield
    signal.signal(signal.SIGINT, before)


def load(*signals: int) -> list[int]:
    """Load something, which is interrupted by these; what was done of its three parts."""
    done: list[int] = []
    names: dict[str, Any] = {"signal": signal}
    exec(LOADING, names)

    def work() -> None:
        names["load"](signals, done)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            pass

    with pytest.raises(KeyboardInterrupt):
        work()
    return done


def test_what_loads_modules_is_finished_first() -> None:
    assert load(signal.SIGINT) == [0, 1, 2]


def test_what_loads_modules_is_ended_by_a_second() -> None:
    assert load(signal.SIGINT, signal.SIGINT) == [0]


def test_elsewhere_it_takes_effect_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_what_is_held_is_finished_first() -> None:
    done = []

    def work() -> None:
        with interrupts_held():
            signal.raise_signal(signal.SIGINT)
            done.append(1)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [1]


def test_what_python_makes_of_one_is_known() -> None:
    class Describing:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, RuntimeError)) as raised:
        type("Described", (), {"describing": Describing()})
    assert is_interrupt(raised.value)
    assert not is_interrupt(RuntimeError("x"))


def test_what_a_module_does_itself_is_interrupted_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"interrupting.py": "import signal\nsignal.raise_signal(signal.SIGINT)\n"})
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        __import__("interrupting")
