"""The nearest valid word, in messages."""

from __future__ import annotations

from codemods.plan.nearest import nearest


def test_the_nearest_is_told() -> None:
    assert nearest("redirct", ("delete", "redirect")) == "; did you mean `redirect`?"


def test_none_is_told_where_none_is_near() -> None:
    assert nearest("x", ("delete", "redirect")) == ""


def test_the_word_itself_is_none() -> None:
    assert nearest("Sender", ("Sender", "Orders")) == ""
    assert nearest("Sender", ("Sender", "Senders")) == "; did you mean `Senders`?"
