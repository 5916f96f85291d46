"""Programs are run bounded in time and output, and leave nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from codemods.validation.program import Completed, find_program, project_python, run_program
from tests.conftest import write_files

BEAT = "import time\nfor _ in range(400):\n    open('beat', 'a').write('.')\n    time.sleep(0.02)\n"
START = (
    "import os, subprocess, sys, time\n"
    "subprocess.Popen([sys.executable, 'beat.py'])\n"
    "while not os.path.exists('beat'): time.sleep(0.01)\n"
)
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests has set must not stand in for what we set."""
    for name in ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        monkeypatch.delenv(name, raising=False)


def run(root: Path, code: str, timeout: float = 20) -> Completed:
    return run_program([sys.executable, "-c", code], root, timeout)


def is_beating(root: Path) -> bool:
    before = (root / "beat").stat().st_size
    time.sleep(0.3)
    return (root / "beat").stat().st_size > before


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 10
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_the_status_and_both_streams_are_kept_in_their_order(tmp_path: Path) -> None:
    done = run(tmp_path, "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\nsys.exit(3)")
    assert (done.status, done.output, done.timed_out) == (3, "a\nb\nc\n", False)
    assert done.ending(20) == "exit status 3"


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    done = run_program([sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME; echo *"], tmp_path, 20)
    assert done.output == "$HOME; echo *\n"


def test_what_is_not_utf8_is_kept_readable(tmp_path: Path) -> None:
    done = run(tmp_path, "import sys; sys.stdout.buffer.write(b'\\xff\\xc3\\xa4')")
    assert done.output == "\ufffd\u00e4"


def test_stdin_is_empty(tmp_path: Path) -> None:
    assert run(tmp_path, "import sys; print(repr(sys.stdin.read()))").output == "''\n"


def test_a_signal_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert (done.timed_out, done.ending(20)) == (False, "killed by SIGSEGV")


def test_a_program_that_ends_in_time_may_tidy_up_at_the_time_limit(tmp_path: Path) -> None:
    code = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit('tidied'))\ntime.sleep(60)"
    done = run(tmp_path, code, 0.6)
    assert (done.status, done.timed_out, done.last_line) == (None, True, "tidied")
    assert done.ending(0.6) == "no end after 0.6 s"


def test_what_ignores_being_asked_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    write_files(tmp_path, {"beat.py": DEAF + BEAT})
    done = run(tmp_path, f"{DEAF}print('so far')\n{START}time.sleep(60)", 1)
    assert (done.timed_out, done.output) == (True, "so far\n")
    assert not is_beating(tmp_path)


def test_what_a_program_leaves_running_is_ended(tmp_path: Path) -> None:
    write_files(tmp_path, {"beat.py": DEAF + BEAT})
    assert run(tmp_path, START).status == 0
    assert not is_beating(tmp_path)


def test_a_daemon_that_keeps_the_output_open_does_not_hold_us(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "print('started')"
    )
    done = run(tmp_path, code)
    assert (done.status, done.output) == (0, "started\n")


def test_an_interrupt_ends_the_program_and_goes_on(tmp_path: Path) -> None:
    write_files(tmp_path, {"beat.py": BEAT})
    code = (
        "import sys\nfrom pathlib import Path\nfrom codemods.validation.program import run_program\n"
        f"run_program([sys.executable, 'beat.py'], Path({str(tmp_path)!r}), 60)"
    )
    ours = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    wait_for(tmp_path / "beat")
    ours.send_signal(signal.SIGINT)
    _, errors = ours.communicate(timeout=10)
    assert "KeyboardInterrupt" in errors
    assert not is_beating(tmp_path)


def test_long_output_keeps_its_beginning_and_end(tmp_path: Path) -> None:
    done = run(tmp_path, "print('begin')\nprint('x' * 3_000_000)\nprint('end')")
    assert done.output.startswith("begin\n")
    assert "\n... output cut ...\n" in done.output
    assert done.last_line == "end"
    assert len(done.output) == 1024 * 1024 + len("\n... output cut ...\n")


def test_output_of_a_mebibyte_is_kept_whole(tmp_path: Path) -> None:
    done = run(tmp_path, f"import sys; sys.stdout.write('x' * {1024 * 1024})")
    assert done.output == "x" * 1024 * 1024


def test_output_without_end_does_not_fill_the_disk(tmp_path: Path) -> None:
    # Never more than 64 MiB are left for long, and not less than a mebibyte once the end is back in its place.
    # What is printed meanwhile may come before that end: the program waits, so as not to depend on the load.
    code = (
        "import os, time\nsize = lambda: os.fstat(1).st_size\nos.write(1, b'begin')\nfor _ in range(2):\n"
        "    while size() <= 2**26: os.write(1, b'x' * 99_999 + b'\\n')\n"
        "    while not 2**20 < size() <= 2**26: time.sleep(0.05)\n"
        "print('cut to', size(), flush=True)\n"
    )
    done = run(tmp_path, code)
    assert done.output.startswith("beginx")
    assert done.last_line.startswith("cut to ")
    assert done.output.count("output cut") == 1


def test_a_burst_of_output_is_not_held_in_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        done = run(tmp_path, "import os\nfor _ in range(100):\n    os.write(1, b'x' * 1_000_000)\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert done.output.count("x") == 1024 * 1024
    assert peak < 16 * 1024 * 1024


def test_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "MINE"):
        monkeypatch.setenv(name, "set")
    code = "import os; print(*sorted(n for n in os.environ if n.startswith('GIT_') or n in ('MINE', 'CODEMODS', 'X')))"
    done = run_program([sys.executable, "-c", code], tmp_path, 20, {"X": "1"})
    names = done.output.split()
    assert {"CODEMODS", "MINE", "X"} <= set(names)
    assert not {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"} & set(names)


def test_the_environment_of_the_plan_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "MINE"):
        monkeypatch.setenv(name, "ours")
    code = "import os; print([os.environ.get(name) for name in ('VIRTUAL_ENV', 'PYTHONPATH', 'MINE', 'PATH')])"
    added = {"VIRTUAL_ENV": None, "PYTHONPATH": "plan", "PATH": "plan"}
    done = run_program([sys.executable, "-c", code], tmp_path, 20, added)
    assert done.output == "[None, 'plan', 'ours', 'plan']\n"


def test_a_rewrite_within_the_same_second_is_seen(tmp_path: Path) -> None:
    for value in ("1", "2"):
        write_files(tmp_path, {"m.py": f"V = {value}\n"})
        os.utime(tmp_path / "m.py", (1_000_000_000, 1_000_000_000))
        assert run(tmp_path, "import m; print(m.V)").output == f"{value}\n"


def test_a_program_that_cannot_be_started_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_program([str(tmp_path / "nothing")], tmp_path, 20)


class TestFinding:
    @pytest.fixture
    def tools(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder that is all of PATH, with no virtual environment."""
        folder = tmp_path / "tools"
        folder.mkdir()
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.delenv("VIRTUAL_ENV", raising=False)
        return folder

    def program(self, file: Path) -> str:
        write_files(file.parent, {file.name: "#!/bin/sh\n"})
        file.chmod(0o755)
        return str(file)

    def test_the_python_of_the_active_environment_comes_first(
        self, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.program(tools / "python")
        mine = self.program(tmp_path / "venv/bin/python")
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "venv"))
        assert project_python() == mine
        assert find_program("python", tmp_path) == mine

    def test_an_environment_that_is_gone_is_passed_over(
        self, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "gone"))
        assert project_python() == sys.executable
        python3 = self.program(tools / "python3")
        assert project_python() == python3
        python = self.program(tools / "python")
        assert project_python() == python

    def test_a_python_is_not_followed_through_its_link(self, tools: Path) -> None:
        (tools / "python").symlink_to(sys.executable)
        assert project_python() == str(tools / "python")

    def test_on_path_before_the_root(self, tools: Path, tmp_path: Path) -> None:
        here = self.program(tmp_path / "check")
        assert find_program("check", tmp_path) == here
        there = self.program(tools / "check")
        assert find_program("check", tmp_path) == there
        assert find_program("./check", tmp_path) == here

    def test_a_path_from_the_root(self, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.program(tmp_path / "scripts/check")
        monkeypatch.chdir(tmp_path)
        found = find_program("scripts/check", Path())
        assert found == str(tmp_path / "scripts/check")

    def test_what_is_not_executable_is_not_a_program(self, tools: Path, tmp_path: Path) -> None:
        write_files(tmp_path, {"check": "", "folder/x": ""})
        assert find_program("check", tmp_path) is None
        assert find_program("./folder", tmp_path) is None
        assert find_program("nothing", tmp_path) is None

    def test_the_environment_of_the_plan_decides_before_ours(
        self, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ours = self.program(tmp_path / "ours/bin/python")
        plans = self.program(tmp_path / "plans/bin/python")
        on_path = self.program(tmp_path / "path/python")
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "ours"))
        path = str(tmp_path / "path")
        assert project_python({"OTHER": "1"}) == ours
        assert project_python({"VIRTUAL_ENV": str(tmp_path / "plans")}) == plans
        assert project_python({"VIRTUAL_ENV": str(tmp_path / "plans"), "PATH": path}) == plans
        assert project_python({"PATH": path}) == on_path
        assert find_program("python", tmp_path, {"PATH": path}) == on_path

    def test_the_plan_takes_our_virtual_environment_out(
        self, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.program(tmp_path / "ours/bin/python")
        on_path = self.program(tools / "python")
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "ours"))
        assert project_python({"VIRTUAL_ENV": None}) == on_path

    def test_what_is_relative_in_the_plan_starts_from_the_root(
        self, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        mine = self.program(root / ".venv/bin/python")
        check = self.program(root / "bin/check")
        assert find_program("python", root, {"VIRTUAL_ENV": ".venv"}) == mine
        assert find_program("check", root, {"PATH": f"bin{os.pathsep}{tools}"}) == check
        assert find_program("check", root) is None

    def test_without_a_path_the_systems_own_is_looked_at(self, tools: Path, tmp_path: Path) -> None:
        assert find_program("sh", tmp_path) is None
        assert find_program("sh", tmp_path, {"PATH": None}) in ("/bin/sh", "/usr/bin/sh")
