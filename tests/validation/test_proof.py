"""A checkout is used only where each validation is proved to import its code, wherever else that is installed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from codemods.plan.reading import read
from codemods.plan.validations import Validation
from codemods.validation.base import Still
from codemods.validation.proof import Doubt, Original, doubt_of
from tests.conftest import write_files
from tests.validation.venvs import Environment, make_environment

if TYPE_CHECKING:
    from pathlib import Path

FLAT = {
    "pkg/__init__.py": "",
    "pkg/a.py": "A = 1\n",
    "tests/test_a.py": "from pkg.a import A\ndef test_a(): assert A\n",
}
SRC = {"src/pkg/__init__.py": "", "src/pkg/a.py": "A = 1\n", "tests/test_a.py": FLAT["tests/test_a.py"]}
NAMESPACE = {"src/space/pkg/__init__.py": "", "src/space/pkg/a.py": "A = 1\n"}
PYTEST: dict[str, object] = {"kind": "pytest", "args": ["tests"]}
UNITTEST: dict[str, object] = {"kind": "unittest", "args": ["discover", "-s", "tests"]}
IMPORTS: dict[str, object] = {"kind": "imports"}
MODULE: dict[str, object] = {"kind": "command", "run": ["python", "-X", "dev", "-m", "pytest", "tests"]}
PROGRAM: dict[str, object] = {"kind": "command", "run": ["true"]}
ALL = (PYTEST, UNITTEST, IMPORTS, MODULE, PROGRAM)


@dataclass(frozen=True)
class Place:
    """The original checkout and a second one with the same files, and the active environment."""

    home: Path
    tree: Path
    environment: Environment
    monkeypatch: pytest.MonkeyPatch

    def write(self, files: dict[str, str]) -> None:
        write_files(self.home, files)
        write_files(self.tree, files)

    def doubt(
        self,
        asked: dict[str, object],
        *,
        roots: tuple[str, ...] = (".",),
        path: str = "",
        removed: tuple[str, ...] = (),
        thorough: bool = False,
    ) -> Doubt | None:
        """The doubt about the second checkout, with `path` in its PYTHONPATH."""
        files = sorted(file for file in self.home.rglob("*.py") if ".venv" not in file.parts)
        tracked = tuple(file.relative_to(self.home).as_posix() for file in files)
        changed = tuple(file for file in tracked if file.endswith("/a.py"))
        environment = {"PYTHONPATH": str(self.tree / path)} if path else {}
        validation: Validation = read(Validation, asked)[0]
        original = Original(self.home, tracked, roots, changed, removed)
        return doubt_of("v", validation, Still(self.tree, None, environment), original, thorough=thorough)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return make_environment(tmp_path_factory.mktemp("venv"))


@pytest.fixture
def place(tmp_path: Path, fresh: Environment, monkeypatch: pytest.MonkeyPatch) -> Place:
    before = set(fresh.packages.iterdir())
    for file in before:
        if file.name != "shared.pth":
            shutil.rmtree(file) if file.is_dir() else file.unlink()
    monkeypatch.setenv("VIRTUAL_ENV", str(fresh.python.parent.parent))
    for name in ("home", "tree"):
        (tmp_path / name).mkdir()
    return Place(tmp_path / "home", tmp_path / "tree", fresh, monkeypatch)


@pytest.mark.parametrize("asked", ALL)
def test_a_flat_layout_that_is_not_installed_is_its_own(place: Place, asked: dict[str, object]) -> None:
    place.write(FLAT)
    assert place.doubt(asked) is None


@pytest.mark.parametrize("asked", [PYTEST, UNITTEST, IMPORTS, MODULE])
def test_what_runs_in_the_checkout_is_before_an_editable_install(place: Place, asked: dict[str, object]) -> None:
    place.write(FLAT)
    place.environment.pth(place.home)
    assert place.doubt(asked) is None


def test_a_program_elsewhere_is_not_before_an_editable_install(place: Place) -> None:
    place.write(FLAT)
    place.environment.pth(place.home)
    doubt = place.doubt(PROGRAM)
    assert doubt is not None
    assert (doubt.what, doubt.by_path) == (
        f"the validation `v` imports `pkg` from the original checkout, {place.home / 'pkg' / '__init__.py'}",
        True,
    )
    assert place.doubt(PROGRAM, path=".") is None


@pytest.mark.parametrize(
    ("how", "asked"),
    [
        *(("pth", PYTEST), ("pth", UNITTEST), ("finder", PYTEST), ("finder", PROGRAM)),
        *(("PYTHONPATH", UNITTEST), ("PYTHONPATH", PROGRAM), ("env", PYTEST), ("env", MODULE)),
    ],
)
def test_a_src_layout_that_is_installed_from_the_original_is_doubted_unless_the_checkout_comes_first(
    place: Place, how: str, asked: dict[str, object]
) -> None:
    place.write(SRC)
    source = place.home / "src"
    if how == "pth":
        place.environment.pth(source)
    elif how == "finder":
        place.environment.finder({"pkg": source / "pkg"})
    elif how == "PYTHONPATH":
        place.monkeypatch.setenv("PYTHONPATH", str(source))
    else:
        asked = {**asked, "env": {"PYTHONPATH": str(source)}}
    doubt = place.doubt(asked, roots=("src",))
    assert doubt is not None
    assert str(source) in doubt.what
    if how == "env":
        assert (doubt.by_path, doubt.hint) == (False, "Write it relative to the root of the repository.")
    else:
        assert doubt.by_path
        assert place.doubt(asked, roots=("src",), path="src") is None


@pytest.mark.parametrize("asked", [PYTEST, UNITTEST, PROGRAM])
def test_a_finder_that_comes_before_all_paths_is_doubted_whatever_the_path(
    place: Place, asked: dict[str, object]
) -> None:
    place.write(SRC)
    place.environment.finder({"pkg": place.home / "src" / "pkg"}, first=True)
    assert place.doubt(asked, roots=("src",), path="src") is not None
    place.environment.finder({"pkg": place.tree / "src" / "pkg"}, first=True)
    assert place.doubt(asked, roots=("src",), path="src") is None


@pytest.mark.parametrize("asked", [PYTEST, UNITTEST, MODULE])
def test_a_relative_pythonpath_leads_into_the_checkout(place: Place, asked: dict[str, object]) -> None:
    place.write(SRC)
    place.environment.pth(place.home / "src")
    assert place.doubt({**asked, "env": {"PYTHONPATH": "src"}}, roots=("src",)) is None


def test_the_pythonpath_setting_of_pytest_is_seen(place: Place) -> None:
    place.write({**SRC, "pytest.ini": "[pytest]\npythonpath = src\n"})
    place.environment.pth(place.home / "src")
    assert place.doubt(PYTEST, roots=("src",)) is None
    assert place.doubt(UNITTEST, roots=("src",)) is not None


@pytest.mark.parametrize("asked", [PYTEST, PROGRAM])
def test_an_installed_copy_is_doubted_where_the_plan_changes_it(place: Place, asked: dict[str, object]) -> None:
    place.write(SRC)
    write_files(place.environment.packages, {"pkg/__init__.py": ""})
    doubt = place.doubt(asked, roots=("src",))
    assert doubt is not None
    assert "from a copy" in doubt.what
    assert place.doubt(asked, roots=("src",), path="src") is None


def test_a_stranger_with_the_name_of_a_folder_that_the_plan_does_not_change_is_none_of_ours(place: Place) -> None:
    place.write({**FLAT, "examples/__init__.py": ""})
    write_files(place.environment.packages, {"examples/__init__.py": ""})
    assert place.doubt(PROGRAM) is None


def test_a_copy_in_a_virtual_environment_in_the_original_is_a_copy(place: Place) -> None:
    place.write(SRC)
    write_files(place.home, {".venv/lib/pkg/__init__.py": ""})
    place.environment.pth(place.home / ".venv" / "lib")
    doubt = place.doubt(PROGRAM, roots=("src",))
    assert doubt is not None
    assert "from a copy" in doubt.what


@pytest.mark.parametrize("asked", [PYTEST, PROGRAM])
def test_a_namespace_package_may_have_a_part_in_the_original_only_after_its_own(
    place: Place, asked: dict[str, object]
) -> None:
    place.write({**NAMESPACE, "tests/test_a.py": ""})
    place.environment.pth(place.home / "src")
    doubt = place.doubt(asked, roots=("src",))
    assert doubt is not None
    assert f"`space` from the original checkout, {place.home / 'src' / 'space'}" in doubt.what
    assert place.doubt(asked, roots=("src",), path="src") is None


def test_a_namespace_package_from_which_a_file_is_removed_may_have_no_part_in_the_original(place: Place) -> None:
    place.write({**NAMESPACE, "src/space/old.py": "", "src/other/old.py": ""})
    place.environment.pth(place.home / "src")
    doubt = place.doubt(PROGRAM, roots=("src",), path="src", removed=("src/space/old.py",))
    assert doubt is not None
    assert f"`space` from the original checkout, {place.home / 'src' / 'space'}" in doubt.what
    assert place.doubt(PROGRAM, roots=("src",), path="src", removed=("src/space/pkg/a.py",)) is not None
    assert place.doubt(PROGRAM, roots=("src",), path="src", removed=("setup.py",)) is None


def test_a_namespace_package_may_have_parts_elsewhere(place: Place) -> None:
    place.write({**NAMESPACE, "tests/test_a.py": ""})
    write_files(place.environment.packages, {"space/other/__init__.py": "1 / 0\n"})
    assert place.doubt(PYTEST, roots=("src",), path="src") is None
    write_files(place.environment.packages, {"space/pkg/__init__.py": "1 / 0\n"})
    doubt = place.doubt(PYTEST, roots=("src",), path="")
    assert doubt is not None
    assert "from a copy" in doubt.what


@pytest.mark.parametrize("how", ["pth", "finder"])
def test_a_module_that_is_removed_may_not_be_found_in_the_original_then(place: Place, how: str) -> None:
    place.write(SRC)
    source = place.home / "src"
    place.environment.pth(source) if how == "pth" else place.environment.finder({"pkg": source / "pkg"})
    assert place.doubt(PROGRAM, roots=("src",), path="src", removed=("src/pkg/a.py",)) is None
    doubt = place.doubt(PROGRAM, roots=("src",), path="src", removed=("src/pkg/__init__.py", "src/pkg/a.py"))
    assert doubt is not None
    assert f"`pkg` from the original checkout, {source / 'pkg' / '__init__.py'}" in doubt.what
    for name in ("editable.pth", "__editable__.pth"):
        (place.environment.packages / name).unlink(missing_ok=True)
    assert place.doubt(PROGRAM, roots=("src",), path="src", removed=("src/pkg/__init__.py",)) is None


def test_a_conftest_that_loads_the_original_is_seen(place: Place) -> None:
    place.write(SRC)
    text = f"import sys\nsys.path.insert(0, {str(place.home / 'tests')!r})\nimport helper\n"
    place.write({"tests/helper.py": "", "tests/conftest.py": text})
    doubt = place.doubt(PYTEST, roots=("src",), path="src")
    assert doubt is not None
    assert "`helper` from the original checkout" in doubt.what


def test_a_test_that_loads_the_original_is_seen_by_the_thorough_proof(place: Place) -> None:
    place.write({**SRC, "tests/test_broken.py": "1 / 0\n"})
    assert place.doubt(PYTEST, roots=("src",), path="src", thorough=True) is None
    text = f"import sys\nsys.path.insert(0, {str(place.home / 'tests')!r})\nimport helper\ndef test_b(): pass\n"
    place.write({"tests/helper.py": "", "tests/test_b.py": text})
    (place.tree / "tests" / "helper.py").unlink()
    doubt = place.doubt(PYTEST, roots=("src",), path="src", thorough=True)
    assert doubt is not None
    assert "`helper` from the original checkout" in doubt.what
    assert place.doubt(PYTEST, roots=("src",), path="src") is None


def test_a_conftest_that_puts_the_checkout_first_is_seen(place: Place) -> None:
    place.write(SRC)
    place.environment.pth(place.home / "src")
    text = "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'src'))\n"
    place.write({"tests/conftest.py": text})
    assert place.doubt(PYTEST, roots=("src",)) is None


def test_pytest_that_does_not_start_is_told_with_its_last_lines(place: Place) -> None:
    place.write(FLAT)
    write_files(place.tree, {"tests/conftest.py": "raise ValueError('no .env here')\n"})
    doubt = place.doubt(PYTEST)
    assert doubt is not None
    assert "does not start in a linked worktree: exit status 4" in doubt.what
    assert "no .env here" in doubt.what
    assert "`prepare:`" in doubt.hint


@pytest.mark.parametrize(
    ("run", "is_doubted"),
    [
        (["{home}/check.py"], True),
        (["python", "{home}/check.py"], True),
        (["python", "check.py", "--root={home}"], True),
        (["sh", "-c", "cd '{home}' && make"], True),
        (["make", "-C", "{home}/pkg"], True),
        (["python", "check.py", "{home}-data", "{home}/.venv", "{tree}"], False),
        (["{home}/.venv/bin/python", "-m", "pytest"], False),
    ],
)
def test_an_absolute_path_into_the_tracked_files_of_the_original_is_doubted(
    place: Place, run: list[str], is_doubted: bool
) -> None:
    place.write({**FLAT, "check.py": "", "sub/x.py": ""})
    (place.home / ".venv" / "bin").mkdir(parents=True)
    (place.home / ".venv" / "bin" / "python").symlink_to(place.environment.python)
    asked = {"kind": "command", "run": [part.format(home=place.home, tree=place.tree) for part in run]}
    doubt = place.doubt(asked)
    assert (doubt is not None) is is_doubted
    if doubt is not None:
        assert f"names {place.home}" in doubt.what


def test_a_script_has_its_own_folder_first(place: Place) -> None:
    place.write({"pkg/__init__.py": "", "pkg/a.py": "", "scripts/check.py": "", "check.py": ""})
    place.environment.pth(place.home)
    assert place.doubt({"kind": "command", "run": ["python", "-u", "check.py"]}) is None
    assert place.doubt({"kind": "command", "run": ["python", "-u", "scripts/check.py"]}) is not None
    assert place.doubt({"kind": "command", "run": ["python", "-I", "check.py"]}) is not None
    text = f"#!{place.environment.python}\n"
    place.write({"check": text, "scripts/check": text})
    for file in (place.tree / "check", place.tree / "scripts" / "check"):
        file.chmod(0o755)
    assert place.doubt({"kind": "command", "run": ["./check"]}) is None
    assert place.doubt({"kind": "command", "run": ["scripts/check"]}) is not None


def test_an_interpreter_that_is_not_there_is_told(place: Place) -> None:
    place.write(FLAT)
    doubt = place.doubt({"kind": "command", "run": ["lost/bin/python3", "-m", "pytest"]})
    assert doubt is not None
    assert "does not start" in doubt.what
