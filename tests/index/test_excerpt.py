"""An excerpt holds all that has to do with its words, in the same places; what is not surely a body stays."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

import codemods
from codemods.index.excerpt import Excerpted, excerpt
from tests.conftest import sample

WORDS = frozenset({"word"})
SOURCES = sorted(Path(codemods.__file__).parent.rglob("*.py"))


def shown(source: str) -> str | None:
    made = excerpt(dedent(source).encode(), WORDS)
    return None if made is None else made.source.decode()


def mentions(tree: ast.AST, words: frozenset[str]) -> list[str]:
    """Every node that says one of `words`, with its place."""
    found = []
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, str) and any(re.search(rf"\b{word}\b", value) for word in words):
                place = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
                found.append(f"{place} {type(node).__name__} {value}")
    return sorted(found)


def check(source: bytes, words: frozenset[str]) -> None:
    made = excerpt(source, words)
    if made is None:
        return
    assert len(made.source) == len(source)
    assert made.source.count(b"\n") == source.count(b"\n")
    try:
        whole = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    try:
        part = ast.parse(made.source)
    except SyntaxError:
        return  # whoever asks reads the whole then
    assert ast.dump(ast.parse(made.brief), include_attributes=True) == ast.dump(part, include_attributes=True)
    assert mentions(part, words) == mentions(whole, words)


def test_a_body_without_a_word_is_blanked() -> None:
    before = "def f(a):\n    return g(\n        a\n    )\n\n\nword = 1\n"
    after = "def f( ):\n    0        \n         \n     \n\n\nword = 1\n"
    made = excerpt(before.encode(), WORDS)
    assert made is not None
    assert made.source.decode() == after
    assert made.brief.decode() == "def f( ):\n    0\n\n\n\n\nword = 1\n"


@pytest.mark.parametrize("part", ["words", "sword", "_word", "word2", "'a_word.b'", "'%s.words'"])
def test_a_part_of_a_longer_word_is_none(part: str) -> None:
    assert shown(f"def f(a):\n    return {part}\n") == f"def f( ):\n    0{' ' * (len(part) + 6)}\n"


def test_arguments_go_with_the_body_that_reads_them_unless_they_hold_a_word() -> None:
    assert shown("def f(\n    a: int, b=(1),\n) -> T:\n    return a\n") == (
        f"def f(\n{' ' * 18}\n) -> T:\n    0       \n"
    )
    assert shown("def f(a=word):\n    return a\n") == "def f(a=word):\n    0       \n"
    assert shown("def f():\n    return a\n") == "def f():\n    0       \n"


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return word\n",
        "def f():\n    '''of a word'''\n",
        "class A:\n    x = word\n",
        "def f():\n    def g():\n        return word\n",
        "def f():\n    if (\n        word\n    ):\n        return [\n        word,\n        ]\n",
        "x = 1\n",
        "def f(): return 1\n",
        "def f(a):\n    return '\\nword'\n",
        "def f(a):\n    return '%sword.b'\n",
        "def f(a):\n    return 'é word'\n",
        f"def f(a):\n    return '{'x' * 80}word'\n",
        "",
    ],
)
def test_nothing_is_blanked_where_the_word_is_or_where_no_body_is(source: str) -> None:
    assert shown(source) is None


def test_methods_beside_one_with_the_word_are_blanked() -> None:
    made = shown(
        """
        class A:
            def f(self):
                return 1

            def g(self):
                return word
        """
    )
    assert made is not None
    assert "return 1" not in made
    assert "return word" in made


def test_all_that_holds_no_word_goes_from_a_class_with_its_decorators() -> None:
    made = shown(
        """
        class A(B):
            '''Docs.'''

            x = (
                1
            )

            @first
            @second(
                1,
            )
            def f(self):
                return 1

            @third
            def g(self):
                other()
                return word

            class C:
                y = 2
        """
    )
    assert made is not None
    lines = [line.strip() for line in made.splitlines() if line.strip()]
    assert lines == ["class A(B):", "0", "@third", "def g(self):", "0", "return word", "0"]


def test_statements_beside_those_with_the_word_are_blanked() -> None:
    made = shown(
        """
        def f(a):
            first(a)
            second(
                a
            )
            with third(word) as b:
                fourth(b)
                fifth(word)
            if sixth:
                seventh()
            else:
                eighth(word)
            return 9
        """
    )
    assert made is not None
    lines = [line.strip() for line in made.splitlines() if line.strip()]
    kept = ["with third(word) as b:", "0", "fifth(word)", "if sixth:", "0", "else:", "eighth(word)", "0"]
    assert lines == ["def f(a):", "0", *kept]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("def f():\n    x = [\n    word,\n    y,\n    ]\n    z = 1\n", id="a list at the margin of a body"),
        pytest.param("def f():\n    x = ')' + g(\n    word)\n    y = '('\n", id="brackets in strings"),
        pytest.param("def f():\n    x = g('(' + \\\n    word)\n", id="a line that goes on in a body"),
        pytest.param(
            "def f():\n    try:\n        a\n    except E:\n        word\n    finally:\n        b\n", id="clauses"
        ),
        pytest.param("def f():\n    if a: word\n    else: b\n    c\n", id="clauses in a line"),
        pytest.param(
            "def f():\n    if a:\n        b\n    elif (c and\n          d):\n        word\n", id="a long clause"
        ),
        pytest.param("def f():\n    @word\n    def g():\n        a\n    @other\n    def h(): word\n", id="decorators"),
        pytest.param(
            "def f():\n    x = {\n        'a': word,\n    }\n    return x[\n        'b'\n    ]\n", id="a mapping"
        ),
        pytest.param('def f():\n    x = """\nword = 1\n"""\n\n\ny = 2\n', id="a long string at the margin"),
        pytest.param("def f():\n    # '''\n    return 1\n\n\nword = '''x'''\n", id="quotes in a comment"),
        pytest.param('def f():\n    x = \'"""\'\n\n\nword = 1\n', id="quotes in a string"),
        pytest.param("def f():\n    x = 'a\\\nword = 1'\n\n\ny = 2\n", id="a string that goes on at the margin"),
        pytest.param("def f():\n    x = 1 + \\\n2\n\n\nword = 1\n", id="a line that goes on at the margin"),
        pytest.param("def f(a='(', b=\":\"):\n    return 1\n\n\nword = 1\n", id="brackets in a default"),
        pytest.param("def f(\n    a,  # (:\n    b,\n) -> 'x:y':\n    return 1\n\n\nword = 1\n", id="a long header"),
        pytest.param(
            "class A:\n    x = f(\n    word,\n    y)\n    z = 1\n    def f(self): pass\n", id="a call in a class"
        ),
        pytest.param(
            "class A:\n    x = [word,\n    y]\n    z = [y\n    + word]\n", id="lines that look like statements"
        ),
        pytest.param("class A:\n    @f\n    # word\n    @g\n    def f(self):\n        pass\n", id="among decorators"),
        pytest.param("if x:\n\tdef f():\n\t\treturn 1\n\nword = 1\n", id="tabs"),
        pytest.param("def f():\r\n    return 1\r\n\r\n\r\nword = 1\r\n", id="CRLF"),
        pytest.param("def f():\n    return 1\n# word\n\ndef g():\n    return 2", id="no newline at the end"),
        pytest.param("async def f():\n    await x\n\n\n@word\nclass A(B, c=d(1)):  # x\n    y = 2\n", id="headers"),
        pytest.param('x = f"""{1}"""\n\n\ndef f():\n    return 1\n\n\nword = 1\n', id="a formatted string"),
    ],
)
def test_all_else_stays_in_its_place(source: str) -> None:
    check(source.encode(), WORDS)
    made = excerpt(source.encode(), WORDS)
    if made is not None:
        assert all(source.encode()[end - 1 : end].strip() or source[start:end] for start, end in made.blanked)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("def f():\n    return 1\n\x0c\nword = 1\n", id="a form feed"),
        pytest.param("def f():\r    return 1\rword = 1\n", id="a bare return"),
        pytest.param("def f():\n    return 1\nx = f'''{a['''b''']}'''\nword = 1\n", id="quotes in what is filled in"),
        pytest.param("def f():\n    return 1\nx = '''\nword = 1\n", id="a string without end"),
        pytest.param(
            "def f():\n    return 1\nx = \\\n'''a'''\nword = 1\n", id="a long string after a line that goes on"
        ),
    ],
)
def test_what_is_not_sure_is_left_whole(source: str) -> None:
    assert shown(source) is None


