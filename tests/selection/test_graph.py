"""What a change can affect: every file that reaches it by imports, by names and paths in strings, or by pytest."""

from __future__ import annotations

import pytest

from codemods.selection.graph import Graph, graph_of


def graph(files: dict[str, str], roots: tuple[str, ...] = (".",), plugins: tuple[str, ...] = ()) -> Graph:
    return graph_of(files, lambda path: files[path].encode(), roots, plugins)


def affected(files: dict[str, str], *paths: str, roots: tuple[str, ...] = (".",)) -> set[str] | None:
    """The files that a change of `paths` affects besides them."""
    found = graph(files, roots).affected(paths)
    return None if found is None else set(found) - set(paths)


PACKAGE = {"p/__init__.py": "", "p/m.py": "", "p/n.py": "", "p/q/__init__.py": "", "p/q/r.py": ""}


@pytest.mark.parametrize(
    "code",
    [
        "import p.m\n",
        "import os, p.m as x\n",
        "from p import n, m\n",
        "from p import (\n    n,  # not (m)\n    m,\n)\n",
        "from p import n, \\\n    m\n",
        "from p \\\n    import m\n",
        "from p.m import *\n",
        "def f():\n    import p.m\n",
        "if TYPE_CHECKING:\n    from p.m import C\n",
        "try: import p.m\nexcept ImportError: pass\n",
        "x = 1; import p.m\n",
        "print 'old'; import p.m\n",
        "import p.m\ndef f(:\n",
        "importlib.import_module('p.m')\n",
        "__import__('p.m')\n",
        "patch('p.m.name')\n",
        "run([python, '-c', 'import p.m'])\n",
        "run('python -m p.m')\n",
        "run([python, '-m', 'p.m'])\n",
        "run([python, 'p/m.py'])\n",
        "run(f'{root}/p/m.py --quiet')\n",
        "importlib.import_module(f'p.{name}')\n",
        "importlib.import_module('p.' + name)\n",
        "importlib.import_module('p.%s' % name)\n",
        "importlib.import_module(f'{package}.m')\n",
        "import p\nfor m in pkgutil.iter_modules(p.__path__): pass\n",
        "ENTRY = 'p.m:main'\n",
    ],
)
def test_a_file_that_reaches_a_module_is_affected(code: str) -> None:
    files = {**PACKAGE, "x/user.py": code, "x/over.py": "from x import user\n", "x/other.py": "import os\n"}
    assert affected(files, "p/m.py") == {"x/user.py", "x/over.py"}


@pytest.mark.parametrize(
    "code",
    [
        "import p.n\n",
        "from p import n\n",
        "import logging.m\n",
        "# see p/m.py\n",
        "from other import (p)\n",
        "name = 'm'\n",
        "importlib.import_module('p.n')\n",
        "patch('p.n.m')\n",
        "if name.startswith('p.'): pass\n",
    ],
)
def test_a_file_that_only_looks_like_it_is_not(code: str) -> None:
    assert affected({**PACKAGE, "x/user.py": code}, "p/m.py") == set()


@pytest.mark.parametrize("code", ["from . import m\n", "from .m import a\n"])
def test_relative_imports_are_followed(code: str) -> None:
    assert affected({**PACKAGE, "p/user.py": code}, "p/m.py") == {"p/user.py"}


def test_dots_lead_out_of_a_package() -> None:
    files = {**PACKAGE, "p/q/user.py": "from ..m import a\n", "p/q/no.py": "from .m import a\n"}
    assert affected(files, "p/m.py") == {"p/q/user.py"}


def test_the_packages_around_a_module_are_loaded_with_it() -> None:
    files = {**PACKAGE, "user.py": "import p.q.r\n", "other.py": "import os\n"}
    assert affected(files, "p/q/__init__.py") == {"p/q/r.py", "user.py"}
    assert affected(files, "p/__init__.py") == {"p/m.py", "p/n.py", "p/q/__init__.py", "p/q/r.py", "user.py"}


def test_a_circle_of_imports_ends() -> None:
    assert affected({"a.py": "import b\n", "b.py": "import a\n", "c.py": ""}, "a.py") == {"b.py"}


def test_names_start_at_source_roots() -> None:
    files = {"src/p/m.py": "", "user.py": "import p.m\n", "other.py": "import src.n\n"}
    assert affected(files, "src/p/m.py", roots=("src",)) == {"user.py"}


