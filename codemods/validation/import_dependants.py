"""Imports the modules that depend on a change: many per process, and those that fail again, alone and without it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from codemods.validation.base import Ground
    from codemods.validation.import_child import Fault, Importer

_SHARE = 4  # of the time for all of them, one may take so great a part before it is suspected to hang
_LEAST = 2.0  # seconds that one may take in any case


class Smoke(Protocol):
    """What a validation by import knows."""

    before: dict[str, Fault | None]
    beside: dict[str, Fault]
    timeout: float

    @property
    def importer(self) -> Importer:
        """What runs the interpreters."""

    def is_new(self, root: Path, module: str, fault: Fault) -> bool:
        """Whether `fault` was not there on the unchanged tree."""

    def is_other(self, root: Path, fault: Fault, before: Fault) -> bool:
        """Whether `fault` is more than the failure `before` in other words."""


class Looked(Struct):
    """What became of dependants: how many were imported or failed, the faults, and how many nobody had time for."""

    imported: int = 0
    new: dict[str, Fault] = field(default_factory=dict)
    old: dict[str, Fault] = field(default_factory=dict)
    left: int = 0
    outputs: list[str] = field(default_factory=list)


class Dependants:
    """The dependants of one change, which `ground` shows."""

    def __init__(self, smoke: Smoke, ground: Ground) -> None:
        self.smoke = smoke
        self.ground = ground
        self.looked = Looked()

    def look(self, modules: list[str]) -> Looked:
        """Import `modules` in this order, and convict those that fail by themselves with the change, and not without.

        Raises ValidationSetupError where Python cannot be started.
        """
        faults, left = self._together(modules)
        self.looked.imported = len(modules) - left
        self.looked.left = left
        suspects = {module: fault for module, fault in faults.items() if self._is_suspect(module, fault)}
        unknown = [module for module in suspects if module not in self.smoke.before]
        if unknown:
            before, unseen = self._without_change(unknown)
            self.smoke.beside.update(before)
            suspects = {m: fault for m, fault in suspects.items() if self._is_suspect(m, fault) and m not in unseen}
            self._leave(len(unseen))
        self.looked.old = {module: fault for module, fault in faults.items() if module not in suspects}
        self._confirm(suspects)
        return self.looked

    def _leave(self, count: int) -> None:
        self.looked.left += count
        self.looked.imported -= count

    def _together(self, modules: list[str]) -> tuple[dict[str, Fault], int]:
        timeout = self.smoke.timeout
        imported = self.smoke.importer.together(self.ground, modules, timeout, max(timeout / _SHARE, _LEAST))
        return imported.faults, len(imported.left)

    def _without_change(self, modules: list[str]) -> tuple[dict[str, Fault], set[str]]:
        """How `modules` fail beside each other on the unchanged tree, and those nobody had time for."""
        timeout = self.smoke.timeout
        self.ground.show(changed=False)
        try:
            limit = max(timeout / _SHARE, _LEAST)
            imported = self.smoke.importer.together(self.ground, modules, timeout, limit)
        finally:
            self.ground.show(changed=True)
        return imported.faults, set(imported.left)

    def _is_suspect(self, module: str, fault: Fault) -> bool:
        """Whether nothing is known yet that explains why `module` fails."""
        root, smoke = self.ground.root, self.smoke
        if smoke.before.get(module) is not None and not smoke.is_new(root, module, fault):
            return False
        return module not in smoke.beside or smoke.is_other(root, fault, smoke.beside[module])

    def _confirm(self, suspects: Mapping[str, Fault]) -> None:
        """Import `suspects` by themselves, one for each fault first, as long as the time lasts, but one at least."""
        deadline = time.monotonic() + self.smoke.timeout
        for number, module in enumerate(_varied(suspects)):
            if number and time.monotonic() > deadline:
                self._leave(len(suspects) - number)
                return
            self._confirm_one(module)

    def _confirm_one(self, module: str) -> None:
        smoke, root = self.smoke, self.ground.root
        alone = smoke.importer.each(self.ground, [module], smoke.timeout)
        fault = alone.faults.get(module)
        if fault is None:
            return
        if module not in smoke.before:
            self.ground.show(changed=False)
            try:
                smoke.before[module] = smoke.importer.each(self.ground, [module], smoke.timeout).faults.get(module)
            finally:
                self.ground.show(changed=True)
        if smoke.is_new(root, module, fault):
            self.looked.new[module] = fault
            self.looked.outputs.append(f"{module}: {fault.text}\n{alone.output}")
        else:
            self.looked.old[module] = fault


def _varied(suspects: Mapping[str, Fault]) -> Iterable[str]:
    """Those with a fault that no other before them has come first, and those that take long last."""
    first: dict[str, str] = {}
    for module, fault in suspects.items():
        first.setdefault(fault.text, module)
    ordered = dict.fromkeys((*first.values(), *suspects))
    return sorted(ordered, key=lambda module: suspects[module].timed_out)
