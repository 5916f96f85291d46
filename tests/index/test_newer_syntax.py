"""Syntax newer than the running Python: the tree equals that of `ast`, and the analysis finds what is in it."""

from __future__ import annotations

import ast
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest

from codemods.index import nodes
from codemods.index.analysis import analyse
from codemods.index.depth import is_deep
from codemods.index.names import ModuleNames
from codemods.index.newer_syntax import parse_newer
from codemods.index.positions import Lines
from codemods.index.summary import summarise
from codemods.transforms import view
from tests.conftest import sample

PROJECT = Path(view.__file__).parents[1]
LIBRARY = Path(sysconfig.get_path("stdlib"))
# Before Python 3.12 `ast` gives no exact positions inside formatted strings; 3.12 itself has empty texts in them.
EXACT_FORMATTED = sys.version_info >= (3, 13)
ATTRIBUTES = ("lineno", "col_offset", "end_lineno", "end_col_offset", "kind")

SNIPPETS = r'''
f"{x!r:>{w}.{p}}" "a" 'b' f'{y}'
f""
"" f"" "x"
f"a{{b" "c}}" f"}}{x}{{"
f"{x=}" f"{x = !s}" f"{ x = :>3}" f"a{x=:{w}}"
rf"\d{x}\{y}" fr'\n' Rf"{x}"
f"\N{EM DASH}{x}\"q'" f'\{x}' f"a\x41\u00e9é{é}"
f"{x:}" f'{x!r:}'
f"{(yield)}"
f"{a, b} {*a, b} {(lambda: 1)} {{}} { {1:2}['k'] }"
f"""⏎ {x⏎ + 1} "q"" {y:ab}"'"""
("a" # c⏎ f"{x}"⏎   "b")
u"a" "b"; "a" u"b"; u"a" f"{x}"; f"{x}" u"a"; b"a" b"b"; "\d"
"""a⏎b"""; r"""\⏎"""; """\⏎é"""; b"\x00"
ä.ö(é="ü", *ñ, **ç)[é:ö, ...]
ﬁ.ﬁ = 1
def ﬁ(ﬁ: int = 1): global ﬂ
import ﬁ . b as ﬁ
from . . import (a as b, c,) ; x = 1 ;
from .a.b import *
(a, b) = [c, *d] = (e), = 1
for (x), in y, z : pass
[x async for x, in (y) if (a) if b for (z) in w]
{**a, 'b': (c)}; {a, *b}; {a for a in b}; {a: b for a, b in c}
f(x for x in y)(  # c⏎ z for z in (w))
f ( (x for x in y) )
f((yield), a := 1, *b, c=(d), **(e), )
x[a:b, ::c, (d):, e] ; x[(a)] ; x[a,] ; x[(a, b)] ; x[a:(b): ] ; x[: (b)] ; x[(a),(b)]
def f(a, b=(1), /, c: (int) = 2, *, d, e=(3), **kw: (x)) -> (y): ...
def f(*args: (int), k): pass
lambda a, /, b=1, *c, d=(2), **e: (a, b)
lambda *, a: (yield)
not a and (b or c) and d or e and (f and g)
a < b is not c not in d != e
- (1) ** -x ; ~ a @ b // c
a if (b) else (c)
1_000 + 0xFF + 0o17 + 1.5e3 + 2j + .5
del a, (b), [c, d]
del (a, b), c; del (a,); del a.b, c[0]; del (a), ; del (a)
@ (a).b(c)⏎@d⏎class A (B, (C), metaclass=(M), **k): x: int = 1; y: str
class A: pass;
with (a as b, (c) as (d),): pass
with (a), b as (x, y): pass
with (a, b) as c, d: pass
async def f():⏎    async with a as b: await c; ⏎    async for x in y: break⏎    else: continue⏎    return await (x)
try: a⏎except (A, B) as c: d⏎except C: e ;⏎except: f⏎else: g⏎finally:⏎    h;
while a: b⏎else: c;
if a: b⏎elif (c): d ;⏎elif e: f⏎else:⏎	if b: c
raise; raise (A) from (B); assert (a), (b); assert a
x: int; x.y: (int) = (yield); x += (1); x @= y ; x **= 2; x >>= 1; x //= 3
def f():⏎    def g(): nonlocal a, b⏎    return
match x, *y:⏎ case (1): pass⏎ case -1 | 1+2j | "a" "b" | None | True: pass
match x:⏎ case [a, *_ , b] | (a, *b,) | [a, (b), *c , ]: pass⏎ case {"a": (b), **rest}: pass
match x:⏎ case {1: _, "b": x.y , }: pass⏎ case A.B(a, (b), c=(d), ) as e if (f): pass⏎ case (a as b): pass
match x:⏎ case a, : pass⏎ case *a, b: pass;⏎ case ((a | b) as c): pass⏎ case (): pass⏎ case ((a, b)): pass;
match = 1; match.x; type = 2
((a, b)); ( ( a for a in b ) ); (); ( ); a.b .c. d
x = yield a, b; x = yield from (a); x = *a, b; (x := (y))
'''


