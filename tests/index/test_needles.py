"""Which files hold one of some words: few of them anywhere, of many whole names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.index.needles import Needles, common_part

FEW = [b"old_name", b"other"]
MANY = [b"old_name", *(b"word_%d" % number for number in range(100))]


@pytest.mark.parametrize("words", [FEW, MANY], ids=["few", "many"])
@pytest.mark.parametrize(
    "content",
    [
        b"old_name",
        b"from m import (old_name, x)",
        b"x.old_name.y",
        b"f'{old_name}'",
        rb"'\nold_name()'",
        rb"'\x0aold_name'",
        rb"'\u000aold_name'",
        rb"'\012old_name'",
        rb"r'\bold_name\b'",
        "„old_name“".encode(),
        b"a\0old_name",
    ],
)
def test_a_word_is_found_wherever_it_is_a_name(words: list[bytes], content: bytes) -> None:
    assert Needles(words).any_in(content)


@pytest.mark.parametrize("words", [FEW, MANY, []], ids=["few", "many", "none"])
@pytest.mark.parametrize("content", [b"", b"old name", b"old_nam", rb"\old", b"word_"])
def test_what_holds_none_is_told(words: list[bytes], content: bytes) -> None:
    assert not Needles(words).any_in(content)


def test_of_many_words_parts_of_longer_names_do_not_count() -> None:
    assert not Needles(MANY).any_in(b"my_old_name_x")
    assert Needles(FEW).any_in(b"my_old_name_x")


def test_words_of_other_letters_are_found_among_many() -> None:
    assert Needles([*MANY, "größe".encode()]).any_in("x = größe".encode())
    assert not Needles([*MANY, "größe".encode()]).any_in(b"x = grosse")


@given(st.lists(st.text("ab_", max_size=6).map(str.encode), max_size=4))
def test_the_common_part_is_the_longest_that_all_words_hold(words: list[bytes]) -> None:
    part = common_part(words)
    assert all(part in word for word in words)
    first = words[0] if words else b""
    longer = (first[start : start + len(part) + 1] for start in range(len(first) - len(part)))
    assert not any(all(piece in word for word in words) for piece in longer)
