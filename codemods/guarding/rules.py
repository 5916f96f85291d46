"""What a plan says must not be there, as one value: for the guard, and for the tools that its rules are emitted for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.plan.consolidation import DeleteModule
from codemods.plan.schema import RedirectModule
from codemods.transforms.moves import Moves, Target, moves_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.plan.schema import Plan

# Where what has no counterpart "goes": a name that no repository has, so that its references are found as all others.
_NOWHERE = "_gone_"


class Gone(Struct, frozen=True):
    """Why a module or symbol must not be used: the plan `deletes` or `forbids` it. `ignore` are patterns of files whose
    references do not count."""

    why: str
    ignore: tuple[str, ...] = ()


class Rules(Struct, frozen=True, dict=True):
    """The rules of one plan.

    `moves` leads every old name to its new one, those that have none to nowhere. `gone` are the latter by their full
    names, `modules` those of them that must not exist. `classes` must not be defined anywhere, `files` are patterns
    of files that must not exist. `kept` are (module, symbol) that must have no second definition as a class. `shims`
    are old modules that only forward, `symbols` full names that must not be defined.
    """

    plan: str
    moves: Moves
    gone: Mapping[str, Gone]
    modules: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    shims: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    source_roots: tuple[str, ...] = (".",)
    exclude: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could break them."""
        return not (self.moves.words or self.kept or self.classes or self.files)

    @cached_property
    def class_names(self) -> frozenset[str]:
        """The names of classes that matter wherever they are defined."""
        return frozenset((*self.classes, *(name for _, name in self.kept)))

    def keepers(self, name: str) -> tuple[str, ...]:
        """The modules that keep the symbol `name`."""
        return tuple(module for module, kept in self.kept if kept == name)

    def target(self, dotted: str) -> Target | None:
        """Where the module or symbol `dotted` goes, nowhere included; None where no rule concerns it."""
        module, _, name = dotted.rpartition(".")
        moves = self.moves
        return moves.modules.get(dotted) or moves.symbol(module, name) or moves.module(dotted)

    def instead(self, dotted: str) -> str:
        """The full name to use in the place of `dotted`; empty where there is none."""
        target = self.target(dotted)
        return "" if target is None or target.module.partition(".")[0] == _NOWHERE else target.dotted

    def gone_by(self, dotted: str) -> tuple[str, Gone] | None:
        """The entry of `gone` that `dotted` is, or is in, where nothing takes its place."""
        if self.target(dotted) is None or self.instead(dotted):
            return None
        return next(((head, self.gone[head]) for head in _heads(dotted) if head in self.gone), None)

    def home(self, dotted: str) -> str:
        """The old module that `dotted` is, or is in: what stands there may name itself."""
        whole = [head for head in _heads(dotted) if head in self.moves.modules]
        return whole[-1] if whole else dotted.rpartition(".")[0]

    def is_at_home(self, module: str | None, dotted: str) -> bool:
        """Whether the file of `module` is that of the old module that `dotted` is in, or in its package."""
        home = self.home(dotted)
        return module is not None and f"{module}.".startswith(f"{home}.")


def _heads(dotted: str) -> Iterator[str]:
    """`dotted` and the packages that it is in, nearest first."""
    while dotted:
        yield dotted
        dotted = dotted.rpartition(".")[0]


def rules_of(plan: Plan) -> Rules:
    """The rules of `plan`."""
    moves = moves_of(plan)
    gone = dict(_gone(plan))
    symbols = dict(moves.symbols)
    modules = dict(moves.modules)
    forbidden = {*plan.forbid.modules, *(d.module for d in plan.delete if isinstance(d, DeleteModule))}
    for dotted in gone:
        module, _, name = dotted.rpartition(".")
        if dotted in forbidden:
            modules.setdefault(dotted, Target(_NOWHERE, None))
        elif moves.symbol(module, name) is None:
            symbols[module, name] = Target(_NOWHERE, name)
    return Rules(
        plan.name,
        replace(moves, symbols=symbols, modules=modules),
        gone,
        modules=tuple(name for name in gone if name in forbidden),
        classes=plan.forbid.classes,
        files=plan.forbid.files,
        kept=tuple((keep.module, name) for keep in plan.keep for name in keep.symbols),
        shims=tuple(r.module for r in plan.redirect if isinstance(r, RedirectModule) and r.leave != "nothing"),
        symbols=tuple(name for name in gone if name not in forbidden),
        source_roots=plan.source_roots,
        exclude=plan.exclude,
    )


def _gone(plan: Plan) -> Iterator[tuple[str, Gone]]:
    for delete in plan.delete:
        name = delete.module if isinstance(delete, DeleteModule) else delete.symbol
        yield name, Gone("deletes", delete.ignore)
    for module in plan.forbid.modules:
        yield module, Gone("forbids")
