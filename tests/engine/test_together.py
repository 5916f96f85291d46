"""Files that cannot be correct apart share one unit: names that others reach, and patches of what is looked up late."""

from __future__ import annotations

import pytest

from codemods.errors import PlanError
from codemods.model import Disposition
from tests.checks import BASE, preview_files, with_disposition

USE = "from a.b import f\n\ndef run():\n    return f()\n"
RENAMED_USE = "from c.d import g\n\ndef run():\n    return g()\n"
KEPT_USE = "from c.d import g as f\n\ndef run():\n    return f()\n"


def migrated(files: dict[str, str], rest: str = "") -> tuple[dict[str, str], list[tuple[str, ...]]]:
    """What the files that change become, and the paths of each unit."""
    shown = preview_files({**BASE, **files}, rest=rest)
    changes = {c.path: c.after.decode() for unit in shown.units for c in unit.changes}
    return changes, [unit.paths for unit in shown.units]


FOLLOWERS = {
    "imports it": ("from app.use import f\nf()\n", "from app.use import g\ng()\n"),
    "imports it relatively": (
        "from .use import f, run\nf(run)\n",
        "from .use import g, run\ng(run)\n",
    ),
    "reads it as an attribute": ("from app import use\nuse.f()\n", "from app import use\nuse.g()\n"),
    "reads it by its full name": ("import app.use\napp.use.f()\n", "import app.use\napp.use.g()\n"),
    "patches it": ("patch('app.use.f')\n", "patch('app.use.g')\n"),
    "patches it in the module": (
        "from app import use\npatch.object(use, 'f')\n",
        "from app import use\npatch.object(use, 'g')\n",
    ),
    "names it by an alias": ("from app.use import f as h\nh()\n", "from app.use import g as h\nh()\n"),
}


@pytest.mark.parametrize("case", FOLLOWERS)
def test_a_file_that_reaches_a_renamed_name_follows_in_the_same_unit(case: str) -> None:
    before, after = FOLLOWERS[case]
    changes, units = migrated({"app/__init__.py": "", "app/use.py": USE, "app/other.py": before})
    assert changes == {"app/use.py": RENAMED_USE, "app/other.py": after}
    assert units == [("app/other.py", "app/use.py")]


def test_a_name_goes_through_several_files() -> None:
    files = {"x.py": USE, "y.py": "from x import f\n", "z.py": "import y\ny.f()\n", "other.py": "from a.b import f\n"}
    changes, units = migrated(files)
    assert changes["z.py"] == "import y\ny.g()\n"
    assert sorted(units) == [("other.py",), ("x.py", "y.py", "z.py")]


KEPT = {
    "a string that may be anything": {"v.py": "x = 'app.use.f'\n"},
    "a name that is taken there": {"v.py": "from app.use import *\nf()\n"},
    "an export": {"app/use.py": USE + "__all__ = ['f']\n", "v.py": "from app.use import f\n"},
    "a package's interface": {"app/__init__.py": "from .use import f\n", "v.py": "from app import f\n"},
}


@pytest.mark.parametrize("case", KEPT)
def test_the_name_stays_where_one_of_them_cannot_follow(case: str) -> None:
    files = {"app/__init__.py": "", "app/use.py": USE, **KEPT[case]}
    changes, units = migrated(files)
    assert changes == {"app/use.py": files["app/use.py"].replace(USE, KEPT_USE)}
    assert units == [("app/use.py",)]


def test_the_name_stays_where_the_plan_says_so() -> None:
    files = {**BASE, "use.py": USE, "v.py": "from use import f\n"}
    shown = preview_files(files, "  - {symbol: a.b.f, to: c.d.g, names: keep}\n")
    assert [(c.path, c.after.decode()) for u in shown.units for c in u.changes] == [("use.py", KEPT_USE)]


def test_a_follower_that_no_phase_lists_keeps_the_name() -> None:
    rest = "phases:\n  - {name: P0, files: [use.py]}\n"
    changes, _ = migrated({"use.py": USE, "v.py": "from use import f\n"}, rest)
    assert changes == {"use.py": KEPT_USE}


def test_a_follower_that_the_plan_excludes_keeps_the_name() -> None:
    changes, _ = migrated({"use.py": USE, "old/v.py": "from use import f\n"}, "exclude: [old/]\n")
    assert changes == {"use.py": KEPT_USE}


