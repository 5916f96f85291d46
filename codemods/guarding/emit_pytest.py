"""The rules of a plan as a test module that needs nothing but pytest."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING

from pathspec import GitIgnoreSpec

from codemods.guarding import pytest_template
from codemods.guarding.emit_ruff import old_names
from codemods.guarding.violations import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.guarding.rules import Rules
    from codemods.guarding.violations import Identity

_BEGIN, _END = "# --- the rules ---\n", "# --- end of the rules ---\n"
_KNOWN = (Kind.UNCLEAR.value, Kind.INDIRECT.value)


def emit_pytest(rules: Rules, entries: Iterable[Identity], kept: Mapping[str, tuple[str, ...]]) -> str:
    """The test module for `rules`. `entries` are those of a baseline; `kept` maps classes to the modules of theirs."""
    text = inspect.getsource(pytest_template)
    head, _, rest = text.partition(_BEGIN)
    template, _, body = rest.partition(_END)
    values = dict(_values(rules, entries, kept))
    lines = []
    for line in template.splitlines():
        name = line.partition(":")[0].partition(" ")[0]
        lines += _assignment(line, values[name]) if name in values else [line]
    return "".join((head.replace("`PLAN`", f"`{rules.plan}`"), _BEGIN, *(f"{line}\n" for line in lines), _END, body))


def _values(
    rules: Rules, entries: Iterable[Identity], kept: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, object]]:
    modules = sorted(rules.moves.modules)
    yield "PLAN", rules.plan
    yield "OLD_MODULES", {name: rules.instead(name) for name in modules}
    yield "OLD_NAMES", {name: rules.instead(name) for name in old_names(rules) if name not in rules.moves.modules}
    yield "DELETED_MODULES", sorted(name for name in rules.modules if rules.gone[name].why == "deletes")
    yield "FORBIDDEN_MODULES", sorted(name for name in rules.modules if rules.gone[name].why == "forbids")
    yield "DELETED_NAMES", sorted(rules.symbols)
    yield "FORBIDDEN_CLASSES", sorted(rules.classes)
    yield "FORBIDDEN_FILES", {pattern: "|".join(_expressions([pattern])) for pattern in rules.files}
    yield "KEPT_CLASSES", {name: list(kept[name]) for name in sorted(kept)}
    yield "SHIMS", sorted(rules.shims)
    yield "SOURCE_ROOTS", list(rules.source_roots)
    yield "EXCLUDED", list(_expressions(rules.exclude))
    yield "IGNORED", {name: list(_expressions(gone.ignore)) for name, gone in rules.gone.items() if gone.ignore}
    yield "KNOWN", [" :: ".join(entry) for entry in entries if entry.kind not in _KNOWN]


def _expressions(patterns: Iterable[str]) -> Iterator[str]:
    """Patterns in the style of `.gitignore` as regular expressions, with `!` where they take files back."""
    for pattern in GitIgnoreSpec.from_lines(patterns).patterns:
        if pattern.regex is not None:
            yield f"{'' if pattern.include else '!'}{pattern.regex.pattern}"


def _assignment(line: str, value: object) -> list[str]:
    """`line` of the template with its value, one item on a line where there are several."""
    target, _, rest = line.partition(" = ")
    comment = f"  {rest[rest.index('#') :]}" if "#" in rest else ""
    if isinstance(value, dict) and value:
        items = [f"    {_literal(key)}: {_literal(item)}," for key, item in value.items()]
        return [f"{target} = {{{comment}", *items, "}"]
    if isinstance(value, list) and value:
        return [f"{target} = [{comment}", *(f"    {_literal(item)}," for item in value), "]"]
    return [f"{target} = {_literal(value)}{comment}"]


def _literal(value: object) -> str:
    """`value` as Python: what JSON makes of text and lists is the same."""
    return json.dumps(value)
