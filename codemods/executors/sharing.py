"""Much of the same work, in chunks on an executor, or one after another where that is all there is to gain."""

from __future__ import annotations

import pickle
from collections import deque
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from concurrent.futures import Future

    from codemods.executors.alone import Alone, RenewedProcesses
    from codemods.executors.opening import Crew

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Answer = TypeVar("Answer")

_MANY = 96  # files; for fewer, to start a process takes longer
_FEW = 8  # where they run already
# Items in a chunk, and chunks for each that works: the one at hand, and what it finds there after that. A cluster gets
# all that is shared with each.
_HERE = (16, 3)
_AWAY = (16, 4)
_WAITING = 256  # items that are there before anyone is free for them
_HELD = 2  # values in each process: what all of some work shares, and what that holds


class Handed(Struct, Generic[Shared], frozen=True):
    """A value that is sent along with work: `packed`, or the name of a file that holds it so, where that is sooner."""

    packed: bytes | str

    @property
    def value(self) -> Shared:
        """The value, which each process unpickles once."""
        return cast("Shared", _unpacked(self.packed))


@contextmanager
def handed(crew: Crew, value: Shared) -> Iterator[Handed[Shared]]:
    """`value` for those of `crew`: on this machine in a file, or it would take longer to send than to use."""
    packed = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    if processes_of(crew) is None:
        yield Handed(packed)
        return
    with TemporaryDirectory(prefix="codemods-") as folder:
        place = Path(folder) / "shared"
        place.write_bytes(packed)
        yield Handed(str(place))


@lru_cache(maxsize=_HELD)
def _unpacked(packed: bytes | str) -> object:
    content = packed if isinstance(packed, bytes) else Path(packed).read_bytes()
    return pickle.loads(content)  # noqa: S301 - from the process that gave us the work


def processes_of(crew: Crew | None) -> RenewedProcesses | None:
    """The processes of this machine that are the crew, each of which gets again what it has seen before."""
    if crew is None:
        return None
    from codemods.executors.alone import RenewedProcesses  # pools take time to load, and small jobs have none

    return crew.executor if isinstance(crew.executor, RenewedProcesses) else None


def enough_for(crew: Crew | None) -> int:
    """How many files are worth to be shared out; none are without a crew, of which this is not to be asked."""
    processes = processes_of(crew)
    return _FEW if processes is not None and processes.is_started else _MANY


def map_files(
    crew: Crew | None,
    function: Callable[[Shared, Item], Answer],
    shared: Shared,
    items: Iterable[Item],
    lost: Callable[[Item, str], Answer],
    name: Callable[[Item], Hashable] = hash,
    meanwhile: Iterable[object] = (),
) -> Iterator[Answer]:
    """`function(shared, item)` for each of `items`, in their order; whatever `function` raises comes through.

    With a `crew`, and many items, on its executor: then all of them can be pickled, and are of no effect but their
    answer. `shared` is unpickled once in each process. Processes of this machine get again what they have seen before,
    by its `name`, as long as all have something to do. For an item that ends its process, `lost` answers, told why.
    `meanwhile` is gone through, piece by piece, as long as nothing is there but to wait for others.
    """
    left = iter(items)
    if crew is not None and len(first := list(islice(left, enough := enough_for(crew)))) == enough:
        with handed(crew, shared) as sent:
            yield from _on_executor(
                crew, partial(_answers, function, sent), chain(first, left), lost, name, iter(meanwhile)
            )
        return
    for item in left if crew is None else first:
        yield function(shared, item)


def _answers(function: Callable[[Shared, Item], Answer], sent: Handed[Shared], chunk: tuple[Item, ...]) -> list[Answer]:
    shared = sent.value
    return [function(shared, item) for item in chunk]


