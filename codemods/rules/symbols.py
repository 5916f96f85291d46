"""What the dotted names in a rule's snippets stand for: symbols of the repository or of libraries, or local names."""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.index.resolve import Index

BUILT_IN = frozenset(dir(builtins))
_STEPS = 20  # of a chain of re-exports


class Symbol(Struct, frozen=True):
    """A dotted name in a snippet: `module` has `name`, of which `attributes` are read.

    `dotted` is its full name where it is defined. A module itself has no `name`. With `whole`, its module is imported
    as such and not the name from it.
    """

    module: str
    name: str | None
    attributes: tuple[str, ...]
    dotted: str
    whole: bool = False


class Outside(Struct, frozen=True):
    """What is outside the repository: `modules` are some of the standard library's, `libraries` first names of
    others."""

    modules: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()

    def split(self, chain: str) -> int:
        """How many parts of `chain` name the module: by what is known, else by the looks of the names."""
        parts = chain.split(".")
        known = [length for length in range(1, len(parts)) if ".".join(parts[:length]) in self.modules]
        if parts[0] in sys.stdlib_module_names:
            return max(known, default=1)
        classes = [number for number, part in enumerate(parts) if part[:1].isupper()]
        return max(classes[0] if classes else len(parts) - 1, 1)


class Vocabulary(Struct, frozen=True):
    """The symbols that the snippets of one rule name, by their chains as written."""

    symbols: Mapping[str, Symbol] = field(default_factory=dict)

    def symbol(self, chain: str) -> str | None:
        """The full dotted name of what `chain` stands for; None where it is a local name."""
        found = self.symbols.get(chain)
        return found.dotted if found else None


def is_module_root(
    chain: str, imports: tuple[str, ...], local: tuple[str, ...], index: Index, outside: Outside
) -> bool:
    """Whether the first name of `chain`, of two or more, is a module: of the repository, the standard library, a
    library that the plan names, or one that the rule says it imports."""
    root = chain.partition(".")[0]
    if "." not in chain or root in local:
        return False
    return (
        index.is_module(root)
        or root in sys.stdlib_module_names
        or root in outside.libraries
        or any(module.partition(".")[0] == root for module in imports)
    )


def is_built_in(chain: str, local: frozenset[str]) -> bool:
    """Whether `chain` starts at a built-in name, which is not one of those that are `local` in the snippets."""
    root = chain.partition(".")[0]
    return root in BUILT_IN and root not in local


def symbol_of(chain: str, imports: tuple[str, ...], index: Index, outside: Outside) -> Symbol:
    """What `chain`, which starts at a module, stands for. Raises Missing."""
    parts = chain.split(".")
    if parts[0] in BUILT_IN and not index.is_module(parts[0]) and parts[0] not in sys.stdlib_module_names:
        return Symbol("builtins", parts[0], tuple(parts[1:]), f"builtins.{chain}")
    whole = [m for m in imports if chain == m or chain.startswith(f"{m}.")]
    length = _own_modules(parts, index)
    if whole and not length:
        length = max(module.count(".") + 1 for module in whole)
    length = length or outside.split(chain)
    module, rest = ".".join(parts[:length]), parts[length:]
    name = rest[0] if rest else None
    return Symbol(module, name, tuple(rest[1:]), canonical(chain, index), bool(whole))


def _own_modules(parts: list[str], index: Index) -> int:
    """How many of `parts` name a module of the repository."""
    length = 0
    while length < len(parts) and index.is_module(".".join(parts[: length + 1])):
        length += 1
    return length


def canonical(chain: str, index: Index) -> str:
    """The full name of what `chain` leads to, where it is defined: re-exports are followed. Raises Missing."""
    for _ in range(_STEPS):
        parts = chain.split(".")
        length = _own_modules(parts, index)
        if not length or length == len(parts) or ".".join(parts[:length]) in index.standing:
            return chain
        last: tuple[str, str | None] = (".".join(parts[:length]), parts[length])
        for step in index.origins(last[0], parts[length]):
            last = step
            if last[0] in index.standing:
                break
        start = f"{last[0]}.{last[1]}" if last[1] else last[0]
        followed = ".".join((start, *parts[length + 1 :]))
        if followed == chain:
            return chain
        chain = followed
    return chain
