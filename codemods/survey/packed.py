"""Sketches as plain tuples and back: they take a third of the room and of the time that values of classes take."""

from __future__ import annotations

from typing import Any

from codemods.survey.sketch import Definition, Import, Sketch

Packed = tuple[Any, ...]


def packed(made: Sketch) -> Packed:
    """`made` as tuples of what Python has built in, but for its path and module, which its file tells."""
    definitions = tuple(
        (d.name, d.is_class, d.line, d.end, d.members, d.bases, d.is_conditional, d.is_deprecated)
        for d in made.definitions.values()
    )
    imports = tuple((i.module, i.name, i.local, i.is_top, i.line, i.level) for i in made.imports)
    aliases = tuple(made.aliases.items())
    return definitions, imports, aliases, made.lines, made.is_lazy, made.is_deprecated, made.is_forwarder


def unpacked(values: Packed, path: str, module: str | None) -> Sketch:
    """The sketch of the module in `path` that `values` were made of."""
    definitions, imports, aliases, lines, is_lazy, is_deprecated, is_forwarder = values
    return Sketch(
        path,
        module,
        {value[0]: Definition(path, module or "", *value) for value in definitions},
        [Import(*value) for value in imports],
        dict(aliases),
        lines,
        is_lazy,
        is_deprecated,
        is_forwarder,
    )
