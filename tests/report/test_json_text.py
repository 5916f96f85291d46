"""Documents for programs are what the standard library would write, in letters that can be seen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.report.json_text import to_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=6))
def test_a_document_is_what_the_standard_library_writes(values: dict[str, object]) -> None:
    text = to_text(values)
    assert json.loads(text) == values
    plain = json.dumps(values, indent=2, ensure_ascii=False)
    assert text in (plain, json.dumps(values, indent=2).replace("\x7f", "\\u007f"))


@pytest.mark.parametrize("hidden", ["\x7f", "\u202e", "\u200b", "\udcff", "\u2028", "\x1b"])
def test_what_cannot_be_seen_is_escaped_and_then_all_but_ascii(hidden: str) -> None:
    values = {"path": f"文{hidden}.py", "empty": [], "none": {}}
    text = to_text(values)
    assert json.loads(text) == values
    assert hidden not in text
    assert text.isascii() == (hidden != "\x1b")  # of which JSON has no letter
    assert to_text({"path": "文.py"}) == '{\n  "path": "文.py"\n}'
