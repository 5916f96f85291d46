"""Modules that depend on a change are imported, too; they convict it if they fail by themselves, and because of it."""

from __future__ import annotations

import pickle
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from codemods.index.names import ModuleNames
from codemods.validation.base import Result, Scope, Verdict
from codemods.validation.import_smoke import ImportSmoke
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


@dataclass
class Switched:
    """A folder that shows `before` or `after`."""

    root: Path
    before: dict[str, str]
    after: dict[str, str]
    log: Path | None = None
    shown: list[bool] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def show(self, *, changed: bool) -> None:
        self.shown.append(changed)
        write_files(self.root, {**self.before, **(self.after if changed else {})})


def smoke(timeout: float = 20, *, dependants: bool = True) -> ImportSmoke:
    return ImportSmoke("imports", ModuleNames((".",)).name_of, (".",), timeout, dependants=dependants)


def change(
    root: Path,
    before: dict[str, str],
    after: dict[str, str],
    validation: ImportSmoke | None = None,
    only: tuple[str, ...] = (),
) -> tuple[Result, Switched]:
    """The verdict on `after`; all other files are dependants, in the order of `before`."""
    validation = validation or smoke()
    ground = Switched(root, before, after)
    ground.show(changed=False)
    scope = Scope(tuple(after), only=only, dependants=tuple(path for path in before if path not in after))
    validation.baseline(ground, scope)
    ground.show(changed=True)
    ground.shown.clear()
    result = validation.run(ground, scope)
    assert {path: (root / path).read_text() for path in after} == after
    return result, ground


SOUND = {"a.py": "x = 1\n", "b.py": "from a import x\n", "c.py": "import b\n"}


def test_a_dependant_that_cannot_be_imported_any_more_rejects(tmp_path: Path) -> None:
    result, ground = change(tmp_path, SOUND, {"a.py": "y = 1\n"})
    assert (result.verdict, result.guilty) == (Verdict.FAILED, ("b", "c"))
    assert result.summary.startswith("2 of 3 cannot be imported any more: b (ImportError: cannot import name 'x'")
    assert 'b.py", line 1' in result.evidence
    assert ground.shown[-1]


def test_dependants_that_can_be_imported_hold_and_nothing_else_is_looked_at(tmp_path: Path) -> None:
    result, ground = change(tmp_path, SOUND, {"a.py": "x = 2\n"})
    assert (result.verdict, result.summary, result.guilty) == (Verdict.PASSED, "3 imported", ())
    assert ground.shown == []


def test_dependants_can_be_left_out(tmp_path: Path) -> None:
    result, _ = change(tmp_path, SOUND, {"a.py": "y = 1\n"}, smoke(dependants=False))
    assert (result.verdict, result.summary) == (Verdict.PASSED, "1 imported")


def test_a_dependant_that_failed_before_may_fail_still(tmp_path: Path) -> None:
    before = {**SOUND, "d.py": "import a, not_there\n"}
    result, _ = change(tmp_path, before, {"a.py": "x = 2\n"})
    assert (result.verdict, result.summary) == (Verdict.PASSED, "3 imported, 1 could not be imported before either")


def test_it_counts_where_it_fails_because_the_project_lacks_something_now(tmp_path: Path) -> None:
    before = {**SOUND, "d.py": "import a\na.x\nimport not_there\n"}
    result, _ = change(tmp_path, before, {"a.py": "y = 2\n"})
    assert "d" in result.guilty
    assert change(tmp_path, before, {"a.py": "x = 3\n"})[0].holds


def test_a_dependant_that_fails_only_beside_others_is_sound(tmp_path: Path) -> None:
    before = {
        "a.py": "x = 1\n",
        "b.py": "import a, sys\nif a.x == 2: sys.taken = 1\n",
        "c.py": "import a, sys\nassert not hasattr(sys, 'taken')\n",
    }
    result, _ = change(tmp_path, before, {"a.py": "x = 2\n"})
    assert (result.verdict, result.summary) == (Verdict.PASSED, "3 imported")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("import os; os._exit(3)", "it ended Python: exit status 3"),
        ("import os; os.abort()", "it ended Python: killed by SIGABRT"),
        ("raise SystemExit", "SystemExit"),
    ],
)
def test_a_dependant_that_ends_python_hides_no_other(tmp_path: Path, code: str, fault: str) -> None:
    before = {
        "a.py": "x = 1\n",
        "b.py": f"import a\nif a.x == 2:\n    {code}\n",
        "c.py": "import a\nassert a.x == 1\n",
        "d.py": "import a\n",
    }
    result, _ = change(tmp_path, before, {"a.py": "x = 2\n"})
    assert result.guilty == ("b", "c")
    assert f"b ({fault})" in result.summary


def test_a_dependant_that_hangs_hides_no_other(tmp_path: Path) -> None:
    hanging = "import a, time\nwhile a.x == 2: time.sleep(1)\n"
    before = {"a.py": "x = 1\n", "b.py": hanging, "c.py": "import a\nassert a.x == 1\n"}
    result, _ = change(tmp_path, before, {"a.py": "x = 2\n"}, smoke(4))
    assert (result.guilty, result.verdict) == (("c", "b"), Verdict.FAILED)
    assert "b (no end after 4 s)" in result.summary


def test_what_there_was_no_time_for_is_said(tmp_path: Path) -> None:
    slow = "import a, time\ntime.sleep(0.4)\n"
    before = {"a.py": "", **{f"m{number}.py": slow for number in range(9)}}
    result, _ = change(tmp_path, before, {"a.py": "x = 2\n"}, smoke(2))
    assert result.verdict is Verdict.PASSED
    assert "dependant(s) not looked at for lack of time" in result.summary


def test_only_those_of_interest_are_imported(tmp_path: Path) -> None:
    result, _ = change(tmp_path, SOUND, {"a.py": "y = 1\n"}, only=("c",))
    assert (result.guilty, result.summary.partition(" cannot")[0]) == (("c",), "1 of 1")
    result, _ = change(tmp_path, SOUND, {"a.py": "y = 1\n"}, only=("a",))
    assert (result.guilty, result.summary) == ((), "1 imported")


def test_what_is_known_of_a_dependant_is_kept(tmp_path: Path) -> None:
    before = {**SOUND, "d.py": "import a, not_there\n"}
    validation = smoke()
    change(tmp_path, before, {"a.py": "x = 2\n"}, validation)
    _, ground = change(tmp_path, before, {"a.py": "x = 3\n"}, pickle.loads(pickle.dumps(validation)))
    assert ground.shown == []


def test_many_dependants_that_fail_alike_convict_and_end(tmp_path: Path) -> None:
    before = {"a.py": "x = 1\n", **{f"m{number}.py": "from a import x\n" for number in range(30)}}
    result, _ = change(tmp_path, before, {"a.py": "y = 1\n"}, smoke(1))
    assert result.guilty[0] == "m0"
    assert "for lack of time" in result.summary or len(result.guilty) == 30
