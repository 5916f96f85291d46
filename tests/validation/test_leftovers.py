"""What a program has started ends with it, wherever it went: at its end, its time limit, at ^C, when it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.processes import stop_running, stopped
from codemods.validation.program import Completed, run_program
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Callable

# Each writes its number into a file when it is up, and then stays.
STAY = """
import os, signal, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open("up.tmp", "w") as file:
    file.write(str(os.getpid()))
os.rename("up.tmp", sys.argv[1])
time.sleep(60)
"""
UP = "\nwhile not os.path.exists('up'): time.sleep(0.01)\n"
GRANDCHILD = "import os, subprocess, sys, time\nsubprocess.Popen([sys.executable, 'stay.py', 'up'])" + UP
OWN_SESSION = GRANDCHILD.replace("'up'])", "'up'], start_new_session=True)")
DEAF = OWN_SESSION.replace("'up']", "'up', 'deaf']")
DAEMON = (
    "import os, sys, time\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    "        os.execv(sys.executable, [sys.executable, 'stay.py', 'up'])\n"
    "    os._exit(0)\n"
    "os.wait()" + UP
)
FORMS = {"in its group": GRANDCHILD, "in a session": OWN_SESSION, "deaf": DEAF, "a daemon": DAEMON}
linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere what leaves its group is not found")


@pytest.fixture(params=FORMS.values(), ids=FORMS)
def code(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A program that leaves something running, in one way or another."""
    write_files(tmp_path, {"stay.py": STAY})
    return str(request.param)


def run(root: Path, code: str, timeout: float = 20) -> Completed:
    return run_program([sys.executable, "-c", code], root, timeout)


def is_running(file: Path) -> bool:
    """Whether the process that has written `file` still runs; one that nobody has taken the status of does not."""
    try:
        state = Path(f"/proc/{file.read_text()}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


@linux
def test_at_the_end_of_the_program(code: str, tmp_path: Path) -> None:
    assert run(tmp_path, code).status == 0
    assert (tmp_path / "up").exists()
    assert not is_running(tmp_path / "up")


@linux
def test_at_the_time_limit(code: str, tmp_path: Path) -> None:
    done = run(tmp_path, f"{code}time.sleep(60)", 0.7)
    assert (done.timed_out, done.aborted) == (True, False)
    assert (tmp_path / "up").exists()
    assert not is_running(tmp_path / "up")


@linux
def test_at_an_interrupt(code: str, tmp_path: Path) -> None:
    ours = (
        "import sys\nfrom pathlib import Path\nfrom codemods.validation.program import run_program\n"
        f"run_program([sys.executable, '-c', {code + 'time.sleep(60)'!r}], Path(), 60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", ours], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    )
    wait_for((tmp_path / "up").exists)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert "KeyboardInterrupt" in errors
    assert not is_running(tmp_path / "up")


@linux
def test_what_leaves_its_group_may_tidy_up(tmp_path: Path) -> None:
    tidy = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(open('tidied', 'w').close()))\n"
    write_files(tmp_path, {"stay.py": f"{tidy}{STAY}"})
    assert run(tmp_path, OWN_SESSION).status == 0
    assert (tmp_path / "tidied").exists()


@linux
def test_what_starts_others_all_the_time_is_ended(tmp_path: Path) -> None:
    hydra = (
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for number in range(500):\n"
        "    if os.fork():\n"
        "        os._exit(0)\n"
        "    os.setsid()\n"
        "    open('up', 'a').write('.')\n"
        "    time.sleep(0.02)\n"
    )
    assert run(tmp_path, f"import os, time\nif os.fork() == 0:\n    exec({hydra!r}){UP}").status == 0
    heads = (tmp_path / "up").stat().st_size
    time.sleep(0.3)
    assert (tmp_path / "up").stat().st_size == heads < 500


@linux
def test_a_program_that_runs_programs_itself_is_ended_with_them(tmp_path: Path) -> None:
    write_files(tmp_path, {"stay.py": STAY})
    inner = (
        "import sys\nfrom pathlib import Path\nfrom codemods.validation.program import run_program\n"
        "run_program([sys.executable, 'stay.py', 'up'], Path(), 60)"
    )
    variables = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = run_program([sys.executable, "-c", inner], tmp_path, 1.5, variables)
    assert done.timed_out
    assert (tmp_path / "up").exists()
    assert not is_running(tmp_path / "up")


