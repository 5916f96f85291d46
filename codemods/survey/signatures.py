"""A definition as a reader finds it, on one line: `async f(a, b=1, *, c)`, `class C(Base)`, `K = …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.survey.outline import Part


def signature(part: Part) -> str:
    """The definition of `part`."""
    if part.kind == "class":
        return f"class {part.name}({', '.join(part.bases)})" if part.bases else f"class {part.name}"
    if part.kind == "constant":
        return f"{part.name} = …"
    prefix = "async " if part.kind == "async function" else ""
    return f"{prefix}{part.name}({', '.join(_parameters(part))})"


def _parameters(part: Part) -> Iterator[str]:
    defaults = dict(part.defaults)
    starred = False
    for number, parameter in enumerate(part.parameters):
        if parameter.kind == "keyword" and not starred:
            yield "*"
        starred = starred or parameter.kind in ("*", "keyword")
        stars = parameter.kind if parameter.kind in ("*", "**") else ""
        default = f"={defaults[parameter.name]}" if parameter.name in defaults else ""
        yield f"{stars}{parameter.name}{default}"
        following = part.parameters[number + 1 : number + 2]
        if parameter.kind == "positional" and not (following and following[0].kind == "positional"):
            yield "/"
