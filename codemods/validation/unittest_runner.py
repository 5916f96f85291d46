"""Runs unittest, and learns test by test what it finds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.validation.launch import ended, launch_python, python_identity
from codemods.validation.session import Session, read_report
from codemods.validation.unittest_script import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.validation.base import Ground
    from codemods.validation.session import Selection

_WHOLE = " (load)"


class UnittestRunner(Struct, frozen=True):
    """`args` are those of `python -m unittest`; `timeout` is in seconds, for one session; `environment` is added to
    ours."""

    name: str
    args: tuple[str, ...]
    timeout: float
    environment: Mapping[str, str | None] = field(default_factory=dict)
    can_choose = True

    def require(self, ground: Ground) -> None:
        """There is always a Python, and it has unittest."""

    def identity(self, ground: Ground) -> str:
        """The arguments, the environment, the Python and what is installed for it."""
        return python_identity(("unittest", *self.args), ground.root, self.environment)

    def is_whole(self, test: str) -> bool:
        """A module that cannot be loaded is told of as `module (load)`."""
        return test.endswith(_WHOLE)

    def session(self, ground: Ground, selection: Selection) -> Session:
        """Run unittest with the plan's arguments. Raises ValidationSetupError where Python cannot be started.

        It loads all that the arguments name, since only the tests that it finds there tell what file they are in.
        """
        with tempfile.TemporaryDirectory(prefix="codemods-") as name:
            folder = Path(name)
            script = folder / "codemods_unittest.py"
            script.write_text(SCRIPT, encoding="utf-8")
            (folder / "selection").write_text(selection.text(), encoding="utf-8")
            environment = {**self.environment, "CODEMODS_ROOT": str(ground.root.absolute())}
            completed = launch_python(self.name, [str(script), *self.args], ground, self.timeout, environment)
            report = read_report(folder)
        fault = "" if report.has_ended else ended("unittest", completed, self.timeout, report.last_started)
        tests = report.tests(lambda test: test, self.is_whole)
        return Session(tests, frozenset(report.places.values()) - {""}, completed, fault)
