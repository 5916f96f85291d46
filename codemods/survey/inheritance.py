"""What a class derives from, as far as the repository shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.survey.code_base import CodeBase
    from codemods.survey.sketch import Definition

_BASE = re.compile(r"(?:^|,)\s*([^\W\d][\w.]*)(?:\[[^\]]*\])?\s*(?=,|$)")
# Bases that say nothing about what a class is for.
_GENERAL = re.compile(
    r"ABC|Base|BaseModel|BaseSettings|Enum|Exception|Flag|Generic|IntEnum|Model|NamedTuple|Protocol"
    r"|RuntimeError|StrEnum|Thread|TypedDict|ValueError|dict|int|list|object|set|str|tuple|type"
)


def ancestors(code: CodeBase, definition: Definition) -> tuple[str, ...]:
    """The dotted names of all that a class derives from; of what is outside of the repository, as it is written."""
    found: dict[str, None] = {}
    pending = [definition]
    while pending:
        current = pending.pop()
        for base in _BASE.findall(current.bases):
            target = code.follow(current.module, base.split("."))
            inner = code.definition(target[0]) if target is not None else None
            name = inner.dotted if inner is not None else base
            if name not in found and not _GENERAL.fullmatch(name.rpartition(".")[2]):
                found[name] = None
                pending += [inner] if inner is not None else []
    return tuple(found)
