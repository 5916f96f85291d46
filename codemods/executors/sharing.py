"""Much of the same work, in chunks on an executor, or one after another where that is all there is to gain."""

from __future__ import annotations

import pickle
from collections import deque
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from codemods.executors.alone import Alone
    from codemods.executors.opening import Crew

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Answer = TypeVar("Answer")

_WORTH = 48  # files; for fewer, to start a process takes longer
_CHUNK = 16
_AHEAD = 4  # chunks for each that works


def map_files(
    crew: Crew | None,
    function: Callable[[Shared, Item], Answer],
    shared: Shared,
    items: Iterable[Item],
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    """`function(shared, item)` for each of `items`, in their order; whatever `function` raises comes through.

    With a `crew`, and many items, on its executor: then all of them can be pickled, and are of no effect but their
    answer. `shared` is unpickled once in each process. For an item that ends its process, `lost` answers, told why.
    """
    left = iter(items)
    if crew is not None and len(first := list(islice(left, _WORTH))) == _WORTH:
        with _handed(crew, pickle.dumps(shared, pickle.HIGHEST_PROTOCOL)) as packed:
            yield from _on_executor(crew, function, packed, chain(first, left), lost)
        return
    for item in left if crew is None else first:
        yield function(shared, item)


@contextmanager
def _handed(crew: Crew, packed: bytes) -> Iterator[bytes | str]:
    """What is sent along with each chunk for `packed`: on this machine the name of a file that holds it, or it would
    take longer to send than to use."""
    from codemods.executors.alone import RenewedProcesses

    if not isinstance(crew.executor, RenewedProcesses):
        yield packed
        return
    with TemporaryDirectory(prefix="codemods-") as folder:
        place = Path(folder) / "shared"
        place.write_bytes(packed)
        yield str(place)


def _on_executor(
    crew: Crew,
    function: Callable[[Shared, Item], Answer],
    packed: bytes | str,
    items: Iterator[Item],
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    # Pools take time to load, and small jobs have none.
    from concurrent.futures import BrokenExecutor

    from codemods.executors.alone import Alone

    chunks = iter(lambda: tuple(islice(items, _CHUNK)), ())
    # The next items are made while the first ones are under way, and no more of them than keeps the executor busy.
    sent: deque[tuple[tuple[Item, ...], Future[list[Answer]]]] = deque()

    def send(number: int) -> None:
        for chunk in islice(chunks, number):
            sent.append((chunk, crew.executor.submit(_answers, function, packed, chunk)))

    try:
        with Alone() as alone:
            send(_AHEAD * crew.width)
            while sent:
                chunk, future = sent.popleft()
                answers: Iterable[Answer]
                try:
                    answers = future.result()
                except BrokenExecutor:
                    # One of the items that were under way did it: each is looked at in a process of its own.
                    answers = _one_by_one(alone, function, packed, chunk, lost)
                send(1)
                yield from answers
    finally:
        for _, future in sent:
            future.cancel()


def _one_by_one(
    alone: Alone,
    function: Callable[[Shared, Item], Answer],
    packed: bytes | str,
    chunk: tuple[Item, ...],
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    from codemods.executors.alone import LostError

    for item in chunk:
        try:
            yield from alone.run(_answers, function, packed, (item,))
        except LostError as error:  # noqa: PERF203 - the others go on
            yield lost(item, str(error))


def _answers(function: Callable[[Shared, Item], Answer], packed: bytes | str, chunk: tuple[Item, ...]) -> list[Answer]:
    shared = cast("Shared", _unpacked(packed))
    return [function(shared, item) for item in chunk]


@lru_cache(maxsize=1)
def _unpacked(packed: bytes | str) -> object:
    content = packed if isinstance(packed, bytes) else Path(packed).read_bytes()
    return pickle.loads(content)  # noqa: S301 - from the process that gave us the work
