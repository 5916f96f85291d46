"""A shim forwards what the old module had, and warns those who take it from there: in real processes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import warnings
from importlib import import_module, invalidate_caches
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import write_files
from tests.consolidation.shims.left import FILES, SYMBOLS, text_of

BOX = {
    "pkg/box/__init__.py": "from . import sub\nfrom .sub import tool\nclass Lid: ...\n",
    "pkg/box/sub.py": "def tool(): ...\n",
    "pkg/crate.py": "class Lid: ...\n",
}
USER = "from pkg.old import _hidden\nimport pkg.old\npkg.old.asyncio\n"

# Each check runs in one process; it tells its warnings as (message, source line), and what it found.
CHECKS = r"""
import copy, inspect, json, linecache, pickle, sys, threading, warnings
from importlib import import_module, reload
from unittest import mock

import pkg.old, pkg.new, pkg.far, pkg.helpers
assert "pkg.crate" not in sys.modules

told = []
def tell(message, category, filename, lineno, *rest):
    assert category is DeprecationWarning
    told.append((str(message), linecache.getline(filename, lineno).strip()))
warnings.showwarning = tell
warnings.simplefilter("always")
results = {}
def check(function):
    told.clear()
    found = function()
    results[function.__name__] = [list(map(list, told)), found]

@check
def attribute():
    return pkg.old.A is pkg.new.A
@check
def from_import():
    from pkg.old import A
    return A is pkg.new.A
@check
def renamed():
    return pkg.old.before is pkg.new.after
@check
def elsewhere():
    return pkg.old.moved_far is pkg.far.moved_far
@check
def imported():
    import asyncio, concurrent.futures, os.path
    old = pkg.old
    found = old.asyncio, old.futures, old.where, old.Helper
    return found == (asyncio, concurrent.futures, os.path, pkg.helpers.Helper)
@check
def private():
    return pkg.old._hidden is pkg.new._hidden
@check
def in_package():
    from pkg.box import Lid
    return Lid is sys.modules["pkg.crate"].Lid
@check
def submodule():
    import pkg.box.sub
    return pkg.box.sub.__name__
@check
def submodule_from():
    from pkg.box import sub
    return sub.__name__
@check
def star():
    names = {}
    exec("from pkg.old import *", names)
    return sorted(set(names) - {"__builtins__", "__warningregistry__"})
@check
def by_getattr():
    return getattr(pkg.old, "make") is pkg.new.make
@check
def missing():
    return [hasattr(pkg.old, "nope"), hasattr(pkg.old, "logger"), hasattr(pkg.old, "Kind")]
@check
def patched():
    with mock.patch("pkg.old.make") as made:
        inside = pkg.old.make is made
    return [inside, pkg.old.make is pkg.new.make, "make" in vars(pkg.old)]
@check
def patched_below():
    with mock.patch("pkg.old.A.method", return_value=7):
        inside = pkg.new.A().method()
    return [inside, pkg.new.A().method()]
@check
def patched_behind():
    with mock.patch("pkg.new.make") as made:
        return pkg.old.make is made
@check
def pickled():
    return type(pickle.loads(b"\x80\x02cpkg.old\nA\nq\x00)\x81q\x01.")) is pkg.new.A
@check
def pickled_in_python():
    return pickle._loads(b"cpkg.old\nA\n.") is pkg.new.A
@check
def pickled_again():
    return pickle.loads(pickle.dumps(pkg.old.A())).method()
@check
def copied():
    one = pkg.old.A()
    return [isinstance(copy.copy(one), pkg.new.A), type(copy.deepcopy(one)) is pkg.new.A]
@check
def inspected():
    found = dict(inspect.getmembers(pkg.old))
    return [found["A"] is pkg.new.A, inspect.getmodule(pkg.old.A).__name__, "before" in dir(pkg.old)]
@check
def reloaded():
    return reload(pkg.old).A is pkg.new.A
@check
def threaded():
    found = []
    def ask():
        found.append(pkg.old.A)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return len(found) == 8 and set(found) == {pkg.new.A}
@check
def once():
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for _ in range(3):
            pkg.old.A