def test_who_needs_a_name_that_is_hidden_is_told() -> None:
    made = excerpt(b"def f():\n    return other\n\n\nword = seen\n", WORDS)
    assert made is not None
    made.needs(("word", "seen", "nowhere"))
    with pytest.raises(Excerpted) as raised:
        made.needs(("seen", "other"))
    assert raised.value.names == {"other"}


def test_what_lies_in_a_blanked_body_is_known() -> None:
    source = b"def f():\n    return 1\n\n\nword = 1\n"
    made = excerpt(source, WORDS)
    assert made is not None
    (start, end), *_ = made.blanked
    assert made.touches(start, end)
    assert made.touches(start + 1, start + 1)
    assert made.touches(0, len(source))
    assert not made.touches(0, start)
    assert not made.touches(end, len(source))


@pytest.mark.parametrize("path", sample(SOURCES, 6), ids=lambda path: path.name)
def test_real_modules(path: Path) -> None:
    for word in ("Iterator", "import", "return", "self"):
        check(path.read_bytes(), frozenset({word}))


LINES = [
    "def f(a):",
    "class A:",
    "@f",
    "x = '''",
    "'''",
    "# word '''",
    "return 1",
    "word()",
    "if x:",
    'y = "\\',
    "(",
    ")",
    "",
]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(LINES)), max_size=14))
def test_any_lines(lines: list[tuple[int, str]]) -> None:
    check("\n".join("    " * depth + line for depth, line in lines).encode(), WORDS)
