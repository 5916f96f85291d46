"""Transforms of one's own: what they are given, what becomes of their edits, and what of those that are wrong."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from codemods.api import Edit, Module, Note
from codemods.model import Disposition, Form
from codemods.testing import check_blocked, check_noop, check_review, check_transformed, preview_of

Found = Iterator[Edit | Note]
Function = Callable[..., Found]
LIB = {
    "app/__init__.py": "from app.old import make as make_it\n",
    "app/old.py": "def make(c):\n    return c\n",
    "app/new.py": "def build(c=None, mode=1):\n    return c\n",
}


def rename(module: Module, *, old: str = "app.old.make", new: str = "app.new.build") -> Found:
    """Replace the function that is called."""
    for call in module.calls(old):
        yield module.replace(call.func, module.import_(new))


def on_call(answer: Callable[[Module, ast.Call], object]) -> Function:
    """A transform that answers once for each call of `mark`."""

    def find(module: Module) -> Any:
        for call in module.nodes(ast.Call):
            if isinstance(call.func, ast.Name) and call.func.id == "mark":
                yield answer(module, call)

    return find


def on_statement(answer: Callable[[Module, ast.stmt], object]) -> Function:
    """A transform that answers once for each statement that is nothing but a call of `mark`, or is called so."""

    def find(module: Module) -> Any:
        for statement in module.nodes(ast.stmt):  # type: ignore[type-abstract]
            value = getattr(statement, "value", None)
            called = getattr(value, "func", None) if isinstance(statement, ast.Expr) else None
            if getattr(called, "id", getattr(statement, "name", "")) == "mark":
                yield answer(module, statement)

    return find


def told(module: Module, node: ast.AST, answer: object) -> Note:
    """A note that holds what `module` answers."""
    return module.leave(node, str(answer))


def answers(source: str, transform: Function, path: str = "example.py") -> list[str]:
    """The reasons of what `transform` leaves in `source`."""
    return [f.reason for f in check_noop(source, transform=transform, others=LIB, path=path)]


class TestWhatNamesMean:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("from app.old import make as m\nm(1)\n", "app.old.make"),
            ("from app import make_it\nmake_it(1)\n", "app.old.make"),
            ("import app.old\napp.old.make(1)\n", "app.old.make"),
            ("import app.old as o\no.make(1)\n", "app.old.make"),
            ("from os import path\npath.join(1)\n", "os.path.join"),
            ("print(1)\n", "builtins.print"),
            ("def print(x):\n    return x\n\n\nprint(1)\n", "None"),
            ("from app.old import *\n\nprint(1)\n", "builtins.print"),
            ("from app.old import *\n\nmake(1)\n", "app.old.make"),
            ("from elsewhere import *\n\nprint(1)\n", "None"),
            ("def f(make):\n    make(1)\n", "None"),
            ("(lambda: 1)(1)\n", "None"),
        ],
    )
    def test_a_name_resolves_to_where_it_is_defined(self, source: str, expected: str) -> None:
        def find(module: Module) -> Found:
            for call in module.nodes(ast.Call):
                yield told(module, call, module.resolve(call.func))

        assert answers(source, find) == [expected]

    def test_an_imported_name_resolves_where_it_is_imported(self) -> None:
        def find(module: Module) -> Found:
            for alias in module.nodes(ast.alias):
                yield told(module, alias, module.resolve(alias))

        assert answers("from .old import make as m\nimport os.path\n", find, "app/u.py") == ["app.old.make", "os"]

    def test_a_name_is_bound_from_its_binding_on(self) -> None:
        source = "def f():\n    mark()\n    x = 1\n    mark()\n    def g():\n        mark()\n"
        assert answers(source, on_call(lambda m, call: told(m, call, m.is_bound("x", call)))) == [
            "False",
            "True",
            "True",
        ]

    def test_a_function_runs_what_is_in_its_body(self) -> None:
        source = "@mark()\nasync def f(x=mark()):\n    class A:\n        y = mark()\n\n\nmark()\n"

        def name(module: Module, call: ast.Call) -> Note:
            return told(module, call, getattr(module.function(call), "name", None))

        assert answers(source, on_call(name)) == ["None", "None", "f", "None"]

    def test_the_module_knows_its_name_path_and_text(self) -> None:
        source = "mark()\n"

        def about(module: Module, call: ast.Call) -> Note:
            above = [type(node).__name__ for node in module.parents(call)]
            return told(module, call, (module.path, module.name, module.text, module.segment(call), above))

        expected = ("app/u.py", "app.u", source, "mark()", ["Expr", "Module"])
        assert answers(source, on_call(about), "app/u.py") == [str(expected)]

    def test_the_segment_of_a_statement_has_no_indentation(self) -> None:
        source = 'class A:\n    @d\n    def mark(self):\n        x = """\n    a"""\n        return x\n'
        (text,) = answers(source, on_statement(lambda m, node: told(m, node, m.segment(node))))
        assert text == '@d\ndef mark(self):\n    x = """\n    a"""\n    return x'


class TestImports:
    def test_come_in_the_place_of_those_that_nothing_needs(self) -> None:
        findings = check_transformed(
            "import os\nfrom app.old import make  # made\n\nx = make(1), os.sep\n",
            "import os\nfrom app.new import build  # made\n\nx = build(1), os.sep\n",
            transform=rename,
            others=LIB,
        )
        assert [(f.reference.line, f.reference.column, f.reference.form, f.reference.target) for f in findings] == [
            (2, 21, Form.FROM_IMPORT, "app.old.make"),
            (4, 5, Form.CODEMOD, "transform"),
        ]

    def test_that_are_there_are_used(self) -> None:
        check_transformed(
            "from app import new as n\nfrom app.old import make\n\nx = make(1)\n",
            "from app import new as n\n\nx = n.build(1)\n",
            transform=rename,
            others=LIB,
        )

    def test_that_are_still_used_stay(self) -> None:
        check_transformed(
            "from app.old import make\n\nx = make(1), make\n",
            "from app.old import make\nfrom app.new import build\n\nx = build(1), make\n",
            transform=rename,
            others=LIB,
        )

    def test_that_new_code_uses_by_their_names_stay(self) -> None:
        check_transformed(
            "import json\n\nx = mark(json)\n",
            "import json\n\nx = json.dumps(1)\n",
            transform=on_call(lambda m, call: m.replace(call, "json.dumps(1)")),
        )

    def test_of_a_module_that_another_file_reaches_stay(self) -> None:
        others = {**LIB, "consumer.py": "from app.u import make as other\n"}
        after = "from app.old import make\nfrom app.new import build\n\nx = build(1)\n"
        before = "from app.old import make\n\nx = make(1)\n"
        check_transformed(before, after, transform=rename, others=others, path="app/u.py")
        alone = "from app.new import build\n\nx = build(1)\n"
        check_transformed(before, alone, transform=rename, others=LIB, path="app/u.py")

    def test_of_whole_modules_and_of_libraries(self) -> None:
        def find(module: Module, call: ast.Call) -> Edit:
            deep = module.import_("app.new", module=True)
            return module.replace(call, f"{module.import_('os.path.join')}({module.import_('uuid')}.A, {deep}.build)")

        check_transformed(
            "x = mark()\n",
            "import uuid\nfrom os.path import join\n\nimport app.new\n\nx = join(uuid.A, app.new.build)\n",
            transform=on_call(find),
            others=LIB,
        )

    def test_that_cannot_be_made_leave_the_place_to_a_person(self) -> None:
        finding = check_review(
            "def f(build):\n    from app.old import make\n    return make(build)\n", transform=rename, others=LIB
        )
        assert (finding.reference.line, finding.reason) == (3, "`build` means something else here")

    def test_of_what_is_not_there_block_the_file(self) -> None:
        reasons = check_blocked(
            "from app.old import make\n\nx = make(1)\n", transform=rename, args={"new": "app.new.bild"}, others=LIB
        )
        assert reasons == ("example.py:3: transform `transform`: `app.new` has no name `bild`",)

    def test_a_namesake_is_left_alone(self) -> None:
        check_noop("from app.new import build as make\n\nx = make(1)\n", transform=rename, others=LIB)


class TestExpressions:
    @pytest.mark.parametrize(
        ("before", "text", "after"),
        [
            ("x = 1 + mark()\n", "a or b", "x = 1 + (a or b)\n"),
            ("x = (mark()) * 2\n", "a + b", "x = (a + b) * 2\n"),
            ("x = mark().y\n", "await z", "x = (await z).y\n"),
            ("x = f(mark())\n", "a or b", "x = f(a or b)\n"),
            ("x = mark()\n", "a +\\\nb", "x = a +\\\nb\n"),
            ("x = mark()\n", "a +\n  b", "x = (a +\n  b)\n"),
            ("x = mark()\n", "  [1,\n 2]\n", "x = [1,\n 2]\n"),
            ("é = 'é', mark()  # é\r\n", "ü", "é = 'é', ü  # é\r\n"),
        ],
    )
    def test_get_the_parentheses_that_they_need(self, before: str, text: str, after: str) -> None:
        names = "a = b = f = z = ü = 1\n"
        body, wanted = (f"async def g():\n    {source}" for source in (before, after))
        check_transformed(
            f"{names}{body}", f"{names}{wanted}", transform=on_call(lambda m, call: m.replace(call, text))
        )

    def test_take_code_over_with_its_edits_and_comments(self) -> None:
        def find(module: Module, call: ast.Call) -> Edit:
            return module.replace(call, f"{module.code(call.args[0])}.get(1)")

        check_transformed(
            "a = b = 1\nx = mark(mark(a or b))\ny = mark([\n    mark(a),  # one\n])\n",
            "a = b = 1\nx = (a or b).get(1).get(1)\ny = [\n    a.get(1),  # one\n].get(1)\n",
            transform=on_call(find),
        )

    def test_take_over_code_whose_edit_binds_more_loosely(self) -> None:
        def find(module: Module) -> Found:
            for call in module.nodes(ast.Call):
                yield module.replace(call, f"{module.code(call.args[0])}.get()")
            for name in module.nodes(ast.Name):
                if name.id == "old":
                    yield module.replace(name, "a or b")

        def once(module: Module) -> Found:
            return find(module) if "old" in module.text else iter(())

        check_transformed("a = b = 1\nx = mark(old)\n", "a = b = 1\nx = (a or b).get()\n", transform=once)

    def test_move_code_to_another_place_with_what_it_needs(self) -> None:
        def find(module: Module, call: ast.Call) -> Iterator[Edit]:
            statement = next(node for node in module.parents(call) if isinstance(node, ast.stmt))
            yield module.insert_before(statement, f"moved = {module.code(call.args[0])}")
            yield module.replace(call, "moved")

        def each(module: Module) -> Found:
            for call in module.calls("app.old.make"):
                yield from find(module, call)

        check_transformed(
            "import json\nfrom app.old import make\n\nx = [make(json.dumps(1))]\n",
            "import json\n\nmoved = json.dumps(1)\nx = [moved]\n",
            transform=each,
            others=LIB,
        )

    def test_a_generator_keeps_the_parentheses_of_the_call(self) -> None:
        def find(module: Module) -> Found:
            for node in module.nodes(ast.GeneratorExp):
                yield module.replace(node, f"[{module.segment(node.elt)}]")

        check_transformed("x = sum(1 for y in z)\nz = 1\n", "x = sum([1])\nz = 1\n", transform=find)

    def test_keywords_and_starred_arguments(self) -> None:
        def find(module: Module) -> Found:
            for word in module.nodes(ast.keyword):
                if word.arg == "old":
                    yield module.replace(word, f"new={module.code(word.value)}")
            for starred in module.nodes(ast.Starred):
                if module.segment(starred) == "*a":
                    yield module.replace(starred, "*b")

        check_transformed(
            "a = b = 1\nx = print(*a, old = 1, **a)\n", "a = b = 1\nx = print(*b, new=1, **a)\n", transform=find
        )

    def test_definitions_are_replaced_with_their_own_imports(self) -> None:
        def find(module: Module) -> Found:
            for node in module.nodes(ast.FunctionDef):
                yield module.replace(node, module.segment(node).replace("1", "2"))

        source = "import os\nimport sys\n\n\ndef f():\n    import re\n\n    return re, os.sep, sys, 1\n"
        check_transformed(source, source.replace("1", "2"), transform=find)

    @pytest.mark.parametrize("unit", ["  ", "    ", "\t"])
    def test_a_segment_fits_where_it_was(self, unit: str) -> None:
        source = "class A:\n    @d\n    def f(\n        self,\n    ):\n        if self:\n            return 1\n"
        before = "d = print\n\n\n" + source.replace("    ", unit)

        def find(module: Module) -> Found:
            for node in module.nodes(ast.FunctionDef):
                yield module.replace(node, module.segment(node).replace("1", "2"))

        check_transformed(before, before.replace("1", "2"), transform=find)

    def test_an_edit_that_changes_nothing_is_none(self) -> None:
        assert check_noop("x = mark( 1 )\n", transform=on_call(lambda m, c: m.replace(c, m.segment(c)))) == ()

    def test_in_formatted_strings_are_left_to_a_person(self) -> None:
        finding = check_review("x = f'{mark()}'\n", transform=on_call(lambda m, call: m.replace(call, "1")))
        assert finding.reason == "it stands in a formatted string"


class TestStatements:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("if 1:\n    mark()  # why\n    x = 1\n", "if 1:\n    x = 1\n"),
            ("if 1:\n    mark()\n", "if 1:\n    pass\n"),
            ("if 1: mark()\n", "if 1: pass\n"),
            ("if 1:\n    mark()\n    mark()\nelse:\n    mark()\n", "if 1:\n    pass\nelse:\n    pass\n"),
            ("x = 1\n\n\n@d\ndef mark():\n    pass\n\n\ny = 1\n", "x = 1\n\n\ny = 1\n"),
            ("x = 1\n\n\ndef mark():\n    pass\n\n\ndef mark():\n    pass\n", "x = 1\n"),
            ("class A:\n    x = 1\n\n    def mark():\n        pass\n\n\ny = 1\n", "class A:\n    x = 1\n\n\ny = 1\n"),
            ("mark()\n\nx = 1", "x = 1"),
            ("x = 1\r\nmark()", "x = 1\r\n"),
        ],
    )
    def test_go_with_their_lines(self, before: str, after: str) -> None:
        definitions = "def d(f):\n    return f\n\n\n"
        check_transformed(definitions + before, definitions + after, transform=on_statement(lambda m, s: m.remove(s)))

    def test_are_put_before_and_after_in_the_style_of_the_file(self) -> None:
        names = "from app.new import build as begun\r\n"
        source = f"{names}if 1:\r\n\t# why\r\n\tmark = 1"

        def put(module: Module) -> Found:
            for node in module.nodes(ast.Assign):
                if "begun()" not in module.text:
                    yield module.insert_before(node, "with begun():\n    begun()\n")
                    yield module.insert_after(node, "\n# leave\nbegun()\n")

        check_transformed(
            source,
            f"{names}if 1:\r\n\twith begun():\r\n\t\tbegun()\r\n\t# why\r\n\tmark = 1\r\n\t# leave\r\n\tbegun()",
            transform=put,
            others=LIB,
        )
        check_noop(source.replace("mark = 1", "mark(1)"), transform=put, others=LIB)

    def test_what_is_put_at_one_place_keeps_its_order(self) -> None:
        def find(module: Module) -> Found:
            if "a = 1" in module.text:
                return
            for node in module.nodes(ast.If):
                yield module.insert_after(node, "c = 1")
                yield module.insert_after(node, "d = 1")
            for node in module.nodes(ast.Pass):
                yield module.insert_after(node, "a = 1")
                yield module.insert_after(node, "b = 1")
            yield module.insert_before(module.tree.body[-1], "e = 1")

        check_transformed(
            "if 1:\n    pass\nx = 1\n",
            "if 1:\n    pass\n    a = 1\n    b = 1\nc = 1\nd = 1\ne = 1\nx = 1\n",
            transform=find,
        )

    def test_definitions_that_others_reach_do_not_go(self) -> None:
        transform = on_statement(lambda m, s: m.remove(s))
        source = "def mark():\n    pass\n\n\nx = 1\n"
        check_transformed(source, "x = 1\n", transform=transform, path="app/u.py", others=LIB)
        others = {**LIB, "consumer.py": "from app import u\n\nu.mark()\n"}
        (reason,) = check_blocked(source, transform=transform, path="app/u.py", others=others)
        assert "consumer.py reaches `mark` through this module, and it would be gone" in reason

    def test_are_replaced_by_others(self) -> None:
        text = '''
            if 1:
                x = """
            text"""
            y = {}
        '''

        def find(module: Module, node: ast.stmt) -> Edit:
            (argument,) = node.value.args  # type: ignore[attr-defined]
            return module.replace(node, text.format(module.code(argument)))

        check_transformed(
            "def f():\n  mark([\n    1,  # one\n  ])  # behind\n",
            'def f():\n  if 1:\n    x = """\ntext"""\n  y = [\n    1,  # one\n  ]  # behind\n',
            transform=on_statement(find),
        )

    def test_are_replaced_by_nothing(self) -> None:
        check_transformed("mark()\nx = 1\n", "x = 1\n", transform=on_statement(lambda m, s: m.replace(s, "")))

    def test_are_replaced_in_a_shared_line(self) -> None:
        transform = on_statement(lambda m, s: m.replace(s, "x = 1"))
        check_transformed("if 1: mark(); y = 2\n", "if 1: x = 1; y = 2\n", transform=transform)

    @pytest.mark.parametrize(
        "answer",
        [
            lambda m, s: m.remove(s),
            lambda m, s: m.insert_after(s, "x = 1"),
            lambda m, s: m.replace(s, "x = 1\ny = 1"),
            lambda m, s: m.replace(s, "if 1: pass"),
        ],
    )
    def test_that_share_their_line_are_told(self, answer: Callable[[Module, ast.stmt], Edit]) -> None:
        (reason,) = check_blocked("y = 1\nmark(); y = 2\n", transform=on_statement(answer))
        assert reason == "example.py:2: transform `transform`: it shares its line with other code"


def raises(module: Module, call: ast.Call) -> Edit:
    raise KeyError(module.path)


class TestFaults:
    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (lambda m, c: "text", "1: transform `transform`: it gave 'text', which is no edit"),
            (lambda m, c: m.replace(c, "a b"), "2: transform `transform`: the new text is no expression: `a b`"),
            (lambda m, c: m.replace(c, "1; 2"), "2: transform `transform`: the new text is no expression: `1; 2`"),
            (lambda m, c: m.replace(c, ""), "2: transform `transform`: the new text is no expression: ``"),
            (lambda m, c: m.replace(c, 3), "2: transform `transform`: the new text is 3, and no text"),
            (lambda m, c: m.replace(c, "y"), "transform `transform`: the result would use y without binding it"),
            (lambda m, c: m.replace(c, "(yield)"), "transform `transform`: the result would not compile"),
            (lambda m, c: m.replace(c, f"mark({m.segment(c.args[0])} + 1)"), "it would change its own result again"),
            (lambda m, c: m.remove(c), "2: transform `transform`: `remove` is about a statement, not about Call"),
            (lambda m, c: m.replace(c.args, "1"), "which is about code that is not in this file"),
            (lambda m, c: m.replace(ast.parse("x").body[0], "1"), "which is about code that is not in this file"),
            (lambda m, c: m.code(m.parents(c)[0]), "TypeError: `code` takes an expression, not Assign"),
            (lambda m, c: m.import_("a b"), "ValueError: `a b` is no dotted name"),
            (raises, "it raised KeyError: 'example.py' (test_own_transforms.py:"),
        ],
    )
    def test_are_told_with_step_and_line(self, answer: Callable[[Module, ast.Call], object], reason: str) -> None:
        source = "x = 1\nx = mark(1)\n"
        (told,) = check_blocked(source, transform=on_call(answer))
        assert reason in told
        check_noop(source.replace("mark", "other"), transform=on_call(answer))

    def test_overlapping_edits(self) -> None:
        def find(module: Module) -> Found:
            for node in module.nodes(ast.Call):
                yield module.replace(node, "1")

        (told,) = check_blocked("f = 1\nx = f(\n    f())\n", transform=find)
        assert told == "example.py:3: transform `transform`: two edits of line 2 and of line 3 overlap"

    def test_an_edit_and_a_note_about_one_place(self) -> None:
        def find(module: Module) -> Found:
            for node in module.nodes(ast.Call):
                yield module.replace(node, "1")
                yield module.review(node, "why")

        (told,) = check_blocked("x = mark()\n", transform=find)
        assert told == "example.py:1: transform `transform`: it gave two answers about the same code"

    def test_an_elif(self) -> None:
        def find(module: Module) -> Found:
            for node in module.nodes(ast.If):
                if module.parents(node)[0] is not module.tree:
                    yield module.remove(node)

        (told,) = check_blocked("if 1:\n    pass\nelif 2:\n    pass\n", transform=find)
        assert told.startswith("example.py:3: transform `transform`: an `elif` is part of the `if` before it")

    def test_no_answer_at_all(self) -> None:
        def find(module: Module) -> None:
            assert module

        (told,) = check_blocked("x = 1\n", transform=find)  # type: ignore[arg-type]
        assert "TypeError: `find` gave None: it has to give edits" in told

    def test_an_exit(self) -> None:
        def find(module: Module) -> Found:
            sys.exit(module.path)

        (told,) = check_blocked("x = 1\n", transform=find)
        assert "it raised SystemExit: example.py" in told

    def test_one_file_that_fails_does_not_stop_others(self) -> None:
        shown = preview_of(
            {"a.py": "x = mark(1)\n", "b.py": "from app.old import make\nmake(1)\n", **LIB},
            transform=fails_in_a,
        )
        assert [unit.paths for unit in shown.units] == [("b.py",)]
        first, _, rest = shown.evidence["a.py"].partition("\n")
        assert first.startswith("it raised RuntimeError: a.py (test_own_transforms.py:")
        assert rest.startswith("Traceback (most recent call last):")
        assert "raise RuntimeError(module.path)" in rest

    def test_what_the_tree_becomes_concerns_nobody(self) -> None:
        def find(module: Module) -> Found:
            module.tree.body[0].targets[0].id = "other"  # type: ignore[attr-defined]
            yield module.replace(module.tree.body[0].value, "2")  # type: ignore[attr-defined]

        check_transformed(
            "x = 1\ny = x\nfrom a.b import f\n",
            "x = 2\ny = x\nfrom c.d import f\n",
            transform=find,
            redirect="  - {symbol: a.b.f, to: c.d.f}\n",
            others={"a/b.py": "def f(): pass\n", "c/d.py": "def f(): pass\n"},
        )

    def test_what_is_caught_is_looked_up_all_the_same(self) -> None:
        def find(module: Module) -> Found:
            for call in module.nodes(ast.Call):
                try:
                    found = module.resolve(call.func)
                except Exception:
                    return
                if found == "app.old.make":
                    yield module.replace(call.func, module.import_("app.new.build"))

        check_transformed(
            "from app import make_it\nmake_it(1)\n", "from app.new import build\nbuild(1)\n", transform=find, others=LIB
        )


def fails_in_a(module: Module) -> Found:
    if module.path == "a.py":
        raise RuntimeError(module.path)
    yield from rename(module)


class TestWithOthers:
    def test_runs_after_rules_and_before_redirects(self) -> None:
        source = "import a.b\n\n\n\nx = a.b.first(1)\n"
        rule = "- {name: one, match: a.b.first($X), replace: a.b.second($X)}\n"
        findings = check_transformed(
            source,
            "import c.d\n\n\n\nx = c.d.third(1)\n",
            rewrite=rule,
            transform=rename,
            args={"old": "a.b.second", "new": "a.b.third"},
            redirect="- {module: a.b, to: c.d}\n",
            others={"a/b.py": "first = second = third = int\n", "c/d.py": "first = second = third = int\n"},
        )
        assert {(f.reference.line, f.reference.form) for f in findings} >= {(5, Form.MATCH), (5, Form.CODEMOD)}

    def test_its_places_are_those_of_the_file_at_first(self) -> None:
        rule = "- {name: one, match: drop(), replace: ''}\n"
        findings = check_transformed(
            "def drop():\n    return 1\n\n\ndrop()\nx = mark(1)\n",
            "def drop():\n    return 1\n\n\nx = 1\n",
            rewrite=rule,
            transform=on_call(lambda m, call: m.replace(call, "1")),
        )
        assert [f.reference.line for f in findings if f.reference.form is Form.CODEMOD] == [6]

    def test_notes_are_findings(self) -> None:
        found = check_noop("x = mark(1)\n", transform=on_call(lambda m, call: m.leave(call, "right so")))
        assert [(f.disposition, f.reason, f.reference.line) for f in found] == [(Disposition.LEFT, "right so", 1)]
        review = check_review("x = mark(1)\n", transform=on_call(lambda m, call: m.review(call, "look")))
        assert (review.reason, review.reference.target) == ("look", "transform")
