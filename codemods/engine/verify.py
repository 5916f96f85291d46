"""The plan against the code, before anything is believed: what it names exists, and its phases cover the work."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from codemods.engine.outside import imported_roots, outside_of
from codemods.errors import Mistake, PlanError
from codemods.plan.check import is_literal
from codemods.plan.consolidation import DeleteModule
from codemods.plan.nearest import nearest
from codemods.plan.schema import RedirectModule, RedirectSymbol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.phases import Assignment
    from codemods.engine.scan import Scan
    from codemods.engine.work import Work
    from codemods.index.resolve import Index
    from codemods.plan.load import LoadedPlan


def verify_names(loaded: LoadedPlan, scan: Scan, work: Work) -> None:
    """Raise PlanError where the plan keeps, redirects or names what the repository does not have."""
    checks = Names(loaded, scan)
    mistakes = (*checks.roots(), *checks.keep(), *checks.redirects(), *checks.files())
    if loaded.plan.rewrite:
        from codemods.engine.verify_rules import mistakes_in_rules  # what rules need takes time to load

        mistakes += tuple(mistakes_in_rules(loaded, scan, work))
    if mistakes:
        raise PlanError(loaded.where, mistakes)


def verify_keep(loaded: LoadedPlan, scan: Scan) -> None:
    """Raise PlanError where the plan keeps what the repository does not have."""
    if mistakes := tuple(Names(loaded, scan).keep()):
        raise PlanError(loaded.where, mistakes)


def verify_phases(loaded: LoadedPlan, assignment: Assignment) -> None:
    """Raise PlanError where two phases list one file, or no phase lists a file that has to change."""
    mistakes = []
    for path, names in assignment.overlapping.items():
        where = _phase_position(loaded, names[-1])
        mistakes.append(
            loaded.mistake(where, f"{path} is in phases {' and '.join(names)}; add `!{path}` to one of them")
        )
    if assignment.uncovered:
        shown = ", ".join(assignment.uncovered[:5])
        more = f" and {len(assignment.uncovered) - 5} more" if len(assignment.uncovered) > 5 else ""
        message = (
            f"no phase covers {len(assignment.uncovered)} file(s) that have references: {shown}{more}; "
            "add them to a phase, or end with a phase that has `files: rest`"
        )
        mistakes.append(loaded.mistake(("phases",), message))
    if mistakes:
        raise PlanError(loaded.where, tuple(mistakes))


def _phase_position(loaded: LoadedPlan, name: str) -> tuple[str | int, ...]:
    for number, phase in enumerate(loaded.plan.phases):
        if phase.name == name:
            return ("phases", number, "files")
    return ("phases",)


def _head(root: str) -> str:
    """How the paths of the files in a source root begin."""
    folder = root.removeprefix("./").rstrip("/")
    return f"{folder}/" if folder not in ("", ".") else ""


class Names:
    """What a plan names, held against the code."""

    def __init__(self, loaded: LoadedPlan, scan: Scan) -> None:
        self.loaded = loaded
        self.scan = scan

    def keep(self) -> Iterator[Mistake]:
        for number, keep in enumerate(self.loaded.plan.keep):
            module = self.module(("keep", number, "module"), keep.module)
            yield from module
            if not module:
                for position, name in enumerate(keep.symbols):
                    yield from self.symbol(("keep", number, "symbols", position), keep.module, name)

    def redirects(self) -> Iterator[Mistake]:
        for number, redirect in enumerate(self.loaded.plan.redirect):
            if isinstance(redirect, RedirectModule):
                yield from self.redirected_module(number, redirect)
            else:
                yield from self.redirected_symbol(number, redirect)

    def redirected_module(self, number: int, redirect: RedirectModule) -> Iterator[Mistake]:
        is_gone = self.is_deleted(redirect.module)
        old = () if is_gone else self.module(("redirect", number, "module"), redirect.module)
        new = self.module(("redirect", number, "to"), redirect.to)
        yield from (*old, *new)
        for name, target in redirect.symbols.items():
            where = ("redirect", number, "symbols", name)
            if not old and not is_gone:
                yield from self.symbol(where, redirect.module, name)
            module, _, last = target.rpartition(".")
            missing = self.module(where, module) if module else new
            yield from missing if module else ()
            if not missing:
                yield from self.symbol(where, module or redirect.to, last)

    def redirected_symbol(self, number: int, redirect: RedirectSymbol) -> Iterator[Mistake]:
        for key, dotted in (("symbol", redirect.symbol), ("to", redirect.to)):
            module, _, name = dotted.rpartition(".")
            where = ("redirect", number, key)
            if key == "symbol" and (self.is_deleted(module) or self.is_deleted(dotted)):
                continue
            missing = self.module(where, module)
            yield from missing or self.symbol(where, module, name)

    def is_deleted(self, name: str) -> bool:
        """Whether the plan deletes the module or symbol `name`, and has done so."""
        for delete in self.loaded.plan.delete:
            if isinstance(delete, DeleteModule):
                if delete.module == name and not self.scan.index.is_module(name):
                    return True
            elif delete.symbol == name and not self.has(*name.rpartition(".")[::2]):
                return True
        return False

    def module(self, where: tuple[str | int, ...], name: str) -> tuple[Mistake, ...]:
        if self.scan.index.is_module(name) or self.is_outside(name):
            return ()
        if name.partition(".")[0] in sys.stdlib_module_names:
            return (self.loaded.mistake(where, f"the standard library has no module `{name}`"),)
        if untracked := self.untracked(name):
            return (self.loaded.mistake(where, f"git does not track {untracked}, where `{name}` is: `git add` it"),)
        head, _, last = name.rpartition(".")
        if self.scan.index.is_module(head) and self.has(head, last):
            told = "what is in a class cannot be redirected; a rule under `rewrite:` can change its uses"
            return (self.loaded.mistake(where, f"`{name}` is no module: {told}"),)
        message = f"there is no module `{name}` in the source roots{self.hint(name)}"
        if not self.hint(name) and imported_roots({name.partition(".")[0]}, self.contents()):
            message += f"; if it is a library, say `libraries: [{name.partition('.')[0]}]`"
        return (self.loaded.mistake(where, message),)

    def untracked(self, name: str) -> str:
        """The file of a module that is there and that git does not track; empty where there is none."""
        heads = map(_head, self.loaded.plan.source_roots)
        for path in (f"{head}{name.replace('.', '/')}{end}" for head in heads for end in (".py", "/__init__.py")):
            with suppress(OSError, LookupError):
                self.scan.read(path)
                return path
        return ""

    def contents(self) -> Iterator[bytes | None]:
        """The Python files."""
        return map(self.scan.content, self.scan.paths)

    def is_outside(self, module: str) -> bool:
        """Whether `module` is one of the standard library, or of a library that the plan names."""
        root = module.partition(".")[0]
        if self.scan.index.is_module(root):
            return False
        return root in self.loaded.plan.libraries or module in outside_of([module], ()).modules

    def hint(self, name: str) -> str:
        """Where the module is, if it is under another folder; else the nearest name."""
        inside = next((module for module in sorted(self.scan.modules) if module.endswith(f".{name}")), None)
        if inside is None:
            return nearest(name, self.scan.modules)
        folder = inside[: -len(name) - 1].replace(".", "/")
        return f"; it is in the folder `{folder}`: add `source_roots: [{folder}]`"

    def has(self, module: str, name: str) -> bool:
        """Whether `module` has `name`."""

        def has(index: Index) -> bool:
            return index.has(module, name)

        return self.scan.ask(has)

    def symbol(self, where: tuple[str | int, ...], module: str, name: str) -> tuple[Mistake, ...]:
        if self.has(module, name) or self.is_outside(module):
            return ()
        summary = self.scan.ask(lambda index: index.summary(module))
        known = summary.exports if summary is not None else ()
        return (self.loaded.mistake(where, f"`{module}` has no name `{name}`{nearest(name, known)}"),)

    def roots(self) -> Iterator[Mistake]:
        paths = self.scan.tracked
        for number, root in enumerate(self.loaded.plan.source_roots):
            if (head := _head(root)) and not any(path.startswith(head) for path in paths):
                message = f"there is no folder {root} with files that git tracks"
                yield self.loaded.mistake(("source_roots", number), message)

    def files(self) -> Iterator[Mistake]:
        paths = self.scan.tracked
        for number, phase in enumerate(self.loaded.plan.phases):
            if phase.files == "rest":
                continue
            for position, pattern in enumerate(phase.files):
                if is_literal(pattern) and pattern not in paths:
                    message = f"there is no file {pattern} that git tracks{nearest(pattern, paths)}"
                    yield self.loaded.mistake(("phases", number, "files", position), message)
