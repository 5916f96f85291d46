"""What a report looks like where no terminal shows it, and that a terminal gets the same words."""

from __future__ import annotations

import io
import re

import pytest

from codemods.report.console import console
from codemods.report.out import Columns, Plain
from codemods.report.screen import Screen

FIGURES = Columns(("phase", "files", "found"), (("P0", "7", "1200"), ("文字", "12", "3")))
WORDS = Columns(("name", "what"), (("a", "b c"), ("longer", "d")), numbers=False)


def test_figures_stand_to_the_right_also_beside_wide_letters(capsys: pytest.CaptureFixture[str]) -> None:
    Plain().print(FIGURES)
    assert capsys.readouterr().out == "phase  files  found\nP0         7   1200\n文字      12      3\n"


def test_words_stand_to_the_left_without_blanks_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    Plain().print(WORDS)
    assert capsys.readouterr().out == "name    what\na       b c\nlonger  d\n"


def test_a_pipe_has_lines_as_long_as_they_are_and_a_narrow_terminal_folds_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = Columns(("id", "what"), (("20261122", "word " * 60),), numbers=False, is_copied=True)
    Plain().print(table)
    assert len(capsys.readouterr().out.splitlines()) == 2
    told = io.StringIO()
    Screen(pager=told, width=40).print(table)
    rows = re.sub(r"\x1b\[[\d;]*m", "", told.getvalue()).splitlines()
    assert len(rows) > 4
    assert rows[1].startswith("20261122  word")


@pytest.mark.parametrize("told", [FIGURES, WORDS, "a\tb\nc [bold] :smile: http://x", "\x1b[31mred\u202e"])
def test_a_terminal_gets_the_same_words(told: str | Columns, capsys: pytest.CaptureFixture[str]) -> None:
    screen = io.StringIO()
    Screen(pager=screen, width=160).print(told)
    Plain().print(told)
    drawn = re.sub(r"\x1b\[[\d;]*m", "", screen.getvalue())
    assert drawn.split() == capsys.readouterr().out.split()
    assert "\x1b[31m" not in screen.getvalue()


def test_bytes_and_text_come_in_the_order_in_which_they_were_printed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    out = Plain(at_once=False)
    out.print("one")
    out.write([b"\xff two\n"])
    out.print("three")
    out.flush()
    assert capfdbinary.readouterr().out == b"one\n\xff two\nthree\n"


@pytest.mark.parametrize(
    ("environment", "drawn"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"TTY_COMPATIBLE": "1"}, True),
        ({"TTY_COMPATIBLE": "0", "FORCE_COLOR": "1"}, False),
    ],
)
def test_the_environment_may_say_what_a_terminal_is(
    environment: dict[str, str], drawn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert isinstance(console(), Screen) == drawn
    assert isinstance(console(stderr=True), Screen) == drawn
