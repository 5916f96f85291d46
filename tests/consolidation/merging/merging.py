"""Merges sources in memory: what the kept module becomes, or why it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codemods.consolidation.merging.merge import merge
from codemods.consolidation.merging.values import Merged, Refused
from codemods.engine.scan import open_scan
from codemods.index.names import ModuleNames
from codemods.plan.consolidation import Merge
from codemods.plan.reading import read
from codemods.transforms.view import view_of

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT, DUPLICATE = "app/kept.py", "app/dup.py"


def merged(
    ours: str,
    theirs: str,
    take: Mapping[str, Any] | None = None,
    names: tuple[str, ...] = (),
    others: Mapping[str, str] | None = None,
    duplicate: str = DUPLICATE,
) -> Merged | Refused:
    """What comes of merging `theirs` into `ours`, beside the files `others`."""
    files = {KEPT: ours, duplicate: theirs, "app/__init__.py": "", **(others or {})}
    contents = {path: text.encode() for path, text in files.items()}
    modules = ModuleNames()
    scan = open_scan(contents, contents.__getitem__, modules, frozenset())
    into, module = (modules.name_of(path) or "" for path in (KEPT, duplicate))
    asked: Merge = read(Merge, {"module": module, "into": into, "names": names, "take": dict(take or {})})[0]
    kept, other = view_of(KEPT, contents[KEPT], modules), view_of(duplicate, contents[duplicate], modules)
    return scan.ask(lambda index: merge(kept, other, asked, index))


def result_of(ours: str, theirs: str, **given: Any) -> str:
    """The kept module after a merge that is not refused. Merging again changes nothing: `merge` sees to that."""
    found = merged(ours, theirs, **given)
    assert isinstance(found, Merged), found.reasons
    return found.after.decode()


def check_merged(ours: str, theirs: str, after: str, **given: Any) -> Merged:
    """`ours` becomes exactly `after`, and is left alone when it is merged again."""
    found = merged(ours, theirs, **given)
    assert isinstance(found, Merged), found.reasons
    assert found.after.decode() == after
    again = merged(after, theirs, **given)
    assert isinstance(again, Merged), again.reasons
    assert again.is_nothing
    return found


def check_nothing(ours: str, theirs: str, **given: Any) -> Merged:
    """There is nothing to do."""
    found = merged(ours, theirs, **given)
    assert isinstance(found, Merged), found.reasons
    assert found.is_nothing
    assert found.told == ("nothing to do",)
    return found


def check_refused(ours: str, theirs: str, *words: str, **given: Any) -> Refused:
    """It is refused, and the reasons hold all of `words`."""
    found = merged(ours, theirs, **given)
    assert isinstance(found, Refused), found.after.decode()
    reasons = "\n".join(found.reasons)
    for word in words:
        assert word in reasons, reasons
    return found
