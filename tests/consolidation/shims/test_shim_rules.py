"""When a shim is left and when not, and what stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.consolidation.shims.left_behind import LeftBehind
from codemods.consolidation.shims.unlike import unlike
from codemods.engine.scan import open_scan
from codemods.index.names import ModuleNames
from codemods.plan.reading import read
from codemods.plan.schema import Plan
from codemods.transforms.moves import moves_of
from codemods.transforms.view import view_of
from tests.consolidation.shims.left import FILES, NEW, SYMBOLS, left, reasons_of, text_of

REFUSED = {
    "a name that the new module lacks": (
        "class A: ...\ndef f(): ...\n",
        "pkg/old.py:2: `pkg.new` has no `f`: `merge:` it, or say under `symbols:` what takes its place",
    ),
    "a listed import that is not there": (
        "from pkg.gone import x\n__all__ = ['x']\n",
        "pkg/old.py:1: `pkg.new` has no `x`: import it there as well",
    ),
    "a class that becomes a function": ("class make: ...\n", "pkg/old.py:1: a class becomes a function: `make()`"),
    "a function that is awaited": (
        "async def make(): ...\n",
        "pkg/old.py:1: a call gives something to await, and would give a value: `async make()` becomes `make()`",
    ),
    "a call on import": ("import os\nos.umask(0)\n", "pkg/old.py:2: `os.umask(0)` runs when the module is imported"),
    "settings changed on import": ("import os\nos.environ['A'] = '1'\n", "pkg/old.py:2: `os.environ['A'] = '1'` runs"),
    "a call of its own": ("def make(): ...\nmake()\n", "pkg/old.py:2: `make()` runs when the module is imported"),
    "a call in a loop": ("import a\nfor x in a: a.add(x)\n", "pkg/old.py:2: `a.add(x)` runs when the module"),
    "a program": ("if __name__ == '__main__':\n    make()\n", "pkg/old.py:1: it is a program as well"),
    "a `__getattr__` of its own": ("def __getattr__(name): ...\n", "pkg/old.py:1: it has a `__getattr__` of its own"),
    "a path of its own": ("__path__ = ['a']\n", "pkg/old.py:1: it has a `__path__` of its own: its submodules may"),
    "a star that brings nobody knows what": ("from numpy import *\n", "pkg/old.py:1: nobody can tell what"),
    "an `__all__` that is computed": ("import a\n__all__ = a.__all__\n", "pkg/old.py:2: nobody can tell which names"),
    "a name that a shim has": ("class _MOVED: ...\n", "pkg/old.py:1: a shim has a name `_MOVED` of its own"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_shim_is_left_that_would_lose_something(case: str) -> None:
    old, reason = REFUSED[case]
    files = {**FILES, "pkg/old.py": old, "pkg/new.py": f"{NEW}class _MOVED: ...\n"}
    reasons = reasons_of(files)
    assert len(reasons) == 1
    assert reasons[0].startswith(reason)


KEPT = {
    "a name for itself": "import logging\nlogger = logging.getLogger(__name__)\nlogger.setLevel(1)\n",
    "a type variable": "from typing import TypeVar\nT = TypeVar('T')\n",
    "what every module has": "__doc__ = 'a'\n__author__ = 'me'\n",
    "a private name": "_x = 1\ndef _y(): ...\n",
    "a name that it deletes": "x = 1\ndel x\n",
    "an import with a substitute": "try:\n    import fast\nexcept ImportError:\n    fast = None\n",
    "an import for type checkers that is gone": "import typing as t\nif t.TYPE_CHECKING: from pkg.gone import x\n",
    "a name beside its list": "def f(): ...\n__all__ = []\n",
    "a warning on import": "import warnings\nwarnings.warn('old')\n",
    "additions to what it makes": "class A: ...\nA.x = 1\nmake = {}\nmake['a'] = 1\nmake.update(b=2)\n",
}


@pytest.mark.parametrize("case", KEPT)
def test_what_the_module_has_for_itself_is_in_nobodys_way(case: str) -> None:
    text_of({**FILES, "pkg/old.py": KEPT[case] + "def make(): ...\n" * ("make" not in KEPT[case])})


@pytest.mark.parametrize("taken", ["from pkg.old import {}\n", "import pkg.old\npkg.old.{}\n", "p('pkg.old.{}')\n"])
@pytest.mark.parametrize("name", ["_x", "logger"])
def test_a_name_for_itself_matters_where_others_take_it(name: str, taken: str) -> None:
    old = "import logging\nlogger = logging.getLogger()\n_x = 1\ndef make(): ...\n"
    files = {**FILES, "pkg/old.py": old, "u.py": taken.format(name)}
    (reason,) = reasons_of(files)
    assert f"has no `{name}`, which u.py takes from here" in reason
    forwarded = text_of({**files, "pkg/new.py": f"{NEW}{name} = 1\n"})
    assert f'"{name}": "pkg.new:{name}"' in forwarded


def test_a_private_name_is_offered_where_it_costs_nothing() -> None:
    old = "_x = 1\n_y = 2\nlogger = getLogger()\ndef make(): ...\n"
    text = text_of({**FILES, "pkg/old.py": old, "pkg/new.py": f"{NEW}_x = 1\nlogger = getLogger()\n"})
    assert '"_x": "pkg.new:_x"' in text
    assert "_y" not in text
    assert "logger" not in text


@pytest.mark.parametrize("path", ["pkg/conftest.py", "pkg/fast.pyi"])
def test_what_nothing_would_read_is_not_written(path: str) -> None:
    module = path.partition(".")[0].replace("/", ".")
    (reason,) = reasons_of({**FILES, path: "def make(): ...\n"}, module=module)
    assert reason.startswith(f"{path}:1: ")


def test_a_name_that_comes_from_the_old_module_itself_is_refused() -> None:
    files = {
        "pkg/old.py": "def f(): ...\n",
        "pkg/new.py": "from pkg.far import f\n",
        "pkg/far.py": "from pkg.old import f\n",
    }
    reasons = reasons_of({"pkg/__init__.py": "", **files})
    assert reasons == (
        "pkg/old.py:1: `pkg.new.f` comes from this module itself: define it in `pkg.new` first (`merge:`)",
    )


def test_a_new_module_that_needs_the_old_one_first_is_refused() -> None:
    files = {**FILES, "pkg/old.py": "def f(): ...\n", "pkg/far.py": "from pkg.old import f\n"}
    reasons = reasons_of({**files, "pkg/new.py": "import pkg.far\ndef f(): ...\n"})
    assert reasons[0].startswith("pkg/old.py:1: `pkg.new` imports `pkg.far` imports `pkg.old`, so that names would")
    text_of({**files, "pkg/new.py": "def f():\n    import pkg.far\n"})


def test_a_name_that_a_submodule_would_hide_is_refused() -> None:
    files = {**FILES, "pkg/box/__init__.py": "from .sub import sub\n", "pkg/box/sub.py": "def sub(): ...\n"}
    (reason,) = reasons_of(files, module="pkg.box", to="pkg.crate")
    assert "`sub` is a submodule, too" in reason


def test_a_program_is_forwarded_where_the_new_module_is_one() -> None:
    main = 'if __name__ == "__main__":\n    make()\n'
    text = text_of({**FILES, "pkg/old.py": f"def make(): ...\n{main}", "pkg/new.py": NEW + main})
    assert '_runpy.run_module("pkg.new", run_name="__main__", alter_sys=True)' in text


def test_a_decorator_that_may_register_is_told() -> None:
    result = left({**FILES, "pkg/old.py": "from web import app\n@app.get('/')\ndef make(): ...\n"})
    assert isinstance(result, LeftBehind)
    assert result.notes == ("pkg/old.py:2: `@app.get('/')` may register `make` when the module is imported",)


def test_the_first_comments_and_the_newlines_are_kept() -> None:
    old = b"#!/usr/bin/python\r\n# -*- coding: latin-1 -*-\r\n# (c) us\r\nx = '\xe9'\r\n"
    text = text_of({**FILES, "pkg/old.py": old, "pkg/new.py": "x = 1\n"})
    assert text.startswith('# (c) us\r\n"""Deprecated: use `pkg.new`.\r\n')
    assert text.count("\n") == text.count("\r\n")


