"""What every search for duplicates works on: the modules, their users, and which definitions count at all."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.survey.choice import old_word
from codemods.survey.findings import LeftOut, Place

if TYPE_CHECKING:
    from codemods.survey.code_base import CodeBase
    from codemods.survey.likeness import Bodies
    from codemods.survey.sketch import Definition
    from codemods.survey.usage import Users

_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|test_\w+|\w+_tests?|examples?|samples?|docs?|benchmarks?)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest)\.pyi?$"
)
STAND_IN = "a stand-in under `if` or `try`"
# What every program or framework calls by this name.
_CONVENTIONAL = re.compile(
    r"Command|Meta|Migration|cli|create_argument_parser|downgrade|main|parse_args|run|setup|teardown"
    r"|upgrade"
)


def is_test(path: str) -> bool:
    """Whether `path` is a test or an example, by its name and those of its folders."""
    return _TEST.search(path) is not None


class Context(Struct, dict=True):
    """A code base to search. What tests and examples define is looked at where `include_tests`, names that begin
    with an underscore where `include_private`; users count everywhere."""

    code: CodeBase
    users: Users
    bodies: Bodies
    include_tests: bool = False
    include_private: bool = False
    left_out: dict[str, int] = field(default_factory=dict)

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The definitions that count, in the order of the paths."""
        return tuple(definition for definition in self.code.definitions() if self._counts(definition))

    def _counts(self, definition: Definition) -> bool:
        if not self.include_tests and is_test(definition.path):
            return False
        own = (definition.module, definition.name)
        if not definition.is_conditional and self.code.resolve(*own) != own:
            # Something else is bound to its name later on.
            return False
        return not definition.name.startswith("_") or (self.include_private and definition.name[:2] != "__")

    def is_conventional(self, name: str) -> bool:
        """Whether programs and frameworks look for that name, so that many modules have it on purpose."""
        return _CONVENTIONAL.fullmatch(name) is not None

    def place(self, definition: Definition) -> Place:
        """`definition` with its users."""
        files = self.users.of(definition.module, definition.name).files
        return Place(
            definition.module,
            definition.name,
            definition.path,
            definition.line,
            definition.lines,
            len(files),
            sum(1 for path in files if not is_test(path)),
            notes=tuple(self.notes(definition)),
        )

    def notes(self, definition: Definition) -> list[str]:
        """What speaks against keeping `definition`."""
        notes = ["says it is deprecated"] if definition.is_deprecated else []
        if not notes and self.code.modules[definition.module].is_deprecated:
            notes = ["its module says it is deprecated"]
        word = old_word(definition.dotted)
        notes += [f"its name says `{word}`"] if word else []
        return [*notes, *([STAND_IN] if definition.is_conditional else [])]

    def leave_out(self, count: int, what: str) -> None:
        """Note that `count` findings were passed over; `what` says which."""
        if count:
            self.left_out[what] = self.left_out.get(what, 0) + count

    @property
    def all_left_out(self) -> tuple[LeftOut, ...]:
        """What was passed over, all together."""
        return tuple(LeftOut(count, what) for what, count in self.left_out.items())
