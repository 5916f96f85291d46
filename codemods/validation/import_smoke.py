"""Validation by import: changed modules and their dependants, in fresh interpreters; only new failures count."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from codemods.validation.base import Result, Verdict
from codemods.validation.import_child import Fault, Importer
from codemods.validation.import_dependants import Dependants
from codemods.validation.launch import python_identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from codemods.validation.base import Ground, Scope

_SHOWN = 5


class ImportSmoke:
    """Imports changed modules, and the dependants that the scope names. A module that could not be imported before may
    fail still, and that is said."""

    compares = True
    tests_before = (0, 0)
    seconds_before = None

    def __init__(
        self,
        name: str,
        modules: Callable[[str], str | None],
        source_roots: tuple[str, ...],
        timeout: float,
        environment: Mapping[str, str | None] | None = None,
        *,
        dependants: bool = True,
    ) -> None:
        """`modules` names the module of a path, None for a file that none can import. `timeout` is in seconds: for each
        changed module, and for all dependants of a unit; these only where `dependants`."""
        self.name = name
        self.environment = dict(environment or {})
        self.module_of = modules
        self.source_roots = source_roots
        self.timeout = timeout
        self.dependants = dependants
        self.before: dict[str, Fault | None] = {}
        self.beside: dict[str, Fault] = {}  # how dependants failed beside others on an unchanged tree

    @property
    def importer(self) -> Importer:
        """What runs the interpreters."""
        return Importer(self.name, self.source_roots, self.environment)

    def require(self, ground: Ground) -> None:
        """There is always a Python: the one that runs us at the least."""

    def identity(self, ground: Ground) -> str:
        """The Python and what is installed for it, the source roots, the environment."""
        return python_identity(("imports", *self.source_roots), ground.root, self.environment)

    def remembered(self) -> object:
        """What could be imported, and how the others failed."""
        return {name: fault and [fault.text, fault.owner, fault.timed_out] for name, fault in self.before.items()}

    def recall(self, known: object) -> None:
        """Add what is known of modules that were not looked at yet."""
        if isinstance(known, dict):
            self.before = {name: fault and Fault(*fault) for name, fault in known.items()} | self.before

    def baseline(self, ground: Ground, scope: Scope) -> None:
        """Remember which modules of the scope's paths cannot be imported on the unchanged tree, and how they fail.

        Dependants are looked at only once they fail. Raises ValidationSetupError where Python cannot be started.
        """
        pending = [module for module in self._modules(ground.root, scope.paths) if module not in self.before]
        faults = self.importer.several(ground, pending, self.timeout).faults
        self.before.update({module: faults.get(module) for module in pending})

    def run(self, ground: Ground, scope: Scope) -> Result:
        """Import the changed modules, then those that depend on them, many per process.

        Raises ValidationSetupError where Python cannot be started.
        """
        started = time.monotonic()
        modules = _wanted(self._modules(ground.root, scope.paths), scope)
        new: dict[str, Fault] = {}
        old: dict[str, Fault] = {}
        outputs = []
        imported = self.importer.several(ground, modules, self.timeout)
        flaky = self._well_again(ground, imported.faults)
        for module, fault in imported.faults.items():
            outputs.append(f"{module}: {fault.text}{' (not when tried again)' if module in flaky else ''}")
            if module not in flaky:
                (new if self.is_new(ground.root, module, fault) else old)[module] = fault
        outputs += [imported.output] if imported.faults else []
        named = self._modules(ground.root, scope.dependants) if self.dependants else []
        looked_at = Dependants(self, ground).look([module for module in _wanted(named, scope) if module not in modules])
        guilty = {**new, **looked_at.new}
        summary = _summary(len(modules) + looked_at.imported, guilty, {**old, **looked_at.old}, looked_at.left)
        evidence = "\n".join((*outputs, *looked_at.outputs))
        seconds = time.monotonic() - started
        return Result(self.name, _verdict(guilty), summary, evidence, seconds, guilty=tuple(guilty), flaky=flaky)

    def _well_again(self, ground: Ground, faults: Mapping[str, Fault]) -> tuple[str, ...]:
        """Those that newly failed, and do not when they are tried again. What hung is not tried again."""
        suspects = [m for m, fault in faults.items() if not fault.timed_out and self.is_new(ground.root, m, fault)]
        again = self.importer.several(ground, suspects, self.timeout).faults if suspects else {}
        return tuple(module for module in suspects if module not in again)

    def is_new(self, root: Path, module: str, fault: Fault) -> bool:
        """Whether it was not there before; another fault counts only where a module of the project lacks something."""
        before = self.before.get(module)
        return before is None or self.is_other(root, fault, before)

    def is_other(self, root: Path, fault: Fault, before: Fault) -> bool:
        """Whether `fault` is more than the failure `before` in other words: a module of the project lacks something."""
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


def _wanted(modules: Iterable[str], scope: Scope) -> list[str]:
    return [module for module in modules if not scope.only or module in scope.only]


def _is_program(file: Path) -> bool:
    if file.name == "setup.py":
        return not file.with_name("__init__.py").is_file()
    return file.name == "__main__.py"


def _verdict(new: Mapping[str, Fault]) -> Verdict:
    if not new:
        return Verdict.PASSED
    return Verdict.TIMED_OUT if all(fault.timed_out for fault in new.values()) else Verdict.FAILED


def _summary(total: int, new: Mapping[str, Fault], old: Mapping[str, Fault], left: int) -> str:
    text = f"{total - len(old)} imported"
    if new:
        named = [f"{module} ({fault.text})" for module, fault in list(new.items())[:_SHOWN]]
        more = f" and {len(new) - _SHOWN} more" if len(new) > _SHOWN else ""
        text = f"{len(new)} of {total} cannot be imported any more: {', '.join(named)}{more}"
    if old:
        text += f", {len(old)} could not be imported before either"
    return f"{text}, {left} dependant(s) not looked at for lack of time" if left else text
