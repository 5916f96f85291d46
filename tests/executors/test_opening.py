"""Executors by their names, and what is said where one cannot be had."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import wait
from typing import TYPE_CHECKING, NoReturn

import pytest

from codemods.errors import CodemodsError
from codemods.executors.cluster import DaskExecutor
from codemods.executors.opening import open_analysis, open_executor
from codemods.executors.sharing import map_files
from tests.cluster import cluster_in

if TYPE_CHECKING:
    from pathlib import Path

needs_dask = pytest.mark.usefixtures("dask")


@pytest.fixture
def dask() -> None:
    """Skips where the extra is not installed."""
    pytest.importorskip("distributed")


def where(shared: str, item: int) -> tuple[str, int, int]:
    """What it was given, and the process that it runs in."""
    return shared, item, os.getpid()


def fail(shared: str, item: int) -> int:
    """Refuse one of the items."""
    if item == 70:
        raise ValueError(shared)
    return item


def die(shared: str, item: int) -> str:
    """End the process at some of the items: by its own word, and as a fault in native code does."""
    if item == 17:
        os._exit(3)
    if item in {18, 90}:
        os.kill(os.getpid(), signal.SIGSEGV)
    return f"{shared}{item}"


def never(item: int, reason: str) -> NoReturn:
    """What is lost, where nothing may be."""
    pytest.fail(f"{item} is lost: {reason}")


def test_without_a_name_the_threads_of_this_process_do_the_work() -> None:
    with open_executor(None, 3) as crew:
        future = crew.executor.submit(lambda: (os.getpid(), threading.current_thread() is threading.main_thread()))
        assert (future.result(), crew.width) == ((os.getpid(), False), 3)


@pytest.mark.parametrize("spec", ["dask", "dask://", "dask://host", "ray://host:1", "tcp://host:1", "dask://h:1/x"])
def test_a_name_that_is_none_is_refused_with_those_that_are(spec: str) -> None:
    with pytest.raises(CodemodsError, match="dask://HOST:PORT"), open_executor(spec):
        pytest.fail("it is open")


@needs_dask
def test_a_scheduler_that_does_not_answer_is_told() -> None:
    with pytest.raises(CodemodsError, match="No Dask scheduler answers"), open_executor("dask://127.0.0.1:1"):
        pytest.fail("it is open")


@needs_dask
def test_a_cluster_does_what_its_workers_can_import_and_says_what_they_raise(tmp_path: Path) -> None:
    with cluster_in(tmp_path / "cluster") as cluster:
        cluster.add_worker("one", {})
        with open_executor(cluster.spec) as crew:
            assert crew.width == 1
            assert crew.executor.submit(os.getpid).result(60) == cluster.workers["one"].pid
            with pytest.raises(ValueError, match="invalid literal"):
                crew.executor.submit(int, "x").result(60)
            sleeping, waiting = (crew.executor.submit(time.sleep, 2) for _ in range(2))
            assert waiting.cancel()
            assert waiting in wait([waiting], 60).done
            assert sleeping.result(60) is None
        with open_executor(cluster.spec, 4) as crew:
            assert crew.width == 1


@needs_dask
def test_a_scheduler_that_dies_is_an_error_of_the_work(tmp_path: Path) -> None:
    with cluster_in(tmp_path / "cluster") as cluster:
        cluster.add_worker("one", {})
        with open_executor(cluster.spec) as crew:
            future = crew.executor.submit(time.sleep, 60)
            cluster.scheduler.kill()
            with pytest.raises(CodemodsError, match="has lost"):
                future.result(60)


@needs_dask
def test_work_is_given_up_when_all_workers_have_died(tmp_path: Path) -> None:
    with cluster_in(tmp_path / "cluster") as cluster:
        cluster.add_worker("one", {})
        with open_executor(cluster.spec) as crew:
            executor = crew.executor
            assert isinstance(executor, DaskExecutor)
            executor.patience = 2
            future = executor.submit(time.sleep, 60)
            cluster.workers["one"].kill()
            with pytest.raises(CodemodsError, match="no workers any more"):
                future.result(60)


@needs_dask
def test_a_cluster_without_workers_is_refused(tmp_path: Path) -> None:
    with (
        cluster_in(tmp_path / "cluster") as cluster,
        pytest.raises(CodemodsError, match="no workers"),
        open_executor(cluster.spec),
    ):
        pytest.fail("it is open")


def test_files_are_done_here_unless_there_are_many_and_a_crew() -> None:
    with open_analysis(None, 1) as none, open_analysis(None, 2) as two:
        assert none is None
        for crew, count, here in ((none, 100, True), (two, 20, True), (two, 100, False)):
            answers = list(map_files(crew, where, "x", iter(range(count)), never))
            assert [answer[:2] for answer in answers] == [("x", item) for item in range(count)]
            assert {answer[2] == os.getpid() for answer in answers} == {here}


@pytest.mark.parametrize(("jobs", "expected"), [(1, []), (2, [0, 1, 2, 3, 4])])
def test_while_others_work_something_else_is_done_here(jobs: int, expected: list[int]) -> None:
    done: list[int] = []
    with open_analysis(None, jobs) as crew:
        meanwhile = map(done.append, range(5))
        answers = list(map_files(crew, where, "x", range(100), never, meanwhile=meanwhile))
    assert [answer[:2] for answer in answers] == [("x", item) for item in range(100)]
    assert done == expected


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_work_raises_comes_through(jobs: int) -> None:
    with open_analysis(None, jobs) as crew, pytest.raises(ValueError, match="why"):
        list(map_files(crew, fail, "why", range(100), never))


def test_an_item_that_ends_its_process_is_told_and_the_others_are_done() -> None:
    lost: dict[int, str] = {}

    def told(item: int, reason: str) -> str:
        lost[item] = reason
        return f"lost {item}"

    with open_analysis(None, 2) as crew:
        answers = list(map_files(crew, die, "done ", range(100), told))
        assert sorted(lost) == [17, 18, 90]
        assert set(lost.values()) == {"it ends the process that looks at it"}
        assert answers == [f"{'lost' if item in lost else 'done'} {item}" for item in range(100)]
        again = list(map_files(crew, where, "x", range(100), never))
        assert [answer[:2] for answer in again] == [("x", item) for item in range(100)]


def test_processes_that_run_already_do_few_items_too() -> None:
    with open_analysis(None, 2) as crew:
        many = list(map_files(crew, where, "x", range(100), never))
        few = list(map_files(crew, where, "y", range(20), never))
    assert [answer[:2] for answer in few] == [("y", item) for item in range(20)]
    assert {answer[2] for answer in few} <= {answer[2] for answer in many}
    assert os.getpid() not in {answer[2] for answer in few}


SCRIPT = """\
print("begun")
from operator import add
from codemods.executors.opening import open_analysis
from codemods.executors.sharing import map_files
with open_analysis(None, 2) as crew:
    print(list(map_files(crew, add, 1, range(100), print)) == list(range(1, 101)))
"""


def test_a_script_that_starts_processes_is_not_run_by_them(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    told = subprocess.run([sys.executable, tmp_path / "script.py"], capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("begun\nTrue\n", "")
