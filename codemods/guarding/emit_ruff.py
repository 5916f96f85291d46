"""The rules of a plan as `banned-api` of ruff (rule TID251)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from codemods.guarding.violations import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.guarding.rules import Rules
    from codemods.guarding.violations import Identity

_ABOUT = """\
# The plan `{plan}`, as `codemods guard --emit ruff` writes it: a part of pyproject.toml.
# In ruff.toml, `tool.ruff.` goes. Select the rule with `extend-select = ["TID251"]` under `lint`.
# It reports imports of old names, and chains of names that lead there.
# Ruff cannot express, and `codemods guard` sees: old names in strings (patch targets, `import_module`), in examples in
# docstrings, and through star imports and other modules that hand them on; modules, files and classes that must not be
# there; second definitions of classes that are kept; definitions in modules that only forward.
"""
_KNOWN = "# Files that are known to use old names: ruff does not see what is new in them.\n"
_OWN = "# What an old package says of itself, and files that the plan excludes.\n"


def emit_ruff(rules: Rules, entries: Iterable[Identity], files: Mapping[str, str]) -> str:
    """The TOML for `rules`. `entries` are those of a baseline; `files` maps the modules of the repository to paths."""
    lines = [_ABOUT.format(plan=rules.plan), "[tool.ruff.lint.flake8-tidy-imports.banned-api]\n"]
    lines += (f"{_quoted(name)}.msg = {_quoted(advice(name, rules))}\n" for name in old_names(rules))
    known = sorted({entry.path for entry in entries if entry.kind in (Kind.IMPORT.value, Kind.USE.value)})
    own = sorted({*_packages(rules, files), *rules.exclude})
    if known or own:
        lines.append("\n[tool.ruff.lint.per-file-ignores]\n")
        for about, paths in ((_OWN, own), (_KNOWN, [path for path in known if path not in own])):
            lines += [about, *(f'{_quoted(path)} = ["TID251"]\n' for path in paths)] if paths else []
    return "".join(lines)


def old_names(rules: Rules) -> list[str]:
    """All modules and symbols that must not be used, by their full names."""
    return sorted({*rules.moves.modules, *(f"{module}.{name}" for module, name in rules.moves.symbols)})


def advice(name: str, rules: Rules) -> str:
    """What to do instead of using `name`."""
    instead, gone = rules.instead(name), rules.gone_by(name)
    return f"Use `{instead}`." if instead else f"The plan `{rules.plan}` {gone[1].why if gone else 'forbids'} it."


def _packages(rules: Rules, files: Mapping[str, str]) -> Iterator[str]:
    for module in rules.moves.modules:
        path = files.get(module, "")
        if path.rpartition("/")[2].startswith("__init__."):
            yield f"{path.rpartition('/')[0]}/**"


def _quoted(text: str) -> str:
    return json.dumps(text)
