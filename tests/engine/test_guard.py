"""What the guard finds over a small repository: each rule, and beside it what it must leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.engine.guard import guard
from codemods.errors import CodemodsError, PlanError
from codemods.guarding.violations import Kind, Violation
from codemods.plan.load import load_plan
from tests.checks import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

SYMBOL = "redirect:\n  - {symbol: a.b.f, to: c.d.g}\n"
MODULE = "redirect:\n  - {module: a.b, to: c.d, symbols: {f: g}}\n"
KEEP = "keep:\n  - {module: c.d, symbols: [D, g]}\n"


def violations(files: Mapping[str, str], plan: str, only: tuple[str, ...] | None = None) -> tuple[Violation, ...]:
    """What the guard finds in `files`, beside the usual modules."""
    everything = {path: text.encode() for path, text in {**BASE, **files}.items()}
    loaded = load_plan(f"schema: 1\nname: test\n{plan}", "plan.yaml")
    return guard(loaded, everything, everything.__getitem__, only).violations


def found(source: str, plan: str, path: str = "u.py") -> list[tuple[int, Kind, str]]:
    """Line, kind and target of what is found in `source`, in one file or in the whole repository alike."""
    whole = violations({path: source}, plan)
    assert violations({path: source}, plan, (path,)) == tuple(v for v in whole if v.path == path)
    return [(v.line, v.kind, v.target) for v in whole if v.path == path]


class TestReferences:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("from a.b import f\n", [(1, Kind.IMPORT, "a.b.f")]),
            ("from a.b import f\nf()\n", [(1, Kind.IMPORT, "a.b.f"), (2, Kind.USE, "a.b.f")]),
            ("from a.b import (\n    K,\n    f as make,\n)\n", [(3, Kind.IMPORT, "a.b.f")]),
            ("import a.b\na.b.f()\n", [(2, Kind.USE, "a.b.f")]),
            ("from a.b import *\nf, K\n", [(1, Kind.IMPORT, "a.b"), (2, Kind.USE, "a.b.f")]),
            ("import a.b as m\nx: 'm.f'\n", [(2, Kind.USE, "a.b.f")]),
            ("from unittest.mock import patch\n@patch('a.b.f')\ndef t(m): ...\n", [(2, Kind.STRING, "a.b.f")]),
        ],
    )
    def test_an_old_symbol_is_found(self, source: str, expected: list[tuple[int, Kind, str]]) -> None:
        assert found(source, SYMBOL) == expected

    @pytest.mark.parametrize(
        "source",
        [
            "from c.d import g\ng()\n",
            "from a.b import K\nK\n",
            "from a.b import *\nK\n",
            "import a.b\na.b.K\n",
            "from a.other import K as f\nf\n",
            "def f(): ...\nf()\n",
            "from unittest.mock import patch\n@patch('a.b.K')\ndef t(m): ...\n",
        ],
    )
    def test_what_stays_is_left_alone(self, source: str) -> None:
        assert found(source, SYMBOL) == []

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("import a.b\n", [(1, Kind.IMPORT, "a.b")]),
            ("from a import b\n", [(1, Kind.IMPORT, "a.b")]),
            ("from a.b import K\n", [(1, Kind.IMPORT, "a.b.K")]),
            ("from a.b import *\nf\n", [(1, Kind.IMPORT, "a.b"), (2, Kind.USE, "a.b.f")]),
            ("from a.b import *\nL\n", [(1, Kind.IMPORT, "a.b")]),
            ("from importlib import import_module\nx = import_module('a.b')\n", [(2, Kind.STRING, "a.b")]),
        ],
    )
    def test_an_old_module_is_found(self, source: str, expected: list[tuple[int, Kind, str]]) -> None:
        assert found(source, MODULE) == expected

    def test_an_import_that_a_person_has_to_rewrite_is_found_for_certain(self) -> None:
        source = "import a.b\na.b = None\nprint(a.b.f)\n"
        assert (1, Kind.IMPORT, "a.b") in found(source, MODULE)

    def test_a_string_that_may_be_a_name_is_told_only(self) -> None:
        only = violations({"u.py": "x = 'a.b.f'\n"}, SYMBOL)
        assert [(v.kind, v.fails) for v in only] == [(Kind.UNCLEAR, False)]
        assert only[0].message == "may refer to `a.b.f` (a string is its name): use `c.d.g`"

    def test_a_star_import_says_what_it_brings(self) -> None:
        made = violations({"u.py": "from a.b import *\nf\n"}, SYMBOL)
        assert made[0].message == "imports `a.b` (brought `f`)"

    def test_names_that_a_star_brings_and_that_stay_by_an_alias_are_uses(self) -> None:
        files = {"u.py": "from a.b import *\nf()\n", "v.py": "from u import f\n"}
        made = [(v.line, v.kind, v.target) for v in violations(files, SYMBOL) if v.path == "u.py"]
        assert made == [(1, Kind.IMPORT, "a.b"), (2, Kind.USE, "a.b.f")]

    def test_strings_that_the_plan_leaves_are_left_alone(self) -> None:
        plan = "redirect:\n  - {symbol: a.b.f, to: c.d.g, strings: {patch: leave, other: leave}}\n"
        assert found("from unittest.mock import patch\npatch('a.b.f')\nx = 'a.b.f'\n", plan) == []

    def test_a_name_that_another_module_hands_on_is_told_where_it_is_taken(self) -> None:
        files = {"p/__init__.py": "from a.b import f\n", "u.py": "from p import f\nf()\n"}
        made = [(v.path, v.kind, v.fails) for v in violations(files, SYMBOL)]
        assert made == [("p/__init__.py", Kind.IMPORT, True), ("u.py", Kind.INDIRECT, False)]
        assert [v.kind for v in violations(files, SYMBOL, ("u.py",))] == [Kind.INDIRECT]

    def test_a_module_under_another_name_is_followed_from_one_file(self) -> None:
        files = {"p.py": "from a import b as inner\n", "u.py": "import p\np.inner.f()\n"}
        assert [(v.kind, v.target) for v in violations(files, SYMBOL, ("u.py",))] == [(Kind.USE, "a.b.f")]

    @pytest.mark.parametrize("plan", [SYMBOL, MODULE])
    def test_the_old_module_may_name_itself(self, plan: str) -> None:
        assert found('"""Use a.b.f."""\nimport a.b\ndef f(): return a.b.f\n', plan, "a/b.py") == []

    def test_the_new_module_may_use_the_old_one(self) -> None:
        assert found("from a.b import f\ndef g(): return f()\n", SYMBOL, "c/d.py") == []

    def test_what_is_not_there_any_more_is_found_by_all_its_names(self) -> None:
        plan = "redirect:\n  - {module: a.gone, to: c.d}\n"
        source = "import a.gone\nfrom a import gone\nfrom unittest.mock import patch\npatch('a.gone.g')\n"
        assert found(source, plan) == [
            (1, Kind.IMPORT, "a.gone"),
            (2, Kind.IMPORT, "a.gone"),
            (4, Kind.STRING, "a.gone.g"),
        ]

    def test_excluded_files_do_not_count(self) -> None:
        assert found("from a.b import f\n", f"exclude: [u.py]\n{SYMBOL}") == []

    def test_a_file_that_does_not_parse_is_told(self) -> None:
        everything = {path: text.encode() for path, text in {**BASE, "u.py": "print 'f'\n"}.items()}
        loaded = load_plan(f"schema: 1\nname: test\n{SYMBOL}", "plan.yaml")
        for only in (None, ("u.py",)):
            assert [s.path for s in guard(loaded, everything, everything.__getitem__, only).skipped] == ["u.py"]


class TestGone:
    def test_a_deleted_module_is_found_where_it_is_used_and_when_it_is_back(self) -> None:
        plan = "delete:\n  - {module: a.b}\n"
        assert found("from a.b import f\n", plan) == [(1, Kind.IMPORT, "a.b.f")]
        files = {"u.py": "import a.b\n"}
        assert [(v.path, v.message) for v in violations(files, plan)] == [
            ("a/b.py", "is the module `a.b`, which the plan deletes"),
            ("u.py", "imports `a.b`, which the plan deletes"),
        ]

    def test_files_that_a_deletion_ignores_may_use_it(self) -> None:
        plan = "delete:\n  - {module: a.b, ignore: ['old/**']}\n"
        assert found("import a.b\n", plan, "old/u.py") == []
        assert found("import a.b\n", plan, "new/u.py") == [(1, Kind.IMPORT, "a.b")]

    def test_a_deleted_symbol_is_found_where_it_is_used_and_defined(self) -> None:
        plan = "delete:\n  - {symbol: a.b.f}\n"
        assert found("import a.b\na.b.f, a.b.K\n", plan) == [(2, Kind.USE, "a.b.f")]
        assert [(v.path, v.kind) for v in violations({}, plan)] == [("a/b.py", Kind.SYMBOL)]
        assert violations({"a/b.py": "K = 1\n"}, plan) == ()

    def test_a_redirect_says_what_to_use_instead_of_what_is_deleted(self) -> None:
        made = violations({"u.py": "from a.b import f\n"}, f"{MODULE}delete:\n  - {{module: a.b}}\n")
        assert [v.message for v in made if v.path == "u.py"] == ["imports `a.b.f`: use `c.d.g`"]

    def test_a_forbidden_package_is_found_with_all_in_it(self) -> None:
        plan = "forbid: {modules: [x.y]}\n"
        files = {"x/y/z.py": "", "x/yy.py": "", "u.py": "from x.y.z import q\nimport x.yy\n"}
        assert [(v.path, v.kind, v.target) for v in violations(files, plan)] == [
            ("u.py", Kind.IMPORT, "x.y.z.q"),
            ("x/y/z.py", Kind.MODULE, "x.y"),
        ]

    def test_forbidden_files_are_found(self) -> None:
        plan = "forbid: {files: ['**/*_compat.*']}\n"
        made = violations({"x/a_compat.txt": "", "x/compat.txt": ""}, plan)
        assert [(v.path, v.kind, v.target) for v in made] == [("x/a_compat.txt", Kind.FILE, "**/*_compat.*")]


class TestDefinitions:
    def test_a_forbidden_class_is_found_wherever_it_is_defined(self) -> None:
        source = "def t():\n    class Maker: ...\nclass MakerToo: ...\nMaker = 1\n"
        made = violations({"u.py": source}, "forbid: {classes: [Maker]}\n")
        assert [(v.line, v.column, v.kind, v.target, v.scope) for v in made] == [(2, 5, Kind.CLASS, "Maker", "t")]

    def test_a_second_definition_of_a_kept_class_is_found(self) -> None:
        made = violations({"u.py": "class D: ...\n"}, KEEP)
        assert [(v.path, v.message) for v in made] == [("u.py", "defines a second class `D`: use `c.d.D`")]

    @pytest.mark.parametrize(
        "source",
        [
            "from c.d import D\n",
            "class DD: ...\n",
            "def g(): ...\n",
            "class g: ...\n",
            "D = None\n",
            "'class D: ...'\n",
        ],
    )
    def test_what_is_no_second_definition_is_left_alone(self, source: str) -> None:
        assert found(source, KEEP) == []

    def test_the_module_that_a_kept_one_takes_the_class_from_may_define_it(self) -> None:
        files = {"c/inner.py": "class E: ...\n", "c/api.py": "from c.inner import E\n", "u.py": "class E: ...\n"}
        assert [v.path for v in violations(files, "keep:\n  - {module: c.api, symbols: [E]}\n")] == ["u.py"]

    def test_a_class_is_found_however_its_first_line_is_written(self) -> None:
        assert found("class\\\n  D: ...\n@x\nclass  D(B): ...\n", KEEP) == [(1, Kind.CLASS, "D"), (4, Kind.CLASS, "D")]

    def test_a_stub_of_the_kept_module_may_define_it(self) -> None:
        assert violations({"c/d.pyi": "class D: ...\ndef g(): ...\n"}, KEEP) == ()

    def test_a_shim_may_forward_but_not_define(self) -> None:
        plan = "redirect:\n  - {module: a.b, to: c.d, leave: shim}\n"
        shim = "import c.d\n_MOVED = {}\ndef __getattr__(name): ...\ndef _old(): ...\n"
        assert violations({"a/b.py": shim}, plan) == ()
        made = violations({"a/b.py": f"{shim}class New: ...\nif True:\n    def h(): ...\n"}, plan)
        assert [(v.line, v.kind, v.target) for v in made] == [(5, Kind.SHIM, "a.b.New"), (7, Kind.SHIM, "a.b.h")]

    def test_a_module_that_is_no_shim_may_define(self) -> None:
        assert violations({}, MODULE) == ()

    def test_a_kept_module_that_is_not_there_is_a_mistake_in_the_plan(self) -> None:
        with pytest.raises(PlanError, match=r"there is no module `c\.e`"):
            violations({}, "keep:\n  - {module: c.e, symbols: [D]}\n")


def test_a_plan_without_such_rules_is_refused() -> None:
    with pytest.raises(CodemodsError, match="nothing to guard"):
        violations({}, "rewrite:\n  - {name: r, match: 'print($X)', replace: 'log($X)'}\n")


def test_scopes_are_those_that_a_reader_sees() -> None:
    source = (
        "from unittest.mock import patch\n\n\nclass T:\n    @patch('a.b.f')\n    def test(self, m):\n"
        "        def inner():\n            import a.b\n            a.b.f()\n\n\nif True:\n    from a.b import f\n"
    )
    assert [v.scope for v in violations({"u.py": source}, SYMBOL)] == ["T.test", "T.test.inner", "<module>"]


def test_only_the_files_asked_for_are_told_of() -> None:
    files = {"u.py": "from a.b import f\n", "v.py": "from a.b import f\n", "w_compat.py": ""}
    plan = f"{SYMBOL}forbid: {{files: ['*_compat.py']}}\n"
    assert [v.path for v in violations(files, plan, ("v.py",))] == ["v.py"]
    assert [v.path for v in violations(files, plan)] == ["u.py", "v.py", "w_compat.py"]


def test_what_is_emitted_for_pytest_is_not_checked_itself() -> None:
    source = '"""Rules.\n\nWritten by `codemods guard --emit pytest`.\n"""\nimport a.b\n'
    assert found(source, MODULE) == []
    assert found(source.replace("--emit", "and"), MODULE) == [(5, Kind.IMPORT, "a.b")]
