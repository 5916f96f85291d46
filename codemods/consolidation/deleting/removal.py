"""Takes a symbol out of the module that defines it, with all that is there for it alone.

    def old(): ...             →
    __all__ = ["new", "old"]   →  __all__ = ["new"]

Imports that nothing else in the module uses go as well. Helpers that nothing uses any more stay, and are told.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.consolidation.deleting.definitions import Region, UnremovableError, definitions, joined
from codemods.consolidation.deleting.entries import UneditableError, entries, without_entries
from codemods.model import Disposition, Finding, Form
from codemods.transforms.edits import Edit, apply_edits
from codemods.transforms.imports import StatementChange, write_imports
from codemods.transforms.uses import use_reference
from codemods.transforms.view import ModuleView, UnparsableError, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.index.scopes import Use

    Reached = Callable[[frozenset[str]], frozenset[str]]

_BLANK_LINE = re.compile(rb"[ \t\f]*(?:\r\n|\r|\n)")
# Decorators that give back what they are given, or the like, and tell nobody else of it.
_QUIET = re.compile(
    r"staticmethod|classmethod|(cached_)?property|wraps|(lru_)?cache|singledispatch|total_ordering|dataclass|define|frozen|"
    r"(async)?contextmanager|overload|final|override|no_type_check|runtime_checkable|abstractmethod|unique|"
    r"deprecated|verify|attrs|patch|skip(If|Unless)?"
)
_READS_NAMES = re.compile(rb"globals\(|__name__\]|\beval\(|\bexec\(")
_HOOKS = frozenset(
    {"__getattr__", "__dir__", "__all__", "__path__", "__test__", "pytest_plugins", "pytestmark", "load_tests"}
)


class Removal(Struct, frozen=True):
    """A module without a symbol: its new source, and `notes`, what that leaves, as (line before, text)."""

    source: bytes
    notes: tuple[tuple[int, str], ...] = ()


def own_references(view: ModuleView, name: str, dotted: str) -> list[Finding]:
    """What refers to the symbol in the module that defines it, but for its definitions and `__all__`.

    Raises UnremovableError where it cannot be taken out anyway.
    """
    regions = definitions(view, name)
    found = [
        Finding(use_reference(view, use, dotted, Form.NAME), Disposition.BLOCKED, "its own module uses it")
        for use in view.scopes.uses_of(name, view.scopes.module)
        if not _is_gone(view, use, regions)
    ]
    for region in regions:
        found += _registered(view, region.statement, dotted)
    if regions and (name in _HOOKS or name.startswith("pytest_")):
        reference = view.reference(regions[0].statement, Form.DISCOVERY, dotted)
        found.append(Finding(reference, Disposition.REVIEW, f"`{name}` is called, or read, by that name"))
    return found


def _registered(view: ModuleView, statement: ast.stmt, dotted: str) -> Iterator[Finding]:
    """Decorators that may hand what they decorate to others, as those of routes and fixtures do."""
    for decorator in getattr(statement, "decorator_list", ()):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        text = view.text(called).decode()
        is_quiet = _QUIET.fullmatch(text.rpartition(".")[2]) or text.startswith(("patch.", "mock.patch.", "functools."))
        if not is_quiet:
            reason = f"its decorator `{text}` may hand it on: to a registry, a router, a test runner"
            yield Finding(view.reference(decorator, Form.DISCOVERY, dotted), Disposition.REVIEW, reason)


def _is_gone(view: ModuleView, use: Use, regions: list[Region]) -> bool:
    offset = view.lines.span(use.container or use.node)[0]
    return any(region.holds(offset) for region in regions)


def removal(view: ModuleView, name: str, reached: Reached) -> Removal | None:
    """The module of `view` without `name`; None where it does not bind it.

    `reached` tells which of some names other files take from the module. Raises UnremovableError.
    """
    regions = definitions(view, name)
    if not regions:
        return None
    after = apply_edits(view.source, [_without_lines(view, *lines) for lines in joined(view.source, regions)])
    if any(not _is_in(view, entry, regions) for entry in entries(view, name)):
        try:
            reread = _view(view, after)
            after = apply_edits(after, without_entries(reread, name))
        except UneditableError as error:
            raise UnremovableError(str(error), error.line) from error
    result = _view(view, after)
    unused = _unused(view, result)
    taken = reached(frozenset(unused)) if unused else frozenset()
    is_package = view.path.rpartition("/")[2].startswith("__init__.")
    imports = {} if is_package else _imports_that_go(view, result, unused - taken)
    if imports:
        after = apply_edits(after, write_imports(result, imports.values()))
        result = _view(view, after)
    if name in result.scopes.module.bound or entries(result, name):
        message = "something of it would be left: please report this"
        raise UnremovableError(message, 1)
    return Removal(after, (*_left(view, result, unused - taken), *_effects(regions)))


def _view(view: ModuleView, source: bytes) -> ModuleView:
    try:
        return view_of(view.path, source, view.names)
    except UnparsableError as error:
        message = f"the module would not parse without it ({error})"
        raise UnremovableError(message, 1) from error


def _is_in(view: ModuleView, node: ast.expr, regions: list[Region]) -> bool:
    return any(region.holds(view.lines.span(node)[0]) for region in regions)


def _without_lines(view: ModuleView, start: int, end: int) -> Edit:
    """Take lines out, with the blank lines around them made one gap: the larger one, and none at the ends."""
    source = view.source
    above = start
    while above and not source[(line := view.lines.line_before(above)) : above].strip():
        above = line
    below = end
    while match := _BLANK_LINE.match(source, below):
        below = match.end()
    below = below if source[below:].strip() else len(source)
    if below == len(source):
        return _at_the_end(view, above, end)
    if above == 0:
        return Edit(0, below, b"")
    gaps = source[above:start], source[end:below]
    return Edit(above, below, max(gaps, key=lambda gap: len(_BLANK_LINE.findall(gap))))


def _at_the_end(view: ModuleView, above: int, end: int) -> Edit:
    """Take the last lines out: the file ends as it did, with as much of a newline and of blank lines."""
    source = view.source
    if source[end:] or source[:end].endswith((b"\n", b"\r")) or not above:
        return Edit(above, end, b"")
    before = 2 if source[:above].endswith(b"\r\n") else 1
    return Edit(above - before, end, b"")


def _unused(view: ModuleView, result: ModuleView) -> frozenset[str]:
    """The names of the top level that were used, and are not any more."""
    module, after = view.scopes.module, result.scopes.module
    reads_names = _READS_NAMES.search(result.source) is not None
    return frozenset(
        name
        for name in after.bound
        if name in module.bound
        and view.scopes.uses_of(name, module)
        and not result.scopes.uses_of(name, after)
        and not entries(result, name)
        and not (reads_names and any(str(string.value) == name for string in result.scopes.strings))
    )


def _imports_that_go(view: ModuleView, result: ModuleView, unused: frozenset[str]) -> dict[ast.stmt, StatementChange]:
    """The names of import statements that nothing needs: not those under `try`, nor where a comment keeps them."""
    changes: dict[ast.stmt, StatementChange] = {}
    for site in result.scopes.imports:
        statement = site.statement
        if site.scope is not result.scopes.module or site.container is not None or _is_kept(result, statement):
            continue
        for number, alias in enumerate(statement.names):
            if _goes(view, result, statement, alias, unused):
                changes.setdefault(statement, StatementChange(site)).replaced[number] = None
    return changes


def _is_kept(result: ModuleView, statement: ast.stmt) -> bool:
    start, end = result.lines.span(statement)
    is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    is_tried = any(isinstance(above, ast.Try) for above in result.surroundings.ancestors(statement))
    return is_future or is_tried or b"F401" in result.source[start : result.lines.line_end(end)]


def _goes(view: ModuleView, result: ModuleView, statement: ast.stmt, alias: ast.alias, unused: frozenset[str]) -> bool:
    if alias.asname == alias.name:  # handed on, on purpose
        return False
    if isinstance(statement, ast.ImportFrom) or alias.asname or "." not in alias.name:
        return (alias.asname or alias.name) in unused
    # `import a.b` binds `a`, and loads `a.b`: it goes where only what goes has used `a.b`.
    parts = tuple(alias.name.split("."))

    def uses(scanned: ModuleView) -> list[Use]:
        found = scanned.scopes.uses_of(parts[0], scanned.scopes.module)
        return [use for use in found if use.chain[: len(parts)] == parts]

    bound = result.scopes.module.bound[parts[0]]
    is_free = parts[0] in unused or (len(bound) > 1 and bool(result.scopes.uses_of(parts[0], result.scopes.module)))
    return is_free and bool(uses(view)) and not uses(result)


def _left(view: ModuleView, result: ModuleView, unused: frozenset[str]) -> Iterator[tuple[int, str]]:
    for name in sorted(unused & set(result.scopes.module.bound)):
        first = view.scopes.module.bound[name][0]
        what = "import of `{}` stays, and nothing uses it" if isinstance(first, ast.alias) else "nothing uses `{}` now"
        yield getattr(first, "lineno", 1), what.format(name)


def _effects(regions: list[Region]) -> Iterator[tuple[int, str]]:
    for region in regions:
        value = getattr(region.statement, "value", None)
        if isinstance(value, ast.Call):
            yield region.statement.lineno, "a call ran here when the module was imported, and does not any more"
