"""What the plan keeps stays: no kept module loses a public name while the plan runs, and those kept as they are do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.index.names import ModuleNames
from codemods.index.summary import summarise
from codemods.index.text import UndecodableError, decode
from codemods.transforms.view import UnparsableError, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from codemods.plan.schema import Plan


class Kept(Struct, frozen=True):
    """The kept modules by their files: their public names, and the bytes of those kept as they are."""

    modules: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    as_is: Mapping[str, bytes] = field(default_factory=dict)

    def lost(self, read: Callable[[str], bytes], paths: Iterable[str] | None = None) -> str:
        """What the kept modules in the files `paths` (None: all) have lost, as `read` gives them now, in words."""
        concerned = self.modules if paths is None else [path for path in paths if path in self.modules]
        return "; ".join(filter(None, (self._lost(read, path) for path in concerned)))

    def _lost(self, read: Callable[[str], bytes], path: str) -> str:
        module = self.modules[path]
        try:
            content = read(path)
        except OSError as error:
            return f"`{module}` is kept, and cannot be read: {error.strerror or error}"
        if path in self.as_is:
            return "" if content == self.as_is[path] else f"`{module}` is kept `as_is`, and would change"
        missing = self.names[path] - _public_names(path, content)
        listed = ", ".join(f"`{name}`" for name in sorted(missing))
        return f"`{module}` is kept, and would lose {listed}" if missing else ""


def kept_modules(plan: Plan, modules: Mapping[str, str], read: Callable[[str], bytes]) -> Kept:
    """What `plan` keeps, as it is now; `modules` maps each module of the repository to its file."""
    paths = {modules[keep.module]: keep for keep in plan.keep if modules.get(keep.module)}
    return Kept(
        {path: keep.module for path, keep in paths.items()},
        {path: _public_names(path, read(path)) for path, keep in paths.items() if not keep.as_is},
        {path: read(path) for path, keep in paths.items() if keep.as_is},
    )


def _public_names(path: str, content: bytes) -> frozenset[str]:
    """What a module offers: its `__all__`, its own names without underscore, and of a package what it imports."""
    try:
        tree = parse(decode(content).text.encode())
    except (UndecodableError, UnparsableError):
        return frozenset()
    summary = summarise(tree, path, ModuleNames((".",)), frozenset())
    is_package = path.endswith("__init__.py")
    own = {name for name, export in summary.exports.items() if export.origin is None or is_package}
    return frozenset({name for name in own if not name.startswith("_")} | (summary.public or frozenset()))
