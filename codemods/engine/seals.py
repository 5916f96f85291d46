"""A number that stands for what a summary says: the same in every process, whatever order its sets have there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.index.definitions import Definition
    from codemods.index.summary import Export, ModuleSummary


def seal_of(summary: ModuleSummary) -> int:
    """The number for `summary`."""
    says = (
        summary.path,
        summary.name,
        [(name, _export(export)) for name, export in summary.exports.items()],
        summary.stars,
        None if summary.public is None else sorted(summary.public),
        summary.lazy,
        *(sorted(names) for names in (summary.imported, summary.reaches, summary.strings, summary.uses, summary.eager)),
    )
    text = repr(says).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")


def _export(export: Export) -> tuple[object, ...]:
    return (export.origin, export.is_unread, _definition(export.definition))


def _definition(definition: Definition | None) -> tuple[object, ...] | None:
    if definition is None:
        return None
    members = None if definition.members is None else sorted(definition.members)
    return (definition.how, definition.parameters, members)
