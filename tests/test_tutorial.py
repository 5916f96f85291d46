"""The tutorial is what happens: each of its commands is run, and prints what it says. So does the picture."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
HINT = "run `python docs/console.py`"


def test_the_tutorial_and_its_picture_are_current() -> None:
    page, picture = runpy.run_path(str(DOCS / "console.py"))["carried_out"]()
    assert page == (DOCS / "tutorial.md").read_text(encoding="utf-8"), HINT
    # How letters are drawn is up to the release of Rich.
    assert words(picture) == words((DOCS / "images" / "terminal.svg").read_text(encoding="utf-8")), HINT


def words(picture: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", picture)


def test_pictures_load_nothing_and_have_a_text() -> None:
    for file in (DOCS / "images").glob("*.svg"):
        picture = file.read_text(encoding="utf-8")
        assert set(re.findall(r"https?://[^\"]+", picture)) == {"http://www.w3.org/2000/svg"}
        assert re.search(r"aria-label(ledby)?=", picture)
