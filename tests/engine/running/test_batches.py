"""`validate: batch`: one validation for many units, and a search for those that break it."""

from __future__ import annotations

from math import ceil, log2
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import codemods
from tests.engine.running.migration import migration, names, units

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRepo = Callable[[dict[str, str]], Path]
    Git = Callable[..., str]

BATCH = "  - {name: P0, files: rest, validate: batch, with: [check], on_failure: skip}\n"
STOP = BATCH.replace("skip", "stop")


def subjects(root: Path, git: Git) -> list[str]:
    return [line.split()[2] for line in git(root, "log", "--reverse", "--format=%s", "main..HEAD").splitlines()]


def test_a_batch_that_holds_is_validated_once_and_committed_one_by_one(
    make_repo: MakeRepo, git: Git, tmp_path: Path
) -> None:
    many = migration(make_repo, tmp_path, 16, [], BATCH)
    report = many.apply(expect=0)
    assert units(report, "committed") == names(16)
    assert many.checked() == [set(), set(names(16))]
    assert subjects(many.root, git) == [f"app/{name}.py" for name in names(16)]
    assert git(many.root, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("count", "culprits"),
    [(16, ["u00"]), (16, ["u15"]), (24, ["u11"]), (32, ["u03", "u15", "u25"]), (32, names(32)[3:31:6])],
)
def test_exactly_the_culprits_are_rejected_within_the_bound(
    make_repo: MakeRepo, git: Git, tmp_path: Path, count: int, culprits: list[str]
) -> None:
    many = migration(make_repo, tmp_path, count, culprits, BATCH)
    report = many.apply(expect=1)
    assert units(report, "rejected") == culprits
    assert units(report, "committed") == [name for name in names(count) if name not in culprits]
    baseline = 1
    assert len(many.checked()) - baseline <= 1 + len(culprits) * (ceil(log2(count)) + 1)
    assert many.changed() == set(names(count)) - set(culprits)
    assert git(many.root, "status", "--porcelain") == ""


def test_each_commit_names_a_validation_of_a_batch_that_held(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 8, ["u03"], BATCH)
    many.apply(expect=1)
    by_number = {event["number"]: event for event in many.events("validation-finished")}
    for event in many.events("unit-committed"):
        (number,) = event["validated_by"]
        assert by_number[number]["verdict"] == "passed"
        assert event["unit"] in by_number[number]["units"]
        assert "app/u03.py" not in by_number[number]["units"]


def test_two_that_fail_only_together_are_told_apart_by_their_order(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 16, "sys.exit(1 if {'u03', 'u10'} <= changed else 0)", BATCH)
    report = many.apply(expect=1)
    assert units(report, "rejected") == ["u10"]
    assert len(units(report, "committed")) == 15


def test_one_that_hides_another(make_repo: MakeRepo, tmp_path: Path) -> None:
    # u10 makes good what u05 breaks, until it is itself rejected for u15's sake.
    rule = "sys.exit(1 if {'u10', 'u15'} <= changed or ('u05' in changed and 'u10' not in changed) else 0)"
    many = migration(make_repo, tmp_path, 24, rule, BATCH)
    report = many.apply(expect=1)
    kept = set(units(report, "committed"))
    assert not {"u10", "u15"} <= kept
    assert "u05" not in kept or "u10" in kept
    assert len(kept) >= 22
    assert kept == many.changed() == many.checked()[-1] or kept in many.checked()


def test_batches_of_a_size_are_validated_one_after_another(make_repo: MakeRepo, tmp_path: Path) -> None:
    phases = BATCH.replace("validate: batch", "validate: batch, batch: 3")
    many = migration(make_repo, tmp_path, 7, ["u04"], phases)
    assert units(many.apply(expect=1), "rejected") == ["u04"]
    wholes = [len(seen) for seen in many.checked()]
    assert wholes[:3] == [0, 3, 6]
    assert many.changed() == set(names(7)) - {"u04"}


def test_a_phase_that_stops_keeps_what_was_before_the_first_culprit(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 16, ["u06", "u09"], STOP)
    report = many.apply(expect=1)
    assert (report["end"], report["left"]) == ("stopped", 9)
    assert units(report, "committed") == names(6)
    assert units(report, "rejected") == ["u06"]
    report = many.apply(expect=1)
    assert (units(report, "passed-over"), units(report, "rejected")) == (["u06"], ["u09"])
    assert units(report, "committed") == ["u07", "u08"]


def test_a_phase_that_is_rolled_back_names_its_culprit(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    phases = BATCH.replace("batch,", "batch, batch: 4,").replace("skip", "rollback-phase")
    many = migration(make_repo, tmp_path, 8, ["u06"], phases)
    report = many.apply(expect=1)
    assert units(report, "rejected") == ["u06"]
    assert units(report, "taken-back") == names(6)
    assert git(many.root, "diff", "main", "HEAD") == ""


def test_a_whole_phase_is_all_or_nothing(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 8, ["u05"], BATCH.replace("validate: batch", "validate: phase"))
    assert units(many.apply(expect=1), "rejected") == names(8)
    assert len(many.checked()) == 2


def test_the_status_after_a_batch(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 8, ["u05"], BATCH)
    many.apply(expect=1)
    assert "app/u05.py: check: exit status 1" in codemods(many.root, "status", "plan.yaml", expect=1)


def test_what_no_validation_can_tell_is_left_open(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 8, "sys.exit(125 if 'u05' in changed else 0)", BATCH)
    report = many.apply(expect=1)
    assert units(report, "undecided") == ["u05"]
    assert units(report, "committed") == [name for name in names(8) if name != "u05"]
    assert git(many.root, "status", "--porcelain") == ""
    # Nobody has rejected it, so the next run tries it again.
    assert units(many.apply(expect=1), "undecided") == ["u05"]
