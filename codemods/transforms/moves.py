"""Where each old module and symbol goes: the plan's redirects as one table."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.index.resolve import Index
    from codemods.plan.schema import Choice, Plan, Strings


class StringChoices(Struct, frozen=True):
    """What the plan says about strings, by class, as its `Strings` does, which takes long to load in each process."""

    patch: Choice = "rewrite"
    modules: Choice = "rewrite"
    members: Choice = "rewrite"
    lazy: Choice = "rewrite"
    annotations: Choice = "rewrite"
    type_comments: Choice = "rewrite"
    docs: Choice = "rewrite"
    exports: Choice = "leave"
    other: Choice = "review"


_STRINGS = StringChoices()


class Target(Struct, frozen=True):
    """Where a reference goes. `name` is None where it is the module itself; `keep` asks to keep local names;
    `is_granted` says that another change of the same unit makes the name, `waits` why patches of the old one stay.
    `is_unchecked` says that calls need not fit.
    """

    module: str
    name: str | None
    keep: bool = False
    strings: StringChoices = _STRINGS
    is_granted: bool = False
    waits: str = ""
    is_unchecked: bool = False

    @property
    def dotted(self) -> str:
        """The full dotted name."""
        return f"{self.module}.{self.name}" if self.name else self.module


class Moves(Struct, frozen=True, dict=True):
    """All redirects of a plan. `symbols` maps (module, name), `modules` whole modules with what is in them.

    `released` are names for modules, as (module, local name), that nothing reaches any more once all is written.
    """

    symbols: Mapping[tuple[str, str], Target] = field(default_factory=dict)
    modules: Mapping[str, Target] = field(default_factory=dict)
    released: frozenset[tuple[str, str]] = frozenset()

    def symbol(self, module: str, name: str) -> Target | None:
        """Where `name` of `module` goes; None where it stays."""
        target = self.symbols.get((module, name))
        if target is None and (whole := self.module(module)) is not None:
            target = replace(whole, name=name)
        return target

    def module(self, module: str) -> Target | None:
        """Where the whole `module` goes, also as a submodule of one that goes; None where it stays."""
        head = module if self.modules else ""
        while head:
            if (target := self.modules.get(head)) is not None:
                return replace(target, module=target.module + module[len(head) :])
            head = head.rpartition(".")[0]
        return None

    @cached_property
    def old_modules(self) -> frozenset[str]:
        """The modules that a redirect moves, or moves a symbol out of."""
        return frozenset(self.modules) | frozenset(module for module, _ in self.symbols)

    @cached_property
    def last_names(self) -> frozenset[str]:
        """The last names of the modules that a redirect concerns."""
        return frozenset(module.rpartition(".")[2] for module in self.old_modules)

    @cached_property
    def words(self) -> frozenset[str]:
        """The last names of all that moves: a file that holds none of them cannot refer to it by name."""
        return self.last_names | {name for _, name in self.symbols}

    @cached_property
    def spelled(self) -> frozenset[str]:
        """The names that a file which is redirected surely comes to spell, or spells of what moves."""
        targets = (*self.symbols.values(), *self.modules.values())
        return self.words | {target.name or target.module.rpartition(".")[2] for target in targets}

    @cached_property
    def key(self) -> str:
        """What stands for these moves, in every process."""
        return repr((sorted(self.symbols.items(), key=str), sorted(self.modules.items()), sorted(self.released)))

    def with_renames(self, renames: Mapping[tuple[str, str], str]) -> Moves:
        """These moves and renames of local names that other files reach: (module, old name) to new name."""
        granted = {
            (module, old): Target(module, new, strings=_STRINGS, is_granted=True)
            for (module, old), new in renames.items()
        }
        return replace(self, symbols={**self.symbols, **granted})

    def with_released(self, released: frozenset[tuple[str, str]]) -> Moves:
        """These moves, where `released` need not be kept for other files."""
        return replace(self, released=released)

    def with_waiting(self, waiting: Mapping[str, str]) -> Moves:
        """These moves, but patches of the old symbols in `waiting`, by full name, stay for the reasons given there."""
        symbols = dict(self.symbols)
        for dotted, reason in waiting.items():
            module, _, name = dotted.rpartition(".")
            target = self.symbol(module, name)
            if target is not None:
                symbols[module, name] = replace(target, waits=reason)
        return replace(self, symbols=symbols)

    def holds_module(self, module: str) -> bool:
        """Whether `module` is one that references may be read from."""
        return module in self.old_modules or self.module(module) is not None

    def concerns(self, module: str) -> bool:
        """Whether something moves out of `module`, or to it: what it defines matters, and that it can be imported."""
        if module in self.old_modules or module in self.new_modules:
            return True
        return any(module.startswith(f"{target.module}.") for target in self.modules.values())

    @cached_property
    def new_modules(self) -> frozenset[str]:
        """The modules that something moves to."""
        return frozenset(target.module for target in (*self.symbols.values(), *self.modules.values()))

    def leads_to(self, module: str) -> bool:
        """Whether an old module lies in the package `module`."""
        return any(old.startswith(f"{module}.") for old in self.old_modules)

    def known_by(self, index: Index) -> dict[str, bool]:
        """What has been found out about names, by full name, with the help of `index`, as long as that holds no more
        summaries than now; empty at first."""
        known, size = self._known, len(index.summaries)
        if known.index is not index or known.size != size:
            known.index, known.size, known.answers = index, size, {}
        return known.answers

    @cached_property
    def _known(self) -> _Known:
        return _Known()


class _Known(Struct, eq=False):
    """Answers to one question about names, which hold for an `index` of some `size`."""

    index: Index | None = None
    size: int = 0
    answers: dict[str, bool] = field(default_factory=dict)


def is_there(target: Target, index: Index) -> bool:
    """Whether `target` exists, or will when its unit is written; what is outside the repository is taken on trust.

    Raises Missing.
    """
    if target.name is None or not index.is_module(target.module.partition(".")[0]):
        return index.may_be_module(target.module)
    return target.is_granted or index.has(target.module, target.name)


def moves_of(plan: Plan) -> Moves:
    """The table of a plan's redirects, which the loader has checked for duplicates and loops."""
    from codemods.plan.schema import RedirectModule  # loaded where there is a plan

    symbols: dict[tuple[str, str], Target] = {}
    modules: dict[str, Target] = {}
    for redirect in plan.redirect:
        choices = (redirect.names == "keep", _choices(redirect.strings))
        unchecked = redirect.signatures == "ignore"
        if isinstance(redirect, RedirectModule):
            modules[redirect.module] = Target(redirect.to, None, *choices, is_unchecked=unchecked)
            for name, new in redirect.symbols.items():
                module, _, last = new.rpartition(".")
                symbols[redirect.module, name] = Target(module or redirect.to, last, *choices, is_unchecked=unchecked)
        else:
            old_module, _, old_name = redirect.symbol.rpartition(".")
            new_module, _, new_name = redirect.to.rpartition(".")
            symbols[old_module, old_name] = Target(new_module, new_name, *choices, is_unchecked=unchecked)
    return Moves(symbols, modules)


def _choices(strings: Strings) -> StringChoices:
    return StringChoices(**{choice: getattr(strings, choice) for choice in StringChoices.__struct_fields__})
