"""What is struck: a step that is killed is not made, one that is torn is half made, one that fails says why."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of open files are read where Linux has them")

# It does all sorts of steps in the folder where it runs, with a fault, and prints what went wrong.
STEPS = """\
import os, subprocess, sys, tempfile
from pathlib import Path
from tests.crashes.points import Fault, Points
from tests.crashes.wrapping import install
log = os.open("log", os.O_CREAT | os.O_WRONLY)
install(Points(Fault(sys.argv[1], int(sys.argv[2])), Path.cwd(), Path.cwd() / "tmp", log, str))
def steps():
    yield lambda: Path("made").mkdir()
    yield lambda: Path("made/text").write_text("0123456789")
    yield lambda: Path("made/text").replace("moved")
    yield lambda: os.link("moved", "linked")
    yield lambda: os.fsync(os.open("moved", os.O_RDONLY))
    yield lambda: Path("linked").unlink()
    yield lambda: subprocess.run(["git", "init", "--quiet", "."], check=True, stderr=subprocess.PIPE)
for step in steps():
    try:
        step()
    except OSError as error:
        print(error)
    except subprocess.CalledProcessError as error:
        print(error.stderr.decode(), error.returncode)
"""
MET = ("mkdir made", "open made/text", "write made/text", "rename moved", "link linked", "fsync moved", "unlink linked")
PROGRAM = ("git init (before)", "git init (started)", "git init (after)")


def run(folder: Path, kind: str, number: int) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", STEPS, kind, str(number)]
    paths = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False, env=paths)


def holds(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if ".git" not in file.parts and file.name != "log" and file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_text() for file in files}


def test_each_step_is_one_point(tmp_path: Path) -> None:
    ran = run(tmp_path, "count", 0)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    log = (tmp_path / "log").read_text().splitlines()
    assert [line.split('"name": "')[1].split('"')[0] for line in log] == [*MET, *PROGRAM]
    assert holds(tmp_path) == {"moved": "0123456789"}


@pytest.mark.parametrize(
    ("kind", "point", "left"),
    [
        ("kill", "mkdir made", {}),
        ("kill", "write made/text", {"made/text": ""}),
        ("half", "write made/text", {"made/text": "01234"}),
        ("kill", "rename moved", {"made/text": "0123456789"}),
        ("kill", "link linked", {"moved": "0123456789"}),
        ("kill", "unlink linked", {"moved": "0123456789", "linked": "0123456789"}),
    ],
)
def test_a_kill_comes_before_the_step(tmp_path: Path, kind: str, point: str, left: dict[str, str]) -> None:
    assert run(tmp_path, kind, MET.index(point) + 1).returncode == -signal.SIGKILL
    assert holds(tmp_path) == left


@pytest.mark.parametrize(
    ("kind", "point", "said"),
    [
        ("EIO", "write made/text", "Input/output error"),
        ("EACCES", "rename moved", "Permission denied: 'made/text' -> 'moved'"),
        ("ENOSPC", "link linked", "No space left on device: 'moved' -> 'linked'"),
        ("EIO", "fsync moved", "Input/output error"),
    ],
)
def test_a_step_fails_once(tmp_path: Path, kind: str, point: str, said: str) -> None:
    ran = run(tmp_path, kind, MET.index(point) + 1)
    assert ran.returncode == 0
    assert said in ran.stdout.splitlines()[0]
    assert (tmp_path / ".git").is_dir()


def test_git_fails_as_it_does_by_itself(tmp_path: Path) -> None:
    ran = run(tmp_path, "EACCES", len(MET) + 1)
    assert ran.stdout == "fatal: unable to read a file of git's: Permission denied\n 128\n"
    assert not (tmp_path / ".git").exists()


def test_a_full_disk_lets_files_be_moved_and_removed(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made/text").write_text("before")
    ran = run(tmp_path, "full", 1)
    assert ran.stdout.count("No space left on device") == 2  # the write and the link
    assert holds(tmp_path) == {"moved": ""}
