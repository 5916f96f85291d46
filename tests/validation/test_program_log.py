"""The log of programs can be read while they run, holds all of them, and stays small."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from codemods.processes import begin, shorten
from codemods.validation.program import Completed, run_program
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024 * 1024
CUT = "\n... output cut ...\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "journal/log"


def run(log: Path, code: str, timeout: float = 20) -> Completed:
    write_files(log.parent.parent, {"program.py": code})
    return run_program([sys.executable, "program.py"], log.parent.parent, timeout, log=log)


def header(timeout: str = "20") -> str:
    return f"$ {sys.executable} program.py  # at most {timeout} s\n"


def test_each_program_has_a_line_and_its_output(log: Path) -> None:
    first = run(log, "print('one')\nimport sys\nprint('two', file=sys.stderr, end='')")
    second = run(log, "print('three')", 1.5)
    assert (first.output, second.output) == ("one\ntwo", "three\n")
    assert log.read_text() == f"{header()}one\ntwo\n{header('1.5')}three\n"


def test_a_program_without_output_has_its_line(log: Path) -> None:
    assert run(log, "").output == ""
    assert log.read_text() == header()


def test_without_a_log_nothing_is_left(tmp_path: Path) -> None:
    done = run_program([sys.executable, "-c", "print('one')"], tmp_path, 20)
    assert (done.output, list(tmp_path.iterdir())) == ("one\n", [])


def test_arguments_are_one_line_as_a_shell_would_take_them(log: Path) -> None:
    begin(log, ["python", "-c", "a\nb", "it's", "x" * 5000, "\udcff"], 60)
    text = log.read_bytes().decode("utf-8", "surrogateescape")
    assert text.startswith("$ python -c 'a b' 'it'\"'\"'s' xxx")
    assert text.endswith("x ...  # at most 60 s\n")
    assert text.count("\n") == 1
    assert len(text) < 2100


def test_it_can_be_read_while_the_program_runs(log: Path) -> None:
    seen: list[str] = []

    def look() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if log.exists() and "\nfirst\n" in log.read_text():
                seen.append(log.read_text())
                break
            time.sleep(0.01)
        (log.parent.parent / "go").touch()

    reader = threading.Thread(target=look)
    reader.start()
    code = "import os, time\nprint('first')\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('last')"
    done = run(log, code)
    reader.join()
    assert seen == [f"{header()}first\n"]
    assert done.output == "first\nlast\n"


def test_the_output_before_the_time_limit_stays(log: Path) -> None:
    done = run(log, "import time\nprint('so far')\ntime.sleep(60)", 0.7)
    assert (done.timed_out, done.output) == (True, "so far\n")
    assert log.read_text() == f"{header('0.7')}so far\n"


def test_the_output_before_an_interrupt_stays(tmp_path: Path, log: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom codemods.validation.program import run_program\n"
        f"log = Path({str(log)!r})\n"
        "run_program([sys.executable, '-c', 'import time; print(1234567); time.sleep(60)'], Path(), 60, log=log)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 10
    while not (log.exists() and log.read_text().endswith("1234567\n")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=10)[1]
    assert log.read_text().endswith("1234567\n")


def test_a_program_that_cannot_be_started_has_its_line(log: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_program(["./nothing"], tmp_path, 20, log=log)
    assert log.read_text() == "$ ./nothing  # at most 20 s\n"


def test_long_output_is_cut_in_the_log_and_the_others_stay_whole(log: Path) -> None:
    run(log, "print('before')")
    done = run(log, "print('begin')\nprint('x' * 3_000_000)\nprint('end')")
    after = run(log, "print('after')")
    assert len(done.output) == MIB + len(CUT)
    assert done.output.startswith("begin\nx")
    assert (done.last_line, after.output) == ("end", "after\n")
    assert log.read_text() == f"{header()}before\n{header()}{done.output}{header()}after\n"


def test_output_without_end_is_cut_in_its_own_part(log: Path) -> None:
    run(log, "print('before')")
    code = (
        "import os, time\nsize = lambda: os.fstat(1).st_size\n"
        "while size() <= 2**26 + 2**20: os.write(1, b'x' * 99_999 + b'\\n')\n"
        "while not 2**20 < size() <= 2**26: time.sleep(0.05)\n"
        "print('end')\n"
    )
    done = run(log, code)
    assert (done.last_line, done.output.count("output cut")) == ("end", 1)
    assert log.read_text() == f"{header()}before\n{header()}{done.output}"


def test_what_is_printed_after_the_cut_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "output"
    code = (
        "import os\nwhile os.fstat(1).st_size > 2**26: os.write(1, b'before\\n')\n"
        "for number in range(5000): os.write(1, b'%d\\n' % number)\n"
    )
    with file.open("ab") as output:
        output.truncate(65 * MIB)
        program = subprocess.Popen([sys.executable, "-c", code], stdout=output)
    while program.poll() is None:
        shorten(file)
    lines = file.read_bytes().replace(b"\0", b"").splitlines()
    assert len(file.read_bytes()) < 2 * MIB
    assert [line for line in lines if line.isdigit()] == [b"%d" % number for number in range(5000)]


def test_the_older_half_of_a_long_log_goes(log: Path) -> None:
    write_files(log.parent, {log.name: "".join(f"{number:07}\n" for number in range(2_100_000))})
    assert run(log, "print('new')").output == "new\n"
    text = log.read_text()
    assert 8_000_000 < len(text) < 8 * MIB + 1000
    assert text.endswith(f"2099999\n{header()}new\n")
    first, second = text.splitlines()[:2]
    assert (first, len(second)) == ("... output cut ...", 7)
