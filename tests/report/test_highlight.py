"""Diffs in colours: git's own, with the words that differ marked and code as code; and what git's settings say."""

from __future__ import annotations

import pytest
from rich.text import Text

from codemods.report.git_colours import Palette, palette_of, style_of
from codemods.report.highlight import coloured

HEAD = [b"--- a/u.py\n", b"+++ b/u.py\n"]
GIT = Palette()


def shown(*lines: bytes) -> list[Text]:
    """The lines of one hunk."""
    gone, come = (sum(line[:1] in signs for line in lines) for signs in (b"- ", b"+ "))
    made = list(coloured([*HEAD, b"@@ -1,%d +1,%d @@ def f():\n" % (gone, come), *lines], GIT))
    assert [text.style for text in made[:3]] == ["bold", "bold", "cyan"]
    return made[3:]


def styled(text: Text, style: str) -> list[str]:
    """The parts of a line that have this style."""
    return [text.plain[span.start : span.end] for span in text.spans if span.style == style]


def test_lines_that_go_and_come_have_the_colours_of_git() -> None:
    made = shown(b" x\n", b"-from a import f\n", b"+from c import g\n")
    assert [(text.plain, text.style) for text in made] == [
        (" x", ""),
        ("-from a import f", "red"),
        ("+from c import g", "green"),
    ]


def test_the_words_that_differ_are_marked() -> None:
    gone, come = shown(b"-sender = make_sender(name, retries)\n", b"+sender = open_sender(name, retries)\n")
    assert styled(gone, "reverse") == ["make_sender"]
    assert styled(come, "reverse") == ["open_sender"]


@pytest.mark.parametrize(
    "lines",
    [
        (b"-f(1)\n", b"+import one.two as three\n"),  # nothing in common
        (b"+from c import g\n",),  # nothing beside it
        (b"-from a import f\n", b" x\n", b"+from c import f\n"),  # not in its place
        (b"-" + b"a b " * 200 + b"\n", b"+" + b"a c " * 200 + b"\n"),  # nobody reads such a line word by word
    ],
)
def test_where_a_line_is_another_one_no_word_is_marked(lines: tuple[bytes, ...]) -> None:
    assert all(styled(text, "reverse") == [] for text in shown(*lines))


def test_lines_are_paired_in_their_order() -> None:
    lines = (b"-a.old(one)\n", b"-b.old(two)\n", b"+a.new(one)\n", b"+b.new(two)\n", b"+more\n")
    assert [styled(text, "reverse") for text in shown(*lines)] == [["old"], ["old"], ["new"], ["new"], []]


def test_code_is_coloured_as_code() -> None:
    context, gone = shown(b" if 'text':  # why\n", b"-    return x  # gone\n")
    assert styled(context, "magenta") == ["if"]
    assert "".join(styled(context, "cyan")) == "'text'"
    assert styled(context, "dim italic") == ["# why"]
    # The colour of what goes is the line's; code shows by weight alone.
    assert (gone.style, styled(gone, "bold"), styled(gone, "italic")) == ("red", ["return"], ["# gone"])


def test_a_string_over_several_lines_is_one() -> None:
    first, second, _ = shown(b" x = '''for\n", b" if it\n", b" '''\n")
    assert styled(first, "magenta") == styled(second, "magenta") == []


def test_what_is_no_python_is_not_coloured_as_such() -> None:
    lines = [b"--- a/notes.md\n", b"+++ b/notes.md\n", b"@@ -1,2 +1,2 @@\n", b" if it rains\n", b"-a b\n", b"+a c\n"]
    made = list(coloured(lines, GIT))
    assert styled(made[3], "magenta") == []
    assert styled(made[5], "reverse") == ["c"]


def test_no_letter_is_lost_and_controls_are_spelled_out() -> None:
    lines = [b" \tx = '\x1b[31m'\r\n", b"-\xe6\x96\x87\xe5\xad\x97 = \xff\n", b"\\ No newline at end of file\n", b"+\n"]
    told = [text.plain for text in shown(*lines)]
    assert told == ["     x = '\\x1b[31m'", "-文字 = \\udcff", "\\ No newline at end of file", "+"]


def test_lines_that_look_like_a_head_are_of_their_hunk() -> None:
    made = shown(b"--- a comment in SQL\n", b"+++ b\n", b"-x\n")
    assert [(text.plain, text.style) for text in made] == [
        ("--- a comment in SQL", "red"),
        ("+++ b", "green"),
        ("-x", "red"),
    ]


@pytest.mark.parametrize(
    ("words", "style"),
    [
        ("red", "red"),
        ("bold red blue", "bold red on blue"),
        ("ul brightgreen", "underline bright_green"),
        ("208 reverse", "reverse color(208)"),
        ("#FFCC00", "#ffcc00"),
        ("#fc0", "#ffcc00"),
        ("normal red", "default on red"),
        ("nobold nonsense 300", ""),
    ],
)
def test_colours_as_git_spells_them(words: str, style: str) -> None:
    assert style_of(words) == style
    Text("x", style=style)


def test_the_palette_follows_the_settings() -> None:
    asked = palette_of({"color.diff.new": "bold blue", "color.diff.frag": "magenta", "color.ui": "auto"})
    assert asked == Palette(new="bold blue", frag="magenta")
    assert palette_of({}) == Palette()
    assert [palette_of({name: "never"}).is_coloured for name in ("color.ui", "color.diff", "color.status")] == [
        False,
        False,
        True,
    ]


def test_the_next_file_has_a_head_of_its_own() -> None:
    first = [*HEAD, b"@@ -1 +1 @@\n", b"-if a:\n", b"+if b:\n"]
    second = [b"--- a/notes.md\n", b"+++ b/notes.md\n", b"@@ -3 +3 @@\n", b"-if a\n", b"+if b\n"]
    made = list(coloured([*first, *second], GIT))
    assert [str(text.style) for text in made] == ["bold", "bold", "cyan", "red", "green"] * 2
    assert (styled(made[3], "bold"), styled(made[8], "bold")) == (["if"], [])
