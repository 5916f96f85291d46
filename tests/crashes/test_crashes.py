"""A few of the crashes that `python -m tests.crashes --all` tries; each ends as the command does without a fault."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.crashes.points import KINDS, Point
from tests.crashes.selecting import cases_of, one_in
from tests.crashes.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it forks, and waits for what a killed process left")

SAMPLED = (
    "apply a batch with a culprit",
    "apply with a hook that formats",
    "roll back a deletion",
    "roll back after later edits",
)
CASES = 2  # of each


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as started:
        yield started


@pytest.mark.parametrize("scenario", SAMPLED)
def test_a_command_that_was_struck_ends_as_one_that_was_not(server: Server, scenario: str) -> None:
    answer = server.ask({"scenario": scenario})
    assert answer["problems"] == []
    cases = cases_of(scenario, [Point(**point) for point in answer["points"]], KINDS)
    chosen = one_in(len(cases) // CASES, cases, SAMPLED.index(scenario))
    assert [(case, problems) for case in chosen if (problems := server.ask(vars(case))["problems"])] == []


def test_every_sort_of_step_is_met(server: Server) -> None:
    answer = server.ask({"scenario": "apply with a hook that formats"})
    met = {point["name"] for point in answer["points"]}
    journal = ".git/codemods/journal.jsonl"
    assert met >= {f"open {journal}", f"write {journal}", f"fsync {journal}", "rename app/one.py", "exit"}
    assert met >= {f"git commit ({when})" for when in ("before", "started", "after")}