@linux
def test_an_inner_program_ends_nothing_of_the_outer_one(tmp_path: Path) -> None:
    write_files(tmp_path, {"stay.py": STAY})
    outer = (
        f"{OWN_SESSION}import subprocess\nfrom pathlib import Path\n"
        "from codemods.validation.program import run_program\n"
        "assert run_program([sys.executable, '-c', ''], Path(), 60).status == 0\n"
        "os.kill(int(Path('up').read_text()), 0)\nprint('alive')\n"
    )
    variables = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = run_program([sys.executable, "-c", outer], tmp_path, 20, variables)
    assert (done.status, done.output) == (0, "alive\n")
    assert not is_running(tmp_path / "up")


@linux
def test_programs_side_by_side_do_not_end_what_belongs_to_the_other(tmp_path: Path) -> None:
    roots = [tmp_path / name for name in ("quick", "slow")]
    for root in roots:
        write_files(root, {"stay.py": STAY})
    slow = f"{OWN_SESSION}while not os.path.exists('go'): time.sleep(0.01)\nos.kill(int(open('up').read()), 0)\n"
    with ThreadPoolExecutor(2) as pool:
        later = pool.submit(run, roots[1], slow)
        wait_for((roots[1] / "up").exists)
        assert pool.submit(run, roots[0], OWN_SESSION).result().status == 0
        assert is_running(roots[1] / "up")
        (roots[1] / "go").touch()
        assert later.result().status == 0
    assert not any(is_running(root / "up") for root in roots)


class TestStopping:
    def test_programs_of_other_threads_come_back_as_aborted(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"stay.py": STAY})
        with ThreadPoolExecutor(2) as pool:
            futures = [
                pool.submit(run_program, [sys.executable, "stay.py", name], tmp_path, 60) for name in ("up", "two")
            ]
            wait_for(lambda: (tmp_path / "up").exists() and (tmp_path / "two").exists())
            stop_running()
            assert not is_running(tmp_path / "up")
            results = [future.result() for future in futures]
        assert [(done.status, done.aborted, done.timed_out) for done in results] == [(None, True, False)] * 2
        assert results[0].ending(60) == "stopped before its end"
        assert run(tmp_path, "print('again')").output == "again\n"

    def test_only_those_below_a_folder(self, tmp_path: Path) -> None:
        roots = [tmp_path / "a", tmp_path / "b"]
        for root in roots:
            write_files(root, {"stay.py": STAY, "sub/x": ""})
        with ThreadPoolExecutor(2) as pool:
            futures = [
                pool.submit(run_program, [sys.executable, "../stay.py", "up"], root / "sub", 60) for root in roots
            ]
            wait_for(lambda: all((root / "sub/up").exists() for root in roots))
            stop_running(roots[0])
            assert futures[0].result().aborted
            assert is_running(roots[1] / "sub/up")
            assert not futures[1].done()
            stop_running(roots[1])
            assert futures[1].result().aborted

    def test_none_is_started_in_the_block(self, tmp_path: Path) -> None:
        with stopped(tmp_path / "a"):
            write_files(tmp_path, {"a/x": "", "b/x": ""})
            done = run(tmp_path / "a", "open('ran', 'w')")
            assert (done.status, done.aborted, done.output) == (None, True, "")
            assert run(tmp_path / "b", "").status == 0
        assert not (tmp_path / "a/ran").exists()
        assert run(tmp_path / "a", "open('ran', 'w')").status == 0

    def test_a_thread_that_starts_one_after_the_other_comes_to_its_end(self, tmp_path: Path) -> None:
        done: list[Completed] = []

        def work() -> None:
            while not done or not done[-1].aborted:
                done.append(run(tmp_path, ""))

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        wait_for(lambda: bool(done))
        with stopped():
            thread.join(10)
            assert not thread.is_alive()

    def test_where_nothing_runs_nothing_is_stopped(self, tmp_path: Path) -> None:
        stop_running()
        assert run(tmp_path, "print('later')").output == "later\n"

    def test_at_an_interrupt_a_pool_comes_to_its_end(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"stay.py": STAY})
        ours = (
            "import sys\nfrom concurrent.futures import ThreadPoolExecutor\nfrom pathlib import Path\n"
            "from codemods.processes import stopped\nfrom codemods.validation.program import run_program\n"
            "pool = ThreadPoolExecutor(1)\n"
            "futures = [pool.submit(run_program, [sys.executable, 'stay.py', 'up'], Path(), 60) for _ in range(3)]\n"
            "try:\n    futures[-1].result()\n"
            "except KeyboardInterrupt:\n"
            "    with stopped():\n        pool.shutdown(cancel_futures=True)\n"
            "    print(futures[0].result().aborted)\n"
        )
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        process = subprocess.Popen(
            [sys.executable, "-c", ours], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
        )
        wait_for((tmp_path / "up").exists)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=10)
        assert (process.returncode, output) == (0, "True\n")
        assert not is_running(tmp_path / "up")
