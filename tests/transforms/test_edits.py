"""Edits of byte spans: put together, nested, and traced back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.transforms.edits import Edit, Origins, OverlapError, Span, Splice, apply_edits, compose, merge, shifted

Wanted = list[tuple[int, int, bytes]]
SOURCE = b"f(a, g(b))"


def made(*splices: Splice | Edit) -> bytes:
    return apply_edits(SOURCE, merge(SOURCE, splices))


def test_takes_over_a_span() -> None:
    assert made(Splice(0, 10, (b"h(", Span(5, 9), b")"))) == b"h(g(b))"


def test_an_edit_inside_of_what_is_taken_over_is_made_there() -> None:
    assert made(Splice(0, 10, (b"h(", Span(5, 9), b")")), Edit(7, 8, b"c")) == b"h(g(c))"


def test_splices_nest() -> None:
    inner = Splice(5, 9, (b"k[", Span(7, 8), b"]"))
    assert made(Splice(0, 10, (b"h(", Span(5, 9), b", ", Span(2, 3), b")")), inner) == b"h(k[b], a)"


def test_a_span_may_be_taken_twice() -> None:
    assert made(Splice(0, 10, (Span(2, 3), b"+", Span(2, 3))), Edit(2, 3, b"z")) == b"z+z"


def test_refuses_an_edit_of_what_goes() -> None:
    with pytest.raises(OverlapError):
        made(Splice(0, 10, (b"h(", Span(5, 9), b")")), Edit(2, 3, b"c"))


def test_refuses_edits_that_cross() -> None:
    with pytest.raises(OverlapError):
        made(Edit(0, 4, b""), Edit(3, 6, b""))


def test_what_is_put_in_at_the_start_of_another_comes_before_it() -> None:
    assert made(Edit(0, 0, b"import x\n"), Edit(0, 1, b"g")) == b"import x\ng(a, g(b))"


def test_traces_bytes_back() -> None:
    edits = [Edit(0, 1, b"long"), Edit(3, 5, b""), Edit(9, 9, b", c")]
    after = apply_edits(SOURCE, edits)
    assert after == b"long(ag(b), c)"
    origins = Origins(edits)
    assert [SOURCE[origins.of(n) : origins.of(n) + 1] for n in (4, 5, 6, 8, 13)] == [b"(", b"a", b"g", b"b", b")"]
    assert origins.of(2) == 0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.binary(max_size=4)), max_size=5))
def test_bytes_outside_of_edits_are_traced_to_themselves(wanted: list[tuple[int, int, bytes]]) -> None:
    source = bytes(range(40))
    edits: list[Edit] = []
    for start, length, text in sorted(wanted):
        if not edits or start > edits[-1].end:
            edits.append(Edit(start, start + length, bytes(byte | 128 for byte in text)))
    after = apply_edits(source, edits)
    origins = Origins(edits)
    for offset, byte in enumerate(after):
        if byte < 128:
            assert source[origins.of(offset)] == byte


def test_edits_of_a_result_become_edits_of_the_source() -> None:
    first = [Edit(0, 1, b"long"), Edit(3, 5, b"")]
    second = [Edit(2, 5, b"k("), Edit(9, 9, b"!")]
    composed = compose(SOURCE, first, second)
    assert apply_edits(SOURCE, first) == b"long(ag(b))"
    assert apply_edits(SOURCE, composed) == b"lok(ag(b!))"
    assert composed == [Edit(0, 2, b"lok("), Edit(3, 5, b""), Edit(8, 8, b"!")]
    assert compose(SOURCE, [], []) == []


def test_what_is_put_in_and_taken_out_again_leaves_no_edit() -> None:
    assert compose(SOURCE, [Edit(2, 2, b"xy")], [Edit(2, 4, b"")]) == []


def test_refuses_edits_of_a_result_that_overlap() -> None:
    with pytest.raises(OverlapError):
        compose(SOURCE, [], [Edit(0, 4, b""), Edit(3, 6, b"")])


def _edits(wanted: Wanted, size: int) -> list[Edit]:
    edits: list[Edit] = []
    for start, length, text in sorted(wanted):
        if start + length <= size and (not edits or start > edits[-1].end):
            edits.append(Edit(start, start + length, text))
    return edits


ANY_EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.binary(max_size=4)), max_size=5)


@given(ANY_EDITS, ANY_EDITS, st.integers(0, 20))
def test_composed_edits_do_what_both_do(one: Wanted, two: Wanted, at: int) -> None:
    source = bytes(range(20))
    first = _edits(one, len(source))
    result = apply_edits(source, first)
    second = _edits(two, len(result))
    assert apply_edits(source, compose(source, first, second)) == apply_edits(result, second)
    if not any(edit.start < at < edit.end or edit.start == at < edit.end for edit in first):
        assert result[shifted(first, at) :] == _rest(source, first, at)


def _rest(source: bytes, edits: list[Edit], at: int) -> bytes:
    """What comes of `source` behind `at`, and behind what is put in there."""
    moved = [Edit(e.start - at, e.end - at, e.text) for e in edits if e.start >= at and e.end > at]
    return apply_edits(source[at:], moved)
