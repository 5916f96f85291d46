"""Classes whose bodies make more of them than attributes: data classes, named tuples, enumerations."""

from __future__ import annotations

import ast

from codemods.consolidation.merging.source import decorators_of

_DATA = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "s"})


def why_unfit(ours: ast.ClassDef, statements: list[ast.stmt]) -> str:
    """Why `statements`, which define a member that `ours` lacks, cannot stand in it; empty where they can."""
    has_defaults = any(isinstance(s, ast.AnnAssign) and s.value is not None for s in ours.body)
    if is_dataclass(ours) and has_defaults and any(map(_lacks_default, statements)):
        return "is a field without a default, and would stand behind fields that have one"
    value = _value_of(statements[0]) if is_enum(ours) else None
    same = [ast.unparse(s.targets[0]) for s in ours.body if isinstance(s, ast.Assign) and _value_of(s) == value]
    return f"has the value of `{same[0]}`, and would be another name for that" if value and same else ""


def is_dataclass(node: ast.ClassDef) -> bool:
    """Whether the order of the fields of a class counts: a data class, or a named tuple."""
    return not _DATA.isdisjoint(decorators_of(node)) or "NamedTuple" in _bases(node)


def is_enum(node: ast.ClassDef) -> bool:
    """Whether a class is an enumeration, by the names of its bases."""
    return any(base.endswith(("Enum", "Flag")) for base in _bases(node))


def is_field(statement: ast.stmt) -> bool:
    """Whether a statement of the body of a data class is a field of it."""
    return isinstance(statement, ast.AnnAssign) and "ClassVar" not in ast.dump(statement.annotation)


def _lacks_default(statement: ast.stmt) -> bool:
    """Whether it is a field without a default value."""
    return is_field(statement) and isinstance(statement, ast.AnnAssign) and statement.value is None


def _value_of(statement: ast.stmt) -> str | None:
    """The value of a member of an enumeration, where that is written out."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    return ast.dump(value) if isinstance(value, ast.Constant) else None


def _bases(node: ast.ClassDef) -> list[str]:
    return [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
