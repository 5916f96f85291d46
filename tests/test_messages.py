"""docs/errors.md explains each message of ours, and none that is not there."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

MESSAGES = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "messages.py"))


def test_every_message_is_explained_and_every_entry_has_one() -> None:
    assert MESSAGES["differences"]() == ([], []), "see `python docs/messages.py`"


def told(source: str) -> list[str]:
    """The messages in a function with this body."""
    (own,) = MESSAGES["_scopes"](ast.parse(source))
    texts = MESSAGES["_assigned"](own)
    return sorted(text for node in own for text, _ in MESSAGES["_told"](node, {"CodemodsError"}, texts))


def test_a_message_is_found_where_it_is_made() -> None:
    assert told("raise CodemodsError('No such file.')") == ["No such file."]
    assert told("what = f'No {kind} here.'\nraise CodemodsError(what, hint='Look.')") == ["No … here."]
    assert told("raise CodemodsError('Too old.' if old else 'Too new.')") == ["Too new.", "Too old."]
    assert told("self.found(Disposition.REVIEW, 'nobody can tell')") == ["nobody can tell"]


def test_what_is_no_message_is_left_out() -> None:
    assert told("raise ValueError('No such file.')") == []
    assert told("self.found(Disposition.LEFT, 'nobody can tell')") == []
    assert told("raise CodemodsError(error.what)") == []
