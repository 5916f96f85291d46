"""Tests that are known not to touch some files, from coverage that was recorded test by test.

The data are those of coverage.py 5 and newer with the contexts of `pytest --cov-context=test`, such as
`tests/test_a.py::test|run`.
The contexts of `dynamic_context = test_function` are passed over: they leave out what fixtures run, and name no test.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SCHEMA = 7
_PHASES = frozenset({"run", "setup", "teardown"})


class _Test(Struct, frozen=True):
    node: str
    is_fixture: bool

    @property
    def file(self) -> str:
        return self.node.partition("::")[0]


class CoverageContexts(Struct, frozen=True):
    """What each test has touched.

    `files` are the paths in the data by their numbers, `tests` the contexts by theirs, `touched` the numbers of the
    contexts in which a file ran; `when` is the time of the recording, as that of its file.
    """

    root: Path
    when: float
    files: dict[int, str]
    tests: dict[int, _Test]
    touched: dict[int, frozenset[int]]

    @classmethod
    def read(cls, file: Path, root: Path) -> CoverageContexts | None:
        """The data in `file`, for the checkout in `root`; None where there are none that tell tests apart."""
        try:
            when = file.stat().st_mtime
            with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as data:
                return cls._loaded(data, root, when)
        except (OSError, sqlite3.Error):
            return None

    @classmethod
    def _loaded(cls, data: sqlite3.Connection, root: Path, when: float) -> CoverageContexts | None:
        if data.execute("select version from coverage_schema").fetchone() != (_SCHEMA,):
            return None
        contexts = data.execute("select id, context from context").fetchall()
        tests = {number: test for number, text in contexts if (test := _test(str(text))) is not None}
        files = {number: str(path).replace("\\", "/") for number, path in data.execute("select id, path from file")}
        touched: dict[int, set[int]] = {}
        for table in ("line_bits", "arc"):
            for number, context in data.execute(f"select distinct file_id, context_id from {table}"):  # noqa: S608
                touched.setdefault(number, set()).add(context)
        if not tests:
            return None
        return cls(root, when, files, tests, {number: frozenset(found) for number, found in touched.items()})

    def knows(self, path: str) -> bool:
        """Whether a test is recorded to touch `path`. Of other files nobody knows who depends on them: they were not
        measured, or run only while they are imported."""
        return any(self.touched.get(number, frozenset()) & self.tests.keys() for number in self._numbers(path))

    def unreached(self, paths: Iterable[str]) -> frozenset[str]:
        """The node ids of the tests that are recorded and touch none of `paths`, which it `knows`.

        Tests in `paths` are not among them, nor those whose file, or a file that they touch, is newer than the
        recording. What a fixture touches counts for all tests of its folder and below: it may be shared.
        """
        changed = frozenset(paths)
        numbers = {number for path in changed for number in self._numbers(path)}
        stale = {number for number, path in self.files.items() if self._is_newer(self._place(path))}
        reaching = {context for number in numbers | stale for context in self.touched.get(number, ())}
        found = [self.tests[context] for context in reaching if context in self.tests]
        nodes = {test.node for test in found}
        folders = {test.file.rpartition("/")[0] for test in found if test.is_fixture}
        files = {test.file for test in self.tests.values()}
        out = {file for file in files if file in changed or self._is_newer(file) or _lies_in(file, folders)}
        return frozenset(t.node for t in self.tests.values() if t.node not in nodes and t.file not in out)

    def _is_newer(self, path: str | None) -> bool:
        """Whether `path` has changed since; a file that is not there has."""
        if path is None:
            return True
        try:
            return (self.root / path).stat().st_mtime > self.when
        except OSError:
            return True

    def _numbers(self, path: str) -> list[int]:
        """The recorded files that may be `path`: of this checkout, else of whatever one has a file that ends so."""
        own = f"{self.root.absolute().as_posix()}/{path}"
        exact = [number for number, file in self.files.items() if file in (own, path)]
        return exact or [number for number, file in self.files.items() if file.endswith(f"/{path}")]

    def _place(self, file: str) -> str | None:
        """The path in this checkout of a recorded file: the longest end of it that is there; None: there is none."""
        start = f"{self.root.absolute().as_posix()}/"
        if file.startswith(start):
            return file[len(start) :]
        rest = file.lstrip("/")
        while rest and not (self.root / rest).is_file():
            rest = rest.partition("/")[2]
        return rest or None


def _test(context: str) -> _Test | None:
    node, bar, phase = context.rpartition("|")
    if not bar or phase not in _PHASES or "::" not in node:
        return None
    return _Test(node, phase != "run")


def _lies_in(file: str, folders: set[str]) -> bool:
    folder = file
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in folders:
            return True
    return False
