"""The colours that a user has told git to use, as styles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLOURS = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}
_ATTRIBUTES = {
    "bold": "bold",
    "dim": "dim",
    "ul": "underline",
    "blink": "blink",
    "reverse": "reverse",
    "italic": "italic",
    "strike": "strike",
}
_RGB = re.compile(r"#[0-9a-f]{6}")
_SHORT = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
_NEVER = {"never", "false", "no", "off", "0"}


class Palette(Struct, frozen=True):
    """The styles of the parts of a diff, in the words of Rich; whether there are colours at all."""

    meta: str = "bold"
    frag: str = "cyan"
    old: str = "red"
    new: str = "green"
    context: str = ""
    is_coloured: bool = True


def palette_of(settings: Mapping[str, str]) -> Palette:
    """The palette that git's `settings`, by their names in lower case, ask for."""
    asked = {
        name: style_of(settings[f"color.diff.{name}"])
        for name in Palette.__struct_fields__
        if f"color.diff.{name}" in settings
    }
    switch = settings.get("color.diff", settings.get("color.ui", "auto"))
    return Palette(**asked, is_coloured=switch.lower() not in _NEVER)


def style_of(words: str) -> str:
    """A colour as git's settings spell it, such as `bold red #ffcc00 nodim`: the first is that of the letters, the
    second that of the ground. What git does not know is passed over."""
    colours, attributes = [], []
    for word in words.lower().split():
        if word in _ATTRIBUTES:
            attributes.append(_ATTRIBUTES[word])
        elif (colour := _colour(word)) is not None:
            colours.append(colour)
    ground = f"on {colours[1]}" if len(colours) > 1 else ""
    return " ".join(part for part in (*attributes, *colours[:1], ground) if part)


def _colour(word: str) -> str | None:
    name = word.removeprefix("bright")
    if name in _COLOURS:
        return f"bright_{name}" if name != word else name
    if word in ("default", "normal", "-1"):
        return "default"
    if word.isascii() and word.isdigit() and int(word) < 256:
        return f"color({word})"
    if short := _SHORT.fullmatch(word):
        return "#" + "".join(2 * digit for digit in short.groups())
    return word if _RGB.fullmatch(word) else None