def test_a_unit_is_in_the_first_phase_that_holds_one_of_its_files() -> None:
    rest = "phases:\n  - {name: P0, files: [use.py]}\n  - {name: P1, files: rest}\n"
    shown = preview_files(
        {**BASE, "use.py": USE, "a_test.py": "patch('use.f')\n", "w.py": "from a.b import f\n"}, rest=rest
    )
    assert [(p.phase.name, [unit.paths for unit in p.units]) for p in shown.phases] == [
        ("P0", [("use.py", "a_test.py")]),
        ("P1", [("w.py",)]),
    ]
    assert [unit.id for unit in shown.units] == ["use.py", "w.py"]


LATE = {
    "an attribute": "import a.b\n\ndef run():\n    return a.b.f()\n",
    "an import in a function": "def run():\n    from a.b import f\n    return f()\n",
}


@pytest.mark.parametrize("case", LATE)
def test_a_patch_goes_with_the_code_that_looks_the_name_up_late(case: str) -> None:
    _, units = migrated(
        {"use.py": LATE[case], "test_use.py": "import use\npatch('a.b.f')\n", "x.py": "from a.b import f\n"}
    )
    assert sorted(units) == [("test_use.py", "use.py"), ("x.py",)]


def test_a_patch_goes_with_code_that_a_package_loads() -> None:
    files = {"p/__init__.py": "from .user import run\n", "p/user.py": LATE["an import in a function"]}
    _, units = migrated({**files, "t.py": "from p import run\npatch('a.b.f')\n"})
    assert units == [("p/user.py", "t.py")]


@pytest.mark.parametrize("patch", ["patch('a.b.C.run')", "patch.dict('a.b.C', x=1)"])
def test_a_patch_below_a_class_goes_with_all_who_use_the_class(patch: str) -> None:
    _, units = migrated({"use.py": "from a.b import C\n", "test_use.py": f"import use\n{patch}\n"})
    assert units == [("test_use.py", "use.py")]


def test_a_patch_is_alone_where_the_name_is_bound_early() -> None:
    _, units = migrated({"use.py": USE, "test_use.py": "import use\npatch('a.b.f')\n"})
    assert units == [("test_use.py",), ("use.py",)]


def test_each_reference_is_counted_once() -> None:
    shown = preview_files({**BASE, "use.py": USE, "v.py": "from use import f\nf()\n"})
    assert len(with_disposition(shown.findings, Disposition.REWRITTEN)) == len(shown.findings) == 4


def test_a_module_that_others_read_by_its_alias_stays() -> None:
    files = {"use.py": "from a import b as m\nm.f()\n", "v.py": "import use\nuse.m.K\n"}
    changes, _ = migrated(files)
    assert changes == {"use.py": "from a import b as m\nfrom c import d\nd.g()\n"}
    assert migrated({**files, "v.py": "patch('use.m.K')\n"})[0] == changes
    assert migrated({**files, "v.py": "m.K\n"})[0] == {"use.py": "from c import d as m\nm.g()\n"}


def test_a_chain_through_a_consumer_s_module_follows() -> None:
    files = {"use.py": "from a import b\nb.K\n", "v.py": "import use\nuse.b.f()\nuse.b.K\n"}
    assert migrated(files)[0]["v.py"] == "import use\nimport c.d\nc.d.g()\nuse.b.K\n"


def test_a_file_that_patches_its_own_name_follows_itself() -> None:
    changes, _ = migrated({"t.py": "from a.b import f\npatch('t.f')\nf()\n"})
    assert changes == {"t.py": "from c.d import g\npatch('t.g')\ng()\n"}


def test_a_name_that_a_star_brings_to_its_own_module_is_there() -> None:
    source = "from a.b import *\n\ndef run():\n    import u as own\n    return own.f()\n"
    changes, _ = migrated({"u.py": source})
    assert changes == {"u.py": source.replace("*\n", "*\nfrom c.d import g as f\n")}


PATCHES = {"by its name": "patch('a.b.f')\n", "in the module": "from a import b\npatch.object(b, 'f')\n"}


@pytest.mark.parametrize("case", PATCHES)
def test_a_patch_waits_for_the_code_that_cannot_move(case: str) -> None:
    files = {
        **BASE,
        "v.py": "import a.b as m\n\ndef r():\n    return m.f(m.nope)\n",
        "t.py": "import v\n" + PATCHES[case],
    }
    shown = preview_files(files, "  - {module: a.b, to: c.d, symbols: {f: g, C: D}}\n")
    assert not shown.units
    assert "v.py still looks it up there" in {finding.reason for finding in shown.findings}


@pytest.mark.parametrize("patch", ["patch.multiple('use', f=1)\n", "import use\npatch.multiple(use, f=1)\n"])
def test_patches_of_several_names_follow(patch: str) -> None:
    changes, units = migrated({"use.py": USE, "t.py": patch})
    assert changes["t.py"] == patch.replace("f=", "g=")
    assert units == [("t.py", "use.py")]


