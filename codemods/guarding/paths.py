"""The files that a plan does not want to be there, by their paths alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.guarding.violations import TOP, Kind, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pathspec import GitIgnoreSpec

    from codemods.guarding.rules import Rules
    from codemods.index.names import ModuleNames


def unwanted_files(paths: Iterable[str], rules: Rules, names: ModuleNames) -> Iterator[Violation]:
    """Those of `paths` that are a module which must not exist, or a forbidden file."""
    specs = _specs(rules.files)
    for path in paths:
        module = unwanted_module(names.name_of(path), rules)
        if module:
            message = f"is the module `{module}`, which the plan {rules.gone[module].why}"
            yield Violation(path, 1, 1, Kind.MODULE, module, TOP, message)
        for pattern, spec in specs:
            if spec.match_file(path):
                yield Violation(path, 1, 1, Kind.FILE, pattern, TOP, f"is a file that the plan forbids (`{pattern}`)")


def _specs(patterns: tuple[str, ...]) -> list[tuple[str, GitIgnoreSpec]]:
    if not patterns:
        return []
    from pathspec import GitIgnoreSpec  # here, since it takes time to load

    return [(pattern, GitIgnoreSpec.from_lines([pattern])) for pattern in patterns]


def unwanted_module(name: str | None, rules: Rules) -> str:
    """The entry of the plan for which the module `name` must not exist; empty where it may. A forbidden package is
    forbidden with all that is in it."""
    for module in rules.modules:
        is_inside = rules.gone[module].why == "forbids" and (name or "").startswith(f"{module}.")
        if name == module or is_inside:
            return module
    return ""
