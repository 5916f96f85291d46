"""The journal on disk: appended to, torn by crashes, damaged, full."""

from __future__ import annotations

import resource
import signal
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.errors import JournalError
from codemods.journal import EventKind, Journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def clock() -> Callable[[], datetime]:
    """A clock that goes on by a second each time."""
    times = (datetime(2026, 1, 2, tzinfo=timezone.utc) + timedelta(seconds=n) for n in range(1000))
    return lambda: next(times)


def written(folder: Path, count: int) -> Journal:
    """A journal with so many records."""
    journal = Journal(folder, clock())
    for number in range(count):
        journal.record(EventKind.UNIT_COMMITTED, "r", "p", unit=f"u{number}", name="é\udcff\n")
    return journal


def units(folder: Path) -> list[object]:
    """The units that are recorded, read anew."""
    return [event.data["unit"] for event in Journal(folder, clock()).events()]


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    assert Journal(tmp_path / "j", clock()).events() == ()
    written(tmp_path / "j", 3)
    assert units(tmp_path / "j") == ["u0", "u1", "u2"]
    assert Journal(tmp_path / "j", clock()).events()[0].data["name"] == "é\udcff\n"


@pytest.mark.parametrize("cut", [1, 2, 40, 100])
def test_a_last_record_that_a_crash_has_torn_is_passed_over_and_cut_off(tmp_path: Path, cut: int) -> None:
    journal = written(tmp_path, 2)
    content = journal.file.read_bytes()
    journal.file.write_bytes(content[:-cut])
    # Without its end of line only, it is whole.
    whole = cut == 1
    assert units(tmp_path) == ["u0", "u1"][: 1 + whole]
    Journal(tmp_path, clock()).record(EventKind.UNIT_COMMITTED, "r", "p", unit="next")
    assert units(tmp_path) == [*["u0", "u1"][: 1 + whole], "next"]


@pytest.mark.parametrize("tail", [b"\0" * 300, b"\0" * 300 + b"\n", b'{"kind": "unit-comm\n', b"\xff\xfe\n"])
def test_a_tail_of_blocks_that_never_reached_the_disk_is_passed_over(tmp_path: Path, tail: bytes) -> None:
    journal = written(tmp_path, 2)
    with journal.file.open("ab") as file:
        file.write(tail)
    assert units(tmp_path) == ["u0", "u1"]
    Journal(tmp_path, clock()).record(EventKind.UNIT_COMMITTED, "r", "p", unit="next")
    assert units(tmp_path) == ["u0", "u1", "next"]


def test_damage_before_the_last_record_is_told_with_its_line(tmp_path: Path) -> None:
    journal = written(tmp_path, 3)
    lines = journal.file.read_bytes().splitlines(keepends=True)
    # Valid as JSON, but not what was written.
    journal.file.write_bytes(lines[0] + lines[1].replace(b'"u1"', b'"u7"') + lines[2])
    with pytest.raises(JournalError, match="Line 2"):
        journal.events()


def test_a_record_without_a_checksum_is_taken_as_it_is(tmp_path: Path) -> None:
    start = b'{"kind": "unit-committed", "run": "r", "plan": "p", "time": "2026-01-02T00:00:00+00:00", '
    line = start + b'"data": {"unit": "old"}}\n'
    (tmp_path / "journal.jsonl").write_bytes(line)
    assert units(tmp_path) == ["old"]


@pytest.mark.parametrize("more", [b"", b'{"torn": '])
def test_a_record_of_a_newer_release_is_told_and_stays(tmp_path: Path, more: bytes) -> None:
    journal = written(tmp_path, 1)
    newer = b'{"kind": "wonder", "run": "r", "plan": "p", "time": "2026-01-02T00:00:00+00:00", "data": {}}\n'
    with journal.file.open("ab") as file:
        file.write(newer + more)
    with pytest.raises(JournalError, match="newer release"):
        journal.events()
    if not more:
        with pytest.raises(JournalError, match="newer release"):
            Journal(tmp_path, clock()).record(EventKind.UNIT_COMMITTED, "r", "p", unit="next")
    assert newer in journal.file.read_bytes()


ELSEWHERE = b'{"kind": "run-started", "run": "../x", "plan": "p", "time": "2026-01-02T00:00:00+00:00", "data": {}}'


def test_evidence_is_read_from_its_folder_only(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", clock())
    (tmp_path / "secret").write_text("secret")
    assert journal.read_evidence(journal.store_evidence("r", "u", "told")) == "told"
    with pytest.raises(OSError, match="secret"):
        journal.read_evidence("evidence/../../secret")


@pytest.mark.parametrize("line", [b'{"data": []}', b"[" * 5000, b'{"kind": "run-started", "run": 1}', ELSEWHERE])
def test_odd_records_are_damage(tmp_path: Path, line: bytes) -> None:
    journal = written(tmp_path, 1)
    journal.file.write_bytes(line + b"\n" + journal.file.read_bytes())
    with pytest.raises(JournalError, match="Line 1 of the journal is damaged"):
        journal.events()


def test_a_full_disk_is_told_and_leaves_the_journal_whole(tmp_path: Path) -> None:
    journal = written(tmp_path, 2)
    before = journal.file.read_bytes()
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # Room for a part of the record.
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 30, limits[1]))
    try:
        with pytest.raises(JournalError, match="cannot be written"):
            journal.record(EventKind.UNIT_COMMITTED, "r", "p", unit="lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert journal.file.read_bytes() == before
    journal.record(EventKind.UNIT_COMMITTED, "r", "p", unit="next")
    assert units(tmp_path) == ["u0", "u1", "next"]


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=3).filter(lambda noise: b"\n" not in noise))
def test_whatever_a_crash_leaves_of_the_last_record_the_others_are_there(
    tmp_path_factory: pytest.TempPathFactory, place: int, noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = written(folder, 3)
    content = journal.file.read_bytes()
    start = content.rindex(b"\n", 0, -1) + 1
    place = start + place % (len(content) - start)
    torn = content[:place] + noise + content[place + len(noise) :]
    before = journal.events()
    journal.file.write_bytes(torn)
    found = journal.events()
    # The last one is there as it was, or not at all.
    assert found in (before, before[:2])
    if torn == content:
        assert found == before
