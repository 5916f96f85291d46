"""The text of a shim, of an alias, and of the stub beside either: formatted as `ruff format` does by default."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING

from codemods.transforms.import_order import LINES, NAMES, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.consolidation.shims.left_behind import Forward
    from codemods.index.resolve import Index

WIDTH = 88
MOVED, IMPORTED, SUBMODULES = "_MOVED", "_IMPORTED", "_SUBMODULES"
# A name of the shim's own that the old module has as well would mean two things.
OWN_NAMES = frozenset({MOVED, IMPORTED, SUBMODULES, "_PASSED_OVER", "_import_module", "_sys", "_warnings"})

_SHIM_DOCSTRING = '''"""Deprecated: use `{to}`.

Each name is forwarded to where it is now, with a `DeprecationWarning`.
"""
'''
_ALIAS_DOCSTRING = '''"""Deprecated: use `{to}`.

Both names stand for one module object.
"""
'''
_IMPORTS = """\
    import sys as _sys
    import warnings as _warnings
    from importlib import import_module as _import_module

    # The warning points at the code behind these, which only pass the question on.
    _PASSED_OVER = {
        "_pytest.monkeypatch",
        "contextlib",
        "inspect",
        "pickle",
        "pkgutil",
        "pytest_mock.plugin",
        "unittest.mock",
    }

    def __getattr__(name: str) -> object:
"""
_STAYS = """\
        if name in _SUBMODULES:
            return _import_module(f"{__name__}.{name}")
"""
# Nothing is kept: a patch of the new module is seen here, too, and every user is warned.
_FORWARDS = """\
        target = {lookup}
        if target is None:
            raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
        frame, level = _sys._getframe(1), 2
        while frame.f_back and frame.f_globals.get("__name__") in _PASSED_OVER:
            frame, level = frame.f_back, level + 1
        module, _, attribute = target.partition(":")
        new = f"{{module}}.{{attribute}}" if attribute else module
        message = f"{{__name__}}.{{name}} is deprecated: use {{new}}"
        _warnings.warn(message, DeprecationWarning, stacklevel=level)
        if not attribute:
            return _import_module(module)
        return getattr(__import__(module, fromlist=[attribute]), attribute)

    def __dir__() -> list[str]:
        return sorted({{*globals(), {listed}}})
"""
_ALIAS = """\
    import sys as _sys
    from importlib import import_module as _import_module

    _sys.modules[__name__] = _import_module("{to}")
"""
_MAIN = """\
if __name__ == "__main__":
    import runpy as _runpy

    _runpy.run_module("{to}", run_name="__main__", alter_sys=True)
