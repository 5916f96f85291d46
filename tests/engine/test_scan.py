"""What is read of a tree for a question, and how often."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from codemods.engine.scan import open_scan
from codemods.index.names import ModuleNames

if TYPE_CHECKING:
    from codemods.engine.scan import Scan

MODULES = 40


def asked(found: Scan, number: int) -> str | None:
    """Who takes the name that the module of that number takes from elsewhere."""
    return found.ask(lambda index: index.surely_reached_from(f"m{number}", "make"))


@pytest.fixture
def files() -> dict[str, bytes]:
    """Modules that take a name from elsewhere; from every second one somebody takes it further."""
    modules = {f"m{number}.py": b"from lib import make\n" for number in range(MODULES)}
    users = {f"u{number}.py": b"from m%d import make\n" % number for number in range(0, MODULES, 2)}
    return {**modules, **users, "other.py": b"make = 1\n", "none.py": b"x = 1\n"}


def test_a_name_that_is_asked_about_often_is_looked_for_everywhere_at_once(files: dict[str, bytes]) -> None:
    reads: Counter[str] = Counter()

    def read(path: str) -> bytes:
        reads[path] += 1
        return files[path]

    found = open_scan(files, read, ModuleNames(), frozenset())
    first = [asked(found, number) for number in range(MODULES // 2)]
    before = reads.total()
    answers = first + [asked(found, number) for number in range(MODULES // 2, MODULES)]
    assert reads.total() == before
    assert answers == [f"u{number}.py" if number % 2 == 0 else None for number in range(MODULES)]
    alone = [asked(open_scan(files, read, ModuleNames(), frozenset()), number) for number in range(MODULES)]
    assert answers == alone


def test_a_name_that_is_asked_about_once_is_looked_for_where_it_may_be_taken_from(files: dict[str, bytes]) -> None:
    found = open_scan(files, files.__getitem__, ModuleNames(), frozenset())
    assert asked(found, 4) == "u4.py"
    assert "u4.py" in found.summaries
    assert "u6.py" not in found.summaries
