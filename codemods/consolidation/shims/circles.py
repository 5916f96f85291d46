"""Whether a module that names are forwarded to needs them from the old path while it is itself imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.index.import_graph import Loaded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.index.resolve import Index
    from codemods.transforms.view import ModuleView


def circles(targets: Mapping[str, frozenset[str] | None], view: ModuleView, index: Index) -> Iterator[str]:
    """Why importing one of `targets` would need what is left of `view` before it can answer: in words.

    With each target stand the names that are taken from there; None where any import of the old module counts.
    Raises Missing.
    """
    old = view.module or ""
    if not any(_takes(summary.eager, old, None) for path, summary in index.summaries.items() if path != view.path):
        return
    for target, names in targets.items():
        way = _way(target, old, names, index)
        if way:
            steps = " imports ".join(f"`{step}`" for step in way)
            yield f"{steps}, so that names would be needed before they are there: redirect `{way[-2]}` first"


_LOOKED_AT = 200  # modules


def _way(start: str, old: str, names: frozenset[str] | None, index: Index) -> list[str]:
    """The imports at top level that lead from `start` to one of `names` in `old`."""
    loaded = Loaded(index.is_module)
    before = {start: ""}
    pending = [start]
    for module in pending:
        summary = index.summary(module) if len(pending) < _LOOKED_AT else None
        eager = summary.eager if summary is not None else frozenset()
        if _takes(eager, old, names):
            way = [module]
            while before[way[-1]]:
                way.append(before[way[-1]])
            return [*way[::-1], old]
        for following in sorted(loaded.by(module, eager)):
            if following not in before and following != old:
                before[following] = module
                pending.append(following)
    return []


def _takes(eager: Iterable[str], old: str, names: frozenset[str] | None) -> bool:
    """Whether one of the imports is that of one of `names` from `old`; of anything for None."""
    if names is None:
        return any(f"{dotted}.".startswith(f"{old}.") for dotted in eager)
    return any(dotted.rpartition(".")[0] == old and dotted.rpartition(".")[2] in {*names, "*"} for dotted in eager)
