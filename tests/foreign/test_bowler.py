"""Bowler queries run on a text, and what Bowler would swallow is told."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from codemods.errors import ForeignError
from codemods.foreign.step import Skipped
from tests.foreign.conftest import bowler_step, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.foreign.step import ForeignStep
    from tests.foreign.conftest import Repository

pytest.importorskip("bowler")

SCRIPT = """\
from bowler import Query, TOKEN

def rename(paths, old="f", new="g"):
    return Query(paths).select_function(old).rename(new)

def without_parameters():
    return Query("src").select_function("f").rename("g")

def method(*paths):
    return Query(paths).select_method("send").is_call().add_argument("retries", "3", positional=True)

def only_shop(paths):
    return Query(paths).select_function("f").filter(lambda n, c, filename: filename == "src/shop/a.py").rename("g")

def matcher(paths):
    return Query(paths, filename_matcher=lambda name: name.endswith("_x.py")).select_function("f").rename("g")

def two(paths):
    Query(paths).select_function("f").rename("g").write()
    Query(paths).select_function("g").rename("h").idiff()

def hunks(paths):
    return Query(paths).select_function("f").rename("g").process(lambda name, hunk: "+g(1)" not in hunk)

def breaks(paths):
    def modify(node, capture, filename):
        raise ValueError("in " + filename)
    return Query(paths).select_function("f").modify(modify)

def nonsense(paths):
    def modify(node, capture, filename):
        capture["function_name"].value = "1 x ("
    return Query(paths).select_function("f").modify(modify)

def line(paths):
    def modify(node, capture, filename):
        node.prefix = "# new\\n" + node.prefix
    return Query(paths).select_function("f").is_def().modify(modify)

def nothing(paths):
    return 3

def sometimes(paths):
    return Query(paths).select_function("f") if paths != ["src/shop/a.py"] else None

def no_selector(paths):
    return Query(paths).select_function("f").rename

