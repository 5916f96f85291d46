"""What the system tells of folders: each touch of a file, none where it is only read, and that something was lost."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from codemods.folder_events import FolderEvents, LostError
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is not told")


@pytest.mark.parametrize(
    "touch",
    [
        lambda file: file.write_text("b"),
        lambda file: file.unlink(),
        lambda file: file.chmod(0o700),
        lambda file: file.rename(file.parent / "other"),
        lambda file: (file.parent / "new").replace(file),
        lambda file: os.truncate(file, 0),
        lambda file: os.utime(file, (1, 1)),
    ],
)
def test_each_touch_of_a_file_is_told(tmp_path: Path, touch: Callable[[Path], object]) -> None:
    write_files(tmp_path, {"file": "a", "new": "c"})
    with closing(FolderEvents([tmp_path])) as events:
        touch(tmp_path / "file")
        assert (tmp_path, "file") in {event[:2] for event in events.take()}
        assert events.take() == []


def test_what_is_read_or_is_elsewhere_is_not_told(tmp_path: Path) -> None:
    write_files(tmp_path, {"file": "a", "below/file": "a"})
    with closing(FolderEvents([tmp_path, tmp_path / "missing"])) as events:
        (tmp_path / "file").read_text()
        (tmp_path / "below/file").write_text("b")
        assert events.take() == []


@pytest.mark.parametrize("lose", [shutil.rmtree, lambda folder: folder.rename(folder.parent / "other")])
def test_a_folder_that_goes_is_told_as_a_loss(tmp_path: Path, lose: Callable[[Path], object]) -> None:
    write_files(tmp_path, {"below/file": "a"})
    with closing(FolderEvents([tmp_path / "below"])) as events:
        lose(tmp_path / "below")
        with pytest.raises(LostError):
            events.take()