def test_a_module_beside_a_script_or_somewhere_on_the_path_is_found() -> None:
    files = {"tools/helper.py": "", "tools/run.py": "import helper\n", "tests/t.py": "import helper\n", "o.py": ""}
    assert affected(files, "tools/helper.py") == {"tools/run.py", "tests/t.py"}


def test_a_module_of_the_standard_library_is_not_one_that_has_its_name() -> None:
    files = {
        "p/__init__.py": "",
        "p/logging.py": "",
        "p/user.py": "import logging\n",
        "scripts/x.py": "import logging\n",
    }
    assert affected(files, "p/logging.py") == set()


def test_a_package_that_imports_its_modules_by_name_reaches_them_all() -> None:
    lazy = "def __getattr__(name):\n    return importlib.import_module(f'.{name}', __name__)\n"
    files = {"p/__init__.py": lazy, "p/m.py": "", "user.py": "import p\n", "other.py": "import os\n"}
    assert affected(files, "p/m.py") == {"p/__init__.py", "user.py"}


def test_what_django_loads_is_reached_from_where_it_is_listed() -> None:
    files = {"polls/models.py": "", "polls/extra.py": "", "settings.py": "INSTALLED_APPS = ['polls']\n"}
    assert affected(files, "polls/models.py") == {"settings.py"}
    assert affected(files, "polls/extra.py") == set()


TESTS = {"tests/test_a.py": "", "tests/unit/test_b.py": "", "other/test_c.py": "", "lib.py": ""}


def test_a_conftest_counts_for_the_tests_below_it() -> None:
    files = {**TESTS, "tests/unit/conftest.py": "import lib\n"}
    assert affected(files, "tests/unit/conftest.py") == {"tests/unit/test_b.py"}
    assert affected(files, "lib.py") == {"tests/unit/conftest.py", "tests/unit/test_b.py"}
    assert affected(files, "other/test_c.py") == set()


def test_the_plugins_that_a_conftest_names_count_for_its_tests() -> None:
    files = {**TESTS, "tests/conftest.py": "pytest_plugins = ['lib']\n"}
    assert affected(files, "lib.py") == {"tests/conftest.py", "tests/test_a.py", "tests/unit/test_b.py"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pytest.ini", "[pytest]\naddopts = -q -p lib\n"),
        ("pyproject.toml", '[project.entry-points.pytest11]\nours = "lib"\n'),
        ("setup.cfg", "[options.entry_points]\npytest11 =\n    ours = lib\n"),
        ("tox.ini", "[pytest]\nDJANGO_SETTINGS_MODULE = lib\n"),
    ],
)
def test_a_plugin_of_the_repository_counts_for_all_tests(path: str, text: str) -> None:
    assert affected({**TESTS, path: text, "m.py": ""}, "lib.py") == set(TESTS) - {"lib.py"}
    assert affected({**TESTS, path: text, "m.py": ""}, "m.py") == set()


def test_a_module_among_tests_that_settings_name_counts_for_all_of_them() -> None:
    settings = "[pytest]\ntestpaths = tests\n[ours]\nneeds = tests.needs:All\nmain = lib.main:run\n"
    files = {**TESTS, "tests/needs.py": "", "lib/main.py": "", "setup.cfg": settings}
    assert affected(files, "tests/needs.py") == {"tests/test_a.py", "tests/unit/test_b.py", "other/test_c.py"}
    assert affected(files, "lib/main.py") == set()


def test_a_plugin_among_the_arguments_does_too() -> None:
    found = graph({**TESTS, "m.py": ""}, plugins=("lib",))
    assert found.affected(["lib.py"]) == set(TESTS)
    assert found.affected(["m.py"]) == {"m.py"}


def test_test_files_may_have_other_names() -> None:
    files = {"pytest.ini": "[pytest]\npython_files = check_*.py\n", "q/check_a.py": "", "q/other.py": ""}
    assert affected({**files, "q/conftest.py": ""}, "q/conftest.py") == {"q/check_a.py"}


@pytest.mark.parametrize(
    "code",
    [
        "for path in Path('p').rglob('*.py'): pass\n",
        "os.walk(os.path.join(ROOT, 'p', 'q'))\n",
        "list((ROOT / 'p' / 'q').glob('*'))\n",
        "os.listdir('p/q')\n",
    ],
)
def test_a_test_that_reads_a_folder_is_affected_by_what_lies_in_it(code: str) -> None:
    files = {**PACKAGE, "tests/test_sources.py": code, "tests/test_other.py": "x = 'p'\n"}
    assert affected(files, "p/q/r.py") == {"tests/test_sources.py"}