def test_a_shim_that_stands_there_is_kept_and_a_changed_plan_is_followed() -> None:
    first = text_of(FILES, symbols=SYMBOLS)
    files = {**FILES, "pkg/old.py": first}
    assert text_of(files, symbols=SYMBOLS) == first
    formatted = first.replace('"', "'").replace("'''", '"""').replace("# What was", "# All that was")
    assert text_of({**files, "pkg/old.py": formatted}, symbols=SYMBOLS) == formatted
    changed = text_of({**files, "pkg/newer.py": NEW}, to="pkg.newer", symbols=SYMBOLS)
    assert changed == first.replace("pkg.new", "pkg.newer").replace("pkg.newerer", "pkg.newer")
    files["pkg/newer.py"] = "class A: ...\ndef after(): ...\n_hidden = 1\n"
    (reason,) = reasons_of(files, to="pkg.newer", symbols=SYMBOLS)
    assert "`pkg.newer` has no `make`" in reason


def test_a_shim_takes_the_place_of_an_alias() -> None:
    files = {"pkg/__init__.py": "", "pkg/old.py": "class A: ...\n", "pkg/new.py": "class A: ...\n"}
    assert text_of({**files, "pkg/old.py": text_of(files, "alias")}) == text_of(files)


def test_unlike_definitions_can_be_let_through() -> None:
    files = {**FILES, "pkg/old.py": "async def make(): ...\n"}
    text_of(files, signatures="ignore")
    content = {path: text.encode() for path, text in files.items()}
    plan = read(Plan, {"schema": 1, "name": "t", "redirect": [{"module": "pkg.old", "to": "pkg.new"}]})[0]
    found = open_scan(sorted(content), content.__getitem__, ModuleNames(), frozenset({"old"}))
    view = view_of("pkg/old.py", content["pkg/old.py"], found.names)
    (one,) = found.ask(lambda index: unlike(view, moves_of(plan), index))
    assert (one.name, one.line, one.old, one.new) == ("make", 1, "async make()", "make()")


def test_a_shim_to_which_somebody_has_added_is_not_written_over() -> None:
    text = text_of(FILES, symbols=SYMBOLS) + "\ndef more(): ...\n"
    reasons = reasons_of({**FILES, "pkg/old.py": text}, symbols=SYMBOLS)
    assert any("it has a `__getattr__` of its own" in reason for reason in reasons)


def test_the_page_shows_what_is_left() -> None:
    page = (Path(__file__).parents[3] / "docs" / "shims.md").read_text(encoding="utf-8")
    files = {
        "pkg/__init__.py": "",
        "pkg/old.py": "import json\nclass Client: ...\ndef make_client(): ...\ndef parse(text): ...\n",
        "pkg/clients.py": "class Client: ...\ndef build_client(): ...\n",
        "pkg/texts.py": "def parse(text): ...\n",
    }
    symbols = {"make_client": "build_client", "parse": "pkg.texts.parse"}
    assert f"```python\n{text_of(files, to='pkg.clients', symbols=symbols)}```" in page
    alias = text_of({**files, "pkg/old.py": "class Client: ...\n"}, "alias", to="pkg.clients")
    assert f"```python\n{alias}```" in page
