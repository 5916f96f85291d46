"""What the changes of a run can affect, one after another."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from codemods.engine.selecting import Selector, plugins_in
from codemods.files import read_bytes
from codemods.plan.reading import read
from codemods.plan.schema import Plan
from codemods.vcs import Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Files

FILES = {
    "p/__init__.py": "",
    "p/a.py": "def f():\n    return 1\n",
    "p/b.py": "def g():\n    return 2\n",
    "tests/test_a.py": "from p import a\n\ndef test_a():\n    assert a.f()\n",
    "tests/test_b.py": "from p import a, b\n\ndef test_b():\n    assert b.g()\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
}


def selector(root: Path, **keys: object) -> Selector:
    repository = Repository.discover(root)
    plan = read(Plan, {"schema": 1, "name": "m", **keys})[0]
    return Selector.of(plan, repository, lambda path: read_bytes(root, path))


def test_a_scope_holds_the_change_and_all_that_it_affects(make_repo: Callable[[Files], Path]) -> None:
    scope = selector(make_repo(FILES)).scope({"p/b.py": b"x = 1\n"})
    assert (scope.paths, scope.name) == (("p/b.py",), "affected")
    assert scope.affected == {"p/b.py", "tests/test_b.py"}
    assert scope.dependants == ("tests/test_b.py",)


def test_where_nobody_knows_everything_counts(make_repo: Callable[[Files], Path]) -> None:
    scope = selector(make_repo(FILES)).scope({"pytest.ini": b"", "p/b.py": b""})
    assert (scope.affected, scope.name, scope.dependants) == (None, "all", ("tests/test_b.py",))


def test_new_files_and_those_that_go_are_part_of_a_change(make_repo: Callable[[Files], Path]) -> None:
    late = {**FILES, "tests/test_late.py": "try: from p import late\nexcept ImportError: pass\n"}
    found = selector(make_repo(late))
    assert found.affected({"p/late.py": b""}) == {"p/late.py", "tests/test_late.py"}
    assert found.affected({"p/b.py": None}) == {"p/b.py", "tests/test_b.py"}
    assert found.affected({"p/b.py": b""}) == {"p/b.py", "tests/test_b.py"}


def test_what_is_committed_changes_what_later_changes_affect(make_repo: Callable[[Files], Path]) -> None:
    found = selector(make_repo(FILES))
    assert found.affected({"p/a.py": b""}) == {"p/a.py", "tests/test_a.py", "tests/test_b.py"}
    found.committed({"tests/test_b.py": b"from p import b\n", "p/c.py": b"import p.a\n"})
    assert found.affected({"p/a.py": b""}) == {"p/a.py", "p/c.py", "tests/test_a.py"}
    found.committed({"p/c.py": None, "pytest.ini": b""})
    (found.root / "tests/test_b.py").write_text("from p import b\n")
    assert found.affected({"p/a.py": b""}) == {"p/a.py", "tests/test_a.py"}


def test_plugins_among_the_arguments_of_a_plan_count_for_all_tests(make_repo: Callable[[Files], Path]) -> None:
    validation = {"unit": {"kind": "pytest", "args": ["-p", "p.b", "-q"]}}
    found = selector(make_repo(FILES), validation=validation)
    assert found.affected({"p/b.py": b""}) == {"p/b.py", "tests/test_a.py", "tests/test_b.py"}


@pytest.mark.parametrize(
    ("arguments", "plugins"),
    [(["-p", "a.b", "-pc", "-q"], ["a.b", "c"]), (["-p", "no:cacheprovider", "tests"], []), (["-p"], [])],
)
def test_plugins_are_read_from_arguments(arguments: list[str], plugins: list[str]) -> None:
    assert plugins_in(arguments) == plugins


def record(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    options = ["-q", "-p", "pytest_cov", "-p", "no:cacheprovider"]
    command = [sys.executable, "-B", "-m", "pytest", *options, "--cov=p", "--cov-context=test", "--cov-report="]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def test_recorded_coverage_tells_tests_that_are_not_concerned(
    make_repo: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES)
    record(root, monkeypatch)
    found = selector(root)
    assert found.unreached(".coverage", {"p/a.py": b""}) == {"tests/test_b.py::test_b"}
    assert found.unreached(".coverage", {"p/a.py": b"", "p/b.py": b""}) == frozenset()
    assert found.unreached("nothing", {"p/a.py": b""}) == frozenset()


def test_of_files_that_were_not_recorded_imports_tell(
    make_repo: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES)
    record(root, monkeypatch)
    found = selector(root)
    assert found.unreached(".coverage", {"p/a.py": b"", "p/new.py": b""}) == {"tests/test_b.py::test_b"}
    assert found.unreached(".coverage", {"p/a.py": b"", "tests/test_b.py": b""}) == frozenset()
    assert found.unreached(".coverage", {"p/a.py": b"", "p/__init__.py": b""}) == frozenset()
    assert found.unreached(".coverage", {"p/a.py": b"", "pytest.ini": b""}) == frozenset()