def _on_executor(
    crew: Crew,
    work: Callable[[tuple[Item, ...]], list[Answer]],
    items: Iterator[Item],
    lost: Callable[[Item, str], Answer],
    name: Callable[[Item], Hashable],
    meanwhile: Iterator[object],
) -> Iterator[Answer]:
    from concurrent.futures import BrokenExecutor
    from queue import SimpleQueue

    from codemods.executors.alone import Alone

    queue = _Queue(crew, items, name)
    done: SimpleQueue[Future[list[Answer]]] = SimpleQueue()
    under_way: dict[Future[list[Answer]], _Chunk[Item]] = {}
    answers: dict[int, Answer] = {}

    def send() -> None:
        while (chunk := queue.next()) is not None:
            future = queue.submit(chunk, work)
            under_way[future] = chunk
            future.add_done_callback(done.put)

    try:
        with Alone() as alone:
            send()
            told = 0
            while under_way:
                for _ in meanwhile:
                    if not done.empty():
                        break
                future = done.get()
                chunk = under_way.pop(future)
                queue.is_done(chunk)
                send()
                try:
                    made = future.result()
                except BrokenExecutor:
                    # One of the items that were under way did it: each is looked at in a process of its own.
                    made = list(_one_by_one(alone, work, chunk.items, lost))
                answers.update(zip(chunk.numbers, made, strict=True))
                while told in answers:
                    yield answers.pop(told)
                    told += 1
    finally:
        for future in under_way:
            future.cancel()


def _one_by_one(
    alone: Alone,
    work: Callable[[tuple[Item, ...]], list[Answer]],
    items: Iterable[Item],
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    from codemods.executors.alone import LostError

    for item in items:
        try:
            yield from alone.run(work, (item,))
        except LostError as error:  # noqa: PERF203 - the others go on
            yield lost(item, str(error))


class _Chunk(Struct, Generic[Item], frozen=True):
    """Some items with their numbers, for the process of the number `place`."""

    place: int
    numbers: tuple[int, ...]
    items: tuple[Item, ...]


class _Queue(Generic[Item]):
    """Which items go where, and when: each process has the next ones before it is done, and no more of them.

    `waiting` are those that are there already, for each process those that it has seen before. A cluster is one place.
    """

    def __init__(self, crew: Crew, items: Iterator[Item], name: Callable[[Item], Hashable]) -> None:
        self.executor = crew.executor
        self.items = enumerate(items)
        self.name = name
        self.here = processes_of(crew)
        places = crew.width if self.here is not None else 1
        self.size, under_way = _HERE if self.here is not None else _AWAY
        self.room = [under_way * crew.width // places] * places
        self.waiting: list[deque[tuple[int, Item]]] = [deque() for _ in range(places)]

    def next(self) -> _Chunk[Item] | None:
        """What is to be sent now; None where nothing is, since all are busy or nothing is left."""
        place = max(range(len(self.room)), key=self.room.__getitem__)
        if not self.room[place]:
            return None
        own, size = self.waiting[place], self.size
        while len(own) < size and self.left < _WAITING:
            item = next(self.items, None)
            if item is None:
                # Less at a time in the end, so that all are done at the same time.
                size = min(size, max(1, self.left // (2 * len(self.room))))
                break
            self.waiting[self._seen_by(item[1], place)].append(item)
        # Who has nothing to do takes from the one who has most.
        chosen = own or max(self.waiting, key=len)
        if not chosen:
            return None
        taken = [chosen.popleft() for _ in range(min(size, len(chosen)))]
        self.room[place] -= 1
        return _Chunk(place, tuple(number for number, _ in taken), tuple(item for _, item in taken))

    @property
    def left(self) -> int:
        """How many are waiting."""
        return sum(map(len, self.waiting))

    def _seen_by(self, item: Item, otherwise: int) -> int:
        return self.here.places.get(self.name(item), otherwise) if self.here is not None else otherwise

    def submit(self, chunk: _Chunk[Item], work: Callable[[tuple[Item, ...]], list[Answer]]) -> Future[list[Answer]]:
        """Have it done."""
        if self.here is None:
            return self.executor.submit(work, chunk.items)
        self.here.places.update((self.name(item), chunk.place) for item in chunk.items)
        return self.here.submit_to(chunk.place, work, chunk.items)

    def is_done(self, chunk: _Chunk[Item]) -> None:
        """There is room for another one."""
        self.room[chunk.place] += 1
