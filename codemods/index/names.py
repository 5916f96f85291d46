"""Paths to dotted module names and back, by the plan's source roots, as Python's import system names them."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

_ENDINGS = ("py", "pyi")
SUFFIXES = tuple(f".{ending}" for ending in _ENDINGS)


def is_python(path: str) -> bool:
    """Whether `path` is a Python source or stub file, by its name."""
    return path.endswith(SUFFIXES)


class ModuleNames(Struct, frozen=True):
    """Names modules by the folders (`source_roots`, POSIX, relative to the repository) that dotted names start from."""

    source_roots: tuple[str, ...] = (".",)

    def _parts(self, path: str) -> tuple[str, ...]:
        return _below(self.source_roots, _split(path))

    def name_of(self, path: str) -> str | None:
        """The dotted name of the module in `path`; None where no import statement can name it."""
        folder, _, last = path.rpartition("/")
        stem, _, ending = last.rpartition(".")
        package = _package(self.source_roots, folder) if ending in _ENDINGS else None
        if package is None or not stem.isidentifier():
            return None
        if stem == "__init__":
            return package or None
        return f"{package}.{stem}" if package else stem

    def package_of(self, path: str) -> tuple[str, ...]:
        """The package that relative imports in `path` start from, as its parts."""
        return self._parts(path)[:-1]

    def absolute(self, path: str, level: int, module: str | None) -> str | None:
        """The module that `from {level dots}{module} import …` in `path` names; None beyond the top level."""
        if level == 0:
            return module
        package = self.package_of(path)
        if level > len(package):
            return None
        base = package[: len(package) - level + 1]
        return ".".join((*base, module) if module else base)

    def relative(self, path: str, module: str) -> tuple[int, str] | None:
        """`module` as (dots, rest) seen from `path`; None where both share no package."""
        package, target = self.package_of(path), tuple(module.split("."))
        shared = 0
        while shared < min(len(package), len(target)) and package[shared] == target[shared]:
            shared += 1
        if not shared:
            return None
        return len(package) - shared + 1, ".".join(target[shared:])


# Every file of a repository is named several times: pathlib would take most of the time.
def _split(path: str) -> tuple[str, ...]:
    parts = tuple(path.split("/"))
    return tuple(part for part in parts if part not in ("", ".")) if "" in parts or "." in parts else parts


def _below(roots: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...]:
    for root in _innermost_first(roots):
        if parts[: len(root)] == root:
            return parts[len(root) :]
    return parts


@lru_cache(maxsize=1 << 16)
def _package(roots: tuple[str, ...], folder: str) -> str | None:
    """The dotted name of `folder`, empty for a root; None where no import statement can name it."""
    parts = _below(roots, _split(folder))
    return ".".join(parts) if all(map(str.isidentifier, parts)) else None


@lru_cache(maxsize=16)
def _innermost_first(roots: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(map(_split, roots), key=len, reverse=True))
