"""The folders that dotted names start from, guessed by what files import."""

from __future__ import annotations

from codemods.survey.findings import Kind
from tests.survey.surveys import survey_of

PACKAGE = {"pkg/__init__.py": "", "pkg/m.py": "def f():\n    return 1\n"}


def in_folder(folder: str) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in PACKAGE.items()}


def test_packages_at_the_top_need_no_other_root() -> None:
    assert survey_of({**PACKAGE, "u.py": "import pkg.m\n"}).roots == (".",)


def test_a_folder_from_which_packages_are_imported_is_one() -> None:
    survey = survey_of(
        {**in_folder("src"), "src/pkg/n.py": "from .m import f\n", "tests/t.py": "from pkg.m import f\n"}
    )
    assert survey.roots == (".", "src")
    assert survey.code.resolve("pkg.n", "f") == ("pkg.m", "f")
    assert survey_of({**in_folder("services/shop"), "u.py": "import pkg.m\n"}).roots == (".", "services/shop")


def test_a_folder_that_imports_spell_is_none() -> None:
    files = {
        **in_folder("lib"),
        "u.py": "import lib.pkg.m\n",
        "v.py": "from lib.pkg import m\n",
        "w.py": "import pkg\n",
    }
    assert survey_of(files).roots == (".",)


def test_folders_of_tests_and_packages_that_are_at_the_top_too_are_none() -> None:
    assert survey_of({**in_folder("tests"), "u.py": "import pkg\n"}).roots == (".",)
    assert survey_of({**in_folder("build"), **PACKAGE, "u.py": "import pkg\n"}).roots == (".",)


def test_roots_that_are_given_are_taken() -> None:
    survey = survey_of({**in_folder("code"), "n.py": "def f():\n    return 1\n"}, roots=("code",))
    assert survey.roots == ("code",)
    (finding,) = survey.of_kind(Kind.DUPLICATE)
    assert {place.dotted for place in finding.places} == {"pkg.m.f", "n.f"}
