"""Import statements that go altogether: no empty block, no gap, no comment of theirs is left."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.index.names import ModuleNames
from codemods.transforms.edits import apply_edits
from codemods.transforms.imports import StatementChange, Wish, write_imports
from codemods.transforms.view import view_of


def _module_of(statement: ast.Import | ast.ImportFrom) -> str | None:
    return statement.module if isinstance(statement, ast.ImportFrom) else None


def without(source: str, *gone: str, new: dict[Wish, int | None] | None = None) -> str:
    """`source` without the imports of the modules or names `gone`, and with the `new` ones."""
    view = view_of("u.py", source.encode(), ModuleNames())
    changes = []
    for site in view.scopes.imports:
        replaced = {
            n: None
            for n, alias in enumerate(site.statement.names)
            if {alias.name, _module_of(site.statement)} & set(gone)
        }
        if replaced:
            changes.append(StatementChange(site, dict(replaced)))
    return apply_edits(source.encode(), write_imports(view, changes, new)).decode()


CASES = {
    "one of several": ("import os\nimport old\nimport sys\n", "import os\nimport sys\n"),
    "one name": ("from m import a, old\n", "from m import a\n"),
    "all names": ("import os\nfrom m import old, old2\nx = 1\n", "import os\nx = 1\n"),
    "comment behind": ("import os\nimport old  # why\nx = 1\n", "import os\nx = 1\n"),
    "star": ("import os\nfrom old import *\nx = 1\n", "import os\nx = 1\n"),
    "comment above": ("import os\n\n# why\nimport old\n\nx = 1\n", "import os\n\n# why\n\nx = 1\n"),
    "list with comments": ("import os\nfrom m import (  # a\n    old,  # b\n    # c\n    old2,\n)\n", "import os\n"),
    "section of its own": ("import os\n\nimport old\n\nfrom . import x\n", "import os\n\nfrom . import x\n"),
    "section of two": ("import os\n\nimport old\nimport old2\n\nimport x\n", "import os\n\nimport x\n"),
    "two sections": ("import os\n\nimport old\n\nimport old2\n\n\nx = 1\n", "import os\n\n\nx = 1\n"),
    "across a blank line": ("import os\nimport old\n\nimport old2\nimport x\n", "import os\n\nimport x\n"),
    "last section": ("import os\n\nimport old\n\n\ndef g(): ...\n", "import os\n\n\ndef g(): ...\n"),
    "last of a section": ("import os\nimport old\n\nimport x\n", "import os\n\nimport x\n"),
    "first of a section": ("import os\n\nimport old\nimport x\n", "import os\n\nimport x\n"),
    "top of the file": ("import old\n\n\nx = 1\n", "x = 1\n"),
    "end of the file": ("x = 1\n\nimport old\n", "x = 1\n"),
    "end of the file without newline": ("x = 1\n\nimport old", "x = 1\n"),
    "below a docstring": ('"""Doc."""\n\nimport old\n\nx = 1\n', '"""Doc."""\n\nx = 1\n'),
    "whole file": ("import old\n", ""),
    "try": (
        "try:\n    import old\nexcept ImportError:\n    x = None\n",
        "try:\n    pass\nexcept ImportError:\n    x = None\n",
    ),
    "try with a comment": (
        "try:\n    # why\n    import old  # noqa\nexcept ImportError:\n    x = None\n",
        "try:\n    # why\n    pass\nexcept ImportError:\n    x = None\n",
    ),
    "several in a block": (
        "if x:\n    import old\n    from m import (\n        old2,\n    )\nelse:\n    y = 1\n",
        "if x:\n    pass\nelse:\n    y = 1\n",
    ),
    "several in a block, apart": (
        "if x:\n    import old\n\n    import old2\nelse:\n    y = 1\n",
        "if x:\n    pass\nelse:\n    y = 1\n",
    ),
    "block on a line": ("if x: import old\ny = 1\n", "if x: pass\ny = 1\n"),
    "block of two on a line": ("if x: import old; import old2  # c\ny = 1\n", "if x: pass  # c\ny = 1\n"),
    "block of more on a line": ("if x: import old; y()\n", "if x: y()\n"),
    "function": ("def g():\n    import old\n\n\nx = 1\n", "def g():\n    pass\n\n\nx = 1\n"),
    "class": ("class A:\n    import old\n", "class A:\n    pass\n"),
    "function with a docstring": ('def g():\n    """Doc."""\n    import old\n', 'def g():\n    """Doc."""\n'),
    "first in a function": ("def g():\n    import old\n\n    return 1\n", "def g():\n    return 1\n"),
    "all at the start of a function": (
        "def g():\n    import old\n    import old2\n\n    return 1\n",
        "def g():\n    return 1\n",
    ),
    "above a function in a block": (
        "if x:\n    import old\n\n    def g(): ...\n",
        "if x:\n\n    def g(): ...\n",
    ),
    "above a method": ("class A:\n    import old\n\n    def g(): ...\n", "class A:\n    def g(): ...\n"),
    "first in a function, under a comment": (
        "def g():\n    # why\n    import old\n\n    return 1\n",
        "def g():\n    # why\n\n    return 1\n",
    ),
    "last in a block": (
        "if x:\n    y = 1\n\n    import old\nelse:\n    z = 1\n",
        "if x:\n    y = 1\nelse:\n    z = 1\n",
    ),
    "last in a function": (
        "def g():\n    y = 1\n\n    import old\n\n\nx = 1\n",
        "def g():\n    y = 1\n\n\nx = 1\n",
    ),
    "first on a line": ("import old; x = 1\n", "x = 1\n"),
    "last on a line": ("x = 1; import old\n", "x = 1\n"),
    "last on a line with a semicolon": ("x = 1; import old;  # c\n", "x = 1  # c\n"),
    "middle of a line": ("x = 1; import old; y = 1\n", "x = 1; y = 1\n"),
    "two on a line": ("x = 1; import old; import old2\n", "x = 1\n"),
    "whole line of two": ("import os\nimport old; import old2;\nx = 1\n", "import os\nx = 1\n"),
    "line that goes on": ("x = 1; \\\nimport old\ny = 1\n", "x = 1\ny = 1\n"),
    "line that goes on behind it": ("import old; \\\nx = 1\n", "x = 1\n"),
    "windows newlines": ("import os\r\n\r\nimport old\r\n\r\nx = 1\r\n", "import os\r\n\r\nx = 1\r\n"),
    "old mac newlines": ("import os\r\rimport old\r\rx = 1\r", "import os\r\rx = 1\r"),
    "form feed": ("import os\n\f\nimport old\n\f\nx = 1\n", "import os\n\f\n\f\nx = 1\n"),
    "example in a docstring": (
        'def g():\n    """Doc.\n\n    >>> import old\n    >>> g()\n\n    """\n',
        'def g():\n    """Doc.\n\n    >>> g()\n\n    """\n',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_left_of_an_import_that_goes(case: str) -> None:
    before, after = CASES[case]
    assert without(before, "old", "old2") == after
    ast.parse(after)
    assert without(after, "old", "old2") == after


def test_a_new_import_takes_the_place_of_one_that_goes() -> None:
    before = "import os\n\nfrom app.old import old\n\n\ndef g(): ...\n"
    new: dict[Wish, int | None] = {Wish("app.new", "f"): None, Wish("sys"): before.index("def")}
    after = "import os\nimport sys\n\nfrom app.new import f\n\n\ndef g(): ...\n"
    assert without(before, "old", new=new) == after


def test_a_new_name_joins_a_statement_that_loses_one() -> None:
    before = "from m import a, old\nimport old2\nx = b\n"
    assert without(before, "old", "old2", new={Wish("m", "b"): before.index("x")}) == "from m import a, b\nx = b\n"


def test_a_new_import_is_there_when_the_old_one_goes() -> None:
    before = "import old\nimport os\n"
    assert without(before, "old", new={Wish("os"): None}) == "import os\n"
    assert without(before, new={Wish("os"): None}) == before


LINES = (
    "import os",
    "import old",
    "from m import old, a",
    "from m import (\n    old,\n    old2,  # c\n)",
    "# comment",
    "",
    "",
    "x = 1",
    "import old; x = 1",
    "x = 1; import old",
    "if x:\n    import old\n    import old2",
    "if x: import old; import old2",
    "try:\n    from m import old2\n\n    y = 1\nexcept ImportError:\n    import old",
    "def g():\n\n    import old\n\n    # comment\n    import old2\n",
    'def h():\n    """Doc."""\n\n    import old',
    "class A:\n    import old\n    x = 1",
)


@given(
    st.lists(st.sampled_from(LINES), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sets(st.sampled_from(["old", "old2", "os"])),
)
def test_whatever_goes_the_rest_stays(parts: list[str], newline: str, gone: set[str]) -> None:
    source = "".join(f"{part}\n" for part in parts).replace("\n", newline)
    after = without(source, *gone)
    tree = ast.parse(after)
    imported = {a.name for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
    assert not imported & gone
    assert _code_of(after, gone) == _code_of(source, gone)
    assert after.count("# comment") == source.count("# comment")
    assert after.count(newline) <= source.count(newline)


def _code_of(source: str, gone: set[str]) -> list[str]:
    """The statements other than imports of what goes and `pass`, innermost ones only."""
    nodes = [
        n for n in ast.walk(ast.parse(source)) if isinstance(n, (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr))
    ]
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            node.names = [alias for alias in node.names if alias.name not in gone]
    return sorted(ast.unparse(n) for n in nodes if not isinstance(n, (ast.Import, ast.ImportFrom)) or n.names)
