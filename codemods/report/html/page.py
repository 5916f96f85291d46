"""One page of HTML from its parts: nothing in it is fetched, and nothing runs but our own script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from codemods.model import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_PLACE = re.compile(r"\{\{(\w+)\}\}")
# Inside a script, the first three could end it or begin a comment; JSON has no need of them as they are.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def text(value: object) -> str:
    """`value` as text of a page, on one line: what others have written can be neither markup nor unseen."""
    return escape(printable(str(value)))


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of names, in the first column, and figures."""
    head = "".join(f'<th scope="col">{text(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{text(name)}</th>{"".join(f"<td>{text(figure)}</td>" for figure in figures)}</tr>'
        for name, *figures in rows
    )
    shown = f"<table class=figures><caption>{text(caption)}</caption><tr>{head}</tr>{body}</table>"
    # Where it is wider than the window, those without a mouse have to get at the rest, too.
    return f'<div class="scroll figure" role="region" aria-label="{text(caption)}" tabindex="0">{shown}</div>'


def cards(figures: Iterable[tuple[str, object, str]]) -> str:
    """Figures that are to be seen first: what they count, the figure, and a class for its colour."""
    shown = (
        f'<div class="card {kind}{"" if value else " zero"}"><dt>{text(name)}</dt><dd>{text(value)}</dd></div>'
        for name, value, kind in figures
    )
    return f"<dl class=cards>{''.join(shown)}</dl>"


def page(title: str, body: str, scripts: Sequence[str], data: Mapping[str, object]) -> str:
    """The page with our style, the `scripts` of that name and the `data` that they show. `body` is HTML."""
    style, script = asset("page.css"), "\n".join(asset(f"{name}.js") for name in scripts)
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    parts = {
        "policy": escape(policy),
        "title": text(title),
        "style": style,
        "body": body,
        "data": embedded(data),
        "script": script,
    }
    # In one pass: what is put in may look like another place.
    return _PLACE.sub(lambda place: parts[place.group(1)], asset("page.html"))


def embedded(data: Mapping[str, object]) -> str:
    """`data` as JSON that stays inside its element, in ASCII."""
    shown = json.dumps(data, separators=(",", ":"))
    return re.sub("[<>&]", lambda found: _ESCAPES[found.group()], shown)


def asset(name: str) -> str:
    """The text of a file beside this module."""
    return (files("codemods.report.html") / "assets" / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
