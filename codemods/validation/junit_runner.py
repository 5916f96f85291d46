"""Runs a program of any kind that writes a JUnit XML file, and learns test by test what it finds."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.validation.junit_report import ReportError, read_junit
from codemods.validation.launch import command_identity, launch, require_inside, require_program
from codemods.validation.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from codemods.validation.base import Ground
    from codemods.validation.outcomes import Outcomes
    from codemods.validation.session import Selection


class JunitRunner(Struct, frozen=True):
    """`run` begins with the program; `report` is the file that it writes, from the root; `timeout` is in seconds."""

    name: str
    run: tuple[str, ...]
    report: str
    timeout: float
    environment: Mapping[str, str | None] = field(default_factory=dict)
    can_choose = False

    def require(self, ground: Ground) -> None:
        """Raise ValidationSetupError where the program is not there."""
        require_program(self.name, self.run[0], ground.root)
        require_inside(self.name, ground.root, self.report)

    def identity(self, ground: Ground) -> str:
        """The command, its environment, the program that it is here, and the file."""
        return repr((command_identity(self.run, ground.root, self.environment), self.report))

    def is_whole(self, test: str) -> bool:  # noqa: ARG002 - the format does not tell
        """Never."""
        return False

    def session(self, ground: Ground, selection: Selection) -> Session:  # noqa: ARG002 - it cannot choose
        """Run the program, all of it, and read what it has written this time. The exit status decides nothing.

        Raises ValidationSetupError where it cannot be started.
        """
        file = ground.root / self.report
        require_inside(self.name, ground.root, self.report)
        with _set_aside(file, ground.root):
            completed = launch(self.name, self.run, ground, self.timeout, self.environment)
            tests, fault = self._read(file)
        ending = completed.ending(self.timeout)
        if completed.status is None or completed.status < 0:
            fault = ending
        elif fault:
            last = f", {completed.last_line}" if completed.last_line else ""
            fault = f"{fault}; {ending}{last}"
        return Session(tests, frozenset(), completed, fault)

    def _read(self, file: Path) -> tuple[Outcomes, str]:
        try:
            return read_junit(file.read_bytes()), ""
        except FileNotFoundError:
            return {}, f"the program has not written {self.report}"
        except OSError as error:
            return {}, f"{self.report} cannot be read: {error.strerror}"
        except ReportError as error:
            return {}, f"{self.report} cannot be read: {error}"


@contextmanager
def _set_aside(file: Path, root: Path) -> Iterator[None]:
    """Take `file` away, so that a program has to write it, and put back what was there before; and nothing else."""
    content, mode = None, 0
    with suppress(OSError):
        content, mode = file.read_bytes(), file.stat().st_mode
    missing = [folder for folder in file.parents if root in folder.parents and not folder.exists()]
    with suppress(OSError):
        file.unlink()
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()
        if content is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(mode)
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()
