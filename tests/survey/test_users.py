"""How many files use a definition: by every way that leads to it, and by none that only looks so."""

from __future__ import annotations

import pytest

from codemods.survey.findings import Kind
from codemods.survey.usage import Usage, count_users
from tests.survey.surveys import survey_of

FILES = {
    "p/__init__.py": "from p.m import f as public\n",
    "p/m.py": "def f(): ...\nclass C: ...\ng = f\n",
    "p/star.py": "from p.m import *\n",
    "p/inner.py": "",
}


def usage(user: str, path: str = "u.py") -> Usage:
    files = {**FILES, path: user}
    survey = survey_of(files)
    return count_users(survey.code, lambda name: files[name]).of("p.m", "f")


@pytest.mark.parametrize(
    ("user", "dotted"),
    [
        ("from p.m import f\n", "p.m.f"),
        ("from p.m import f as h\n", "p.m.f"),
        ("from p.m import g\n", "p.m.g"),
        ("from p import public\n", "p.public"),
        ("from p.star import f\n", "p.star.f"),
        ("def u():\n    from p.m import f\n", "p.m.f"),
        ("try:\n    from p.m import f\nexcept ImportError: ...\n", "p.m.f"),
        ("import p.m\np.m.f()\n", "p.m.f"),
        ("import p.m as x\nx.f()\n", "p.m.f"),
        ("from p import m\nprint(m.f.name)\n", "p.m.f"),
        ("import p\np.public()\n", "p.public"),
        ("from p.m import *\nf()\n", "p.m.f"),
    ],
)
def test_a_file_uses_what_it_imports(user: str, dotted: str) -> None:
    used = usage(user)
    assert "u.py" in used.files
    assert used.by_path[dotted] == {"u.py"} | ({"p/__init__.py"} if dotted == "p.m.f" else set())


def test_relative_imports_count() -> None:
    assert "p/inner.py" in usage("from .m import f\n", "p/inner.py").files


@pytest.mark.parametrize("call", ["mock.patch('p.m.f')", 'monkeypatch.setattr("p.m.f", 1)', "import_module('p.m.f.x')"])
def test_strings_that_name_it_count_where_files_patch_or_import_by_strings(call: str) -> None:
    used = usage(f"{call}\n")
    assert "u.py" in used.files
    assert "u.py" not in {path for files in used.by_path.values() for path in files}


@pytest.mark.parametrize(
    "user",
    [
        "def f(): ...\nf()\n",
        "from q.m import f\n",
        "import p.m\nx.f()\n",
        "from p.m import C\n",
        "from p.m import *\nC()\n",
        "'''\nfrom p.m import f\n'''\n",
        "# from p.m import f\n",
        "x = 'p.m.f'\n",
        "import p.m\n# p.m.f\n",
    ],
)
def test_a_file_that_only_looks_so_does_not(user: str) -> None:
    assert "u.py" not in usage(user).files


def test_the_module_itself_is_no_user() -> None:
    assert usage("").files == {"p/__init__.py"}


def test_imports_that_lead_in_a_circle_lead_nowhere() -> None:
    files = {"a.py": "from b import x\n", "b.py": "from a import x\n"}
    survey = survey_of(files)
    assert survey.code.resolve("a", "x") is None
    assert survey.of_kind(Kind.PATHS) == ()