def dump(tree: ast.Module) -> str:
    """The tree with positions, those inside formatted strings only where `ast` has them."""
    for string in ast.walk(tree) if not EXACT_FORMATTED else ():
        if isinstance(string, ast.JoinedStr):
            string.values = [v for v in string.values if not isinstance(v, ast.Constant) or v.value]
            for inner in (inner for value in string.values for inner in ast.walk(value)):
                for attribute in ATTRIBUTES:
                    if hasattr(inner, attribute):
                        setattr(inner, attribute, 0)
    return ast.dump(tree, include_attributes=True, indent=1)


def assert_equal(source: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = ast.parse(source)
    actual = parse_newer(source)
    assert actual is not None
    assert dump(actual) == dump(expected)


@pytest.mark.parametrize("snippet", SNIPPETS.strip().splitlines())
def test_equals_ast(snippet: str) -> None:
    assert_equal(snippet.replace("⏎", "\n"))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_equals_ast_whatever_the_newlines(newline: str, last: bool) -> None:
    assert_equal(SNIPPETS.strip().replace("⏎", "\n").replace("\n", newline) + newline * last)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="newer syntax")
@pytest.mark.parametrize(
    "source",
    [
        "x[*a] ; x[*a, ] ; x[b, *(a)]",
        "def f(*args: *Ts): pass\ndef f(*args: * (Ts)): pass",
        "try: pass\nexcept* (A): pass ;\nexcept* B as e:\n    pass",
    ],
)
def test_equals_ast_of_python_3_11(source: str) -> None:
    assert_equal(source)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="newer syntax")
@pytest.mark.parametrize(
    "source",
    [
        "type X = int; type Y[T: (int), *Ts, **P] = (T)",
        "def f[T](x: T) -> T: ...\nasync def g[*Ts, T: int](): ...",
        "class A[T: (int, str)](B[T], metaclass=M): pass",
        "f'{x['a']} {f'{y:{z}}'} {'\\n'.join(  # c\n a)}'",
    ],
)
def test_equals_ast_of_python_3_12(source: str) -> None:
    assert_equal(source)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="newer syntax")
@pytest.mark.parametrize(
    "source",
    [
        "type X[T: (int) = (str)] = T",
        "def f[*Ts = *tuple[int], **P = [int]](): ...",
        "class A[*Ts = * (x), T = a,]: pass",
    ],
)
def test_equals_ast_of_python_3_13(source: str) -> None:
    assert_equal(source)


@pytest.mark.parametrize("path", sample(sorted(PROJECT.rglob("*.py")), every=16), ids=lambda path: path.stem)
def test_equals_ast_on_this_project(path: Path) -> None:
    assert_equal(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "name",
    sample(
        (
            *("dataclasses", "enum", "contextlib", "asyncio/tasks", "json/encoder", "importlib/_bootstrap"),
            *("test/test_patma", "test/test_unpack_ex"),
        ),
        every=2,
    ),
)
def test_equals_ast_on_the_standard_library(name: str) -> None:
    path = LIBRARY / f"{name}.py"
    if not path.is_file():
        pytest.skip(f"{path} is not installed")
    assert_equal(path.read_text(encoding="utf-8"))


