"""The edge: files replaced whole or not at all, a journal that survives a torn write, messages with trailers."""

from __future__ import annotations

import inspect
import pydoc
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.errors import CodemodsError, RepositoryError
from codemods.files import remove, unwritable, write_atomically, write_many, write_or_remove
from codemods.index.text import UndecodableError, decode, encode
from codemods.journal import EventKind, Journal, Lock, new_run_id
from codemods.vcs import Repository, with_trailers
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def clock() -> datetime:
    return NOW


class TestFiles:
    def test_replaces_and_keeps_the_mode(self, tmp_path: Path) -> None:
        file = tmp_path / "a.py"
        file.write_text("old")
        file.chmod(0o751)
        write_atomically(tmp_path, "a.py", b"new")
        assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", 0o751)
        assert [path.name for path in tmp_path.iterdir()] == ["a.py"]

    def test_follows_a_link_inside_and_refuses_one_that_leads_out(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        root.mkdir()
        (root / "a.py").write_text("old")
        (root / "in.py").symlink_to("a.py")
        (tmp_path / "secret").write_text("theirs")
        (root / "out.py").symlink_to("../secret")
        write_atomically(root, "in.py", b"new")
        assert (root / "a.py").read_text() == "new"
        assert (root / "in.py").is_symlink()
        with pytest.raises(CodemodsError, match="leads out of the repository"):
            write_atomically(root, "out.py", b"new")
        assert (tmp_path / "secret").read_text() == "theirs"

    def test_many_files_at_once_follow_links_inside_and_none_is_replaced_where_one_leads_out(
        self, tmp_path: Path
    ) -> None:
        root = tmp_path / "root"
        names = [f"package/m{number}.py" for number in range(12)]
        write_files(root, dict.fromkeys(names, "old"))
        before = dict.fromkeys(names, b"old")
        (root / "package/in.py").symlink_to("m0.py")
        content = {**dict.fromkeys(names[1:], b"new"), "package/in.py": b"newest", "package/deep/more.py": b"more"}
        write_many(root, content, {**before, "package/in.py": b"old", "package/deep/more.py": None})
        assert [(root / name).read_bytes() for name in names] == [b"newest", *[b"new"] * 11]
        assert (root / "package/in.py").is_symlink()
        assert (root / "package/deep/more.py").read_bytes() == b"more"

        write_files(tmp_path, {"secret": "theirs"})
        (root / "package/out.py").symlink_to("../../secret")
        with pytest.raises(CodemodsError, match="leads out of the repository"):
            write_many(root, {"package/m1.py": b"newer", "package/out.py": b"newer"}, {"package/m1.py": b"new"})
        assert ((root / names[1]).read_bytes(), (tmp_path / "secret").read_text()) == (b"new", "theirs")

    def test_a_failed_write_leaves_the_old_bytes_and_no_rest(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").mkdir()
        with pytest.raises(IsADirectoryError):
            write_atomically(tmp_path, "a.py", b"new")
        assert [path.name for path in tmp_path.iterdir()] == ["a.py"]

    def test_removes_a_file_what_is_cached_of_it_and_the_folders_that_are_empty_then(self, tmp_path: Path) -> None:
        package = tmp_path / "a" / "b"
        (package / "__pycache__").mkdir(parents=True)
        for name in ("m.py", "__pycache__/m.cpython-311.pyc"):
            (package / name).write_text("")
        remove(tmp_path, "a/b/m.py")
        assert list(tmp_path.iterdir()) == []

    def test_removing_leaves_all_else(self, tmp_path: Path) -> None:
        (tmp_path / "a" / "__pycache__").mkdir(parents=True)
        for name in ("m.py", "mm.py", "__pycache__/m.cpython-311.pyc", "__pycache__/mm.cpython-311.pyc"):
            (tmp_path / "a" / name).write_text("")
        remove(tmp_path, "a/m.py")
        left = sorted(file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.py*"))
        assert left == ["a/__pycache__/mm.cpython-311.pyc", "a/mm.py"]

    def test_writes_a_file_in_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        write_or_remove(tmp_path, "a/b/run.py", b"new", executable=True)
        file = tmp_path / "a" / "b" / "run.py"
        assert (file.read_text(), bool(file.stat().st_mode & 0o100)) == ("new", True)

    def test_unwritable(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("")
        (tmp_path / "b.py").write_text("")
        (tmp_path / "b.py").chmod(0o444)
        (tmp_path / "circle.py").symlink_to("circle.py")
        assert unwritable(tmp_path, ("a.py", "b.py", "circle.py", "gone.py")) == ("b.py", "circle.py", "gone.py")


class TestText:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"x = 1",
            b"x\r\ny\rz\n\x0c\n",
            b"\xef\xbb\xbfx = 1\n",
            b"# -*- coding: latin-1 -*-\n'\xe4'\n",
            "# coding: cp1252\n'€'\n".encode("cp1252"),
            "'ä\u2028b'\n".encode(),
        ],
    )
    def test_round_trip(self, content: bytes) -> None:
        source = decode(content)
        assert encode(source, source.text) == content

    @pytest.mark.parametrize(
        "content",
        [
            b"'\xe4'",
            b"# coding: nope\n",
            b"a\0b",
            "x".encode("utf-16"),
            b"\xef\xbb\xbf# coding: latin-1\n",
            b"# coding: utf-7\n+AGE-",
            b"# coding: utf-16-le\nx = 1\n",
            b"# coding: cp037\n",
        ],
    )
    def test_what_cannot_be_kept_is_refused(self, content: bytes) -> None:
        with pytest.raises(UndecodableError):
            decode(content)

    @given(st.binary(max_size=60), st.sampled_from([b"", b"# coding: latin-1\n", b"\xef\xbb\xbf"]))
    def test_lossless_or_refused(self, content: bytes, head: bytes) -> None:
        try:
            source = decode(head + content)
        except UndecodableError:
            return
        assert encode(source, source.text) == head + content


class TestJournal:
    def test_events_come_back(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path / "codemods", clock)
        assert journal.events() == ()
        journal.record(EventKind.UNIT_WRITING, "r", "p", unit="ü\udcff.py", files=[{"path": "a"}])
        (event,) = journal.events()
        assert (event.kind, event.data["unit"], event.time) == (
            EventKind.UNIT_WRITING,
            "ü\udcff.py",
            "2026-01-02T03:04:05.000+00:00",
        )

    def test_a_record_torn_at_any_byte_is_passed_over(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path, clock)
        journal.record(EventKind.RUN_STARTED, "1", "p")
        first = journal.file.stat().st_size
        journal.record(EventKind.RUN_FINISHED, "1", "p")
        whole = journal.file.read_bytes()
        for size in range(first, len(whole)):
            journal.file.write_bytes(whole[:size])
            expected = 2 if size == len(whole) - 1 else 1
            assert len(journal.events()) == expected
            Journal(tmp_path, clock).record(EventKind.RUN_STARTED, "2", "p")
            assert [event.run for event in journal.events()] == ["1"] * expected + ["2"]

    def test_other_damage_is_told(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path, clock)
        journal.record(EventKind.RUN_STARTED, "1", "p")
        whole = journal.file.read_bytes()
        for damage in (b"\x00\x00\n", b'{"kind": "unit_comm\n'):
            journal.file.write_bytes(damage + whole)
            with pytest.raises(CodemodsError, match="Line 1 of the journal is damaged"):
                journal.events()

    def test_evidence_is_bounded(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path, clock)
        stored = journal.store_evidence("r", "a/b.py", "start" + "x" * 3_000_000 + "end")
        text = journal.read_evidence(stored)
        assert len(text) < 1_100_000
        assert text.startswith("start")
        assert text.endswith("end")

    def test_run_ids_sort_by_time(self) -> None:
        assert new_run_id(NOW).startswith("20260102-030405-")

    def test_one_lock_at_a_time(self, tmp_path: Path) -> None:
        with (
            Lock(tmp_path, clock),
            pytest.raises(RepositoryError, match="since 2026-01-02T03:04:05"),
            Lock(tmp_path, clock),
        ):
            pass
        with Lock(tmp_path, clock):
            pass


class TestRepository:
    @pytest.mark.parametrize(
        ("message", "expected"),
        [
            ("subject", "subject\n\nA: 1\n"),
            ("subject\n", "subject\n\nA: 1\n"),
            ("subject\n\nbody\n", "subject\n\nbody\n\nA: 1\n"),
            ("subject\n\nbody\n\nB: 2\n", "subject\n\nbody\n\nB: 2\nA: 1\n"),
            ("fix: subject", "fix: subject\n\nA: 1\n"),
        ],
    )
    def test_trailers(self, message: str, expected: str) -> None:
        assert with_trailers(message, {"A": "1"}) == expected

    def test_commits_of_ours_only(self, make_repo: Callable[..., Path], git: Callable[..., str]) -> None:
        root = make_repo({"a.py": "1\n"})
        repository = Repository.discover(root)
        (root / "a.py").write_text("2\n")
        (root / "b.py").write_text("staged by somebody\n")
        git(root, "add", "b.py")
        sha = repository.commit(("a.py",), "subject", {"Codemods-Plan": "p", "Codemods-Unit": "a: b.py"})
        (commit,) = repository.commits(None)
        assert (commit.sha, commit.subject) == (sha, "subject")
        assert commit.trailers == {"Codemods-Plan": "p", "Codemods-Unit": "a: b.py"}
        assert repository.changed_paths(sha) == ("a.py",)
        assert git(root, "status", "--porcelain") == "A  b.py"

    def test_finds_commits_whatever_grep_is_set_to(
        self, make_repo: Callable[..., Path], git: Callable[..., str]
    ) -> None:
        root = make_repo({"a.py": "1\n"})
        git(root, "config", "grep.patternType", "fixed")
        repository = Repository.discover(root)
        (root / "a.py").write_text("2\n")
        repository.commit(("a.py",), "subject", {"Codemods-Plan": "p"})
        assert len(repository.commits(None)) == 1

    def test_commits_a_deletion(self, make_repo: Callable[..., Path], git: Callable[..., str]) -> None:
        root = make_repo({"a.py": "1\n"})
        repository = Repository.discover(root)
        (root / "a.py").unlink()
        sha = repository.commit(("a.py",), "subject", {"Codemods-Plan": "p"})
        assert git(root, "show", "--name-status", "--format=", sha) == "D\ta.py"
        assert git(root, "status", "--porcelain") == ""

    def test_git_gone_from_the_path(self, make_repo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
        repository = Repository.discover(make_repo({}))
        monkeypatch.setenv("PATH", "")
        with pytest.raises(RepositoryError, match="git is not there"):
            repository.head()

    def test_merge_file(self, make_repo: Callable[..., Path]) -> None:
        repository = Repository.discover(make_repo({}))
        base = b"1\n2\n3\n4\n5\n"
        assert repository.merge_file(base + b"6\n", base, b"0" + base) == b"0" + base + b"6\n"
        assert repository.merge_file(b"x\n", b"y\n", b"z\n") is None

    def test_tracked_files(self, make_repo: Callable[..., Path]) -> None:
        repository = Repository.discover(make_repo({"a b.py": "", "ü/c.py": ""}))
        assert [file.path for file in repository.tracked_files()] == ["a b.py", "ü/c.py"]


def test_public_names() -> None:
    """All that is exported exists, and is sorted."""
    import codemods

    assert codemods.__all__ == sorted(codemods.__all__)
    assert all(getattr(codemods, name).__name__ == name for name in codemods.__all__)
    with pytest.raises(AttributeError):
        codemods.nothing  # noqa: B018 - the access is the test


def test_public_classes_can_be_shown() -> None:
    """`help()` and `inspect.signature` evaluate the types of what they hold."""
    import codemods

    for each in (getattr(codemods, name) for name in codemods.__all__):
        assert each.__name__ in pydoc.render_doc(each)
        assert inspect.signature(each).parameters or not isinstance(each, type)
