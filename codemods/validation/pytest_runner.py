"""Runs pytest, and learns test by test what it finds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.errors import ValidationSetupError
from codemods.validation.base import environment_of, with_python_path
from codemods.validation.launch import ended, launch_python, python_identity
from codemods.validation.program import project_python, run_program
from codemods.validation.pytest_plugin import PLUGIN
from codemods.validation.session import Session, read_report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.validation.base import Ground
    from codemods.validation.session import Selection

# It is found, not imported, which takes ten times as long: one that is broken says why in the baseline.
_HAS_PYTEST = "import importlib.util as u, sys; sys.exit(u.find_spec('pytest') is None)"
_RAN = (0, 1, 5)  # exit statuses of a session that ran to its end: all passed, some failed, no tests


class PytestRunner(Struct, frozen=True):
    """`args` go to pytest; `timeout` is in seconds, for one session; `environment` is added to ours."""

    name: str
    args: tuple[str, ...]
    timeout: float
    environment: Mapping[str, str | None] = field(default_factory=dict)
    can_choose = True

    def require(self, ground: Ground) -> None:
        """Raise ValidationSetupError where the project's Python has no pytest."""
        environment = environment_of(ground, self.environment)
        python = project_python(environment, ground.root)
        try:
            has_pytest = run_program([python, "-c", _HAS_PYTEST], ground.root, 60, environment).status == 0
        except OSError:
            has_pytest = False
        if not has_pytest:
            what = f"The validation `{self.name}` needs pytest, which {python} does not have."
            hint = "Activate the project's virtual environment, or install pytest in it."
            raise ValidationSetupError(what, hint=hint)

    def identity(self, ground: Ground) -> str:
        """The arguments, the environment, the Python and what is installed for it."""
        return python_identity(("pytest", *self.args), ground.root, self.environment)

    def is_whole(self, test: str) -> bool:
        """A node id without `::` is that of a file, or of a folder."""
        return "::" not in test

    def session(self, ground: Ground, selection: Selection) -> Session:
        """Run pytest with the plan's arguments. Raises ValidationSetupError where Python cannot be started."""
        with tempfile.TemporaryDirectory(prefix="codemods-") as name:
            folder = Path(name)
            (folder / "codemods_pytest.py").write_text(PLUGIN, encoding="utf-8")
            (folder / "selection").write_text(selection.text(), encoding="utf-8")
            # Without `--maxfail` a first failure would make all tests after it vanish.
            options = ["-p", "codemods_pytest", "--continue-on-collection-errors", "--maxfail=0"]
            # Not `-p no:cacheprovider`: a project that sets `cache_dir` and is strict about its settings refuses that.
            options += ["-o", f"cache_dir={folder / 'cache'}"]
            environment = {
                **with_python_path(str(folder), self.environment),
                "CODEMODS_PYTEST": str(folder),
                "CODEMODS_ROOT": str(ground.root.absolute()),
            }
            command = ["-m", "pytest", *self.args, *options]
            completed = launch_python(self.name, command, ground, self.timeout, environment)
            report = read_report(folder)
        # At its start, Python or a conftest may end it with the status of one that ran.
        ran = completed.status in _RAN and report.has_ended
        fault = "" if ran else ended("pytest", completed, self.timeout, report.last_started)
        tests = report.tests(lambda test: test.partition("::")[0], self.is_whole)
        return Session(tests, frozenset(report.places.values()), completed, fault)
