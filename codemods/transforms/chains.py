"""Where a chain of attributes leads: `a.b.c` after `import a.b`, through packages and re-exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.transforms.moves import Moves, Target

Kind = Literal["moves", "stays", "re-export", "module", "apart"]


class Step(Struct, frozen=True):
    """What a chain names. `length` counts the names of the chain that do so, `module` holds the last of them.

    kind `moves`: a redirected symbol, which goes to `target`; `re-export`: one that another module hands on;
    `module`: an old module itself, with nothing read from it; `apart`: several names that do not move together;
    `stays`: none of these.
    """

    kind: Kind
    length: int
    module: str
    target: Target | None = None
    name: str = ""

    @property
    def dotted(self) -> str:
        """The dotted name of what is referred to."""
        return f"{self.module}.{self.name}" if self.name else self.module


def follow(start: str, attributes: tuple[str, ...], moves: Moves, index: Index) -> Step:
    """Where reading `attributes` one after the other from the module `start` leads."""
    module = start
    for number, attribute in enumerate(attributes):
        deeper = f"{module}.{attribute}"
        if _is_on_the_way(deeper, moves, index):
            module = deeper
            continue
        if moves.holds_module(module):
            target = moves.symbol(module, attribute)
            return Step("moves" if target else "stays", number + 2, module, target, attribute)
        if is_handed_on(module, attribute, moves, index):
            return Step("re-export", number + 2, module, None, attribute)
        # What is read from it then has the name of something that moves: it is worth while to find out what it is.
        is_asked = not moves.words.isdisjoint(attributes[number + 1 :])
        behind = deeper if index.is_module(deeper) else module_behind(module, attribute, index, surely=is_asked)
        if behind is None:
            return Step("stays", number + 2, module, None, attribute)
        module = behind
    target = moves.module(module)
    return Step("module" if target else "stays", len(attributes) + 1, module, target)


def _is_on_the_way(module: str, moves: Moves, index: Index) -> bool:
    """Whether `module` is one that moves, or a package that holds one."""
    if index.is_module(module):
        return moves.holds_module(module) or moves.leads_to(module)
    # What a library has is not known: only what the plan names is a module for certain.
    return index.may_be_module(module) and (module in moves.old_modules or moves.leads_to(module))


def module_behind(module: str, name: str, index: Index, *, surely: bool) -> str | None:
    """The module that `module` has imported under `name`. Raises Missing; without `surely` only where `name` is one
    that matters to the plan, and no more is read for others."""
    for holder, origin in index.origins(module, name, surely=surely):
        dotted = f"{holder}.{origin}" if origin else holder
        if index.is_module(dotted):
            return dotted
    return None


def follow_dotted(dotted: str, moves: Moves, index: Index) -> Step | None:
    """Where a full dotted name leads, as `pkgutil.resolve_name` reads it; None where it starts at no module."""
    first, *rest = dotted.split(".")
    if not (index.is_module(first) or moves.holds_module(first) or moves.leads_to(first)):
        return None
    return follow(first, tuple(rest), moves, index)


def is_handed_on(module: str, name: str, moves: Moves, index: Index) -> bool:
    """Whether `module` imports `name` from where a redirect takes it away, directly or through others."""
    return any(
        origin is not None and moves.symbol(holder, origin) is not None
        for holder, origin in index.origins(module, name)
    )
