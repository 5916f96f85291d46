"""Judges a migrated tree without any code of ours: what still refers to an old symbol, and which imports fail.

    python benchmarks/check_tree.py TREE --old pkg.mod.name --new pkg.mod2.name2 [--base TREE_BEFORE]

Reads every Python file under TREE with `ast` alone. Ends with 1 where a reference of an ordinary form is left, or
where a `from M import N` names what M, a module of the tree, does not have and the base does not have that fault too.
"""

from __future__ import annotations

import argparse
import ast
import sys
import warnings
from collections import Counter
from pathlib import Path

Bad = tuple[str, str, str]


class Tree:
    """All modules under a folder, parsed once; only what is asked of them is kept."""

    def __init__(self, root: Path, old: str, new: str) -> None:
        self.root = root
        self.old_module, _, self.old_name = old.rpartition(".")
        self.new_module, _, self.new_name = new.rpartition(".")
        self.names: dict[str, set[str]] = {}
        self.stars: dict[str, list[str]] = {}
        self.imports: list[tuple[str, int, str, str]] = []
        self.left: list[str] = []
        self.counts: Counter[str] = Counter()
        self.modules: set[str] = set()
        for path in sorted(root.rglob("*.py")):
            self.read(path)

    def read(self, path: Path) -> None:
        relative = path.relative_to(self.root)
        parts = list(relative.with_suffix("").parts)
        package = parts[:-1]
        name = ".".join(package if parts[-1] == "__init__" else parts)
        self.modules.update(".".join(parts[:n]) for n in range(1, len(parts) + 1))
        self.modules.add(name)
        self.counts["files"] += 1
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            self.counts["files that do not parse"] += 1
            self.names[name] = {"__getattr__"}
            return
        names = self.names.setdefault(name, set())
        self.bind(tree.body, names, name, package)
        self.references(tree, relative.as_posix(), package)

    def bind(self, body: list[ast.stmt], names: set[str], module: str, package: list[str]) -> None:
        for statement in body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(statement.name)
                continue
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                    names.add(node.id)
                elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    names.add(node.name)
                elif isinstance(node, ast.Import):
                    names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    names.update(alias.asname or alias.name for alias in node.names)
                    if node.names[0].name == "*":
                        self.stars.setdefault(module, []).append(absolute(node, package))

    def references(self, tree: ast.Module, path: str, package: list[str]) -> None:
        locals_ = self.read_imports(tree, path, package)
        old = f"{self.old_module}.{self.old_name}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == self.old_name:
                spelled = spell(node, locals_)
                self.left += [f"{path}:{node.lineno}: chain"] * spelled.count(old)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and old in node.value:
                self.counts["strings that hold the old dotted name"] += 1

    def read_imports(self, tree: ast.Module, path: str, package: list[str]) -> dict[str, set[str]]:
        locals_: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    start = alias.name if alias.asname else alias.name.partition(".")[0]
                    locals_.setdefault(alias.asname or start, set()).add(start)
            elif isinstance(node, ast.ImportFrom):
                module = absolute(node, package)
                for alias in node.names:
                    self.imports.append((path, node.lineno, module, alias.name))
                    locals_.setdefault(alias.asname or alias.name, set()).add(f"{module}.{alias.name}")
                    self.count_import(path, node.lineno, module, alias)
        return locals_

    def count_import(self, path: str, line: int, module: str, alias: ast.alias) -> None:
        if (module, alias.name) == (self.old_module, self.old_name):
            self.left.append(f"{path}:{line}: from-import")
        elif (module, alias.name) == (self.new_module, self.new_name):
            self.counts["imports of the new symbol"] += 1
            self.counts["… under an alias"] += alias.asname is not None

    def bad_imports(self) -> set[Bad]:
        """Each import of a name that its module, one of the tree, does not have: (file, module, name)."""
        return {
            (path, module, name)
            for path, _, module, name in self.imports
            if name != "*" and module in self.names and not self.has(module, name, set())
        }

    def has(self, module: str, name: str, seen: set[str]) -> bool:
        if module in seen:
            return False
        seen.add(module)
        names = self.names.get(module)
        if names is None:
            return module not in self.modules
        if name in names or "__getattr__" in names or f"{module}.{name}" in self.modules:
            return True
        return any(self.has(star, name, seen) for star in self.stars.get(module, []))


def absolute(node: ast.ImportFrom, package: list[str]) -> str:
    """The module that a `from` import names."""
    if not node.level:
        return node.module or ""
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def spell(node: ast.Attribute, locals_: dict[str, set[str]]) -> list[str]:
    """The dotted names that a chain may stand for."""
    parts: list[str] = []
    value: ast.expr = node
    while isinstance(value, ast.Attribute):
        parts.append(value.attr)
        value = value.value
    if not isinstance(value, ast.Name):
        return []
    return [".".join([start, *reversed(parts)]) for start in locals_.get(value.id, ())]


def main() -> int:
    """Read the arguments, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--old", required=True)
    parser.add_argument("--new", required=True)
    parser.add_argument("--base", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tree = Tree(options.tree, options.old, options.new)
    known = Tree(options.base, options.old, options.new).bad_imports() if options.base else set()
    bad = sorted(tree.bad_imports() - known)
    for what, number in tree.counts.items():
        print(f"{what}: {number}")
    print(f"references to the old symbol left: {len(tree.left)}")
    print(*(f"  {place}" for place in tree.left), sep="\n")
    print(f"imports of names that their module lacks{', new' if options.base else ''}: {len(bad)}")
    print(*(f"  {path}: from {module} import {name}" for path, module, name in bad), sep="\n")
    return 1 if tree.left or bad else 0


if __name__ == "__main__":
    sys.exit(main())
