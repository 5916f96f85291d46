"""All modules of a repository by their sketches: where a name comes from, and which files use which definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.survey.sketch import Definition, Sketch

# Where a name of a module leads: a definition, or a module itself where the second part is empty.
Target = tuple[str, str]


_NOWHERE: Target = ("", "")


class CodeBase:
    """The modules of a repository. Files that no import can name have no module, and count as users only."""

    def __init__(self, sketches: Iterable[Sketch]) -> None:
        # A stub beside its source says the same once more.
        self.sketches = sorted(sketches, key=lambda sketch: (sketch.path.endswith(".pyi"), sketch.path))
        self.modules: dict[str, Sketch] = {}
        for sketch in self.sketches:
            if sketch.module is not None:
                self.modules.setdefault(sketch.module, sketch)
        self.packages = {parent for module in self.modules for parent in _parents(module)}
        self.roots = {module.partition(".")[0] for module in self.modules}
        self._exports = {module: _exports(sketch) for module, sketch in self.modules.items()}
        self._stars = {module: _stars(sketch) for module, sketch in self.modules.items()}
        self._targets: dict[Target, Target | None] = {}

    def is_module(self, name: str) -> bool:
        """Whether the repository has a module or package of that name."""
        return name in self.modules or name in self.packages

    def is_known(self, name: str) -> bool:
        """Whether a definition or a module has that name, or ends in it."""
        last = name.rpartition(".")[2]
        is_module = any(module == name or module.endswith(f".{name}") for module in (*self.modules, *self.packages))
        return is_module or any(last in sketch.definitions for sketch in self.sketches)

    def definition(self, target: Target) -> Definition | None:
        """The class or function that `target` is."""
        sketch = self.modules.get(target[0])
        return sketch.definitions.get(target[1]) if sketch is not None else None

    def definitions(self) -> Iterator[Definition]:
        """All of them, once per module, in the order of the paths."""
        for sketch in self.modules.values():
            yield from sketch.definitions.values()

    def binds(self, module: str, name: str) -> bool:
        """Whether `module` itself binds `name` at its top level, so that it does not come by a star import."""
        return name in self._exports.get(module, {})

    def line_of(self, module: str, name: str) -> int:
        """The line of `module` that binds `name`; 1 where nothing tells."""
        sketch = self.modules.get(module)
        if sketch is None:
            return 1
        if name in sketch.definitions:
            return sketch.definitions[name].line
        if name in sketch.aliases:
            return sketch.aliases[name][1]
        return next((item.line for item in sketch.imports if item.local == name), 1)

    def star_names(self, module: str) -> Iterator[str]:
        """The names that a star import of `module` can bring."""
        yield from (name for name in self._exports.get(module, {}) if not name.startswith("_"))

    def public_names(self, module: str) -> tuple[str, ...]:
        """The classes and functions that `module` offers: its own, and those of others where it only forwards."""
        sketch = self.modules.get(module)
        if sketch is None:
            return ()
        names = self._exports[module] if sketch.is_forwarder else sketch.definitions
        return tuple(name for name in names if not name.startswith("_"))

    def resolve(self, module: str, name: str) -> Target | None:
        """Where `name` of `module` comes from, through imports, stars and plain aliases; None where nobody can tell."""
        key = (module, name)
        if key not in self._targets:
            self._targets[key] = None  # what leads in a circle leads nowhere
            self._targets[key] = self._resolve(module, name)
        return self._targets[key]

    def _resolve(self, module: str, name: str) -> Target | None:
        origin = self._exports.get(module, {}).get(name)
        if origin is not None:
            if origin == (module, name):
                return origin
            if not origin[1]:
                return origin if self.is_module(origin[0]) else None
            return self.resolve(*origin)
        if self.is_module(f"{module}.{name}"):
            return (f"{module}.{name}", "")
        targets = (self.resolve(star, name) for star in self._stars.get(module, ()))
        return next((target for target in targets if target is not None), None)

    def follow(self, module: str, names: Iterable[str]) -> tuple[Target, str] | None:
        """Where the attribute chain `names` of `module` leads, and the dotted name at which it gets there."""
        current = module
        for name in names:
            target = self.resolve(current, name)
            if target is None:
                return None
            if target[1]:
                return target, f"{current}.{name}"
            current = target[0]
        return (current, ""), current


def _parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _exports(sketch: Sketch) -> dict[str, Target]:
    """Where each name that the module binds at its top level comes from, one step back: the last binding counts, and
    an import before the definition that stands in for it."""
    module = sketch.module or ""
    found: dict[str, Target] = {}
    lines: dict[str, int] = {}
    for item in sketch.imports:
        if item.is_top and item.name != "*":
            local = item.local.partition(".")[0]
            origin = _origin(item.module, item.name, item.local)
            found[local], lines[local] = _NOWHERE if origin == (module, local) else origin, item.line
    for name, (value, line) in sketch.aliases.items():
        head, _, rest = value.partition(".")
        target = (module, value) if not rest else (found[head][0], rest) if _is_module_name(found, head, rest) else None
        if target is not None and line > lines.get(name, 0) and target != (module, name):
            found[name], lines[name] = target, line
    for name, definition in sketch.definitions.items():
        if definition.line > lines.get(name, 0) and not (definition.is_conditional and name in found):
            found[name] = (module, name)
    return found


def _is_module_name(found: dict[str, Target], head: str, rest: str) -> bool:
    return head in found and not found[head][1] and "." not in rest


def _origin(module: str, name: str | None, local: str) -> Target:
    if name is not None:
        return (module, name)
    return (module if local != module else module.partition(".")[0], "")


def _stars(sketch: Sketch) -> tuple[str, ...]:
    return tuple(item.module for item in sketch.imports if item.name == "*" and item.is_top)
