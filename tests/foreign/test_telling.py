"""Whatever is raised is told in a line, from the exception alone."""

from __future__ import annotations

import pytest

from codemods.foreign.telling import last_line


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (type("Own", (BaseException,), {})("x"), "Own: x"),
        (ValueError("why\nand more"), "ValueError: why and more"),
    ],
)
def test_the_last_line_names_what_was_raised(error: BaseException, told: str) -> None:
    assert last_line(error) == told
