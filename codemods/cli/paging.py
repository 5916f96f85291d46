"""What is long goes through the pager that the user has told git to use, in the colours told to git."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

from codemods.errors import RepositoryError
from codemods.report.console import is_terminal
from codemods.report.git_colours import palette_of
from codemods.report.out import Plain
from codemods.report.volume import is_quiet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.report.out import Out
    from codemods.vcs import Repository

# As git has it: what fits the screen is left there, and colours go through.
_LESS = {"LESS": "FRX", "LV": "-c"}


@contextmanager
def paged(repository: Repository) -> Iterator[Out]:
    """A console for what may be long: on a terminal through git's pager, with git's colours; else as any other."""
    if not is_terminal(sys.stdout):
        piped = Plain(at_once=False)
        yield piped
        piped.flush()
        return
    from codemods.report.screen import Screen  # it takes a while to load

    plain = Screen()
    settings = _settings(repository)
    plain.use(palette_of(settings))
    pager = "" if is_quiet() else settings.get("git_pager", "")
    if not _is_there(pager):
        yield plain
        return
    variables = {**_LESS, **os.environ, "GIT_PAGER_IN_USE": "true"}
    process = subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=variables)  # noqa: S602 - as git runs it
    if process.stdin is None:
        raise AssertionError("a pipe was asked for")
    file = TextIOWrapper(process.stdin, encoding="utf-8", errors="surrogateescape")
    out = Screen(pager=file, width=plain.width)
    out.use(plain.palette)
    # What ^C means is for the pager to say, as long as it is there.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with suppress(BrokenPipeError):  # its reader has seen enough
            yield out
            file.flush()
    finally:
        with suppress(BrokenPipeError):
            file.close()
        process.wait()
        signal.signal(signal.SIGINT, before)


def _is_there(pager: str) -> bool:
    try:
        program, *_ = shlex.split(pager)
    except ValueError:
        return False
    return program != "cat" and shutil.which(program) is not None


def _settings(repository: Repository) -> Mapping[str, str]:
    """git's settings, and the variables that follow from them, by names in lower case."""
    try:
        listed = os.fsdecode(repository.run("var", "-l"))
    except RepositoryError:
        return {}
    pairs = (line.partition("=") for line in listed.splitlines())
    return {name.lower(): value for name, _, value in pairs}
