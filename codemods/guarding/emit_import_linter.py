"""The rules of a plan as contracts of import-linter: one for each old module that is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from codemods.guarding.emit_ruff import advice, old_names
from codemods.guarding.violations import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.guarding.rules import Rules
    from codemods.guarding.violations import Identity
    from codemods.index.names import ModuleNames

_ABOUT = """\
# The plan `{plan}`, as `codemods guard --emit import-linter` writes it: contracts for pyproject.toml.
# They need import-linter 2.4 or newer. `root_packages` under `[tool.importlinter]` has to name {roots}.
# Each contract lets no module import an old one, by any form of import, also in functions and relative ones.
# Import-linter cannot express, and `codemods guard` sees: names in strings; files, modules and classes that must not be
# there; second definitions of classes that are kept; scripts outside of the root packages. Several imports between two
# modules are one to it: a known one hides what is new.
"""
_NOT_THERE = (
    "# Not there, or in a folder without `__init__.py`; once that is another way, write these contracts again:\n"
)
_SYMBOLS = "# Parts of modules that stay; import-linter knows modules only:\n"


def emit_import_linter(rules: Rules, entries: Iterable[Identity], files: Mapping[str, str], names: ModuleNames) -> str:
    """The TOML for `rules`. `entries` are those of a baseline; `files` maps the modules of the repository to paths."""
    there = [module for module in sorted(rules.moves.modules) if _is_seen(module, files)]
    roots = sorted({json.dumps(module.partition(".")[0]) for module in there})
    known = list(_known(rules, entries, names))
    lines = [_ABOUT.format(plan=rules.plan, roots=", ".join(roots) or "the packages of the repository")]
    for module in there:
        lines.append("\n[[tool.importlinter.contracts]]\n")
        lines.append(f"name = {json.dumps(f'No import of {module}')}\n")
        lines.append('type = "protected"\n')
        lines.append(f"protected_modules = [{json.dumps(module)}]\n")
        target = rules.moves.modules[module].module
        allowed = [module, *([target] if _is_seen(target, files) and not target.startswith(f"{module}.") else [])]
        lines.append(f"allowed_importers = {json.dumps(allowed)}\n")
        lines += _ignored([importer for importer, old in known if old == module], module)
        lines.append(f"broken_contract_guidance = {json.dumps(advice(module, rules))}\n")
    lines += _listed(_NOT_THERE, [module for module in sorted(rules.moves.modules) if module not in there])
    whole = set(rules.moves.modules)
    lines += _listed(_SYMBOLS, [name for name in old_names(rules) if not whole & {name, name.rpartition(".")[0]}])
    return "".join(lines)


def _is_seen(module: str, files: Mapping[str, str]) -> bool:
    """Whether import-linter sees `module`: it is a file, and so are the packages that it is in."""
    parts = module.split(".")
    return all(files.get(".".join(parts[:length])) for length in range(1, len(parts) + 1))


def _known(rules: Rules, entries: Iterable[Identity], names: ModuleNames) -> Iterator[tuple[str, str]]:
    for entry in entries:
        importer = names.name_of(entry.path)
        if entry.kind == Kind.IMPORT.value and importer is not None:
            yield importer, rules.home(entry.target)


def _ignored(importers: list[str], module: str) -> Iterator[str]:
    if importers:
        yield "ignore_imports = [\n"
        yield from (f"    {json.dumps(f'{importer} -> {module}')},\n" for importer in sorted(set(importers)))
        yield ']\nunmatched_ignore_imports_alerting = "none"\n'


def _listed(about: str, names: list[str]) -> Iterator[str]:
    if names:
        yield f"\n{about}"
        yield from (f"#   {name}\n" for name in names)
