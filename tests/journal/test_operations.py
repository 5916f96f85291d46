"""State is what replaying the events gives."""

from __future__ import annotations

from codemods.journal import Event, EventKind, replay


def event(kind: EventKind, run: str, **data: object) -> Event:
    return Event(kind, run, "p", "2026-01-02T00:00:00+00:00", data)


STARTED = event(EventKind.RUN_STARTED, "r1", head="a", branch="b", who="Ada", place=".")


def test_a_run_that_nobody_has_ended_is_under_way_with_what_it_is_writing() -> None:
    writing = event(EventKind.UNIT_WRITING, "r1", unit="x.py", phase="P0", files=[])
    operation = replay([STARTED, writing])["r1"]
    assert operation.is_under_way
    assert list(operation.writing) == ["x.py"]
    assert (operation.kind, operation.before, operation.who) == ("apply", "a", "Ada")
    done = event(EventKind.UNIT_COMMITTED, "r1", unit="x.py", phase="P0", sha="c", validated_by=[])
    ended = replay([STARTED, writing, done, event(EventKind.RUN_FINISHED, "r1", end="finished", head="c")])["r1"]
    assert not ended.is_under_way
    assert not ended.writing
    assert (ended.after, ended.count("committed")) == ("c", 1)


def test_a_commit_names_the_validations_that_held() -> None:
    validated = event(
        EventKind.VALIDATION_FINISHED, "r1", number=3, name="unit", phase="P0", verdict="held", units=["x"]
    )
    other = event(EventKind.VALIDATION_FINISHED, "r1", number=4, name="late", phase="P0", verdict="held", units=["y"])
    done = event(EventKind.UNIT_COMMITTED, "r1", unit="x", phase="P0", sha="c", validated_by=[3])
    operation = replay([STARTED, validated, other, done])["r1"]
    assert operation.units["P0", "x"].validated_by == ("unit",)
    assert [v.number for v in operation.validations] == [3, 4]


def test_a_move_that_was_begun_is_due_until_it_ends_and_so_are_its_rejections() -> None:
    rejection = {"unit": "x", "phase": "P0", "digest": "d", "reason": "broken", "evidence": ""}
    begun = event(EventKind.MOVE_STARTED, "r1", old="a", new="b", units=[], then=[rejection])
    operation = replay([STARTED, begun])["r1"]
    assert operation.move is not None
    assert (operation.move.old, operation.move.new) == ("a", "b")
    moved = event(EventKind.MOVE_FINISHED, "r1")
    operation = replay([STARTED, begun, moved])["r1"]
    assert operation.move is None
    assert operation.due == [rejection]
    operation = replay([STARTED, begun, moved, event(EventKind.UNIT_REJECTED, "r1", **rejection)])["r1"]
    assert operation.due == []
    assert operation.units["P0", "x"].state == "rejected"
    abandoned = replay([STARTED, begun, event(EventKind.MOVE_ABANDONED, "r1")])["r1"]
    assert (abandoned.move, abandoned.due) == (None, [])


def test_an_undo_of_an_undo_lets_the_first_operation_stand() -> None:
    events = [STARTED, event(EventKind.RUN_FINISHED, "r1", end="finished", head="b")]
    undo = [
        event(EventKind.ROLLBACK_STARTED, "u1", does="undo", undoes="r1", head="b"),
        event(EventKind.ROLLBACK_FINISHED, "u1", head="c"),
    ]
    again = [
        event(EventKind.ROLLBACK_STARTED, "u2", does="undo", undoes="u1", head="c"),
        event(EventKind.ROLLBACK_FINISHED, "u2", head="d"),
    ]
    assert replay(events + undo)["r1"].undone_by == "u1"
    both = replay(events + undo + again)
    assert (both["r1"].undone_by, both["u1"].undone_by) == ("", "u2")


def test_a_rollback_that_failed_undoes_nothing() -> None:
    events = [
        STARTED,
        event(EventKind.ROLLBACK_STARTED, "u1", does="undo", undoes="r1", head="b"),
        event(EventKind.ROLLBACK_FAILED, "u1", head="b"),
    ]
    assert replay(events)["r1"].undone_by == ""
    assert replay(events)["u1"].result == "failed"