MODULE = "  - {module: a.b, to: c.d}\n"
WHOLE = {**BASE, "c/d.py": BASE["a/b.py"]}


def test_a_name_for_a_module_goes_with_the_strings_that_reach_it() -> None:
    files = {
        **WHOLE,
        "use.py": "from a import b\n\ndef run():\n    return b.f()\n",
        "t.py": "import use\npatch('use.b.f')\n",
    }
    shown = preview_files(files, MODULE)
    changes = {c.path: c.after.decode() for unit in shown.units for c in unit.changes}
    assert changes["use.py"] == "from c import d\n\ndef run():\n    return d.f()\n"
    assert changes["t.py"] == "import use\npatch('c.d.f')\n"
    assert [unit.paths for unit in shown.units] == [("t.py", "use.py")]
    assert not preview_files({**files, **changes}, MODULE).units


def test_a_package_that_loads_an_old_module_loads_the_new_one() -> None:
    files = {**WHOLE, "a/__init__.py": "from . import b\n", "use.py": "from a.b import K\n"}
    shown = preview_files(files, MODULE)
    changes = {c.path: c.after.decode() for unit in shown.units for c in unit.changes}
    assert changes["use.py"] == "from c.d import K\n"
    assert not preview_files({**files, **changes}, MODULE).units


def test_a_file_that_cannot_be_read_is_listed_once() -> None:
    """Files are read again for names of modules by which others may reach them."""
    files = {"use.py": "from a import b as m\nm.f()\n", "broken.py": "print 'f use m'\n"}
    shown = preview_files({**BASE, **files})
    assert [skipped.path for skipped in shown.skipped] == ["broken.py"]


def test_what_cannot_be_imported_has_no_names() -> None:
    """Also where the mistake stands in a function that has nothing to do with the plan."""
    broken = {"c/d.py": f"{BASE['c/d.py']}\n\ndef other():\n    x = = 1\n"}
    with pytest.raises(PlanError, match=r"`c\.d` has no name `g`"):
        preview_files({**BASE, **broken, "app.py": "from a.b import f\nf()\n"})


@pytest.mark.parametrize(
    ("word", "is_looked_at"),
    [("old_name", True), ("'\\nold_name'", True), ("'%sold_name'", True), ("test_old_name_works", False)],
)
def test_a_file_that_has_the_word_within_longer_ones_alone_is_not_looked_at(word: str, is_looked_at: bool) -> None:
    files = {"m.py": "old_name = 1\n", "n.py": "new_name = 1\n", "broken.py": f"def (\n{word}\n"}
    shown = preview_files(files, "  - {symbol: m.old_name, to: n.new_name}\n")
    assert [skipped.path for skipped in shown.skipped] == (["broken.py"] if is_looked_at else [])


def test_a_file_with_a_mistake_in_another_function_is_skipped() -> None:
    shown = preview_files({**BASE, "app.py": "from a.b import f\nf()\n\n\ndef other():\n    x = = 1\n"})
    assert not shown.units
    assert "app.py" in {outcome.path for outcome in shown.skipped}


def test_what_stays_in_an_old_module_is_not_touched_and_a_name_for_the_module_is_followed() -> None:
    files = {
        "stays.py": "from a.b import other\nother.f()\n",
        "hub.py": "from a import b as old\n",
        "follows.py": "patch('hub.old.f')\npatch('a.b.other')\npatch('a.b.other.f')\n",
    }
    changes, units = migrated(files)
    assert changes == {"follows.py": "patch('c.d.g')\npatch('a.b.other')\npatch('a.b.other.f')\n"}
    assert units == [("follows.py",)]


@pytest.mark.parametrize(("name", "told"), [("k", []), ("f", ["app/broken.py"])])
def test_a_file_that_takes_only_other_names_is_not_looked_into(name: str, told: list[str]) -> None:
    shown = preview_files({**BASE, "app/broken.py": f"from a.b import {name}\ndef\n"})
    assert [skipped.path for skipped in shown.skipped] == told


@pytest.mark.parametrize(
    ("other", "before", "after"),
    [
        ("a/__init__.py", "import a\na.b.f()\n", "import a\nimport c.d\nc.d.g()\n"),
        ("app/hub.py", "import app.hub, a.b\na.b.f(app.hub.k)\n", "import app.hub, c.d\nc.d.g(app.hub.k)\n"),
        ("app/hub.py", "from app.hub import f\nf()\n", None),
    ],
)
def test_what_leads_through_a_file_that_takes_only_other_names(other: str, before: str, after: str | None) -> None:
    changes, _ = migrated({other: "from a.b import k\n", "app/use.py": before})
    assert changes.get("app/use.py") == after
