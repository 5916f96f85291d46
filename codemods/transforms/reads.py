"""What is read from an imported module: by an attribute, or by a name in a string (`getattr(m, "a")`)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.model import Form, Reference
from codemods.transforms.chains import Step, follow
from codemods.transforms.uses import Rewrite, use_reference

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.scopes import Use
    from codemods.index.string_sites import Member
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView


class Read(Struct, frozen=True):
    """One use of a module's local name, and where it leads; `steps` has one for each name that `member` asks for."""

    use: Use
    step: Step
    member: Member | None = None
    steps: tuple[Step, ...] = ()

    @property
    def length(self) -> int:
        """How many names of the chain are replaced: a name in a string is none of them."""
        return self.step.length - 1 if self.member else self.step.length

    def rewrite(self, holder: str) -> Rewrite:
        """The rewrite of the chain to the new name in the module that the code calls `holder`."""
        if self.member is None:
            return Rewrite(self.use, self.length, f"{holder}.{_new_name(self.step)}")
        nodes = (node for _, node in self.member.names)
        names = tuple((node, _new_name(step)) for node, step in zip(nodes, self.steps, strict=True))
        return Rewrite(self.use, self.length, holder, names)

    @property
    def is_assigned(self) -> bool:
        """Whether the attribute is assigned or deleted, which changes the module itself."""
        if self.member is not None or not self.use.attributes:
            return False
        return not isinstance(self.use.attributes[self.length - 2].ctx, ast.Load)

    def references(self, view: ModuleView) -> list[Reference]:
        """The references that this use is: one, or one for each name that it asks for."""
        if self.member is None:
            form = Form.MODULE_VALUE if self.step.kind == "module" else Form.ATTRIBUTE
            return [use_reference(view, self.use, self.step.dotted, form)]
        nodes = (node for _, node in self.member.names)
        return [view.reference(node, Form.MEMBER, step.dotted) for node, step in zip(nodes, self.steps, strict=True)]


def read_of(view: ModuleView, use: Use, prefix: str, moves: Moves, index: Index) -> Read:
    """What `use` of a local name that stands for the module `prefix` reads. Raises Missing."""
    step = follow(prefix, use.chain[1:], moves, index)
    if step.name or not moves.holds_module(step.module):
        return Read(use, step)
    member = view.surroundings.member(use.attributes[-1] if use.attributes else use.node)
    if member is None:
        return Read(use, step)
    steps = tuple(follow(prefix, (*use.chain[1:], name), moves, index) for name, _ in member.names)
    first = steps[0]
    if len({(s.kind, s.target.module if s.target else "") for s in steps}) > 1:
        # Some of the names move and others stay, or they move apart.
        first = replace(first, kind="apart")
    return Read(use, first, member, steps)


def _new_name(step: Step) -> str:
    return (step.target.name if step.target else None) or ""
