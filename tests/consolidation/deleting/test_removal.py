"""A symbol is taken out of its module with all that is there for it alone, and every other byte stays."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.consolidation.deleting.definitions import UnremovableError
from codemods.consolidation.deleting.removal import Removal, removal
from codemods.index.names import ModuleNames
from codemods.transforms.view import view_of


def removed(source: str, name: str = "f", *, path: str = "p/m.py", reached: frozenset[str] = frozenset()) -> Removal:
    """What is made of `source` without `name`; others take the names in `reached` from it."""
    made = removal(view_of(path, source.encode(), ModuleNames()), name, lambda names: names & reached)
    assert made is not None
    ast.parse(made.source)
    return made


def check(before: str, after: str, name: str = "f", *, path: str = "p/m.py") -> None:
    """`before` becomes `after`, whatever its newlines are, and then no longer has the name."""
    before, after = textwrap.dedent(before), textwrap.dedent(after)
    for newline in ("\n", "\r\n"):
        made = removed(before.replace("\n", newline), name, path=path).source.decode()
        assert made == after.replace("\n", newline)
    assert removal(view_of(path, after.encode(), ModuleNames()), name, lambda names: names) is None


DEFINITIONS = {
    "a function": ("x = 1\n\n\ndef f():\n    return 1\n\n\ny = 2\n", "x = 1\n\n\ny = 2\n"),
    "an async function": ("async def f(): ...\nx = 1\n", "x = 1\n"),
    "a class with decorators": ("@a.b\n@final\nclass f:\n    x = 1\n\n    y = 2\n\n\nx = 1\n", "x = 1\n"),
    "an assignment": ("a = 1\nf = 2  # why\nb = 3\n", "a = 1\nb = 3\n"),
    "an annotated name": ("a = 1\nf: int\nb = 3\n", "a = 1\nb = 3\n"),
    "over several lines": ("a = 1\nf = {\n    1: 2,\n}\nb = 3\n", "a = 1\nb = 3\n"),
    "the first": ('"""Doc."""\n\nf = 1\n\n\ndef g(): ...\n', '"""Doc."""\n\n\ndef g(): ...\n'),
    "the last": ("x = 1\n\n\ndef f(): ...\n", "x = 1\n"),
    "the last without a newline": ("x = 1\n\n\ndef f(): ...", "x = 1"),
    "the only one": ("def f(): ...\n", ""),
    "overloads": ("@overload\ndef f(): ...\n@overload\ndef f(x): ...\ndef f(x=1): ...\n\n\nx = 1\n", "x = 1\n"),
    "assigned again": ("f = 1\nx = 2\nf += 3\ny = 4\n", "x = 2\ny = 4\n"),
    "a comment above": (
        "x = 1\n\n# about f\n# and more\ndef f(): ...\n\n# about y\ny = 1\n",
        "x = 1\n\n# about y\ny = 1\n",
    ),
    "a comment apart": ("x = 1\n# apart\n\ndef f(): ...\n", "x = 1\n# apart\n"),
    "the header of the file": ("# licence\nf = 1\nx = 2\n", "# licence\nx = 2\n"),
    "the header of a section": (
        "x = 1\n\n# -----\n# more\n# -----\ndef f(): ...\n\n\ny = 2\n",
        "x = 1\n\n# -----\n# more\n# -----\n\n\ny = 2\n",
    ),
    "a comment for a tool": ("# fmt: off\n# about f\nf = 1\n# fmt: on\n", "# fmt: off\n# fmt: on\n"),
    "a comment in its body": ("def f():\n    x = 1\n    # the end\n\n\ny = 2\n", "y = 2\n"),
    "the string below": ('x = 1\n\nf = 2\n"""What f is."""\n\ny = 3\n', "x = 1\n\ny = 3\n"),
    "larger gap": ("import os\n\nf = 1\n\n\ndef g(): os\n", "import os\n\n\ndef g(): os\n"),
    "non-ASCII": ("ä = 'ö'\nf = 'ü'  # ß\né = 1\n", "ä = 'ö'\né = 1\n"),
}


@pytest.mark.parametrize("case", DEFINITIONS)
def test_a_definition_goes_with_what_belongs_to_it(case: str) -> None:
    check(*DEFINITIONS[case])


EXPORTS = {
    "in a line": ('__all__ = ["a", "f", "b"]\n', '__all__ = ["a", "b"]\n'),
    "first": ("__all__ = ['f', 'b']\n", "__all__ = ['b']\n"),
    "last": ('__all__ = ["a", "f"]\n', '__all__ = ["a"]\n'),
    "only": ('__all__ = ["f"]\n', "__all__ = []\n"),
    "a pair": ('__all__ = ("f", "a")\n', '__all__ = ("a",)\n'),
    "a pair, the second": ('__all__ = ("a", "f")\n', '__all__ = ("a",)\n'),
    "a single": ('__all__ = ("f",)\n', "__all__ = ()\n"),
    "a line each": (
        '__all__ = [\n    # first\n    "a",  # A\n    "f",  # F\n    "b"  # B\n]\n',
        '__all__ = [\n    # first\n    "a",  # A\n    "b"  # B\n]\n',
    ),
    "the last line": ('__all__ = [\n    "a",  # A\n    "f"\n]\n', '__all__ = [\n    "a"  # A\n]\n'),
    "added": ('__all__ = ["a"]\n__all__ += ["f"]\n', '__all__ = ["a"]\n'),
    "added to more": ('__all__ = ["a"] + ["f", "b"]\n', '__all__ = ["a"] + ["b"]\n'),
    "appended": ('__all__ = ["a"]\n__all__.append("f")\n', '__all__ = ["a"]\n'),
}


@pytest.mark.parametrize("case", EXPORTS)
def test_its_entry_in_all_goes(case: str) -> None:
    before, after = EXPORTS[case]
    check(f"a = b = 1\nf = 2\n{before}", f"a = b = 1\n{after}")


IMPORTS = {
    "used by it alone": ("import os\nimport re\n\n\ndef f(): os\n\n\nx = re\n", "import re\n\n\nx = re\n"),
    "used by others": ("import os\n\n\ndef f(): os\n\n\nx = os\n", "import os\n\n\nx = os\n"),
    "unused before": ("import os\n\n\ndef f(): ...\n\n\nx = 1\n", "import os\n\n\nx = 1\n"),
    "one of several": ("from a import b, c\nf = b\nx = c\n", "from a import c\nx = c\n"),
    "in its annotations": ("from a import T\ndef f(x: 'T'): ...\nx = 1\n", "x = 1\n"),
    "handed on": ("from a import b as b\nf = b\n", "from a import b as b\n"),
    "exported": ("from a import b\nf = b\n__all__ = ['b']\n", "from a import b\n__all__ = ['b']\n"),
    "kept by a comment": ("import a  # noqa: F401\nf = a\n", "import a  # noqa: F401\n"),
    "under try": (
        "try:\n    import a\nexcept ImportError:\n    a = None\nf = a\n",
        "try:\n    import a\nexcept ImportError:\n    a = None\n",
    ),
    "a submodule": ("import a.b\nimport a.c\nf = a.b.x\ny = a.c.x\n", "import a.c\ny = a.c.x\n"),
    "loaded for its effect": ("import a\nimport a.b\nf = a.x\n", "import a.b\n"),
    "a string of that name": ("import json\n\n\ndef f(): json\n\n\nx = 'json'\n", "x = 'json'\n"),
    "asked for by name": ("import a\nf = a\nx = globals()['a']\n", "import a\nx = globals()['a']\n"),
    "for type checkers": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import T, U\ndef f(x: T): ...\ny: 'U'\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import U\ny: 'U'\n",
    ),
}


@pytest.mark.parametrize("case", IMPORTS)
def test_imports_that_only_it_has_used_go(case: str) -> None:
    check(*IMPORTS[case])


def test_imports_of_a_package_stay() -> None:
    source = "from a import b\nf = b\n"
    check(source, "from a import b\n", path="p/__init__.py")


def test_an_import_that_others_take_from_here_stays_and_helpers_are_told() -> None:
    made = removed("import os\ndef _h(): ...\ndef f(): os, _h()\n", reached=frozenset({"os"}))
    assert made.source == b"import os\ndef _h(): ...\n"
    assert made.notes == ((2, "nothing uses `_h` now"),)
    assert removed("def _h(): ...\nx = _h()\ndef f(): _h()\n").notes == ()


def test_a_call_that_does_not_run_any_more_is_told() -> None:
    assert removed("f = make()\nx = 1\n").notes == (
        (1, "a call ran here when the module was imported, and does not any more"),
    )
    assert removed("f = 1\nx = make()\n").notes == ()


REFUSED = {
    "if x:\n    def f(): ...\n": "defined under `if`",
    "try:\n    f = 1\nexcept E:\n    f = 2\n": "defined under `try`",
    "f, g = 1, 2\n": "together with other names",
    "f = g = 1\n": "together with other names",
    "x = 1; f = 2\n": "on one line",
    "def g():\n    global f\n    f = 1\n": "a function sets `f`",
    "from a import f\n": "imported here",
    "f = 1\ndel f\n": "is deleted here",
    "f = 1\n__all__ = make('f', *['f'])\nif x:\n    __all__.append('f')\n": "under a condition",
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_cannot_be_taken_out_exactly_is_refused(source: str) -> None:
    with pytest.raises(UnremovableError, match=REFUSED[source]):
        removed(source)


_PIECES = st.sampled_from(
    [
        "import os",
        "from a import b, c  # why",
        "# a comment",
        "",
        "",
        "x = 1",
        "def g():\n    return os, b",
        "class H:\n    y = 'ü'\n\n    # in it",
        "def f(x: b):\n    return os, c, x",
        "f = 1",
        "@cache\ndef f(): ...",
        "__all__ = ['x', 'f']",
        "__all__ += ('f',)",
    ]
)


@given(st.lists(_PIECES, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_whatever_goes_the_rest_is_as_it_was(pieces: list[str], newline: str, at_end: bool) -> None:
    source = newline.join(pieces).replace("\n", newline).replace("\r\r", "\r") + (newline if at_end else "")
    made = removal(view_of("m.py", source.encode(), ModuleNames()), "f", lambda names: frozenset())
    if made is None:
        assert not any(piece.startswith(("def f", "f =", "@cache")) for piece in pieces)
        return
    after = made.source.decode()
    names = {node.id for node in ast.walk(ast.parse(after)) if isinstance(node, ast.Name)}
    assert "f" not in names
    assert "'f'" not in after
    kept = [
        line
        for line in source.splitlines()
        if line.startswith(("x = 1", "def g", "class H", "    y =", "    return os, b"))
    ]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert ("\r\n" in after) <= (newline == "\r\n")
    assert after.replace("\r\n", "").count("\n") == (0 if newline == "\r\n" else after.count("\n"))
