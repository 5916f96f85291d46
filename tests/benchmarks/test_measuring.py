"""What a command costs, and in which order things are measured."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.measuring import Cost, expect, in_turn, median, run_measured

if TYPE_CHECKING:
    from pathlib import Path

# A child that takes memory and time; the parent only waits for it.
BELOW = "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', sys.argv[1]])"
BUSY = "import time; taken = bytearray(60_000_000)\nwhile time.process_time() < 0.2: pass"


def test_what_runs_below_a_command_counts(tmp_path: Path) -> None:
    cost = run_measured([sys.executable, "-S", "-c", BELOW, BUSY], tmp_path, tmp_path / "said")
    assert cost.cpu >= 0.2
    assert cost.peak > 60


def test_the_memory_of_who_measures_does_not_count(tmp_path: Path) -> None:
    taken = bytearray(100_000_000)
    cost = run_measured(["true"], tmp_path, tmp_path / "said")
    assert 0 < cost.peak < len(taken) / 2e6


def test_an_error_is_told_with_what_the_command_said(tmp_path: Path) -> None:
    said = tmp_path / "said"
    cost = run_measured(["sh", "-c", "echo no such thing >&2; exit 3"], tmp_path, said)
    assert expect(cost, said, 0, 3) is cost
    with pytest.raises(SystemExit, match="ended with 3:\nno such thing"):
        expect(cost, said, 0, 1)


def test_each_round_has_all_in_another_order() -> None:
    rounds = [list(in_turn("abc", number)) for number in range(6)]
    assert {"".join(sorted(order)) for order in rounds} == {"abc"}
    assert ["".join(order) for order in rounds] == ["abc", "cba", "bca", "acb", "cab", "bac"]


def test_each_figure_has_its_own_median() -> None:
    costs = [Cost(1, 9, 5, 0), Cost(2, 8, 4, 0), Cost(3, 1, 6, 1)]
    assert median(costs) == Cost(2, 8, 5, 1)
