"""Makes a shim or an alias of one module of a small repository, as the engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codemods.consolidation.shims.alias import alias
from codemods.consolidation.shims.left_behind import LeftBehind, Refused
from codemods.consolidation.shims.shims import shim
from codemods.engine.scan import open_scan
from codemods.index.names import ModuleNames
from codemods.index.text import decode
from codemods.plan.reading import read
from codemods.plan.schema import Plan, RedirectModule
from codemods.transforms.moves import moves_of
from codemods.transforms.view import view_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.transforms.view import ModuleView


OLD = """\
import asyncio
import logging
from concurrent import futures
from os import path as where
from typing import TYPE_CHECKING

from pkg.helpers import Helper

if TYPE_CHECKING:
    from pkg.helpers import Kind

logger = logging.getLogger(__name__)

class A:
    def method(self): return "old"

def make() -> A: return A()

def before(): return 0

_hidden = []

def moved_far(): return "far"
"""
NEW = """\
class A:
    def method(self): return "new"

def make() -> A: return A()

def after(): return 1

_hidden = []
"""
FILES = {
    "pkg/__init__.py": "",
    "pkg/old.py": OLD,
    "pkg/new.py": NEW,
    "pkg/far.py": "def moved_far(): return 'far'\n",
    "pkg/helpers.py": "class Helper: ...\nclass Kind: ...\n",
}
SYMBOLS = {"before": "after", "moved_far": "pkg.far.moved_far"}


def left(files: Mapping[str, str | bytes], leave: str = "shim", *more: dict[str, Any], **redirect: Any) -> Any:
    """What is left of `pkg.old`, or of `module`, which moves to `pkg.new`, or `to`; `more` are further redirects."""
    first = {"module": "pkg.old", "to": "pkg.new", "leave": leave, **redirect}
    plan = read(Plan, {"schema": 1, "name": "test", "redirect": [first, *more]})[0]
    main = plan.redirect[0]
    assert isinstance(main, RedirectModule)
    content = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    moves = moves_of(plan)
    found = open_scan(sorted(content), content.__getitem__, ModuleNames(), moves.words)
    found.search(moves.words, lambda path, text: False)

    def view(module: str) -> ModuleView | None:
        path = found.modules.get(module)
        return view_of(path, decode(content[path]).text.encode(), found.names) if path else None

    old = view(main.module)
    assert old is not None
    make = alias if leave == "alias" else shim
    return found.ask(lambda index: make(old, main, moves, index, view(main.to)))


def text_of(files: Mapping[str, str | bytes], leave: str = "shim", *more: dict[str, Any], **redirect: Any) -> str:
    """The text that is left."""
    result = left(files, leave, *more, **redirect)
    assert isinstance(result, LeftBehind), result
    return result.text


def reasons_of(
    files: Mapping[str, str | bytes], leave: str = "shim", *more: dict[str, Any], **redirect: Any
) -> tuple[str, ...]:
    """Why nothing is left."""
    result = left(files, leave, *more, **redirect)
    assert isinstance(result, Refused), result
    return result.reasons
