"""Reading and searching files of a work tree: the same answers either way, whatever the file is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from codemods.files import Searcher, read_bytes
from codemods.limits import FILE

if TYPE_CHECKING:
    from pathlib import Path


def held(root: Path, searcher: Searcher, path: str, needle: bytes) -> bool:
    """Whether a file holds `needle`, as both say."""
    found, about = searcher.look(path, (b"nowhere at all", needle))
    assert found == (needle in read_bytes(root, path))
    assert about.st_ino == (root / path).stat().st_ino
    return found


def test_what_one_file_holds_is_not_found_in_the_next(tmp_path: Path) -> None:
    contents = {"long": b"x" * 900_000 + b"needle", "short": b"need", "empty": b"", "other": b"needle" * 100_000}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    searcher = Searcher(tmp_path)
    assert [name for name in (*contents, *contents) if held(tmp_path, searcher, name, b"needle")] == [
        "long",
        "other",
        "long",
        "other",
    ]


@pytest.mark.parametrize(
    ("needles", "expected"),
    [
        ((b"create_manager", b"manager_factory"), ["first", "second"]),
        ((b"create_manager",), ["first"]),
        ((b"xyz", b"create_manager"), ["first"]),
        ((b"manager", b"create_manager"), ["first", "second", "common"]),
        ((), []),
    ],
    ids=["a part in common", "one", "nothing in common", "one in the other", "none"],
)
def test_several_words_are_searched_for_at_once(
    tmp_path: Path, needles: tuple[bytes, ...], expected: list[str]
) -> None:
    contents = {"first": b"a create_manager", "second": b"manager_factory", "common": b"a manager", "other": b"xy"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    searcher = Searcher(tmp_path)
    assert [name for name in contents if searcher.look(name, needles)[0]] == expected
    # The words of the last call say nothing about those of the next.
    assert [name for name in contents if searcher.look(name, (b"xy",))[0]] == ["other"]


def test_how_a_file_begins_is_told_of_the_one_that_was_looked_at_last(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"version 1")
    (tmp_path / "b").write_bytes(b"v")
    searcher = Searcher(tmp_path)
    searcher.look("a", (b"1",))
    assert searcher.begins_with(b"version")
    searcher.look("b", (b"1",))
    assert not searcher.begins_with(b"version")
    assert searcher.begins_with(b"v")


@pytest.mark.parametrize("name", ["missing", "folder", "pipe", "large"])
def test_what_is_not_read_is_not_searched_either(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(FILE + 1)
    told = []
    for look in (lambda: read_bytes(tmp_path, name), lambda: Searcher(tmp_path).look(name, (b"a",))):
        with pytest.raises(OSError, match=r".") as error:
            look()
        told.append((type(error.value), error.value.errno, error.value.strerror))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "needles",
    [(b"create_manager", b"manager_factory"), (b"create_manager",), (b"xyz", b"create_manager"), (b"needle",), ()],
    ids=["a part in common", "one", "nothing in common", "in long ones", "none"],
)
def test_many_files_are_sifted_as_each_is_looked_at(tmp_path: Path, needles: tuple[bytes, ...]) -> None:
    contents = {
        "first": b"a create_manager",
        "second": b"manager_factory",
        "manager": b"a manager",
        "longer": b"x" * 250_000 + b"needle",
        "long": b"x" * 900_000 + b"needle",
        "short": b"need",
        "empty": b"",
        "odd": b"odd: create_manager",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "linked").symlink_to(tmp_path / "first")
    paths = (*contents, "linked", *contents)
    searcher, held, sure = Searcher(tmp_path), [], set(paths)
    # What is not told at once is looked at meanwhile, with the same place in memory.
    for path, is_held in searcher.sift(paths, needles, b"odd"):
        if is_held or searcher.look(path, needles)[0]:
            held.append(path)
        sure -= set() if is_held else {path}
    assert held == [path for path in paths if searcher.look(path, needles)[0]]
    assert set(paths) - sure == {"long", "odd"}


def test_what_is_not_read_is_not_sifted(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"a")
    (tmp_path / "null").symlink_to("/dev/null")
    (tmp_path / "zero").symlink_to("/dev/zero")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(FILE + 1)
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(tmp_path / "pipe", os.O_WRONLY)
    try:
        os.write(writer, b"a")
        odd = ("missing", "folder", "null", "zero", "large", "pipe")
        assert list(Searcher(tmp_path).sift((*odd, "file"), (b"a",), b"odd")) == [
            *((path, False) for path in odd),
            ("file", True),
        ]
        assert os.read(reader, 2) == b"a"
    finally:
        os.close(reader)
        os.close(writer)
