"""A plan that is drafted from findings: it loads, it can be previewed, and it says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.engine.drafting import draft_of
from codemods.engine.preview import preview
from codemods.errors import CodemodsError
from codemods.model import Changed
from codemods.plan.load import LoadedPlan, load_plan
from codemods.plan.schema import RedirectModule, RedirectSymbol
from tests.survey.surveys import importers, survey_of

if TYPE_CHECKING:
    from codemods.engine.shown import Preview

SHORT = "class C:\n    def a(self):\n        return 1\n"
LONG = f"{SHORT}    def b(self):\n        return 2\n"
USERS = {**importers("from m import C", 3), "v.py": "from n import C\nprint(C().a())\n"}


def drafted(files: dict[str, str], **wish: object) -> tuple[str, LoadedPlan]:
    text = draft_of(survey_of(files, **wish), limit=0)
    return text, load_plan(text, "plan.yaml")


def previewed(files: dict[str, str], loaded: LoadedPlan) -> Preview:
    sources = {path: text.encode() for path, text in files.items()}
    return preview(loaded, sorted(sources), sources.__getitem__)


def redirects(loaded: LoadedPlan) -> list[tuple[str, str]]:
    return [(r.module if isinstance(r, RedirectModule) else r.symbol, r.to) for r in loaded.plan.redirect]


def test_the_most_used_one_is_kept_and_the_module_of_the_other_goes_with_it() -> None:
    files = {"m.py": LONG, "n.py": SHORT, **USERS}
    text, loaded = drafted(files)
    (keep,) = loaded.plan.keep
    assert (keep.module, keep.symbols) == ("m", ("C",))
    assert redirects(loaded) == [("n", "m")]
    assert "# C is defined 2 times. Most used and most complete: 3 file(s), 5 lines." in text
    assert "# n.C (n.py:1): used by 1 file(s); 3 lines; lacks `b`" in text
    assert "# leave: shim" in text
    (unit,) = previewed(files, loaded).units
    assert [change.after for change in unit.changes] == [b"from m import C\nprint(C().a())\n"]


def test_only_the_symbol_moves_where_its_module_has_more() -> None:
    files = {"m.py": LONG, "n.py": f"{SHORT}def other(): ...\n", **USERS}
    text, loaded = drafted(files)
    assert isinstance(loaded.plan.redirect[0], RedirectSymbol)
    assert redirects(loaded) == [("n.C", "m.C")]
    assert "# what else n has stays there: other" in text


def test_what_both_modules_define_moves_together() -> None:
    helper = "def helper(x):\n    return {}(x)\n"
    files = {"m.py": LONG + helper.format("one"), "n.py": SHORT + helper.format("two"), **USERS}
    _, loaded = drafted(files, names=("C",))
    assert redirects(loaded) == [("n", "m")]


def test_what_only_the_duplicate_has_is_suggested_for_a_merge() -> None:
    files = {"m.py": LONG, "n.py": SHORT.replace("def a", "def z"), **USERS}
    text, loaded = drafted(files, names=("C",))
    assert "#   - {module: n, into: m, names: [C.z]}" in text
    assert loaded.plan.merge == ()


def test_a_module_that_forwards_is_redirected_with_the_names_that_differ() -> None:
    files = {
        "new.py": "def f(): ...\ndef g(): ...\n",
        "old.py": "from new import f, g as h\n",
        "u.py": "from old import f, h\nh(f)\n",
        "v.py": "from new import f\n",
    }
    _, loaded = drafted(files)
    (redirect,) = loaded.plan.redirect
    assert isinstance(redirect, RedirectModule)
    assert (redirect.module, redirect.to, redirect.symbols) == ("old", "new", {"h": "g"})
    changed = [o.change.after for p in previewed(files, loaded).phases for o in p.outcomes if isinstance(o, Changed)]
    assert changed == [b"from new import f, g\ng(f)\n"]


def test_another_path_to_one_object_is_redirected_to_the_kept_one() -> None:
    files = {
        "m.py": "class C: ...\n",
        "n.py": "from m import C\nx = 1\n",
        "u.py": "from n import C\n",
        "v.py": "import m\n",
    }
    _, loaded = drafted(files)
    assert redirects(loaded) == [("n.C", "m.C")]


def test_a_path_by_a_star_import_is_left_alone() -> None:
    files = {
        "m.py": "class C: ...\n",
        "n.py": "from m import *\nx = 1\n",
        "u.py": "from n import C\n",
        "v.py": "import m\nm.C\n",
    }
    text, loaded = drafted(files)
    assert loaded.plan.redirect == ()
    assert "# left alone, since it comes there by a star import: n.C" in text


def test_no_redirect_leads_to_a_name_that_another_one_moves() -> None:
    make = "class {}:\n    def run(self):\n        first = one(self)\n        return first + 1\n".format
    files = {
        "a.py": make("Manager"),
        "b.py": make("Manager") + "def other(): ...\n",
        "old.py": "from b import Manager as Handler\n",
        "u.py": "from old import Handler\nfrom b import Manager\n",
        **importers("from a import Manager", 3),
    }
    text, loaded = drafted(files)
    assert redirects(loaded) == [("b.Manager", "a.Manager")]
    assert "# not moved, since another entry moves what it forwards to: old" in text
    previewed(files, loaded)


def test_what_a_person_has_to_decide_is_a_comment_and_the_plan_loads_all_the_same() -> None:
    files = {
        "m.py": LONG + "    x = 1\n",
        "n.py": SHORT,
        **importers("from n import C", 3),
        "v.py": "from m import C\n",
    }
    text, loaded = drafted(files)
    assert loaded.plan.redirect == ()
    assert [keep.module for keep in loaded.plan.keep] == ["n"]
    assert "# To be decided by a person:" in text
    assert "#     m.C (m.py:1): used by 1 file(s); 6 lines" in text


def test_namesakes_with_other_code_are_left_alone_unless_they_are_asked_for_by_name() -> None:
    files = {"m.py": "def get(x):\n    return one(x)\n", "n.py": "def get(x):\n    return two(x)\n"}
    files |= {"v.py": "from n import get\n", **importers("from m import get", 4)}
    text, loaded = drafted(files)
    assert loaded.plan.redirect == ()
    assert "# left alone, since other code under that name: n.get (n.py:1)" in text
    _, loaded = drafted(files, names=("get",))
    assert redirects(loaded) == [("n", "m")]


def test_source_roots_and_exclusions_are_in_the_plan() -> None:
    files = {
        "src/p/__init__.py": "",
        "src/p/m.py": LONG,
        "src/p/n.py": SHORT,
        "u.py": "from p.m import C\nimport p.n\n",
    }
    _, loaded = drafted(files, exclude=("vendor/**",))
    assert loaded.plan.source_roots == (".", "src")
    assert loaded.plan.exclude == ("vendor/**",)
    assert previewed(files, loaded).units[0].changes[0].path == "u.py"


def test_a_draft_of_nothing_is_refused() -> None:
    with pytest.raises(CodemodsError, match="Nothing that concerns D is there more than once"):
        drafted({"m.py": LONG, "n.py": SHORT}, names=("D",))


MODULES = ("a", "b", "p.c", "p.d")
NAMES = ("F", "G", "h")
STATEMENTS = st.one_of(
    st.builds("class {}:\n    def m(self):\n        return {}\n".format, st.sampled_from(NAMES[:2]), st.integers(0, 2)),
    st.builds("def {}(x):\n    return x + {}\n".format, st.sampled_from(NAMES), st.integers(0, 2)),
    st.builds("from {} import {}\n".format, st.sampled_from(MODULES), st.sampled_from(NAMES)),
    st.builds("from {0} import {1} as {2}\n".format, st.sampled_from(MODULES), *[st.sampled_from(NAMES)] * 2),
    st.builds("from {} import *\n".format, st.sampled_from(MODULES)),
    st.just("import p.c\nprint(p.c.F)\n"),
)
SOURCE = st.lists(STATEMENTS, max_size=4).map("".join)


@settings(max_examples=80)
@given(st.fixed_dictionaries({"a.py": SOURCE, "b.py": SOURCE, "p/c.py": SOURCE, "p/d.py": SOURCE, "u.py": SOURCE}))
def test_every_draft_loads_and_can_be_previewed(files: dict[str, str]) -> None:
    files = {**files, "p/__init__.py": ""}
    survey = survey_of(files)
    if survey.findings:
        previewed(files, load_plan(draft_of(survey, limit=0), "plan.yaml"))
    else:
        with pytest.raises(CodemodsError):
            draft_of(survey, limit=0)


def test_a_class_that_an_import_writes_over_is_no_definition() -> None:
    files = {"a.py": "", "p/__init__.py": "", "p/d.py": f"{LONG}from a import C\n", "u.py": SHORT, "v.py": SHORT}
    assert "p.d" not in draft_of(survey_of(files), limit=0)