"""


class Texts:
    """Writes what is left of one module: its names with where they are, and those that it exports."""

    def __init__(
        self, to: str, found: Sequence[Forward], exported: Sequence[str], index: Index, submodules: Sequence[str] = ()
    ) -> None:
        self.to = to
        self.found = found
        self.exported = exported
        self.index = index
        self.submodules = submodules

    def shim(self, *, header: str = "", is_program: bool = False) -> str:
        """A module that forwards. `header` are the comments that begin it."""
        runtime = [forward for forward in self.found if not forward.is_typing]
        moved = [forward for forward in runtime if forward.is_own]
        imported = [forward for forward in runtime if not forward.is_own]
        maps = [name for name, entries in ((MOVED, moved), (IMPORTED, imported)) if entries]
        return _joined(
            header + _SHIM_DOCSTRING.format(to=self.to),
            "from typing import TYPE_CHECKING\n",
            self.for_type_checkers(),
            _exports(self.exported),
            _mapping(MOVED, moved, "What was defined here, and where it is now."),
            _mapping(IMPORTED, imported, "What was only imported here, and where it comes from."),
            _sequence(SUBMODULES, self.submodules) if self.submodules else "",
            self.functions(maps),
            _MAIN.format(to=self.to) if is_program else "",
        )

    def functions(self, maps: Sequence[str]) -> str:
        """What answers for the names when they are asked for."""
        lookup = " or ".join(f"{name}.get(name)" for name in maps)
        stays = _STAYS if self.submodules else ""
        listed = ", ".join(f"*{name}" for name in (*maps, *((SUBMODULES,) if self.submodules else ())))
        return f"if not TYPE_CHECKING:\n{_IMPORTS}{stays}{_FORWARDS.format(lookup=lookup, listed=listed)}"

    def alias(self, *, header: str = "", is_program: bool = False) -> str:
        """A module that makes itself the new one."""
        return _joined(
            header + _ALIAS_DOCSTRING.format(to=self.to),
            "from typing import TYPE_CHECKING\n",
            self.for_type_checkers(),
            _exports(self.exported),
            f"if not TYPE_CHECKING:\n{_ALIAS.format(to=self.to)}",
            _MAIN.format(to=self.to) if is_program else "",
        )

    def stub(self) -> str:
        """The stub beside it: what is imported under the name that it has there is exported."""
        exported = [name for name in self.exported if name != "TYPE_CHECKING"]
        return _joined("".join(self.imports(self.found, is_stub=True)), _exports(exported))

    def for_type_checkers(self) -> str:
        """The imports that type checkers see in place of `__getattr__`."""
        if not self.found:
            return ""
        lines = [line for text in self.imports(self.found) for line in text.splitlines()]
        aliases = [f"{forward.name} = {self.private(forward)}" for forward in self.found if self.is_assigned(forward)]
        if aliases:
            lines += ["", *aliases]
        return "if TYPE_CHECKING:\n" + "".join(f"    {line}\n" if line else "\n" for line in lines)

    def is_assigned(self, forward: Forward) -> bool:
        """Whether only an assignment exports the name: an import under another name does not."""
        is_same = forward.name == (forward.attribute if forward.attribute is not None else forward.module)
        return not (is_same or forward.name in self.exported)

    def private(self, forward: Forward) -> str:
        """A name that nothing else has."""
        name = f"_{forward.name.lstrip('_')}_"
        taken = {other.name for other in self.found}
        while name in taken:
            name = f"{name}_"
        return name

    def imports(self, found: Iterable[Forward], *, is_stub: bool = False) -> Iterator[str]:
        """The imports of `found`, in sections and sorted; a blank line parts the sections."""
        lines = [self.line(forward, is_stub=is_stub) for forward in found]
        sections = sorted(lines, key=lambda line: (self.section(line), LINES[0](line)))
        is_first = True
        for _, section in groupby(sections, key=self.section):
            if not is_first:
                yield "\n"
            is_first = False
            yield from self.statements(list(section))

    def line(self, forward: Forward, *, is_stub: bool) -> Line:
        """How `forward` is imported."""
        local = self.private(forward) if self.is_assigned(forward) and not is_stub else forward.name
        name = forward.attribute if forward.attribute is not None else forward.module
        is_plain = local == name and forward.name in self.exported
        shown = "" if is_plain else local
        if forward.attribute is None:
            return Line(False, 0, forward.module, local=shown)
        return Line(True, 0, forward.module, forward.attribute, shown)

    def section(self, line: Line) -> int:
        """Standard library, others', own."""
        top = line.module.partition(".")[0]
        if self.index.is_module(top):
            return 2
        return 0 if top in sys.stdlib_module_names else 1

    def statements(self, lines: list[Line]) -> Iterator[str]:
        """`import` first, then `from` by module: names together, and each one with another name by itself."""
        for line in lines:
            if not line.is_from:
                renamed = f" as {line.local}" if line.local else ""
                yield f"import {line.module}{renamed}{_as_itself(line)}\n"
        for module, group in groupby((line for line in lines if line.is_from), key=lambda line: line.module):
            entries = sorted(group, key=lambda line: NAMES[0](line.name))
            plain = [line.name for line in entries if not line.local]
            texts = [(NAMES[0](line.name), _renamed(module, line)) for line in entries if line.local]
            if plain:
                texts.append((NAMES[0](plain[0]), _from(module, plain)))
            yield from (text for _, text in sorted(texts))


def _joined(*paragraphs: str) -> str:
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)


def _renamed(module: str, line: Line) -> str:
    entry = f"{line.name} as {line.local}"
    short = f"from {module} import {entry}"
    mark = _as_itself(line)
    if len(short) + 4 <= WIDTH:
        return f"{short}{mark}\n"
    return f"from {module} import (\n    {entry},{mark}\n)\n"


def _as_itself(line: Line) -> str:
    # This is how a module exports what it imports, for type checkers; some linters take it for a slip.
    name = line.name if line.is_from else line.module
    return "  # noqa: PLC0414" if line.local == name else ""


def _from(module: str, names: Sequence[str]) -> str:
    short = f"from {module} import {', '.join(names)}"
    if len(short) + 4 <= WIDTH:
        return f"{short}\n"
    return f"from {module} import (\n{''.join(f'    {name},{chr(10)}' for name in names)})\n"


def _exports(names: Sequence[str]) -> str:
    listed = sorted(names, key=NAMES[0])
    return _sequence("__all__", listed) if listed else "__all__: list[str] = []\n"


def _sequence(name: str, items: Sequence[str]) -> str:
    return f"{name} = [\n{''.join(f'    {_quoted(item)},{chr(10)}' for item in items)}]\n"


def _mapping(name: str, entries: Sequence[Forward], comment: str) -> str:
    if not entries:
        return ""
    lines = "".join(f"    {_quoted(entry.name)}: {_quoted(entry.target)},\n" for entry in entries)
    return f"# {comment}\n{name} = {{\n{lines}}}\n"


def _quoted(text: str) -> str:
    return f'"{text}"'
