"""Imports modules in an interpreter of the project, one after another, and tells which failed."""

from __future__ import annotations

import ast
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import ValidationSetupError
from codemods.validation.base import environment_of
from codemods.validation.program import Completed, project_python, run_program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.validation.base import Ground

# Runs in the project's own interpreter, whatever its version. It imports as little as it can itself, since a module
# that forgets an import must not find it done. Each outcome is written at once, so that a module that ends or hangs
# the process is known: the one after the last "begin".
_CHILD = r"""
import faulthandler, os, sys

def tell(what, module="", fault="", owner=""):
    os.write(report, (ascii((what, module, fault, owner)) + "\n").encode())

def fault_of(error):
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    return type(error).__name__ + (": " + text if text else "")

def owner_of(error):
    # Which module lacks something, if the fault is that.
    name = getattr(error, "name", None) if isinstance(error, ImportError) else None
    if isinstance(error, AttributeError) and isinstance(getattr(error, "obj", None), type(sys)):
        name = error.obj.__name__
    return name if isinstance(name, str) else ""

def is_own(module):
    try:
        values = vars(module)
        places = [values.get("__file__")] + list(values.get("__path__") or ())
    except Exception:
        return False
    places = [place for place in places if isinstance(place, str) and place.startswith(inside)]
    return any("site-packages" not in place and "dist-packages" not in place for place in places)

def forget():
    # The next module must find the project as if it were the first: in a circle of imports the order decides.
    for name, module in list(sys.modules.items()):
        if name not in loaded and is_own(module):
            del sys.modules[name]
    sys.path[:] = path

if __name__ == "__main__":
    report = os.open(REPORT, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    inside = tuple(os.path.join(root, "") for root in ROOTS)
    here = os.path.dirname(os.path.abspath(__file__))
    path = list(ROOTS) + [place for place in sys.path if place != here]
    loaded, process = set(sys.modules), os.getpid()
    sys.path[:], sys.argv[:] = path, [""]
    tell("ready")
    for module in MODULES:
        tell("begin", module)
        if LIMIT:
            # It ends the process, in whatever the module hangs.
            faulthandler.dump_traceback_later(LIMIT, exit=True)
        try:
            __import__(module)
        except BaseException as error:
            if os.getpid() != process:
                raise  # of a process that the module forked
            sys.__excepthook__(*sys.exc_info())
            tell("failed", module, fault_of(error), owner_of(error))
        else:
            tell("held", module)
        if LIMIT:
            faulthandler.cancel_dump_traceback_later()
        if FORGET:
            forget()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit(0)  # threads that a module has started would keep us
"""


class Fault(Struct, frozen=True):
    """Why a module cannot be imported. `owner` is the module that lacks something, where the fault is that."""

    text: str
    owner: str = ""
    timed_out: bool = False


class Imported(Struct, frozen=True):
    """What became of some modules: the faults of those that failed, by name, those not reached in time, the output."""

    faults: dict[str, Fault]
    left: tuple[str, ...]
    output: str