NEWER = {
    "type alias": "import old\ntype X[T: old.a] = dict[T, old.a]\n",
    "generic function": "import old\ndef f[T: old.a](x: old.a) -> T: ...\n",
    "generic class": "import old\nclass A[T: old.a = old.a](B[T]): ...\n",
    "type variable tuple": "import old\ndef f[*Ts = *old.a, **P = [old.a]](): ...\n",
    "star in subscript": "import old\nx: A[*old.a]\ny = A[*old.a]\n",
    "star in annotation": "import old\ndef f(*args: *old.a): old.a\n",
    "except star": "import old\ntry: pass\nexcept* old.a: old.a\n",
    "except without parentheses": "import old\ntry: pass\nexcept ValueError, old.a: old.a\n",
    "except of two names": "from new import b as A\nimport old\ntry: old.a\nexcept old.a, A: pass\n",
    "quotes in f-string": "import old\nf'é{old.a['x']}{f'{old.a}'}'\n",
    "comment in f-string": "import old\nf'{old.a  # it\n } {\"\\n\".join(old.a)}'\n",
    "template string": "import old\nt'é{old.a!r:>{old.a}}'; t'{x=}'\n",
}


@pytest.mark.parametrize("case", NEWER)
def test_finds_uses_in_newer_syntax(case: str) -> None:
    source = NEWER[case]
    tree = parse_newer(source)
    assert tree is not None
    scopes = analyse(tree)
    uses = scopes.uses_of("old", scopes.module)
    assert [use.chain for use in uses] == [("old", "a")] * 2
    raw = source.encode()
    lines = Lines(raw)
    for use in uses:
        start, end = lines.span(use.node)[0], lines.span(use.attributes[-1])[1]
        assert raw[start:end] == b"old.a"
    # The summary walks over the fields alone.
    assert "old.a" in summarise(tree, "m.py", ModuleNames(), frozenset({"a"})).reaches


def test_binds_type_parameters_and_aliases() -> None:
    tree = parse_newer("T = 1\ntype X[T] = T\ndef f[T](x: T) -> T: return T\nclass A[T]: y: T\nT\n")
    assert tree is not None
    scopes = analyse(tree)
    assert isinstance(tree.body[1], nodes.TypeAlias)
    assert set(scopes.module.bound) == {"T", "X", "f", "A"}
    assert [use.node.lineno for use in scopes.uses_of("T", scopes.module)] == [5]
    assert len(scopes.uses["T"]) == 6


def test_template_strings_contain_their_uses() -> None:
    tree = parse_newer("t'a{x}b{y:{z}}'\n")
    assert tree is not None
    template = tree.body[0].value  # type: ignore[attr-defined]
    assert isinstance(template, nodes.TemplateStr)
    assert [use.container for uses in analyse(tree).uses.values() for use in uses] == [template] * 3
    assert [value.str for value in template.values if isinstance(value, nodes.Interpolation)] == ["x", "y"]


@pytest.mark.parametrize(
    "source",
    [
        "print 'a'\n",
        "print x,\n",
        "exec 'a' in b\n",
        "raise A, 'x'\n",
        "x = 0777\n",
        "x = 10L\n",
        "x = ur'a'\n",
        "x = `a`\n",
        "a <> b\n",
        "try: pass\nexcept ValueError, e: pass\n",
        "def f():\n    try: pass\n    except (A, B), error: log(error)\n",
    ],
)
def test_refuses_python_2(source: str) -> None:
    assert parse_newer(source) is None


@pytest.mark.parametrize(
    "source", ["x = \n", "f() = 1\n", "'a' b'b'\n", "t'a' 'b'\n", "x = '\\N{no such}'\n", "f'{3!s  }'\n", "\\\nx\n"]
)
def test_refuses_what_it_cannot_read_exactly(source: str) -> None:
    assert parse_newer(source) is None


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "a + \\\n" * 100_000 + "a\n",
        "x = (\n" + "a +\n" * 100_000 + "a)\n",
        "(" * 50_000,
        "a" + ".b(c, d)" * 20_000 + "\n",
        "if a: pass\n" + "elif b: pass\n" * 20_000,
    ],
    ids=["sum", "sum in brackets", "brackets", "calls", "elif"],
)
def test_refuses_what_nests_too_deep(source: str) -> None:
    assert is_deep(source)
    assert parse_newer(source) is None


def test_long_is_not_deep() -> None:
    statements = "x = a + b.c(d)[e]\nif x:\n    y = 'it''s ('\n" * 5_000
    lists = "x = [\n" + "    a + (b.c), {'d': e},\n" * 5_000 + "]\n"
    newer = "x = f'{f'({x}'}'\n" * 100 + "def f(): x\n" * 3_000
    assert not is_deep(statements)
    assert not is_deep(lists)
    assert not is_deep(newer)