@check
def as_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            from pkg.old import A
        except DeprecationWarning as error:
            return str(error)
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the checks found in one process, in which shims stand for the old modules."""
    root = tmp_path_factory.mktemp("shims")
    files = {**FILES, **BOX, "user.py": USER, "checks.py": CHECKS}
    files["pkg/old.py"] = text_of({**FILES, **BOX, "user.py": USER}, symbols=SYMBOLS)
    files["pkg/box/__init__.py"] = text_of({**FILES, **BOX}, module="pkg.box", to="pkg.crate")
    write_files(root, files)
    done = subprocess.run([sys.executable, "checks.py"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def uses(name: str, new: str) -> str:
    return f"pkg.{name} is deprecated: use pkg.{new}"


A = uses("old.A", "new.A")
MAKE = uses("old.make", "new.make")
WARNED = {
    "attribute": (A, "return pkg.old.A is pkg.new.A"),
    "from_import": (A, "from pkg.old import A"),
    "renamed": (uses("old.before", "new.after"), "return pkg.old.before is pkg.new.after"),
    "elsewhere": (uses("old.moved_far", "far.moved_far"), "return pkg.old.moved_far is pkg.far.moved_far"),
    "private": (uses("old._hidden", "new._hidden"), "return pkg.old._hidden is pkg.new._hidden"),
    "in_package": (uses("box.Lid", "crate.Lid"), "from pkg.box import Lid"),
    "by_getattr": (MAKE, 'return getattr(pkg.old, "make") is pkg.new.make'),
    "patched": (MAKE, 'with mock.patch("pkg.old.make") as made:'),
    "patched_below": (A, 'with mock.patch("pkg.old.A.method", return_value=7):'),
    "patched_behind": (MAKE, "return pkg.old.make is made"),
    "pickled": (A, 'return type(pickle.loads(b"\\x80\\x02cpkg.old\\nA\\nq\\x00)\\x81q\\x01.")) is pkg.new.A'),
    "pickled_in_python": (A, 'return pickle._loads(b"cpkg.old\\nA\\n.") is pkg.new.A'),
    "inspected": (A, "found = dict(inspect.getmembers(pkg.old))"),
    "threaded": (A, "found.append(pkg.old.A)"),
}


@pytest.mark.parametrize("check", WARNED)
def test_the_warning_names_the_new_path_at_the_line_that_takes_the_old_one(check: str, results: dict[str, Any]) -> None:
    told, _ = results[check]
    assert list(WARNED[check]) in told
    assert {line for message, line in told if message == WARNED[check][0]} <= {
        WARNED[check][1],
        'return [inside, pkg.old.make is pkg.new.make, "make" in vars(pkg.old)]',
        'return [found["A"] is pkg.new.A, inspect.getmodule(pkg.old.A).__name__, "before" in dir(pkg.old)]',
    }


FOUND = {
    "attribute": True,
    "from_import": True,
    "renamed": True,
    "elsewhere": True,
    "imported": True,
    "private": True,
    "in_package": True,
    "submodule": "pkg.box.sub",
    "submodule_from": "pkg.box.sub",
    "by_getattr": True,
    "missing": [False, False, False],
    "patched": [True, True, False],
    "patched_below": [7, "new"],
    "patched_behind": True,
    "pickled": True,
    "pickled_in_python": True,
    "pickled_again": "new",
    "copied": [True, True],
    "inspected": [True, "pkg.new", True],
    "reloaded": True,
    "threaded": True,
    "as_error": A,
}


@pytest.mark.parametrize("check", FOUND)
def test_the_old_path_gives_the_new_object(check: str, results: dict[str, Any]) -> None:
    assert results[check][1] == FOUND[check]


def test_a_star_import_brings_what_it_brought(results: dict[str, Any]) -> None:
    brought = ["A", "Helper", "TYPE_CHECKING", "asyncio", "before", "futures", "logging", "make", "moved_far", "where"]
    assert sorted(results["star"][1]) == brought


def test_one_place_is_warned_once_by_default(results: dict[str, Any]) -> None:
    assert results["once"][0] == [[A, "pkg.old.A"]]


def test_submodules_are_taken_without_a_warning(results: dict[str, Any]) -> None:
    assert results["submodule"][0] == results["submodule_from"][0] == []


NAMES = st.sampled_from(["a", "b", "C", "D", "_e", "f1", "class_", "ä"])


@settings(max_examples=25)
@given(data=st.data())
def test_each_name_is_the_same_by_either_path(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    own = data.draw(st.lists(NAMES, unique=True, min_size=1))
    rest = [name for name in ("a", "b", "C", "D", "x") if name not in own]
    imported = data.draw(st.lists(st.sampled_from(rest), unique=True)) if rest else []
    renamed = {name: f"{name}_2" for name in own if data.draw(st.booleans())}
    listed = data.draw(st.none() | st.lists(st.sampled_from([*own, *imported]), unique=True))
    root = tmp_path_factory.mktemp("same")
    package = f"p_{root.name}"
    old = "".join(f"from {package}.far import {name}\n" for name in imported)
    old += "".join(f"class {name}: ...\n" for name in own) + ("" if listed is None else f"__all__ = {listed}\n")
    files = {
        f"{package}/__init__.py": "",
        f"{package}/old.py": old,
        f"{package}/new.py": "".join(f"class {renamed.get(name, name)}: ...\n" for name in own),
        f"{package}/far.py": "".join(f"class {name}: ...\n" for name in imported),
    }
    plan: dict[str, Any] = {"module": f"{package}.old", "to": f"{package}.new", "symbols": renamed}
    files[f"{package}/old.py"] = text_of(files, **plan)
    assert text_of(files, **plan) == files[f"{package}/old.py"]
    write_files(root, files)
    sys.path.insert(0, str(root))
    try:
        invalidate_caches()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module, new, far = (import_module(f"{package}.{name}") for name in ("old", "new", "far"))
            for name in own:
                assert getattr(module, name) is getattr(new, renamed.get(name, name))
            for name in imported:
                assert getattr(module, name) is getattr(far, name)
            star: dict[str, Any] = {}
            exec(f"from {package}.old import *", star)
    finally:
        sys.path.remove(str(root))
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]
    public = [name for name in (*own, *imported) if not name.startswith("_")] if listed is None else listed
    assert {name for name in star if not name.startswith("__")} == set(public)
    ast.parse(files[f"{package}/old.py"], feature_version=(3, 10))
