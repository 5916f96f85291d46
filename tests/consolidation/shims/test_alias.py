"""An alias is the new module under its old name: a patch of either reaches both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import write_files
from tests.consolidation.shims.left import FILES, SYMBOLS, left, reasons_of, text_of

OLD = "import json\nclass A: ...\ndef make() -> A: return A()\n_state: list[int] = []\n"
NEW = (
    "import json\n\nclass A:\n    def method(self) -> str: return 'new'\n\n"
    "def make() -> A: return A()\n_state: list[int] = []\ndef load(text: str) -> object: return json.loads(text)\n"
)
BASE = {"pkg/__init__.py": "", "pkg/old.py": OLD, "pkg/new.py": NEW}
BOX = {
    "pkg/box/__init__.py": "class Lid: ...\n",
    "pkg/box/sub.py": "def tool() -> int: return 1\n",
    "pkg/crate/__init__.py": "class Lid: ...\n",
    "pkg/crate/sub.py": "def tool() -> int: return 2\n",
}

CHECKS = r"""
import copy, inspect, json, pickle, sys, threading, warnings
warnings.simplefilter("error")
results = {}
def check(function):
    results[function.__name__] = function()

@check
def entered_at_once():
    # Before anything else has imported either.
    found = []
    def ask():
        import pkg.old
        found.append(pkg.old)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return len({id(module) for module in found})

import pkg, pkg.old, pkg.new
from importlib import import_module, reload
from unittest import mock

@check
def same():
    import pkg.old as by_name
    from pkg import old as by_package
    return [m is pkg.new for m in (pkg.old, by_name, by_package, import_module("pkg.old"), sys.modules["pkg.old"])]
@check
def names():
    from pkg.old import A, _state
    return [A is pkg.new.A, _state is pkg.new._state]
@check
def patched_by_the_old_path():
    with mock.patch("pkg.old.make", return_value=7):
        inside = pkg.new.make()
    return [inside, type(pkg.new.make()).__name__]
@check
def patched_by_the_new_path():
    with mock.patch("pkg.new.make", return_value=7):
        inside = pkg.old.make()
    return [inside, type(pkg.old.make()).__name__]
@check
def what_it_uses_is_patched():
    with mock.patch("pkg.old.json") as made:
        made.loads.return_value = 7
        return pkg.new.load("1")
@check
def star():
    names = {}
    exec("from pkg.old import *", names)
    return names["A"] is pkg.new.A
@check
def pickled():
    return type(pickle.loads(b"\x80\x02cpkg.old\nA\nq\x00)\x81q\x01.")) is pkg.new.A
@check
def copied():
    return type(copy.deepcopy(pkg.old.A())) is pkg.new.A
@check
def inspected():
    return [inspect.getmodule(pkg.old.A).__name__, inspect.getsource(pkg.old).splitlines()[0]]
@check
def reloaded():
    return [reload(pkg.old) is pkg.new, sys.modules["pkg.old"] is sys.modules["pkg.new"]]
@check
def in_a_package():
    import pkg.box.sub, pkg.crate.sub
    from pkg.box.sub import tool
    return [pkg.box.sub is pkg.crate.sub, sys.modules["pkg.box.sub"] is pkg.crate.sub, tool()]
