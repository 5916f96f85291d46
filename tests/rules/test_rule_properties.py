"""Properties that hold for every rule, on modules made of grammar: the same trees as an independent transformer."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.model import Blocked, Changed, Disposition, Skipped, Unchanged
from codemods.patterns.language import read_snippet
from codemods.patterns.match import Matcher
from tests.checks import check_accounted, outcome, rule, with_disposition
from tests.conftest import examples

if TYPE_CHECKING:
    from collections.abc import Callable

Node = ast.expr
SETTINGS = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)

atoms = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "1",
        "0",
        "None",
        "'s'",
        '"t"',
        "1.5",
        "...",
        "[]",
        "{}",
        "()",
        "(yield)",
        "f''",
        "b''",
        "-1",
        "x.y",
    ]
)
FORMS = (
    "{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} ** {1}", "-{0}", "~{0}", "not {0}", "{0} and {1}", "{0} or {1}",
    "{0} == {1}", "{0} == None", "{0} is {1}", "{0} < {1} < {2}", "not {0} in {1}", "{0} if {1} else {2}",
    "lambda x: {0}", "lambda x={0}: {1}", "(x := {0})", "f({0})", "f({0}, {1})", "f({0}, k={1})", "f(*{0}, **{1})",
    "len({0}) == 0", "g(x for x in {0})", "({0}).m()", "({0}).m({1})", "({0})[{1}]", "({0})[{1}:{2}]", "({0}).n",
    "[{0}, {1}]", "[*{0}]", "({0}, {1})", "{{{0}: {1}}}", "{{**{0}}}", "{{{0}, {1}}}", "[{0} for x in {1} if {2}]",
    "({0} for x in {1})", "{{x: {0} for x in {1}}}", "f'{{a}} {{b!r}}'", "await {0}", "(yield {0})",
    "(  {0}\n  + {1}  )", "f(  # one {0!s:.0}\n  {0},\n  # two\n  {1},  # three\n)", "f(\n  {0}\n)", "(({0}))",
)  # fmt: skip
expressions = st.recursive(
    atoms,
    lambda inner: st.builds(
        lambda form, parts, bare: form.format(*(p if bare else f"({p})" for p in parts)),
        st.sampled_from(FORMS),
        st.lists(inner, min_size=3, max_size=3),
        st.booleans(),
    ),
    max_leaves=8,
)
# No annotations: a string that comes to stand in one is code.
STATEMENTS = (
    "{0}", "y = {0}", "y = z = {0}", "y: int = {1}", "y += {0}", "return {0}", "del ({0}).n", "({0}).n = {1}",
    "assert {0}, {1}",
    "raise E({0})", "if {0}: y = {1}", "if {0}:\n    {1}\nelif {2}:\n    {0}\nelse:\n    {1}", "while {0}:\n    {1}",
    "for y in {0}:\n    {1}  # four", "with f({0}) as y: {1}", "try:\n    {0}\nexcept E:\n    {1}\nfinally:\n    {2}",
    "@f({0})\nasync def h(p={1}, *q: int) -> str:\n    '''Doc.'''\n    {1}", "class A(f({0})):\n    y = {1}",
    "y = 1; {0}; z = {1}", "# five\n{0}  # six", "match {0}:\n    case 1 if {1}:\n        {2}", "global q; q = {0}",
    "y = ({0},\n     {1})", "x = \\\n    {0}",
)  # fmt: skip


def compiled(source: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `1 is 2` and the like are Python, too
            compile(source, "u.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return source


@st.composite
def modules(draw: st.DrawFn) -> str:
    """A function that compiles, made of statements that do so each."""
    made: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        form, parts = draw(st.sampled_from(STATEMENTS)), draw(st.lists(expressions, min_size=3, max_size=3))
        text = "\n".join(f"    {line}" for line in form.format(*parts).split("\n"))
        source = f"async def _():\n{text}\n"
        plain = source.replace("async def _", "def _")
        if compiled(source) or compiled(plain):
            made.append(source if compiled(source) else plain)
    return "".join(made) or "pass\n"


class Transformer(ast.NodeTransformer):
    """Applies `change` to each expression, the inner ones first; not in formatted strings."""

    def __init__(self, change: Callable[[Node], Node]) -> None:
        self.change = change

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        is_read = isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        return self.change(node) if is_read else node


def name(node: object) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def is_call(node: Node, function: str, count: int, keywords: tuple[str, ...] = ()) -> bool:
    return (
        isinstance(node, ast.Call)
        and name(node.func) == function
        and len(node.args) == count
        and not any(isinstance(argument, ast.Starred) for argument in node.args)
        and tuple(keyword.arg for keyword in node.keywords) == keywords
    )


def load(identifier: str) -> ast.Name:
    return ast.Name(identifier, ast.Load())


def unwrapped(node: Node) -> Node:
    return node.args[0] if is_call(node, "f", 1) else node  # type: ignore[attr-defined]


def is_none(node: Node) -> Node:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
        (right,) = node.comparators
        if isinstance(right, ast.Constant) and right.value is None:
            return ast.Compare(node.left, [ast.Is()], [right])
    return node


def is_empty(node: Node) -> Node:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
        (right,) = node.comparators
        is_zero = isinstance(right, ast.Constant) and type(right.value) is int and right.value == 0
        if is_zero and is_call(node.left, "len", 1):
            return ast.UnaryOp(ast.Not(), node.left.args[0])  # type: ignore[attr-defined]
    return node


def swapped(node: Node) -> Node:
    is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
    return ast.BinOp(node.right, ast.MatMult(), node.left) if is_sum else node  # type: ignore[attr-defined]


def chosen(node: Node) -> Node:
    if not isinstance(node, ast.IfExp):
        return node
    return ast.BoolOp(ast.Or(), [ast.BoolOp(ast.And(), [node.test, node.body]), node.orelse])


def negated(node: Node) -> Node:
    is_not = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return ast.IfExp(node.operand, ast.Constant(0), ast.Constant(1)) if is_not else node  # type: ignore[attr-defined]


def moved(node: Node) -> Node:
    return ast.Call(load("f"), [node.keywords[0].value, node.args[0]], []) if is_call(node, "f", 1, ("k",)) else node  # type: ignore[attr-defined]


def functional(node: Node) -> Node:
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "m"
    if not is_method or node.args or node.keywords:  # type: ignore[attr-defined]
        return node
    return ast.Lambda(ast.arguments([], [], None, [], [], None, []), node.func.value)  # type: ignore[attr-defined]


def subscripted(node: Node) -> Node:
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Slice):
        return node
    return ast.Compare(node.slice, [ast.In()], [node.value])


def powered(node: Node) -> Node:
    is_power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    return ast.Call(ast.Attribute(node.right, "pow", ast.Load()), [node.left], []) if is_power else node  # type: ignore[attr-defined]


RULES: dict[str, tuple[str, Callable[[Node], Node]]] = {
    "unwrapped": (rule("f($X)", "$X"), unwrapped),
    "is_none": (rule("$A == None", "$A is None"), is_none),
    "is_empty": (rule("len($X) == 0", "not $X"), is_empty),
    "swapped": (rule("$A + $B", "$B @ $A"), swapped),
    "chosen": (rule("$A if $T else $B", "$T and $A or $B"), chosen),
    "negated": (rule("not $A", "0 if $A else 1"), negated),
    "moved": (rule("f($A, k=$B)", "f($B, $A)"), moved),
    "functional": (rule("$O.m()", "lambda: $O"), functional),
    "subscripted": (rule("$A[$B]", "$B in $A"), subscripted),
    "powered": (rule("$A ** $B", "$B.pow($A)"), powered),
}


def comments(source: str) -> Counter[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


@settings(SETTINGS)
@given(modules(), st.sampled_from(sorted(RULES)))
def test_a_rule_does_what_an_independent_transformer_does(source: str, named: str) -> None:
    """The trees are equal, no comment is lost, nothing changes again, and the result compiles."""
    rewrite, change = RULES[named]
    result = outcome(source, rewrite=rewrite)
    assert not isinstance(result, (Skipped, Blocked)), result
    check_accounted(result.findings)
    after = result.change.after.decode() if isinstance(result, Changed) else source
    assert compiled(after)
    before_comments, after_comments = comments(source), comments(after)
    assert before_comments == after_comments
    assert isinstance(outcome(after, rewrite=rewrite), Unchanged)
    open_findings = with_disposition(result.findings, Disposition.REVIEW) + with_disposition(
        result.findings, Disposition.LEFT
    )
    if not open_findings:
        assert ast.dump(ast.parse(after)) == ast.dump(transformed(source, change))


def transformed(source: str, change: Callable[[Node], Node]) -> ast.AST:
    """The tree after `change`, until it changes nothing."""
    tree = ast.parse(source)
    for _ in range(10):
        before = ast.dump(tree)
        tree = Transformer(change).visit(tree)
        if ast.dump(tree) == before:
            break
    return tree


@settings(SETTINGS, max_examples=examples(0.6))
@given(modules(), st.sampled_from(sorted(RULES)), st.sampled_from(["\r\n", "\r"]))
def test_lines_without_a_match_stay_as_they_are(source: str, named: str, newline: str) -> None:
    """Each line that no match stands in is there afterwards, in the same order."""
    content = source.replace("\n", newline).encode()
    result = outcome(content, rewrite=RULES[named][0])
    if not isinstance(result, Changed):
        return
    touched = {finding.reference.line for finding in result.findings}
    near: set[int] = set()
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.expr) and touched & set(range(node.lineno, (node.end_lineno or 0) + 1)):
            near |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    remaining = iter(result.change.after.decode().split(newline))
    kept = [line for number, line in enumerate(content.decode().split(newline), start=1) if number not in near]
    assert all(line in remaining for line in kept)


class NoNames:
    """A module without imports."""

    def symbol(self, chain: str) -> None:
        return None

    def origin(self, node: ast.expr) -> None:
        return None


PATTERNS = (
    "$X + $Y", "f($X, k=$Y, ...)", "f($...A, $X)", "[$X, $Y]", "{$X: $Y, ...}", "$X if $Y else $X", "lambda $N: $X",
    "$X.m($...A)", "f($X)[$Y]", "not $X", "$X == $Y", "f(k=$X, j=$Y)", "($X, f($Y), $...A)",
)  # fmt: skip


@settings(SETTINGS, max_examples=examples(0.6))
@given(st.sampled_from(PATTERNS), expressions, expressions)
def test_a_pattern_matches_what_it_is_filled_in_with(pattern: str, first: str, second: str) -> None:
    """And binds what was filled in."""
    text = pattern.replace("$...A", "1, *two").replace(", ...}", ", **rest}").replace("...", "*rest, z=3")
    text = text.replace("$X", f"({first})").replace("$Y", f"({second})").replace("$N", "n")
    source = compiled(f"async def _():\n    (\n{text}\n)\n")
    if source is None:
        return
    node = ast.parse(source).body[0].body[0].value  # type: ignore[attr-defined]
    state = Matcher(read_snippet(pattern), NoNames()).expression(node)
    assert state is not None
    bound = state.bound["X"]
    assert isinstance(bound, ast.AST)
    wanted = ast.parse(f"async def _():\n    (\n{first}\n)\n").body[0].body[0].value  # type: ignore[attr-defined]
    assert ast.dump(bound) == ast.dump(wanted)
    other = f"h({text})"
    assert (
        Matcher(read_snippet(pattern), NoNames()).expression(
            ast.parse(f"async def _():\n    (\n{other}\n)\n").body[0].body[0].value
        )
        is None
    )  # type: ignore[attr-defined]
