"""Imports that a module gets in addition: where they go, and what is there already."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.index.names import ModuleNames
from codemods.transforms.edits import apply_edits
from codemods.transforms.imports import Wish, write_imports
from codemods.transforms.view import ModuleView, view_of

OWN = {"app", "app.b", "app.c", "lib", "lib.b"}


def view(source: str | bytes, path: str = "u.py") -> ModuleView:
    return view_of(path, source.encode() if isinstance(source, str) else source, ModuleNames())


def added(source: str, *wishes: Wish, path: str = "u.py", first_use: str | None = None) -> str:
    """`source` with the wishes fulfilled; `first_use` is the code that needs them when the module is loaded."""
    offset = None if first_use is None else source.encode().index(first_use.encode())
    edits = write_imports(view(source, path), (), dict.fromkeys(wishes, offset), OWN.__contains__)
    return apply_edits(source.encode(), edits).decode()


def check_added(before: str, after: str, wish: Wish, path: str = "u.py", first_use: str | None = None) -> None:
    """`before` becomes exactly `after`, which parses and is not changed again."""
    assert added(before, wish, path=path, first_use=first_use) == after
    ast.parse(after)
    assert added(after, wish, path=path, first_use=first_use) == after


LOADS = Wish("json", "loads")
JSON = Wish("json")
GET = Wish("requests", "get")
F = Wish("app.b", "f")

SATISFIED = {
    "from import": ("from json import loads\n", LOADS),
    "among others": ("from json import (\n    dumps,\n    loads,\n)\n", LOADS),
    "renamed": ("from json import loads as zz\n", Wish("json", "loads", "zz")),
    "module": ("import os, json\n", JSON),
    "module by a module in it": ("import os.path\n", Wish("os")),
    "renamed module": ("import json as j\n", Wish("json", None, "j")),
    "behind a semicolon": ("x = 1; import json\n", JSON),
    "further down": ("def g(): ...\nimport json\n", JSON),
    "with a comment for tools": ("from json import loads  # noqa\n", LOADS),
    "same name spelled out": ("from json import loads\n", Wish("json", "loads", "loads")),
}
UNSATISFIED = {
    "in a function": "def g():\n    import json\n",
    "guarded": "try:\n    import json\nexcept ImportError:\n    json = None\n",
    "for type checkers": "if TYPE_CHECKING:\n    import json\n",
    "under another name": "import json as j\n",
    "a module in another": "import json.decoder as d\n",
}


@pytest.mark.parametrize("case", SATISFIED)
def test_nothing_is_added_where_the_name_is_imported(case: str) -> None:
    source, wish = SATISFIED[case]
    assert added(source, wish) == source


@pytest.mark.parametrize("case", UNSATISFIED)
def test_an_import_that_may_not_run_or_binds_another_name_does_not_count(case: str) -> None:
    source = UNSATISFIED[case]
    assert "import json\n" in added(source, JSON).replace(source.rstrip("\n"), "")


def test_a_relative_import_counts() -> None:
    source = "from .b import f\n"
    assert added(source, F, path="app/u.py") == source
    assert added(source, F, path="u.py") != source


MERGED = {
    "at the end": ("from json import dumps\n", "from json import dumps, loads\n", LOADS),
    "in order": ("from json import dumps, scanner\n", "from json import dumps, loads, scanner\n", LOADS),
    "in front": ("from json import scanner\n", "from json import loads, scanner\n", LOADS),
    "not in order": ("from json import scanner, dumps\n", "from json import scanner, dumps, loads\n", LOADS),
    "classes first": ("from app.b import D, e\n", "from app.b import D, E, e\n", Wish("app.b", "E")),
    "regardless of case": ("from app.b import c, D, e\n", "from app.b import c, D, E, e\n", Wish("app.b", "E")),
    "by letter": ("from app.b import Abc, CON, b\n", "from app.b import Abc, CON, E, b\n", Wish("app.b", "E")),
    "list": (
        "from json import (  # head\n    # about dumps\n    dumps,  # d\n    # about scanner\n    scanner,  # s\n)\n",
        "from json import (  # head\n    # about dumps\n    dumps,  # d\n    loads,\n"
        "    # about scanner\n    scanner,  # s\n)\n",
        LOADS,
    ),
    "front of a list": (
        "from json import (  # head\n    # about scanner\n    scanner\n)\n",
        "from json import (  # head\n    loads,\n    # about scanner\n    scanner\n)\n",
        LOADS,
    ),
    "parenthesised": ("from json import (dumps, scanner)\n", "from json import (dumps, loads, scanner)\n", LOADS),
    "front of a parenthesised": ("from json import (scanner)\n", "from json import (loads, scanner)\n", LOADS),
    "aligned list": (
        "from json import (scanner,\n                  tool)\n",
        "from json import (loads,\n                  scanner,\n                  tool)\n",
        LOADS,
    ),
    "backslash": (
        "from json import dumps, \\\n    scanner\n",
        "from json import dumps, \\\n    loads, scanner\n",
        LOADS,
    ),
    "windows newlines": (
        "from json import (\r\n    dumps,\r\n    scanner,\r\n)\r\n",
        "from json import (\r\n    dumps,\r\n    loads,\r\n    scanner,\r\n)\r\n",
        LOADS,
    ),
    "beside a comment": ("from json import dumps  # why\n", "from json import dumps, loads  # why\n", LOADS),
    "both imports on one line": (
        "from json import dumps; import os\n",
        "from json import dumps, loads; import os\n",
        LOADS,
    ),
    "renamed, where the file does so": (
        "from json import dumps as d, scanner\n",
        "from json import dumps as d, loads as l, scanner\n",
        Wish("json", "loads", "l"),
    ),
    "too long for a line": (
        f"from json import {'d' * 40}, {'s' * 15}\n",
        f"from json import (\n    {'d' * 40},\n    {'loads' * 3},\n    {'s' * 15},\n)\n",
        Wish("json", "loads" * 3),
    ),
    "too long for a line, windows newlines": (
        f"from json import {'d' * 40}, {'s' * 15}\r\n",
        f"from json import (\r\n    {'d' * 40},\r\n    {'loads' * 3},\r\n    {'s' * 15},\r\n)\r\n",
        Wish("json", "loads" * 3),
    ),
}


@pytest.mark.parametrize("case", MERGED)
def test_a_name_joins_the_import_of_its_module(case: str) -> None:
    check_added(*MERGED[case])


def test_a_name_joins_a_relative_import_of_its_module() -> None:
    check_added("from .b import e\n", "from .b import e, f\n", F, path="app/u.py")


APART = {
    "told to linters": (
        "from json import dumps  # noqa: F401\n",
        "from json import dumps  # noqa: F401\nfrom json import loads\n",
        LOADS,
    ),
    "told to type checkers": (
        "from json import (\n    dumps,  # type: ignore\n)\n",
        "from json import (\n    dumps,  # type: ignore\n)\nfrom json import loads\n",
        LOADS,
    ),
    "star": ("from json import *\n", "from json import *\nfrom json import loads\n", LOADS),
    "one name per statement": (
        "from json import decoder\nfrom json import scanner\nimport os\n",
        "from json import decoder\nfrom json import loads\nfrom json import scanner\nimport os\n",
        LOADS,
    ),
    "renamed": (
        "from json import dumps\nfrom os import path\n",
        "from json import dumps\nfrom json import loads as l\nfrom os import path\n",
        Wish("json", "loads", "l"),
    ),
    "beside a renamed one": (
        "from json import dumps as d\n",
        "from json import dumps as d\nfrom json import loads\n",
        LOADS,
    ),
    "under a guard": (
        "import os\n\ntry:\n    from json import dumps\nexcept ImportError:\n    pass\n",
        "import os\nfrom json import loads\n\ntry:\n    from json import dumps\nexcept ImportError:\n    pass\n",
        LOADS,
    ),
    "further down": (
        "import os\n\n\ndef g(): ...\n\n\nfrom json import dumps\n",
        "import os\nfrom json import loads\n\n\ndef g(): ...\n\n\nfrom json import dumps\n",
        LOADS,
    ),
    "on a line with code": (
        "from json import dumps; x = 1\n",
        "from json import loads\n\nfrom json import dumps; x = 1\n",
        LOADS,
    ),
}


@pytest.mark.parametrize("case", APART)
def test_a_name_gets_a_statement_of_its_own(case: str) -> None:
    check_added(*APART[case])


SECTIONS = (
    "from __future__ import annotations\n\nimport os\nimport sys\n\nimport numpy\n\n"
    "from app.c import g\n\nfrom . import x\n"
)
PLACES = {
    "first of its section": (SECTIONS, SECTIONS.replace("import os\n", "import json\nimport os\n"), JSON),
    "last of its section": (SECTIONS, SECTIONS.replace("sys\n", "sys\nfrom json import loads\n"), LOADS),
    "third party": (SECTIONS, SECTIONS.replace("numpy\n", "numpy\nfrom requests import get\n"), GET),
    "first party": (SECTIONS, SECTIONS.replace("from app.c", "from app.b import f\nfrom app.c"), F),
    "future": (SECTIONS, SECTIONS.replace("annotations", "annotations, division"), Wish("__future__", "division")),
    "modules and names mixed": (
        "import abc\nfrom io import StringIO\nimport os\n",
        "import abc\nfrom io import StringIO\nfrom json import loads\nimport os\n",
        LOADS,
    ),
    "names first": (
        "from io import StringIO\nfrom os import path\nimport abc\n",
        "from io import StringIO\nfrom json import loads\nfrom os import path\nimport abc\n",
        LOADS,
    ),
    "numbers in order": (
        "import app.m2\nimport app.m10\n",
        "import app.m2\nimport app.m9\nimport app.m10\n",
        Wish("app.m9", None, None),
    ),
    "no order": ("import sys\nimport os\nimport abc\n", "import sys\nimport os\nimport abc\nimport json\n", JSON),
    "no order, same module": (
        "import sys\nfrom json import *\nimport abc\n",
        "import sys\nfrom json import *\nfrom json import loads\nimport abc\n",
        LOADS,
    ),
    "modules apart from names": (
        "import abc\nimport os\n\nfrom os import path\n",
        "import abc\nimport os\n\nfrom json import loads\nfrom os import path\n",
        LOADS,
    ),
    "packages apart": (
        "from app.c import g\n\nfrom lib.c import h\n",
        "from app.c import g\n\nfrom lib.b import i\nfrom lib.c import h\n",
        Wish("lib.b", "i"),
    ),
    "own among others in order": (
        "from app.c import g\nfrom bottle import b\nfrom lib.c import h\nfrom zope import z\n",
        "from app.c import g\nfrom bottle import b\nfrom lib.b import i\nfrom lib.c import h\nfrom zope import z\n",
        Wish("lib.b", "i"),
    ),
    "sections not parted": (
        "import os\nimport numpy\nfrom app.c import g\n",
        "import os\nimport numpy\nfrom requests import get\nfrom app.c import g\n",
        GET,
    ),
    "behind a comment on the line": ("import abc  # why\n", "import abc  # why\nimport json\n", JSON),
    "above the comment of the next": (
        "import abc\n\n# needs it set up\nimport os\n",
        "import abc\nimport json\n\n# needs it set up\nimport os\n",
        JSON,
    ),
    "below a heading": (
        "x = 1\n# Standard library\nimport os\n",
        "x = 1\n# Standard library\nimport json\nimport os\n",
        JSON,
    ),
    "above what explains the first": (
        "x = 1\n# os comes first as it is slow\nimport os\n",
        "x = 1\nimport json\n# os comes first as it is slow\nimport os\n",
        JSON,
    ),
    "semicolons": ("import abc; import os\nx = 1\n", "import abc; import os\nimport sys\nx = 1\n", Wish("sys")),
    "windows newlines": ("import abc\r\nimport os\r\n", "import abc\r\nimport json\r\nimport os\r\n", JSON),
    "old mac newlines": ("import abc\rimport os\r", "import abc\rimport json\rimport os\r", JSON),
    "no newline at the end": ("import abc", "import abc\nimport json", JSON),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_statement_goes_where_the_order_of_its_section_puts_it(case: str) -> None:
    check_added(*PLACES[case])


NEW_SECTIONS = {
    "between": (
        "import os\n\nfrom app.c import g\n\nx = 1\n",
        "import os\n\nfrom requests import get\n\nfrom app.c import g\n\nx = 1\n",
        GET,
    ),
    "first": ("import numpy\n\n\ndef g(): ...\n", "import json\n\nimport numpy\n\n\ndef g(): ...\n", JSON),
    "first, below a docstring": ('"""Doc."""\nimport numpy\n', '"""Doc."""\nimport json\n\nimport numpy\n', JSON),
    "first, above a heading": (
        '"""Doc."""\n\n# Third party\nimport numpy\n',
        '"""Doc."""\n\nimport json\n\n# Third party\nimport numpy\n',
        JSON,
    ),
    "first, below the head of the file": (
        "#!/usr/bin/env python\n# Copyright\nimport numpy\n",
        "#!/usr/bin/env python\n# Copyright\nimport json\n\nimport numpy\n",
        JSON,
    ),
    "last": ("import os\n\n\ndef g(): ...\n", "import os\n\nfrom app.b import f\n\n\ndef g(): ...\n", F),
    "behind future": (
        "from __future__ import annotations\n\nx = 1\n",
        "from __future__ import annotations\n\nimport json\n\nx = 1\n",
        JSON,
    ),
    "behind names that stand behind future": (
        "from __future__ import annotations\n\n__all__ = []\n\nimport os\n\nx = 1\n",
        "from __future__ import annotations\n\n__all__ = []\n\nimport os\n\nfrom app.b import f\n\nx = 1\n",
        F,
    ),
    "future": (
        '"""Doc."""\n\nimport os\n',
        '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n',
        Wish("__future__", "annotations"),
    ),
    "future, above names": (
        '"""Doc."""\n\n__all__ = []\n\nimport os\n',
        '"""Doc."""\n\nfrom __future__ import annotations\n\n__all__ = []\n\nimport os\n',
        Wish("__future__", "annotations"),
    ),
    "sections not parted": (
        "import os\nfrom app.c import g\n",
        "import os\nfrom requests import get\nfrom app.c import g\n",
        GET,
    ),
    "windows newlines": ("import os\r\nx = 1\r\n", "import os\r\n\r\nfrom app.b import f\r\nx = 1\r\n", F),
}


@pytest.mark.parametrize("case", NEW_SECTIONS)
def test_a_section_is_made_where_it_belongs(case: str) -> None:
    check_added(*NEW_SECTIONS[case])


NO_IMPORTS = {
    "empty file": ("", "import json\n"),
    "docstring": ('"""Doc."""\n', '"""Doc."""\n\nimport json\n'),
    "docstring without newline": ('"""Doc."""', '"""Doc."""\n\nimport json'),
    "docstring and code": ('"""Doc."""\n\nx = 1\n', '"""Doc."""\n\nimport json\n\nx = 1\n'),
    "docstring right above code": ('"""Doc."""\nx = 1\n', '"""Doc."""\n\nimport json\n\nx = 1\n'),
    "docstring and function": (
        '"""Doc."""\n\n\ndef g(): ...\n',
        '"""Doc."""\n\nimport json\n\n\ndef g(): ...\n',
    ),
    "docstring and decorated class": (
        '"""Doc."""\n\n@d\nclass A: ...\n',
        '"""Doc."""\n\nimport json\n\n\n@d\nclass A: ...\n',
    ),
    "docstring far above code": ('"""Doc."""\n\n\nx = 1\n', '"""Doc."""\n\nimport json\n\nx = 1\n'),
    "code on line 1": ("x = 1\n", "import json\n\nx = 1\n"),
    "function on line 1": ("def g(): ...\n", "import json\n\n\ndef g(): ...\n"),
    "shebang and coding": (
        "#!/usr/bin/env python\n# coding: utf-8\nx = 1\n",
        "#!/usr/bin/env python\n# coding: utf-8\n\nimport json\n\nx = 1\n",
    ),
    "shebang and a comment": (
        "#!/usr/bin/env python\n# one\nx = 1\n",
        "#!/usr/bin/env python\n\nimport json\n\n# one\nx = 1\n",
    ),
    "licence": ("# Copyright me\n# All rights\nx = 1\n", "# Copyright me\n# All rights\n\nimport json\n\nx = 1\n"),
    "comment of the file": ("# About.\n\nx = 1\n", "# About.\n\nimport json\n\nx = 1\n"),
    "comment of the code": ("# one\nx = 1\n", "import json\n\n# one\nx = 1\n"),
    "future on a line with code": (
        '"""Doc."""\nfrom __future__ import annotations; x = 1\n',
        '"""Doc."""\nfrom __future__ import annotations; x = 1\n\nimport json\n',
    ),
    "comment only": ("# About.\n", "# About.\n\nimport json\n"),
    "names such as __all__": (
        '"""Doc."""\n\n__all__ = ["g"]\n\n\ndef g(): ...\n',
        '"""Doc."""\n\n__all__ = ["g"]\n\nimport json\n\n\ndef g(): ...\n',
    ),
    "guarded ones only": (
        "try:\n    import a\nexcept ImportError:\n    a = None\n",
        "import json\n\ntry:\n    import a\nexcept ImportError:\n    a = None\n",
    ),
    "at the end only": ("def g(): ...\n\n\nimport os\n", "import json\n\n\ndef g(): ...\n\n\nimport os\n"),
    "windows newlines": ("x = 1\r\n", "import json\r\n\r\nx = 1\r\n"),
}


@pytest.mark.parametrize("case", NO_IMPORTS)
def test_the_first_import_goes_below_what_heads_the_file(case: str) -> None:
    check_added(*NO_IMPORTS[case], JSON)


def test_spelled_relative_where_the_imports_of_the_package_are() -> None:
    check_added("from .c import g\n", "from .b import f\nfrom .c import g\n", F, path="app/u.py")
    check_added("from ..c import g\n", "from ..b import f\nfrom ..c import g\n", F, path="app/s/u.py")
    check_added(
        "from .. import c\nfrom . import d\n",
        "from .. import c\nfrom ..b import f\nfrom . import d\n",
        F,
        path="app/s/u.py",
    )


def test_spelled_out_where_some_imports_of_the_package_are_or_there_are_none() -> None:
    before = "from app.c import g\n\nfrom . import x\n"
    check_added(before, f"from app.b import f\n{before}", F, path="app/u.py")
    check_added("import os\n", "import os\n\nfrom app.b import f\n", F, path="app/u.py")
    check_added("from .c import g\n", "import app.b\n\nfrom .c import g\n", Wish("app.b"), path="app/u.py")


LATE = {
    "first party behind the path": (
        "import os\nimport sys\n\nsys.path.insert(0, 'src')\n\nfrom app.c import g\n",
        "import os\nimport sys\n\nsys.path.insert(0, 'src')\n\nfrom app.b import f\nfrom app.c import g\n",
        F,
    ),
    "first of its section behind the path": (
        "import sys\n\nsys.path.insert(0, 'src')\n\nimport numpy\n\nx = 1\n",
        "import sys\n\nsys.path.insert(0, 'src')\n\nimport numpy\n\nfrom app.b import f\n\nx = 1\n",
        F,
    ),
    "first behind the path": (
        "import sys\n\nsys.path.insert(0, 'src')\n\n\ndef g(): ...\n",
        "import sys\n\nsys.path.insert(0, 'src')\n\nfrom app.b import f\n\n\ndef g(): ...\n",
        F,
    ),
    "behind a definition that the path needs": (
        "import sys\n\ndef here(): ...\n\nsys.path.insert(0, here())\nfrom app.c import g\n\ng()\n",
        "import sys\n\ndef here(): ...\n\nsys.path.insert(0, here())\n"
        "from app.b import f\nfrom app.c import g\n\ng()\n",
        F,
    ),
    "behind a call": (
        "import app\n\napp.setup()\n\nfrom app.c import g\n",
        "import app\n\napp.setup()\n\nfrom app.b import f\nfrom app.c import g\n",
        F,
    ),
    "not behind a fallback that defines": (
        "import app\n\ntry:\n    import a\nexcept ImportError:\n    def a():\n        b()\n\nfrom app.c import g\n",
        "import app\nfrom app.b import f\n\ntry:\n    import a\nexcept ImportError:\n    def a():\n        b()\n\n"
        "from app.c import g\n",
        F,
    ),
    "not behind a plain assignment": (
        "from app.c import g\n\nx = 1\n\nfrom app.d import h\n",
        "from app.b import f\nfrom app.c import g\n\nx = 1\n\nfrom app.d import h\n",
        F,
    ),
    "standard library above the path": (
        "import sys\n\nsys.path.insert(0, 'src')\n\nfrom app.c import g\n",
        "import json\nimport sys\n\nsys.path.insert(0, 'src')\n\nfrom app.c import g\n",
        JSON,
    ),
}


@pytest.mark.parametrize("case", LATE)
def test_imports_that_come_after_code(case: str) -> None:
    check_added(*LATE[case])


BEFORE = {
    "imported too late": (
        "import os\n\nx = json\n\nimport json\n",
        "import json\nimport os\n\nx = json\n\nimport json\n",
    ),
    "its section comes too late": (
        "x = json\n\nimport os\n",
        "import json\n\nx = json\n\nimport os\n",
    ),
    "used by a decorator": (
        '"""Doc."""\n\n\n@json\ndef g(): ...\n\n\nimport os\n',
        '"""Doc."""\n\nimport json\n\n\n@json\ndef g(): ...\n\n\nimport os\n',
    ),
    "on the line of an import": ("import os; x = json\n", "import json\n\nimport os; x = json\n"),
    "on the line of the docstring": ('"""Doc."""; x = json\n', '"""Doc."""; import json; x = json\n'),
    "early enough": ("import os\n\nx = json\n", "import json\nimport os\n\nx = json\n"),
}


@pytest.mark.parametrize("case", BEFORE)
def test_an_import_goes_above_its_first_use(case: str) -> None:
    check_added(*BEFORE[case], JSON, first_use="@json" if "@json" in BEFORE[case][0] else "x = json")


def test_a_list_that_comes_too_late_is_not_joined() -> None:
    before = "import os\n\nx = loads\n\nfrom json import dumps\n"
    check_added(
        before, before.replace("import os\n", "import os\nfrom json import loads\n"), LOADS, first_use="x = loads"
    )


def test_several_wishes_join_each_other() -> None:
    before = "x = 1\n"
    after = "import os\nfrom json import dumps, loads\n\nfrom requests import get\n\nx = 1\n"
    wishes = (GET, LOADS, Wish("os"), Wish("json", "dumps"), LOADS)
    assert added(before, *wishes) == after
    assert added(after, *wishes) == after


def test_a_long_statement_is_wrapped() -> None:
    wish = Wish("app." + "m" * 40, "n" * 40)
    check_added("import app\n", f"import app\nfrom {wish.module} import (\n    {wish.name},\n)\n", wish)
    long = f"from app.{'k' * 60} import {'o' * 60}\n"
    check_added(long, f"{long}from {wish.module} import {wish.name}\n", wish)


FUTURE = '"""Doc."""\nfrom __future__ import division; y = 1\n'
HEADS = (
    "",
    '"""Doc."""\n',
    "#!/usr/bin/env python\n",
    "# Copyright\n\n",
    '"""Doc."""\n\n\n',
    "\n\n",
    "\f\n",
    "# c\n",
    FUTURE,
)
LINES = (
    "import os",
    "import abc, sys",
    "from json import dumps",
    "from json import (\n    dumps,\n    tool,  # t\n)",
    "from json import dumps as d, tool",
    "from json import dumps  # noqa",
    "from app.c import g",
    "from app.b import (f,\n    A)",
    "from . import x",
    "import numpy as np  # why",
    "import os; import io",
    "import os; y = 1",
    "x = 1",
    "x = 1; \\\nimport re",
    "# comment",
    "# Local imports",
    "",
    "",
    "try:\n    import a\nexcept ImportError:\n    a = None",
    "if TYPE_CHECKING:\n    from json import loads",
    "import sys\nsys.path.insert(0, '')",
    "__all__ = []",
    "def g():\n    import json",
    "@dec\nclass A:\n    from json import loads",
)
WISHES = (
    JSON,
    LOADS,
    F,
    GET,
    Wish("json", "loads", "zz"),
    Wish("app.c", None, "c"),
    Wish("app.m" + "m" * 60, "n" * 30),
    Wish("__future__", "annotations"),
)
headers = st.tuples(st.sampled_from(HEADS), st.lists(st.sampled_from(LINES), max_size=7)).map(
    lambda parts: parts[0] + "".join(f"{line}\n" for line in parts[1])
)


@given(
    headers,
    st.sampled_from(WISHES),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.sampled_from(["app/u.py", "u.py"]),
    st.integers(0, 12),
)
def test_only_the_import_is_added(
    source: str, wish: Wish, newline: str, is_cut: bool, path: str, statement: int
) -> None:
    source = source.replace("\n", newline)
    source = source.rstrip() if is_cut else source
    seen = view(source, path)
    starts = [seen.lines.span(s)[0] for s in seen.tree.body[statement : statement + 1]]
    must_be_first = wish.module == "__future__" or not starts or starts[0] == 0
    before = None if must_be_first else starts[0]
    edits = write_imports(seen, (), {wish: before}, OWN.__contains__)
    after = apply_edits(source.encode(), edits).decode()
    result = view(after, path)
    bound = {
        alias.asname or alias.name
        for s in result.tree.body
        if isinstance(s, (ast.Import, ast.ImportFrom))
        for alias in s.names
    }
    assert wish.binds in bound
    assert ast.get_docstring(result.tree) == ast.get_docstring(seen.tree)
    compile(after, "u.py", "exec", dont_inherit=True)
    assert apply_edits(after.encode(), write_imports(result, (), {wish: None}, OWN.__contains__)).decode() == after
    assert len(edits) <= 1
    for edit in edits:
        # Nothing is replaced but a list that the name joins.
        if edit.end > edit.start:
            old, new = (ast.parse(text).body[0] for text in (source.encode()[edit.start : edit.end], edit.text))
            assert isinstance(old, ast.ImportFrom)
            assert isinstance(new, ast.ImportFrom)
            names = [(alias.name, alias.asname) for alias in new.names]
            names.remove((wish.name or "", wish.local))
            assert names == [(alias.name, alias.asname) for alias in old.names]
