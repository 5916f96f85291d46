"""Modules that only forward to others: old paths that a consumer need not know."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.survey.context import is_test
from codemods.survey.findings import Finding, Kind, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.survey.context import Context
    from codemods.survey.sketch import Sketch


_SHOWN = 5  # targets
_FAR_MORE = 2  # times
_NEUTRAL = frozenset(
    (
        "typing",
        "typing_extensions",
        "__future__",
        "warnings",
        "importlib",
        "contextlib",
        "collections",
        "sys",
        "logging",
    )
)


def forwarders(context: Context) -> list[Finding]:
    """One finding for each: the modules that it forwards to first, then itself."""
    return list(_forwarders(context))


def _forwarders(context: Context) -> Iterator[Finding]:
    for module, sketch in context.code.modules.items():
        if not sketch.is_forwarder:
            continue
        if is_test(sketch.path) and not context.include_tests:
            continue
        if not (sketch.is_deprecated or context.users.modules.get(module)):
            # A script that only imports, perhaps for what that does.
            continue
        targets = _targets(context, sketch)
        inside = [target for target in targets if target.startswith(f"{module}.")]
        if targets and 2 * len(inside) < len(targets):
            places = [_place(context, target) for target in targets[:_SHOWN]]
            itself = _place(context, module)
            where = targets[0] if len(targets) == 1 else f"{len(targets)} modules"
            what, is_decided = f"all that it has comes from {where}", len(targets) == 1
            if is_decided and itself.users > _FAR_MORE * places[0].users:
                what, is_decided = f"{what}, and most files use this path: it may be the one to keep", False
            # A module that gathers what many others define is a front, and meant to be used.
            weight = (itself.users + 0.5) / len(targets)
            yield Finding(Kind.FORWARDER, module, (*places, itself), is_decided, what, weight)


def _targets(context: Context, sketch: Sketch) -> list[str]:
    """The modules of the repository that its names come from, the main one first; none where some come from
    elsewhere."""
    found: Counter[str] = Counter()
    for item in sketch.imports:
        root = item.module.partition(".")[0]
        if root not in context.code.roots:
            if root in _NEUTRAL:
                continue
            return []
        if item.name is None:
            continue
        target = context.code.resolve(item.module, item.name) if item.name != "*" else None
        found[target[0] if target is not None else item.module] += 1
    known = (module for module, _ in found.most_common() if module in context.code.modules)
    return [module for module in known if module != sketch.module]


def _place(context: Context, module: str) -> Place:
    sketch = context.code.modules[module]
    files = context.users.modules.get(module, set())
    notes = ("says it is deprecated",) if sketch.is_deprecated else ()
    outside = sum(1 for path in files if not is_test(path))
    return Place(module, "", sketch.path, 1, sketch.lines, len(files), outside, notes=notes)
