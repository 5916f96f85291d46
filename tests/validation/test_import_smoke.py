"""Changed modules are imported in fresh interpreters; only what the change broke counts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Verdict
from codemods.validation.import_smoke import ImportSmoke
from tests.conftest import write_files
from tests.validation.bound import Bound

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


def module_of(path: str) -> str | None:
    dotted = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return None if "-" in dotted else dotted


def smoke(root: Path, timeout: float = 20) -> Bound:
    return Bound(ImportSmoke("imports", module_of, (".",), timeout), root)


def change(root: Path, before: dict[str, str], after: dict[str, str], timeout: float = 20) -> Result:
    """The verdict on `after`, once `before` was the unchanged tree."""
    write_files(root, before)
    validation = smoke(root, timeout)
    validation.require()
    validation.baseline(tuple(after))
    write_files(root, after)
    return validation.run(tuple(after))


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("from p.a import nothing\n", "b (ImportError: cannot import name 'nothing' from 'p.a'"),
        ("import p.nothing\n", "b (ModuleNotFoundError: No module named 'p.nothing')"),
        ("def f(:\n", "b (SyntaxError: "),
        ("raise SystemExit(0)\n", "b (SystemExit: 0)"),
        ("raise KeyboardInterrupt\n", "b (KeyboardInterrupt)"),
        ("import os; os._exit(0)\n", "b (it ended Python: exit status 0)"),
        ("import os; os.abort()\n", "b (it ended Python: killed by SIGABRT)"),
        ("class E(Exception):\n    def __str__(self): 1/0\nraise E\n", "b (E)"),
    ],
)
def test_a_module_that_cannot_be_imported_any_more_rejects(tmp_path: Path, code: str, fault: str) -> None:
    result = change(tmp_path, {"p/__init__.py": "", "p/a.py": "", "b.py": "import p.a\n"}, {"b.py": code})
    assert (result.name, result.verdict) == ("imports", Verdict.FAILED)
    assert result.summary.startswith(f"1 of 1 cannot be imported any more: {fault}")
    assert "\n" not in result.summary


def test_the_traceback_is_the_evidence(tmp_path: Path) -> None:
    result = change(tmp_path, {"b.py": ""}, {"b.py": "print('on the way')\n1 / 0\n"})
    assert "on the way" in result.evidence
    assert 'b.py", line 2' in result.evidence


@pytest.mark.parametrize(
    "code",
    [
        "print('loud')\n",
        "if __name__ == '__main__':\n    raise SystemExit(1)\n",
        "import sys\nsys.stdout.close()\n",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n",
        "import os\nif os.fork() == 0:\n    raise SystemExit(1)\nos.wait()\n",
        "import warnings\nwarnings.warn('old', DeprecationWarning)\n",
    ],
)
def test_a_module_that_can_be_imported_holds(tmp_path: Path, code: str) -> None:
    result = change(tmp_path, {"b.py": "1/0\n", "c.py": ""}, {"c.py": code}, timeout=5)
    assert (result.verdict, result.summary) == (Verdict.PASSED, "1 imported")


def test_a_module_without_end_times_out_and_the_others_are_told(tmp_path: Path) -> None:
    after = {"a.py": "while True: pass\n", "b.py": ""}
    result = change(tmp_path, {"a.py": "", "b.py": ""}, after, timeout=1)
    assert (result.verdict, result.holds) == (Verdict.TIMED_OUT, False)
    assert result.summary == "1 of 2 cannot be imported any more: a (no end after 1 s)"


def test_what_failed_before_may_fail_still(tmp_path: Path) -> None:
    before = {"a.py": "import not_there\n", "b.py": "1/0\n", "c.py": ""}
    after = {"a.py": "import not_there  # changed\n", "b.py": "2/0\n", "c.py": "x = 1\n"}
    result = change(tmp_path, before, after)
    assert (result.verdict, result.summary) == (Verdict.PASSED, "1 imported, 2 could not be imported before either")
    assert "not_there" in result.evidence


@pytest.mark.parametrize("code", ["from q import gone\n", "import q\nq.gone\n", "import q.gone\n"])
def test_a_module_of_the_project_that_lacks_something_counts_even_then(tmp_path: Path, code: str) -> None:
    result = change(tmp_path, {"q.py": "", "a.py": "import not_there\n"}, {"a.py": code + "import not_there\n"})
    assert result.verdict is Verdict.FAILED
    assert "gone" in result.summary


def test_another_package_that_is_not_installed_does_not(tmp_path: Path) -> None:
    before = {"a.py": "import not_there\n", "q.py": "import not_there_either\n"}
    assert change(tmp_path, before, {"a.py": "import q, not_there\n"}).holds


def test_a_module_that_was_never_looked_at_counts_as_sound(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.py": "1/0\n"})
    assert smoke(tmp_path).run(("a.py",)).verdict is Verdict.FAILED


def test_the_baseline_of_a_module_is_taken_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.py": "open('runs', 'a').write('.')\n", "b.py": ""})
    validation = smoke(tmp_path)
    validation.baseline(("a.py",))
    validation.baseline(("a.py", "b.py"))
    assert (tmp_path / "runs").read_text() == "."
    assert validation.validation.before == {"a": None, "b": None}


def test_a_module_that_ends_python_hides_no_other_in_the_baseline(tmp_path: Path) -> None:
    code = {"a.py": "", "b.py": "import os; os._exit(3)\n", "c.py": "1/0\n", "d.py": "while True: pass\n", "e.py": ""}
    write_files(tmp_path, code)
    validation = smoke(tmp_path, 1)
    validation.baseline(tuple(code))
    faults = {name: fault and fault.text for name, fault in validation.validation.before.items()}
    assert faults == {
        "a": None,
        "b": "it ended Python: exit status 3",
        "c": "ZeroDivisionError: division by zero",
        "d": "no end after 1 s",
        "e": None,
    }


def test_a_module_that_fails_only_beside_others_is_sound(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"a.py": "import sys\nsys.taken = 1\n", "b.py": "import sys\nassert not hasattr(sys, 'taken')\n"}
    )
    validation = smoke(tmp_path)
    validation.baseline(("a.py", "b.py"))
    assert validation.validation.before == {"a": None, "b": None}


def test_what_an_earlier_module_of_the_baseline_did_hides_no_failure(tmp_path: Path) -> None:
    # `import b` resolves the circle, `import a` never did; nor could `d` be imported without `c`.
    files = {
        "b.py": "import a\nfrom a import z\n",
        "a.py": "import b\nz = 1\n",
        "c.py": "import sys\nsys.path.append('late')\n",
        "d.py": "import only_late\n",
    }
    write_files(tmp_path, {"late/only_late.py": ""})
    result = change(tmp_path, files, {name: f"{code}# changed\n" for name, code in files.items()})
    assert (result.verdict, result.summary) == (Verdict.PASSED, "2 imported, 2 could not be imported before either")


def test_each_changed_module_is_imported_alone(tmp_path: Path) -> None:
    before = {"a.py": "", "b.py": ""}
    after = {"a.py": "import sys, types\nsys.modules['gone'] = types.ModuleType('gone')\n", "b.py": "import gone\n"}
    assert change(tmp_path, before, after).verdict is Verdict.FAILED


def test_a_forgotten_import_is_not_done_for_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Measuring coverage of subprocesses imports these modules at their start.
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(name, raising=False)
    after = {"a.py": "import sys\nassert not {'json', 'traceback', 'ast'} & set(sys.modules)\n"}
    assert change(tmp_path, {"a.py": ""}, after).holds


def test_programs_and_what_is_no_module_are_passed_over(tmp_path: Path) -> None:
    files = {"p/__main__.py": "1/0", "setup.py": "1/0", "libs/setup.py": "1/0", "my-dir/s.py": "1/0", "s.pyi": "1/0"}
    write_files(tmp_path, files)
    result = smoke(tmp_path).run((*files, "deleted.py", "notes.md"))
    assert (result.verdict, result.summary) == (Verdict.PASSED, "0 imported")


def test_a_module_of_a_package_may_be_called_setup(tmp_path: Path) -> None:
    write_files(tmp_path, {"p/__init__.py": "", "p/setup.py": "1/0\n"})
    assert smoke(tmp_path).run(("p/setup.py",)).verdict is Verdict.FAILED


def test_tests_are_imported_as_modules(tmp_path: Path) -> None:
    write_files(tmp_path, {"checks/conftest.py": "import pytest\n", "checks/test_a.py": "from . import conftest\n"})
    assert smoke(tmp_path).run(("checks/conftest.py", "checks/test_a.py")).summary == "2 imported"


def test_source_roots_come_first_and_the_root_is_the_folder(tmp_path: Path) -> None:
    files = {"src/colorsys.py": "MINE = 1\n", "src/a.py": "import os\nfrom colorsys import MINE\nopen('src/a.py')\n"}
    write_files(tmp_path, {**files, "json.py": "1/0\n"})
    validation = ImportSmoke("imports", lambda path: module_of(path.removeprefix("src/")), ("src",), 20)
    assert Bound(validation, tmp_path).run(("src/a.py",)).holds


def test_a_python_that_cannot_start_is_not_held_against_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a.py": "", "venv/bin/python": "#!/bin/sh\necho broken\nexit 1\n"})
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "venv"))
    with pytest.raises(ValidationSetupError, match="cannot start"):  # it is not executable
        smoke(tmp_path).baseline(("a.py",))
    (tmp_path / "venv/bin/python").chmod(0o755)
    with pytest.raises(ValidationSetupError, match="broken"):
        smoke(tmp_path).run(("a.py",))
