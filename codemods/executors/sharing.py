"""Much of the same work, in chunks on an executor, or one after another where that is all there is to gain."""

from __future__ import annotations

import pickle
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codemods.executors.alone import Alone
    from codemods.executors.opening import Crew

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Answer = TypeVar("Answer")

_WORTH = 48  # files; for fewer, to start a process takes longer
_CHUNK = 16


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
        yield from _on_executor(crew, function, pickle.dumps(shared), chain(first, left), lost)
        return
    for item in left if crew is None else first:
        yield function(shared, item)


def _on_executor(
    crew: Crew,
    function: Callable[[Shared, Item], Answer],
    packed: bytes,
    items: Iterator[Item],
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    # Pools take time to load, and small jobs have none.
    from concurrent.futures import BrokenExecutor

    from codemods.executors.alone import Alone

    chunks = list(iter(lambda: tuple(islice(items, _CHUNK)), ()))
    futures = [crew.executor.submit(_answers, function, packed, chunk) for chunk in chunks]
    try:
        with Alone() as alone:
            for chunk, future in zip(chunks, futures, strict=True):
                answers: Iterable[Answer]
                try:
                    answers = future.result()
                except BrokenExecutor:
                    # One of the items that were under way did it: each is looked at in a process of its own.
                    answers = _one_by_one(alone, function, packed, chunk, lost)
                yield from answers
    finally:
        for future in futures:
            future.cancel()


def _one_by_one(
    alone: Alone,
    function: Callable[[Shared, Item], Answer],
    packed: bytes,
    chunk: tuple[Item, ...],
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    from codemods.executors.alone import LostError

    for item in chunk:
        try:
            yield from alone.run(_answers, function, packed, (item,))
        except LostError as error:  # noqa: PERF203 - the others go on
            yield lost(item, str(error))


def _answers(function: Callable[[Shared, Item], Answer], packed: bytes, chunk: tuple[Item, ...]) -> list[Answer]:
    shared = cast("Shared", _unpacked(packed))
    return [function(shared, item) for item in chunk]


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> object:
    return pickle.loads(packed)  # noqa: S301 - from the process that gave us the work
