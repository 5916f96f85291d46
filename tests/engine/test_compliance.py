"""The share of references that use the canonical path: what counts, as what, and where."""

from __future__ import annotations

import pytest

from codemods.engine.compliance import Share, compliance, naming
from codemods.plan.load import load_plan

FILES = {
    "pkg/__init__.py": "",
    "pkg/old.py": "def f(): pass\n",
    "pkg/new.py": "from pkg.old import f\ndef g(): pass\n",
}
MODULE = "redirect: [{module: pkg.old, to: pkg.new}]"
SYMBOL = "redirect: [{symbol: pkg.old.f, to: pkg.new.g}]"


def share(files: dict[str, str], plan: str = MODULE) -> Share:
    return counted(files, plan).overall


def counted(files: dict[str, str], plan: str = MODULE):  # type: ignore[no-untyped-def]
    everything = {path: text.encode() for path, text in {**FILES, **files}.items()}
    return compliance(load_plan(f"schema: 1\nname: p\n{plan}\n", "p.yaml"), everything, everything.__getitem__)


COUNTED = {
    "each imported name": ("from pkg.old import f, h\nfrom pkg.new import g\n", Share(canonical=1, old=2)),
    "a relative import": ("from .old import f\n", Share(old=1)),
    "an import of the module and its chains": ("from pkg import new\nnew.g()\nnew.g()\n", Share(canonical=3)),
    "a patch target": ("patch('pkg.old.f')\n", Share(old=1)),
    "an import in a function": ("def t():\n    from pkg.new import g\n    g()\n", Share(canonical=1)),
    "no use of an imported name": ("from pkg.new import g\ng()\ng.x()\n", Share(canonical=1)),
    "nothing of a namesake": ("from elsewhere.old import f\nimport old\nold.f\n", Share()),
    "nothing of a comment or a sentence": ("# from pkg.old import f\nx = 'use pkg.new.g now'\n", Share()),
    "nothing of a file that does not parse": ("from pkg.old import f\nprint 'x'\n", Share()),
}


@pytest.mark.parametrize("case", COUNTED)
def test_it_counts(case: str) -> None:
    source, expected = COUNTED[case]
    assert share({"pkg/u.py": source}) == expected


def test_a_symbol_counts_alone_where_the_plan_moves_a_symbol() -> None:
    source = "from pkg.old import f, other\nfrom pkg.new import g, another\n"
    assert share({"u.py": source}, SYMBOL) == Share(canonical=1, old=1)


def test_the_modules_themselves_do_not_count() -> None:
    assert share({}) == Share()
    assert share({}).percent is None


THROUGH = {
    "a package hands it on": ({"pkg/__init__.py": "from .new import g\n", "u.py": "from pkg import g\n"}, 1),
    "a chain reads it there": ({"app.py": "from pkg.old import f\n", "u.py": "import app\napp.f()\n"}, 1),
    "two modules hand it on": (
        {"a.py": "from pkg.old import f\n", "b.py": "from a import f as h\n", "u.py": "from b import h\n"},
        2,
    ),
    "a patch names its consumer, which is right": (
        {"app.py": "from pkg.old import f\n", "u.py": "patch('app.f')\n"},
        0,
    ),
    "a function keeps it to itself": (
        {"app.py": "def t():\n    from pkg.old import f\n", "u.py": "from app import f\n"},
        0,
    ),
}


@pytest.mark.parametrize("case", THROUGH)
def test_what_others_hand_on(case: str) -> None:
    files, expected = THROUGH[case]
    assert share(files).other == expected


def test_where_a_reference_leads_is_told() -> None:
    found = counted({"pkg/__init__.py": "from .new import g\n", "u.py": "from pkg import g\n"})
    (place,) = [place for place in found.places if place.kind == "other"]
    assert (place.path, place.line, place.dotted, place.leads_to) == ("u.py", 1, "pkg.g", "pkg.new.g")


def test_folders_are_two_levels_deep() -> None:
    source = "from pkg.old import f\n"
    found = counted({"a/b/c/u.py": source, "a/b/v.py": "from pkg.new import g\n", "a/w.py": source, "x.py": source})
    assert found.by_folder == {".": Share(old=1), "a": Share(old=1), "a/b": Share(canonical=1, old=1)}
    assert found.by_folder["a/b"].percent == 50
    assert found.overall.percent == 25


def test_excluded_files_do_not_count() -> None:
    assert share({"archive/u.py": "from pkg.old import f\n"}, f"{MODULE}\nexclude: [archive/]") == Share()


def test_a_plan_without_redirects_counts_what_it_keeps() -> None:
    source = "from pkg.new import g, other\nimport pkg.old\n"
    assert share({"u.py": source}, "keep: [{module: pkg.new, symbols: [g]}]") == Share(canonical=1)
    assert share({"u.py": source}, "keep: [{module: pkg.new}]") == Share(canonical=2)


def test_where_a_name_moves_elsewhere_that_is_canonical_too() -> None:
    plan = "redirect: [{module: pkg.old, to: pkg.new, symbols: {h: pkg.third.h}}]"
    files = {"pkg/third.py": "def h(): pass\n", "u.py": "from pkg.third import h, k\n"}
    assert share(files, plan) == Share(canonical=1)


def test_naming_finds_what_names_a_module_also_through_others() -> None:
    files = {**FILES, "app.py": "from pkg.old import f\n", "u.py": "from app import f\n", "v.py": "x = 'pkg.older.f'\n"}
    contents = {path: text.encode() for path, text in files.items()}
    loaded = load_plan("schema: 1\nname: p\ndelete: [{module: pkg.old}]\n", "p.yaml")
    found = naming(loaded, contents, contents.__getitem__, frozenset({"pkg.old"}))
    assert [(place.path, place.dotted) for place in found] == [
        ("app.py", "pkg.old.f"),
        ("pkg/new.py", "pkg.old.f"),
        ("u.py", "app.f"),
    ]
