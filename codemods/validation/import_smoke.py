"""Validation by import: each changed module is imported in a fresh interpreter; only new failures count."""

from __future__ import annotations

import ast
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Verdict, environment_of
from codemods.validation.program import Completed, project_python, run_program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from codemods.validation.base import Ground, Scope

# Runs in the project's own interpreter, whatever its version. It imports as little as it can itself, since a module
# that forgets an import must not find it done. Each outcome is written at once, so that a module that ends or hangs
# the process is known: the one after the last "begin".
_CHILD = r"""
import os, sys

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
        try:
            __import__(module)
        except BaseException as error:
            if os.getpid() != process:
                raise  # of a process that the module forked
            sys.__excepthook__(*sys.exc_info())
            tell("failed", module, fault_of(error), owner_of(error))
        else:
            tell("held", module)
        forget()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit(0)  # threads that a module has started would keep us
"""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a module cannot be imported. `owner` is the module that lacks something, where the fault is that."""

    text: str
    owner: str = ""
    timed_out: bool = False


class ImportSmoke:
    """Imports changed modules. A module that could not be imported before may fail still, and that is said."""

    compares = True
    tests_before = (0, 0)
    seconds_before = 0.0

    def __init__(
        self,
        name: str,
        modules: Callable[[str], str | None],
        source_roots: tuple[str, ...],
        timeout: float,
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        """`modules` names the module of a path, None for a file that none can import; `timeout` is in seconds."""
        self.name = name
        self.environment = dict(environment or {})
        self.module_of = modules
        self.source_roots = source_roots
        self.timeout = timeout
        self.before: dict[str, _Fault | None] = {}

    def require(self, ground: Ground) -> None:
        """There is always a Python: the one that runs us at the least."""

    def identity(self, ground: Ground) -> str:  # noqa: ARG002 - the same in every checkout
        """The Python, the source roots, the environment."""
        return repr((project_python(), self.source_roots, self.timeout, sorted(self.environment.items())))

    def remembered(self) -> object:
        """What could be imported, and how the others failed."""
        return {name: fault and [fault.text, fault.owner, fault.timed_out] for name, fault in self.before.items()}

    def recall(self, known: object) -> None:
        """Add what is known of modules that were not looked at yet."""
        if isinstance(known, dict):
            self.before = {name: fault and _Fault(*fault) for name, fault in known.items()} | self.before

    def baseline(self, ground: Ground, scope: Scope) -> None:
        """Remember which modules of the scope cannot be imported on the unchanged tree, and how they fail.

        Raises ValidationSetupError where Python itself cannot be started.
        """
        pending = [module for module in self._modules(ground.root, scope.paths) if module not in self.before]
        together, _ = self._import(ground, pending)
        for module in pending:
            # A module that fails beside others may only suffer from them.
            self.before[module] = self._import(ground, [module])[0].get(module) if module in together else None

    def run(self, ground: Ground, scope: Scope) -> Result:
        """Import each module of the scope by itself. Raises ValidationSetupError where Python cannot be started."""
        started = time.monotonic()
        modules = self._modules(ground.root, scope.paths)
        new: dict[str, _Fault] = {}
        old: dict[str, _Fault] = {}
        outputs = []
        for module in modules:
            faults, output = self._import(ground, [module])
            for fault in faults.values():
                outputs.append(f"{module}: {fault.text}\n{output}")
                (new if self._is_new(ground.root, module, fault) else old)[module] = fault
        verdict = Verdict.PASSED
        if new:
            verdict = Verdict.TIMED_OUT if all(fault.timed_out for fault in new.values()) else Verdict.FAILED
        summary = _summary(len(modules), new, old)
        return Result(self.name, verdict, summary, "\n".join(outputs), time.monotonic() - started)

    def _is_new(self, root: Path, module: str, fault: _Fault) -> bool:
        """Whether it was not there before; another fault counts only where a module of the project lacks something."""
        before = self.before.get(module)
        if before is None:
            return True
        return fault.text != before.text and bool(fault.owner) and self._is_own(root, fault.owner)

    def _is_own(self, root: Path, module: str) -> bool:
        top = module.partition(".")[0]
        places = [root / source_root / top for source_root in self.source_roots]
        return any(place.is_dir() or place.with_name(f"{top}.py").is_file() for place in places)

    def _modules(self, root: Path, paths: Sequence[str]) -> list[str]:
        """The modules of `paths` that are there and define something when imported, each once."""
        files = (path for path in paths if path.endswith(".py") and (root / path).is_file())
        named = (self.module_of(path) for path in files if not _is_program(root / path))
        return list(dict.fromkeys(module for module in named if module))

    def _import(self, ground: Ground, modules: list[str]) -> tuple[dict[str, _Fault], str]:
        """The faults of `modules` by name, and the output; a module that ends the process does not hide the others."""
        faults: dict[str, _Fault] = {}
        outputs = []
        while modules:
            told, completed = self._child(ground, modules)
            outputs.append(completed.output)
            faults.update({module: _Fault(text, owner) for what, module, text, owner in told if what == "failed"})
            settled = {module for what, module, _, _ in told if what in ("failed", "held")}
            begun = [module for what, module, _, _ in told if what == "begin" and module not in settled]
            guilty = begun or ([] if settled else modules[:1])
            ending = completed.ending(self.timeout)
            text = ending if completed.timed_out else f"it ended Python: {ending}"
            faults.update(dict.fromkeys(guilty, _Fault(text, timed_out=completed.timed_out)))
            modules = [module for module in modules if module not in settled and module not in guilty]
        return faults, "".join(outputs)

    def _child(self, ground: Ground, modules: list[str]) -> tuple[list[tuple[str, str, str, str]], Completed]:
        """What one interpreter told of `modules`, up to its end."""
        python = project_python()
        roots = [str((ground.root / source_root).absolute()) for source_root in self.source_roots]
        with tempfile.TemporaryDirectory(prefix="codemods-") as folder:
            report, script = Path(folder) / "report", Path(folder) / "codemods_import.py"
            values = ascii((str(report), roots, modules))
            script.write_text(f"REPORT, ROOTS, MODULES = {values}\n{_CHILD}", encoding="ascii")
            try:
                completed = run_program(
                    [python, "-X", "faulthandler", str(script)],
                    ground.root,
                    self.timeout,
                    environment_of(ground, self.environment),
                    log=ground.log,
                )
            except OSError as error:
                raise self._cannot_start(python, str(error)) from error
            lines = report.read_text(encoding="ascii").splitlines() if report.exists() else []
        if not lines and not completed.timed_out:
            raise self._cannot_start(python, f"{completed.ending(self.timeout)}\n{completed.last_lines(15)}")
        return [ast.literal_eval(line) for line in lines], completed

    def _cannot_start(self, python: str, why: str) -> ValidationSetupError:
        what = f"The validation `{self.name}` cannot start {python}: {why}"
        return ValidationSetupError(what, hint="Activate the project's virtual environment, or mend it.")


def _is_program(file: Path) -> bool:
    if file.name == "setup.py":
        return not file.with_name("__init__.py").is_file()
    return file.name == "__main__.py"


def _summary(total: int, new: dict[str, _Fault], old: dict[str, _Fault]) -> str:
    text = f"{total - len(old)} imported"
    if new:
        named = [f"{module} ({fault.text})" for module, fault in list(new.items())[:_SHOWN]]
        more = f" and {len(new) - _SHOWN} more" if len(new) > _SHOWN else ""
        text = f"{len(new)} of {total} cannot be imported any more: {', '.join(named)}{more}"
    return f"{text}, {len(old)} could not be imported before either" if old else text
