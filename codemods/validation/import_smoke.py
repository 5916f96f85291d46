"""Validation by import: each changed module is imported in a fresh interpreter; only new failures count."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from codemods.validation.base import Result, Verdict
from codemods.validation.program import Completed, project_python, run_program

# Runs in the project's own interpreter, whatever its version. Each module's outcome is written at once, so that
# one that ends or hangs the process is known; the name after "begin" is the guilty one then.
_CHILD = """
import importlib, json, os, sys, traceback
report, modules, roots = open(sys.argv[1], "a"), json.loads(sys.argv[2]), json.loads(sys.argv[3])
sys.path[0:1] = roots
sys.argv = [""]
def tell(*values):
    report.write(json.dumps(values) + "\\n")
    report.flush()
for module in modules:
    tell("begin", module, "")
    try:
        importlib.import_module(module)
    except BaseException as error:
        traceback.print_exc()
        tell("failed", module, "%s: %s" % (type(error).__name__, error))
    else:
        tell("held", module, "")
sys.stdout.flush()
sys.stderr.flush()
os._exit(0)
"""
# Importing these runs a program instead of defining a module.
_PROGRAMS = {"__main__", "setup"}


class ImportSmoke:
    """Imports changed modules. A module that could not be imported before may fail still, and that is said."""

    def __init__(
        self,
        name: str,
        root: Path,
        module_of: Callable[[str], str | None],
        source_roots: tuple[str, ...],
        timeout: float,
    ) -> None:
        """`module_of` names the module of a path, None for a file that none can import; `timeout` is in seconds."""
        self.name = name
        self.root = root
        self.module_of = module_of
        self.source_roots = source_roots
        self.timeout = timeout
        self.before: dict[str, str] = {}

    def require(self) -> None:
        """There is always a Python: the one that runs us at the least."""

    def baseline(self, paths: tuple[str, ...]) -> None:
        """Remember which modules of `paths` cannot be imported on the unchanged tree, and how they fail."""
        pending = [module for module in self._modules(paths) if module not in self.before]
        faults, _ = self._import(pending)
        for module in pending:
            # A module that fails beside others may only suffer from them.
            self.before[module] = self._import([module])[0].get(module, "") if module in faults else ""

    def run(self, paths: tuple[str, ...]) -> Result:
        """Import each module of `paths` by itself."""
        started = time.monotonic()
        modules = self._modules(paths)
        outputs, new, old = [], [], 0
        for module in modules:
            faults, output = self._import([module])
            if module in faults:
                outputs.append(f"{module}: {faults[module]}\n{output}")
                if self.before.get(module):
                    old += 1
                else:
                    new.append(f"{module}: {faults[module]}")
        verdict = Verdict.FAILED if new else Verdict.PASSED
        parts = [f"cannot be imported any more: {'; '.join(new)}"] if new else [f"{len(modules) - old} imported"]
        if old:
            parts.append(f"{old} could not be imported before either")
        return Result(self.name, verdict, ", ".join(parts), "\n".join(outputs), time.monotonic() - started)

    def _modules(self, paths: Sequence[str]) -> list[str]:
        named = (self.module_of(path) for path in paths if path.endswith(".py"))
        return [name for name in named if name is not None and name.rpartition(".")[2] not in _PROGRAMS]

    def _import(self, modules: list[str]) -> tuple[dict[str, str], str]:
        """The faults of `modules` by name, and the output; a module that ends the process does not hide the others."""
        faults: dict[str, str] = {}
        outputs = []
        while modules:
            with tempfile.TemporaryDirectory(prefix="codemods-") as folder:
                report = Path(folder) / "report"
                completed = self._child(report, modules)
                told = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
            outputs.append(completed.output)
            faults.update({module: fault for what, module, fault in told if what == "failed"})
            settled = [module for what, module, _ in told if what != "begin"]
            begun = [module for what, module, _ in told if what == "begin" and module not in settled]
            guilty = begun or (modules[:1] if not settled else [])
            how = f"no end after {self.timeout:g} s" if completed.timed_out else f"it ended Python ({completed.status})"
            faults.update(dict.fromkeys(guilty, how))
            modules = [module for module in modules if module not in settled and module not in guilty]
        return faults, "".join(outputs)

    def _child(self, report: Path, modules: list[str]) -> Completed:
        roots = [str(self.root / root) for root in self.source_roots]
        arguments = [project_python(), "-c", _CHILD, str(report), json.dumps(modules), json.dumps(roots)]
        return run_program(arguments, self.root, self.timeout)
