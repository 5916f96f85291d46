"""The violations that are known already: a text with one line for each, in order, which only shrinks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.guarding.violations import Identity, Kind, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_MARK = " :: "
_HEAD = "# What `codemods guard` knows of already, by the plan "
_TAIL = "# One line for each. Lines only go: fix the code, then run it with `--write-baseline`.\n"


class BaselineError(ValueError):
    """The text is no baseline of this plan; the message says why."""


class Comparison(Struct, frozen=True):
    """Violations against a baseline: the new ones, those that it knows, its entries that are gone (or may not be
    told), and what it would hold now. It holds nothing new."""

    new: tuple[Violation, ...]
    known: tuple[Violation, ...]
    fixed: tuple[Identity, ...]
    entries: tuple[Identity, ...]


def baseline_text(entries: Iterable[Identity], plan: str) -> str:
    """The text of a baseline for the plan of that name."""
    lines = sorted(_MARK.join(entry) for entry in entries)
    return "".join((f"{_HEAD}`{plan}`.\n", _TAIL, *(f"{line}\n" for line in lines)))


def read_baseline(text: str, plan: str) -> tuple[Identity, ...]:
    """The entries of a baseline. Raises BaselineError."""
    kinds = {kind.value for kind in Kind}
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_HEAD):
            named = line.removeprefix(_HEAD).strip("`.")
            if named != plan:
                message = f"line {number}: it belongs to the plan `{named}`, and not to `{plan}`"
                raise BaselineError(message)
        elif line.strip() and not line.startswith("#"):
            parts = line.split(_MARK)
            if len(parts) != len(Identity._fields) or parts[1] not in kinds:
                message = f"line {number}: expected `path{_MARK}kind{_MARK}name{_MARK}scope`"
                raise BaselineError(message)
            entries.append(Identity(*parts))
    return tuple(entries)


def compare(
    violations: Sequence[Violation],
    entries: Iterable[Identity],
    is_checked: Callable[[str], bool],
    exists: Callable[[str], bool],
    scopes_of: Callable[[str], frozenset[str]],
) -> Comparison:
    """`violations` against a baseline.

    Entries of files that `is_checked` denies stay as they are, but for those of files that are not there any more. An
    entry follows its function, class or file to another name: where that is gone, and the same stands in another one.
    `scopes_of` gives the functions and classes of a file.
    """
    pending = Counter(entries)
    new: list[Violation] = []
    known: list[Violation] = []
    for violation in sorted(violations):
        is_known = pending[violation.identity] > 0
        pending[violation.identity] -= is_known
        (known if is_known else new).append(violation)
    gone = [entry for entry in pending.elements() if is_checked(entry.path) or not exists(entry.path)]
    unchecked = Counter(pending.elements()) - Counter(gone)
    for violation, entry in (*_with_files(new, gone, exists), *_with_scopes(new, gone, scopes_of)):
        if violation in new and entry in gone:
            new.remove(violation)
            gone.remove(entry)
            known.append(violation)
    kept = sorted((*(violation.identity for violation in known), *unchecked.elements()))
    return Comparison(tuple(new), tuple(sorted(known)), tuple(sorted(gone)), tuple(kept))


Pairs = list[tuple[Violation, Identity]]


def _with_files(new: Iterable[Violation], gone: Iterable[Identity], exists: Callable[[str], bool]) -> Pairs:
    """What may have moved with its file: to one of the same name, or to one that has all that the old one had."""
    added: dict[str, list[Violation]] = {}
    for violation in new:
        added.setdefault(violation.identity.path, []).append(violation)
    removed: dict[str, list[Identity]] = {}
    for entry in gone:
        if not exists(entry.path):
            removed.setdefault(entry.path, []).append(entry)
    pairs: Pairs = []
    for path, entries in removed.items():
        wanted = Counter(entries)
        for other, violations in added.items():
            found = [(violation, violation.identity._replace(path=path)) for violation in violations]
            has_all = len(entries) > 1 and not wanted - Counter(entry for _, entry in found)
            if has_all or path.rpartition("/")[2] == other.rpartition("/")[2]:
                pairs += (pair for pair in found if pair[1] in wanted)
    return pairs


def _with_scopes(
    new: Iterable[Violation], gone: Iterable[Identity], scopes_of: Callable[[str], frozenset[str]]
) -> Pairs:
    """What may have moved with its function or class, which has another name now."""
    added: dict[Identity, list[Violation]] = {}
    for violation in new:
        added.setdefault(violation.identity._replace(scope=""), []).append(violation)
    pairs: Pairs = []
    for entry in gone:
        candidates = added.get(entry._replace(scope=""), [])
        if candidates and entry.scope not in scopes_of(entry.path):
            pairs += ((violation, entry) for violation in candidates)
    return pairs
