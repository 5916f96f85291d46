"""Coverage that was recorded test by test tells which tests a file does not concern."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from codemods.validation.coverage_contexts import CoverageContexts
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "a.py": "def f():\n    return 1\n",
    "b.py": "def g():\n    return 2\n",
    "only_values.py": "VALUE = 3\n",
    "tests/test_a.py": "import a\n\ndef test_f():\n    assert a.f() == 1\n",
    "tests/test_b.py": "import a, b, only_values\nimport pytest\n\n"
    "@pytest.mark.parametrize('value', [1, 2])\n"
    "def test_g(value):\n    assert b.g() == 2\n\n"
    "def test_both():\n    assert a.f() + b.g() == 3\n",
    "tests/unit/test_fixture.py": "import b\nimport pytest\n\n"
    "@pytest.fixture(scope='module')\ndef value():\n    return b.g()\n\n"
    "def test_first(value):\n    assert value == 2\n\n"
    "def test_second(value):\n    assert value == 2\n",
}
A = "tests/test_a.py::test_f"
B = {"tests/test_b.py::test_g[1]", "tests/test_b.py::test_g[2]"}
BOTH = "tests/test_b.py::test_both"
FIXTURE = {"tests/unit/test_fixture.py::test_first", "tests/unit/test_fixture.py::test_second"}


@pytest.fixture(scope="module", params=["lines", "branches"])
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sources, tests and what was recorded when they ran."""
    root = tmp_path_factory.mktemp("recorded")
    branch = "true" if request.param == "branches" else "false"
    write_files(
        root, {**FILES, ".coveragerc": f"[run]\nbranch = {branch}\n", "pytest.ini": "[pytest]\npythonpath = .\n"}
    )
    for file in root.rglob("*.py"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    options = ["-q", "-p", "pytest_cov", "-p", "no:cacheprovider"]
    command = [sys.executable, "-B", "-m", "pytest", *options, "--cov=.", "--cov-context=test", "--cov-report="]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    subprocess.run(command, cwd=root, check=True, capture_output=True, env=environment)
    return root


@pytest.fixture
def root(recording: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(recording, tmp_path / "root")


def unreached(root: Path, *paths: str) -> set[str]:
    recorded = CoverageContexts.read(root / ".coverage", root)
    assert recorded is not None
    return set(recorded.unreached(paths))


def test_tests_that_do_not_touch_a_file_are_told(recording: Path) -> None:
    assert unreached(recording, "a.py") == B | FIXTURE
    assert unreached(recording, "b.py") == {A}
    assert unreached(recording, "a.py", "b.py") == set()


def test_what_a_fixture_touches_counts_for_its_folder(recording: Path) -> None:
    assert not unreached(recording, "b.py") & FIXTURE


def test_tests_of_a_changed_file_are_not_among_them(recording: Path) -> None:
    assert unreached(recording, "a.py", "tests/unit/test_fixture.py") == B
    assert unreached(recording, "a.py", "tests/test_b.py") == FIXTURE


def test_files_that_no_test_is_seen_to_touch_are_not_known(recording: Path) -> None:
    recorded = CoverageContexts.read(recording / ".coverage", recording)
    assert recorded is not None
    assert [recorded.knows(path) for path in ("a.py", "only_values.py", "new.py")] == [True, False, False]


def test_another_checkout_of_the_same_files_is_recognised(root: Path) -> None:
    assert unreached(root, "a.py") == B | FIXTURE


def test_a_test_file_that_is_newer_is_not_trusted(root: Path) -> None:
    os.utime(root / "tests/unit/test_fixture.py")
    later = (root / ".coverage").stat().st_mtime + 10
    os.utime(root / "tests/unit/test_fixture.py", (later, later))
    assert unreached(root, "a.py") == B


def test_nor_is_one_that_touches_a_newer_file(root: Path) -> None:
    later = (root / ".coverage").stat().st_mtime + 10
    os.utime(root / "b.py", (later, later))
    assert unreached(root, "a.py") == set()


def test_a_test_file_that_is_gone_is_not_trusted(root: Path) -> None:
    (root / "tests/unit/test_fixture.py").unlink()
    assert unreached(root, "a.py") == B


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0"])
def test_without_data_nothing_is_known(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / ".coverage").write_bytes(content)
    assert CoverageContexts.read(tmp_path / ".coverage", tmp_path) is None
    assert (tmp_path / ".coverage").exists() is (content is not None)


@pytest.mark.parametrize(
    "statement",
    [
        "update coverage_schema set version = 99",
        "update context set context = 'tests.test_a.test_f'",
        "update context set context = ''  where id = 0; delete from context where id > 0",
        "drop table context",
    ],
)
def test_data_of_another_kind_tell_nothing(root: Path, statement: str) -> None:
    import sqlite3

    with sqlite3.connect(root / ".coverage") as data:
        if "set context = 'tests" in statement:
            data.execute("update context set context = 'tests.test_' || id")
        else:
            data.executescript(statement)
    data.close()
    assert CoverageContexts.read(root / ".coverage", root) is None
