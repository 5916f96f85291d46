"""Starts the programs of validations, and knows what their outcome depends on besides the tree."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from codemods.errors import ValidationSetupError
from codemods.plan.expressions import is_git
from codemods.validation.base import environment_of
from codemods.validation.program import find_program, project_python, run_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from codemods.validation.base import Ground
    from codemods.validation.program import Completed

# The version, and each installed distribution and path file with the time of its last change.
_INSTALLED = r"""
import os, sys
print(sys.version)
for place in sys.path:
    if os.path.basename(place) in ("site-packages", "dist-packages") and os.path.isdir(place):
        for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
            if entry.name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth")):
                print(entry.path, entry.stat().st_mtime_ns)
"""
_INTERNAL = "INTERNALERROR>"
_SHOWN = 200  # characters
_PYTHONS = ("PYTEST_", "PYTHON")  # how the names of variables begin that tests depend on wherever they run


def leads_out(root: Path, path: str) -> bool:
    """Whether `path` is, through a link, no place in the repository at `root`, or one in git's own folder."""
    try:
        place, top = (root / path).resolve(), root.resolve()
    except (OSError, RuntimeError):
        return True  # links that lead in a circle
    return not place.is_relative_to(top) or any(is_git(part) for part in place.relative_to(top).parts)


def require_inside(name: str, root: Path, path: str) -> None:
    """Raise ValidationSetupError where `path`, a file that the validation `name` writes, leads out of the repository
    through a link, or into git's own folder."""
    if leads_out(root, path):
        what = f"The file {path} of the validation `{name}` leads out of the repository through a link."
        raise ValidationSetupError(what, hint="Name another file in the plan.")


def require_program(
    validation: str, program: str, root: Path, environment: Mapping[str, str | None] | None = None
) -> None:
    """Raise ValidationSetupError where `program`, from `root`, is not there."""
    if find_program(program, root, environment) is None:
        is_there = (root / program).is_file()
        lacks = "executable" if is_there else "there"
        what = f"The program `{program}` of the validation `{validation}` is not {lacks}."
        hint = f"Make it so: chmod +x {program}" if is_there else "Install it, or correct `run:` in the plan."
        raise ValidationSetupError(what, hint=hint)


def launch(
    validation: str,
    arguments: Sequence[str],
    ground: Ground,
    timeout: float,
    environment: Mapping[str, str | None],
) -> Completed:
    """Run the command of a plan in the root. Raises ValidationSetupError where it cannot be started."""
    environment = environment_of(ground, environment)
    require_program(validation, arguments[0], ground.root, environment)
    program = find_program(arguments[0], ground.root, environment) or arguments[0]
    try:
        return run_program([program, *arguments[1:]], ground.root, timeout, environment, log=ground.log)
    except OSError as error:
        what = f"The program `{arguments[0]}` of the validation `{validation}` cannot be started: {error}"
        hint = "A script needs a first line such as `#!/bin/sh`, with an interpreter that is there."
        raise ValidationSetupError(what, hint=hint) from error


def launch_python(
    validation: str,
    arguments: Sequence[str],
    ground: Ground,
    timeout: float,
    environment: Mapping[str, str | None],
) -> Completed:
    """Run the project's Python in the root. Raises ValidationSetupError where it cannot be started."""
    environment = environment_of(ground, environment)
    python = project_python(environment, ground.root)
    try:
        return run_program([python, *arguments], ground.root, timeout, environment, log=ground.log)
    except OSError as error:
        what = f"The validation `{validation}` cannot start {python}: {error}"
        raise ValidationSetupError(what, hint="Activate the project's virtual environment, or mend it.") from error


def ended(program: str, completed: Completed, timeout: float, last_started: str) -> str:
    """How a program ended that did not come to its end, and the test that ran then, in a line."""
    internal = next((line for line in completed.output.splitlines() if _INTERNAL in line and "Error" in line), "")
    if internal:
        where = f" in {last_started}" if last_started else ""
        return f"{program}: {completed.ending(timeout)}, an error of its own{where}: {internal.strip()[:_SHOWN]}"
    is_sudden = completed.status is None or completed.status < 0 or (completed.status == 0 and bool(last_started))
    detail = f"in {last_started}" if is_sudden and last_started else ""
    if not is_sudden:
        detail = completed.last_line
    ending = f"{program}: {completed.ending(timeout)}"
    return f"{ending}, {detail}" if detail else ending


def command_identity(arguments: Sequence[str], root: Path, environment: Mapping[str, str | None]) -> str:
    """What the outcome of a command depends on besides the tree."""
    if arguments[0] == "python":
        return python_identity(arguments, root, environment)
    return repr((tuple(arguments), sorted(environment.items()), find_program(arguments[0], root, environment)))


def python_identity(arguments: Sequence[str], root: Path, environment: Mapping[str, str | None]) -> str:
    """What the outcome of the project's Python with `arguments` depends on besides the tree: the environment that the
    plan gives it and that of Python and pytest, which Python it is, and what is installed for it."""
    python = project_python(environment, root)
    try:
        installed = run_program([python, "-c", _INSTALLED], root, 60, environment).output
    except OSError as error:
        installed = str(error)
    ours = sorted(item for item in os.environ.items() if item[0].startswith(_PYTHONS))
    digest = hashlib.sha256(installed.encode()).hexdigest()
    return repr((tuple(arguments), sorted(environment.items(), key=str), ours, python, digest))
