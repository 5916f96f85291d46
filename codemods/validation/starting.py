"""What Python a command of a plan starts, and which folders that puts first on its path."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.validation.program import find_program, project_python

if TYPE_CHECKING:
    from collections.abc import Sequence

_PYTHON = re.compile(r"(python|pypy)[\d.]*w?(\.exe)?", re.IGNORECASE)
_WITH_VALUE = ("-X", "-W", "--check-hash-based-pycs")
_ISOLATED = re.compile(r"-[a-zA-Z]*[IP][a-zA-Z]*")


def python_of(run: Sequence[str], root: Path) -> tuple[list[str], list[str]]:
    """The interpreter, with its options, that the command `run` starts in `root`, and the folders that begin its path.

    An empty text is `root` itself. A program that is no Python is taken to start the project's, with no such folder.
    """
    program = find_program(run[0], root) or run[0]
    if _PYTHON.fullmatch(Path(run[0]).name):
        options, rest = _options(run[1:])
        return [program, *options], _first(options, rest, root)
    interpreter = _interpreter(Path(program))
    if interpreter is not None:
        return [interpreter], [str(Path(program).resolve().parent)]
    return [project_python()], []


def _options(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The options for Python itself, and what follows them."""
    options: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-") and not _is_current(rest[0]):
        taken = 2 if rest[0] in _WITH_VALUE else 1
        options += rest[:taken]
        rest = rest[taken:]
    return options, rest


def _first(options: Sequence[str], rest: Sequence[str], root: Path) -> list[str]:
    if any(_ISOLATED.fullmatch(option) for option in options):
        return []
    if not rest or _is_current(rest[0]):
        return [""]
    script = root / rest[0]
    return [str(script if script.is_dir() else script.resolve().parent)]


def _is_current(argument: str) -> bool:
    """Whether Python puts the folder that it runs in first: for a module, a command, or its standard input."""
    return argument == "-" or argument[:2] in ("-m", "-c")


def _interpreter(program: Path) -> str | None:
    """The Python that the first line of a script names."""
    try:
        with program.open("rb") as file:
            line = os.fsdecode(file.readline(1000))
    except OSError:
        return None
    words = line[2:].split() if line.startswith("#!") else []
    if words and Path(words[0]).name == "env":
        words = [shutil.which(word) or word for word in words[1:] if not word.startswith("-")]
    return words[0] if words and _PYTHON.fullmatch(Path(words[0]).name) else None