Query(".").select_function("f").rename("written").write()
"""
MATCH = "def f(x):\n    match x:\n        case 1:\n            pass\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """One for all, since the script is always the same."""
    with opened(tmp_path_factory.mktemp("repo")) as repository:
        repository.write({"tools/q.py": SCRIPT})
        yield repository


def step(function: str, **arguments: object) -> ForeignStep:
    return bowler_step(f"tools/q.py:{function}", **arguments)


def test_a_function_is_renamed_where_it_is_defined_called_and_imported(repository: Repository) -> None:
    before = "from m import f\n\n\ndef f(x):\n    return f(x)  # f\n"
    repository.check_transformed(step("rename"), before, "from m import g\n\n\ndef g(x):\n    return g(x)  # f\n")
    repository.check_transformed(step("rename", old="a", new="b"), "a(f)\n", "b(f)\n")
    repository.check_noop(step("rename"), "ff(1)\nx = 'f'\n")


def test_the_result_is_that_of_bowler_itself(repository: Repository) -> None:
    texts = [
        "def f(): pass\nf()\n",
        "x = 1\nclass A:\n    def send(self, a): self.send(a)\n",
        "a.send(\n  1,\n  2)\n",
        "f\n",
    ]
    texts.append("\n".join(f"x{number} = f({number})\n" for number in range(40)))
    repository.write({f"src/m{number}.py": text for number, text in enumerate(texts)})
    ours = []
    for number, text in enumerate(texts):
        for each in ("rename", "method"):
            text = getattr(repository.run(step(each), text, f"src/m{number}.py"), "text", text)
        ours.append(text)
    run = "import sys; sys.path[:0] = ['tools']; from bowler import Query\n"
    run += "write = Query.write; Query.write = lambda query: query\n"
    run += "import q; write(q.rename(sys.argv[1:])); write(q.method(*sys.argv[1:]))"
    files = [f"src/m{number}.py" for number in range(len(texts))]
    subprocess.run([sys.executable, "-B", "-c", run, *files], cwd=repository.root, check=True, capture_output=True)
    assert [(repository.root / file).read_text() for file in files] == ours
    assert [text == our for text, our in zip(texts, ours, strict=True)] == [False, False, False, True, False]


def test_an_argument_is_added_to_calls_of_a_method(repository: Repository) -> None:
    repository.check_transformed(step("method"), "a.send(1)\nsend(1)\n", "a.send(1, 3)\nsend(1)\n")
    repository.check_noop(step("method"), "a.sent(1)\n")


def test_newlines_and_the_end_of_the_file_stay(repository: Repository) -> None:
    repository.check_transformed(step("rename"), "f()\r\n\r\nf(\\\r\n1)", "g()\r\n\r\ng(\\\r\n1)")
    repository.check_transformed(step("rename"), "if a:\n  f()\n  # end", "if a:\n  g()\n  # end")
    repository.check_transformed(step("line"), "def f(): pass\r\n", "# new\r\ndef f(): pass\r\n")
    repository.check_transformed(step("rename"), "x = 1\n\x0c\nf()\n", "x = 1\n\x0c\ng()\n")
    repository.check_transformed(step("rename"), "x = '\u2028\xe9'\nf()\n", "x = '\u2028\xe9'\ng()\n")
    for text in ("", "x", "x\r\n", "# only"):
        repository.check_noop(step("rename"), text)


def test_a_query_for_other_places_is_for_this_file(repository: Repository) -> None:
    repository.write({"src/shop/b.py": "f()\n"})
    repository.check_transformed(step("without_parameters"), "f()\n", "g()\n")
    repository.check_noop(step("without_parameters"), "h()\n")
    assert (repository.root / "src/shop/b.py").read_text() == "f()\n"


def test_queries_that_a_function_executes_run_in_their_order(repository: Repository) -> None:
    repository.check_transformed(step("two"), "f()\n", "h()\n")
    repository.check_noop(step("two"), "x()\n")


def test_filters_see_the_path_in_the_repository(repository: Repository) -> None:
    repository.check_transformed(step("only_shop"), "f()\n", "g()\n")
    repository.check_noop(step("only_shop"), "f()\n", "src/other.py")


def test_a_file_that_the_query_does_not_match_is_skipped(repository: Repository) -> None:
    assert repository.run(step("matcher"), "f()\n") == Skipped(reason="the query's filename_matcher leaves it out")
    repository.check_transformed(step("matcher"), "f()\n", "g()\n", "src/a_x.py")


def test_a_hunk_that_a_processor_refuses_is_left_out(repository: Repository) -> None:
    between = "x\n" * 10
    repository.check_transformed(
        step("hunks"), f"f(1)\n{between}f(2)\n{between}f(3)", f"f(1)\n{between}g(2)\n{between}g(3)"
    )
    repository.check_noop(step("hunks"), f"f(1)\n{between}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (MATCH, "line 2: match x:"),
        ("x = 1\ndef f(a, /): pass\n", "line 2: def f(a, /): pass"),
        ("x = 'a\n", "line 1: x = 'a"),
        ("if x:\n    f()\n  f()\n", "line 3: f()"),
    ],
)
def test_what_its_grammar_cannot_read_fails(repository: Repository, text: str, place: str) -> None:
    ran = repository.check_failed(step("rename"), text)
    assert ran.reason == f"Bowler's grammar (Python 3.8 at most) cannot read it: {place}"


def test_an_exception_in_a_modifier_fails_the_file_with_its_traceback(repository: Repository) -> None:
    ran = repository.check_failed(step("breaks"), "f()\n")
    assert ran.reason == "It raised ValueError: in src/shop/a.py"
    assert "q.py" in ran.traceback
    assert "in modify" in ran.traceback
    repository.check_noop(step("breaks"), "h()\n")


def test_a_query_that_makes_what_is_no_code_fails(repository: Repository) -> None:
    ran = repository.check_failed(step("nonsense"), "def f(): pass\n")
    assert ran.reason == "The query made code that cannot be read: line 1: def 1 x ((): pass"


def test_a_query_that_is_not_made_for_a_file_fails_it(repository: Repository) -> None:
    ran = repository.check_failed(step("sometimes"), "f()\n")
    assert ran.reason == "It returns NoneType, not a bowler.Query."
    repository.check_noop(step("sometimes"), "f()\n", "b.py")


@pytest.mark.parametrize(
    ("target", "arguments", "message"),
    [
        ("tools/q.py", {}, "It names no function."),
        ("tools/none.py:rename", {}, "There is no file `tools/none.py`."),
        ("tools/q.py:renam", {}, "`tools/q.py` has no function `renam`. Did you mean `rename`?"),
        ("tools/q.py:nothing", {}, "It returns int, not a bowler.Query."),
        ("tools/q.py:no_selector", {}, "It returns method, not a bowler.Query."),
        ("tools/q.py:rename", {"older": "x"}, "The arguments do not fit: got an unexpected keyword argument 'older'."),
        ("tools/bad.py:rename", {}, "`tools/bad.py` cannot be imported: SyntaxError: "),
        ("tools/raises.py:rename", {}, "`tools/raises.py` cannot be imported: SystemExit: 3"),
    ],
)
def test_what_cannot_be_loaded(repository: Repository, target: str, arguments: dict[str, object], message: str) -> None:
    repository.write({"tools/bad.py": "def (:\n", "tools/raises.py": "import sys\nsys.exit(3)\n"})
    with pytest.raises(ForeignError) as raised:
        repository.runner.load(bowler_step(target, **arguments))
    assert raised.value.what.startswith(message)
    assert raised.value.where == target
    assert raised.value.hint