class Importer(Struct, frozen=True):
    """Imports modules for the validation `name`, in new processes; dotted names start at `source_roots`."""

    name: str
    source_roots: tuple[str, ...]
    environment: Mapping[str, str | None]

    def each(self, ground: Ground, modules: list[str], timeout: float) -> Imported:
        """Import `modules`, each as if it were the first of the project; `timeout` is for one process.

        A module that ends the process or hangs in it does not hide the others. Raises ValidationSetupError where
        Python cannot be started.
        """
        faults: dict[str, Fault] = {}
        outputs = []
        while modules:
            told, completed = self._child(ground, modules, timeout, limit=0, forget=True)
            outputs.append(completed.output)
            faults.update(_failed(told))
            settled = _settled(told)
            guilty = _begun(told, settled) or ([] if settled else modules[:1])
            ending = completed.ending(timeout)
            text = ending if completed.timed_out else f"it ended Python: {ending}"
            faults.update(dict.fromkeys(guilty, Fault(text, timed_out=completed.timed_out)))
            modules = [module for module in modules if module not in settled and module not in guilty]
        return Imported(faults, (), "".join(outputs))

    def several(self, ground: Ground, modules: list[str], timeout: float) -> Imported:
        """Import `modules`, of which each may take `timeout`. What fails does so by itself, in a new process.

        Each is imported as if it were the first, as long as that is quick for all of them: where each brings a whole
        application with it, it is brought once. Raises ValidationSetupError where Python cannot be started.
        """
        if len(modules) < 2:
            return self.each(ground, modules, timeout)
        started = time.monotonic()
        first = self.each(ground, modules[:1], timeout)
        if (time.monotonic() - started) * len(modules) <= timeout:
            beside = self.each(ground, modules[1:], timeout)
        else:
            beside = self.together(ground, modules[1:], timeout * len(modules), timeout)
        faults, outputs = dict(first.faults), [first.output]
        for module in (*beside.faults, *beside.left):
            # A module that fails beside others may only suffer from them.
            alone = self.each(ground, [module], timeout)
            faults.update(alone.faults)
            outputs.append(alone.output)
        return Imported(faults, (), "".join(outputs))

    def together(self, ground: Ground, modules: list[str], seconds: float, limit: float) -> Imported:
        """Import `modules` beside each other, for `seconds` in all; one may take `limit` seconds.

        What failed may only suffer from the others, or from the limit. A module that ends the process or hangs in it
        does not hide the others. Raises ValidationSetupError where Python cannot be started.
        """
        deadline = time.monotonic() + seconds
        faults: dict[str, Fault] = {}
        outputs = []
        while modules and (left := deadline - time.monotonic()) > 0:
            told, completed = self._child(ground, modules, left, limit=limit, forget=False)
            outputs.append(completed.output)
            faults.update(_failed(told))
            settled = _settled(told)
            begun = _begun(told, settled)
            if completed.timed_out:
                # Nobody knows whether the last one hangs, or had too little time left.
                modules = [module for module in modules if module not in settled]
                break
            guilty = begun or ([] if settled else modules[:1])
            # What `faulthandler` writes when it ends the process.
            hung = completed.status == 1 and "Timeout (" in completed.output
            text = f"no end after {limit:g} s" if hung else f"it ended Python: {completed.ending(left)}"
            faults.update(dict.fromkeys(guilty, Fault(text, timed_out=hung)))
            modules = [module for module in modules if module not in settled and module not in guilty]
            # What all of them import may take longer than one of them should.
            limit *= 2
        return Imported(faults, tuple(modules), "".join(outputs))

    def _child(
        self, ground: Ground, modules: list[str], timeout: float, *, limit: float, forget: bool
    ) -> tuple[list[tuple[str, str, str, str]], Completed]:
        """What one interpreter told of `modules`, up to its end."""
        environment = environment_of(ground, self.environment)
        python = project_python(environment, ground.root)
        roots = [str((ground.root / source_root).absolute()) for source_root in self.source_roots]
        with tempfile.TemporaryDirectory(prefix="codemods-") as folder:
            report, script = Path(folder) / "report", Path(folder) / "codemods_import.py"
            values = ascii((str(report), roots, modules, limit, forget))
            script.write_text(f"REPORT, ROOTS, MODULES, LIMIT, FORGET = {values}\n{_CHILD}", encoding="ascii")
            try:
                command = [python, "-X", "faulthandler", str(script)]
                completed = run_program(command, ground.root, timeout, environment, log=ground.log)
            except OSError as error:
                raise self._cannot_start(python, str(error)) from error
            lines = report.read_text(encoding="ascii").splitlines() if report.exists() else []
        if not lines and not completed.timed_out:
            raise self._cannot_start(python, f"{completed.ending(timeout)}\n{completed.last_lines(15)}")
        return [ast.literal_eval(line) for line in lines], completed

    def _cannot_start(self, python: str, why: str) -> ValidationSetupError:
        what = f"The validation `{self.name}` cannot start {python}: {why}"
        return ValidationSetupError(what, hint="Activate the project's virtual environment, or mend it.")


def _failed(told: list[tuple[str, str, str, str]]) -> dict[str, Fault]:
    return {module: Fault(text, owner) for what, module, text, owner in told if what == "failed"}


def _settled(told: list[tuple[str, str, str, str]]) -> set[str]:
    return {module for what, module, _, _ in told if what in ("failed", "held")}


def _begun(told: list[tuple[str, str, str, str]], settled: set[str]) -> list[str]:
    """The module in which the process ended."""
    return [module for what, module, _, _ in told if what == "begin" and module not in settled]