def test_who_reads_a_module_does_not_run_what_that_imports() -> None:
    files = {**PACKAGE, "p/q/r.py": "import lib\n", "lib.py": "", "tests/test_sources.py": "os.listdir('p/q')\n"}
    assert affected(files, "lib.py") == {"p/q/r.py"}


def test_tests_are_affected_by_what_their_helper_reads() -> None:
    files = {**PACKAGE, "helper.py": "os.walk('p')\n", "test_a.py": "import helper\n", "app.py": "import helper\n"}
    assert affected(files, "p/m.py") == {"helper.py", "test_a.py"}


@pytest.mark.parametrize("path", ["pyproject.toml", "pytest.ini", "sub/setup.cfg", "tox.ini", "sitecustomize.py"])
def test_of_settings_nobody_knows(path: str) -> None:
    assert affected({path: "", "a.py": ""}, path, "a.py") is None


def test_a_data_file_affects_who_names_it_and_otherwise_nobody_knows() -> None:
    files = {"data/a.json": "", "data/b.json": "", "m.py": "open('data/a.json')\n", "n.py": "import m\n"}
    assert affected(files, "data/a.json") == {"m.py", "n.py"}
    assert affected(files, "data/b.json") is None


def test_dependants_are_the_nearest_first_and_tests_last() -> None:
    files = {
        "a.py": "",
        "b.py": "import a\n",
        "c.py": "import b\n",
        "test_a.py": "import a\n",
        "named.py": "patch('a.x')\nopen('a.py')\n",
    }
    assert graph(files).dependants(["a.py"]) == ("b.py", "c.py", "test_a.py")
    assert graph(files).dependants(["c.py"]) == ()


def test_a_changed_file_is_read_again() -> None:
    before = graph({**PACKAGE, "user.py": "import p.m\n"})
    after = before.with_changes({"user.py": b"import p.n\n"})
    assert after.affected(["p/n.py"]) == {"p/n.py", "user.py"}
    assert after.affected(["p/m.py"]) == {"p/m.py"}
    assert before.affected(["p/m.py"]) == {"p/m.py", "user.py"}


def test_a_new_module_is_found_by_those_that_name_it_already() -> None:
    before = graph({"p/__init__.py": "", "user.py": "try: import p.late\nexcept ImportError: pass\n"})
    after = before.with_changes({"p/late.py": b""})
    assert after.affected(["p/late.py"]) == {"p/late.py", "user.py"}


def test_a_module_that_is_gone_is_reached_by_nobody() -> None:
    before = graph({**PACKAGE, "user.py": "import p.m\n", "p/m.py": "import p.n\n"})
    assert before.affected(["p/n.py"]) == {"p/n.py", "p/m.py", "user.py"}
    assert before.with_changes({"p/m.py": None}).affected(["p/n.py"]) == {"p/n.py"}


def test_changes_one_by_one_lead_to_the_graph_of_the_whole() -> None:
    files = {**PACKAGE, "user.py": "import p.m\n", "tests/conftest.py": "import user\n", "tests/test_a.py": ""}
    changes: list[dict[str, bytes | None]] = [
        {"p/m.py": b"from p.q import r\n"},
        {"user.py": b"import p.n\n", "p/q/new.py": b"import user\n"},
        {"p/n.py": None, "p/q/r.py": b"import p.q.new\n"},
    ]
    step = graph(files)
    for change in changes:
        step = step.with_changes(change)
        files.update({path: content.decode() for path, content in change.items() if content is not None})
        files = {path: text for path, text in files.items() if change.get(path, b"") is not None}
    whole = graph(files)
    assert (step.importers, step.namers, step.readers) == (whole.importers, whole.namers, whole.readers)
    assert [step.affected([path]) for path in files] == [whole.affected([path]) for path in files]


def test_a_file_that_cannot_be_read_says_nothing() -> None:
    def read(path: str) -> bytes:
        if path == "a.py":
            raise PermissionError(path)
        return b"import a\n"

    found = graph_of(["a.py", "b.py"], read, (".",))
    assert found.affected(["a.py"]) == {"a.py", "b.py"}
    assert found.affected(["b.py"]) == {"b.py"}


def test_a_string_of_dots_alone_names_nothing() -> None:
    code = b"import importlib\nHELP = 'tool install -p ...'\nimportlib.import_module(HELP)\n"
    files = {"a/__init__.py": b"", "a/b.py": code, "c.py": b"x = 1\n"}
    assert graph_of(files, files.__getitem__, (".",)).affected(["c.py"]) == {"c.py"}