print(json.dumps(results))
"""


def box() -> dict[str, str]:
    """A package that is left as a shim, with a submodule that is left as an alias."""
    package = {"module": "pkg.box", "to": "pkg.crate", "leave": "shim"}
    return {
        "pkg/box/__init__.py": text_of({**BASE, **BOX}, **package),
        "pkg/box/sub.py": text_of({**BASE, **BOX}, "alias", package, module="pkg.box.sub", to="pkg.crate.sub"),
    }


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the checks found in one process, in which an alias stands for the old module."""
    root = tmp_path_factory.mktemp("alias")
    user = {"user.py": "from pkg.old import _state\n"}
    write_files(root, {**BASE, **BOX, **box(), "pkg/old.py": text_of({**BASE, **user}, "alias"), "checks.py": CHECKS})
    done = subprocess.run([sys.executable, "checks.py"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


FOUND = {
    "entered_at_once": 1,
    "same": [True] * 5,
    "names": [True, True],
    "patched_by_the_old_path": [7, "A"],
    "patched_by_the_new_path": [7, "A"],
    "what_it_uses_is_patched": 7,
    "star": True,
    "pickled": True,
    "copied": True,
    "inspected": ["pkg.new", "import json"],
    "reloaded": [True, True],
    "in_a_package": [True, True, 2],
}


@pytest.mark.parametrize("check", FOUND)
def test_old_and_new_are_one_module(check: str, results: dict[str, Any]) -> None:
    assert results[check] == FOUND[check]


REFUSED: dict[str, tuple[dict[str, str], dict[str, Any], str]] = {
    "a name that the new module lacks": (
        {"pkg/old.py": "def f(): ...\n"},
        {},
        "pkg/old.py:1: `pkg.new` has no `f`: `merge:` it",
    ),
    "a renamed symbol": (
        {"pkg/old.py": "def f(): ...\n"},
        {"symbols": {"f": "make"}},
        "pkg/old.py:1: `f` becomes `pkg.new.make`, and one module object cannot have both: leave a `shim`",
    ),
    "a symbol that moves elsewhere": (
        {"pkg/old.py": "class A: ...\n", "pkg/far.py": "class A: ...\n"},
        {"symbols": {"A": "pkg.far.A"}},
        "pkg/old.py:1: `A` becomes `pkg.far.A`, and one module object",
    ),
    "an import that others take": (
        {"pkg/old.py": "import os\n", "u.py": "from pkg.old import os\n"},
        {},
        "pkg/old.py:1: `pkg.new` has no `os`, which u.py takes from here: import it there as well",
    ),
    "an import that is another one there": (
        {
            "pkg/old.py": "from far import one\n",
            "pkg/new.py": "from near import one\n",
            "u.py": "import pkg.old\npkg.old.one\n",
        },
        {},
        "pkg/old.py:1: `pkg.new.one` is another one than u.py takes from here: change that file first",
    ),
    "a package with submodules": (
        BOX,
        {"module": "pkg.box", "to": "pkg.crate"},
        "pkg/box/__init__.py:1: it is a package, and `pkg.box.sub` would not be found any more: leave a `shim`",
    ),
    "a star import of what the new module does not export": (
        {"pkg/new.py": f"{NEW}__all__ = ['A']\n", "u.py": "from pkg.old import *\n"},
        {},
        "pkg/old.py:1: u.py star-imports this module, and `pkg.new` does not export `json`",
    ),
    "a new module that imports the old one": (
        {"pkg/new.py": f"import pkg.old\n{NEW}"},
        {},
        "pkg/old.py:1: `pkg.new` imports `pkg.old`, so that names would be needed",
    ),
    "a name that comes from the old module": (
        {"pkg/old.py": "class A: ...\n", "pkg/new.py": "from pkg.old import A\n"},
        {},
        "pkg/old.py:1: `pkg.new.A` comes from this module itself",
    ),
    "a call on import": ({"pkg/old.py": "import os\nos.umask(0)\n"}, {}, "pkg/old.py:2: `os.umask(0)` runs"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_alias_is_left_that_would_lose_something(case: str) -> None:
    files, redirect, reason = REFUSED[case]
    reasons = reasons_of({**BASE, **files}, "alias", **redirect)
    assert len(reasons) == 1
    assert reasons[0].startswith(reason)


def test_what_nobody_takes_need_not_be_in_the_new_module() -> None:
    text = text_of({**BASE, "pkg/old.py": "import os\n_x = 1\nclass A: ...\n"}, "alias")
    assert "import A\n" in text
    assert "_x" not in text


def test_an_import_by_another_way_is_the_same() -> None:
    files = {
        **BASE,
        "pkg/all.py": "from pkg.far import one\n",
        "pkg/far.py": "def one(): ...\n",
        "pkg/old.py": "from pkg.all import one\nfrom . import far\n",
        "pkg/new.py": "from pkg.far import one\nimport pkg.far as far\n",
        "u.py": "from pkg.old import far, one\n",
    }
    assert "from pkg.all import one\n" in text_of(files, "alias")


def test_an_alias_that_stands_there_is_kept_and_a_shim_is_replaced() -> None:
    first = text_of(BASE, "alias")
    assert text_of({**BASE, "pkg/old.py": first}, "alias") == first
    assert text_of({**BASE, "pkg/old.py": first, "pkg/newer.py": NEW}, "alias", to="pkg.newer") == first.replace(
        "pkg.new", "pkg.newer"
    )
    files = {**BASE, "pkg/old.py": "class A: ...\n"}
    assert text_of({**files, "pkg/old.py": text_of(files)}, "alias") == text_of(files, "alias")


TYPED = """\
import json
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from pkg.helpers import Kind
class A: ...
def make() -> A: return A()
def before() -> int: return 0
_hidden: list[int] = []
__all__ = ["A", "json"]
"""
TYPED_USER = """\
from pkg.box import Lid
from pkg.box.sub import tool
from pkg.old import A, _hidden, before, make
from pkg.was import _state, make as make_was
import pkg.old
import pkg.was

reveal_type(A)
reveal_type(make)
reveal_type(before)
reveal_type(_hidden)
reveal_type(make_was)
reveal_type(_state)
reveal_type(tool)
reveal_type(Lid)
pkg.old.nope
pkg.was.nope
"""
TYPES = [
    "def () -> pkg.new.A",
    "def () -> pkg.new.A",
    "def () -> int",
    "list[int]",
    "def () -> pkg.new.A",
    "list[int]",
    "def () -> int",
    "def () -> pkg.crate.Lid",
]


def test_type_checkers_see_the_new_definitions_and_no_others(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = pytest.importorskip("mypy.api")
    root = tmp_path_factory.mktemp("typed")
    new = f"{NEW}\ndef after() -> int: return 1\n_hidden: list[int] = []\n"
    files = {**BASE, **BOX, "pkg/helpers.py": "class Kind: ...\n", "pkg/new.py": new, "user.py": TYPED_USER}
    files["pkg/old.py"] = text_of({**files, "pkg/old.py": TYPED}, symbols={"before": "after"})
    files["pkg/was.py"] = text_of({**files, "pkg/was.py": OLD}, "alias", module="pkg.was")
    write_files(root, {**files, **box()})
    monkeypatch.chdir(root)
    output, errors, _ = api.run(["--strict", "--no-error-summary", "--cache-dir", os.devnull, "user.py", "pkg"])
    assert not errors
    revealed = [line.partition('type is "')[2].rstrip('"') for line in output.splitlines() if "Revealed" in line]
    assert revealed == TYPES
    other = [line for line in output.splitlines() if "Revealed" not in line]
    assert [line.partition(": ")[2] for line in other] == ['error: Module has no attribute "nope"  [attr-defined]'] * 2


def test_the_stub_beside_it_says_the_same() -> None:
    stub = left({**FILES, "u.py": "from pkg.old import _hidden\n"}, symbols=SYMBOLS).stub
    assert "from pkg.new import A, make\n" in stub
    assert "from pkg.new import _hidden as _hidden" in stub
    assert "from pkg.new import after as before\n" in stub
    assert "TYPE_CHECKING" not in stub
