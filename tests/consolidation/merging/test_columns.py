"""Two definitions side by side, in a given width."""

from __future__ import annotations

from codemods.consolidation.merging.columns import side_by_side
from codemods.consolidation.merging.values import Definition, Undecided


def shown(ours: str, theirs: str, width: int) -> list[str]:
    first, second = (Definition(f"{name}.py", 3, 4, text) for name, text in (("a", ours), ("b", theirs)))
    return side_by_side(Undecided("f", first, second, ("the code differs",)), width).split("\n")


def test_lines_that_agree_stand_beside_one_another() -> None:
    assert shown("def f():\n    x = 1\n    return x", "def f():\n    return 1\n    return x", 41) == [
        "f: the code differs",
        "ours: a.py:3          theirs: b.py:3",
        "-------------------   -------------------",
        "def f():              def f():",
        "    x = 1           |     return 1",
        "    return x              return x",
    ]


def test_lines_that_one_side_lacks_are_marked() -> None:
    assert shown("a\nb", "b\nc", 23)[-3:] == ["a          <", "b            b", "           > c"]


def test_long_lines_go_on_below() -> None:
    assert shown("x = '0123456789'", "y", 23)[-2:] == ["x = '01234 | y", "56789'     |"]


def test_wide_letters_take_two_columns() -> None:
    assert shown("日本語", "y", 23)[-1] == "日本語     | y"


def test_no_line_is_wider_than_asked_and_no_text_is_lost() -> None:
    ours = "def f(a):\n\treturn 'a very long line that goes on and on'  # to the end\n"
    for width in (23, 40, 79, 160):
        lines = shown(ours, "pass", width)[1:]
        assert max(map(len, lines)) <= width
        assert "goesonandon" in "".join(line[: (width - 3) // 2] for line in lines).replace(" ", "")


def test_a_side_that_is_not_there() -> None:
    text = side_by_side(Undecided("f", None, Definition("b.py", 1, 1, "f = 1")), 40)
    assert text.splitlines()[1].split() == ["ours:", "none", "theirs:", "b.py:1"]
