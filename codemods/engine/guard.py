"""What must not come back, and is there: over a whole repository, or quickly over some files of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.phases import included
from codemods.errors import CodemodsError
from codemods.guarding.look import Look
from codemods.guarding.paths import unwanted_files
from codemods.guarding.rules import rules_of
from codemods.index.names import ModuleNames, is_python
from codemods.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemods.guarding.violations import Violation
    from codemods.plan.load import LoadedPlan


class Guarded(Struct, frozen=True):
    """What a guard has found in the files that it `checked`. `skipped` could not be read as Python.

    `is_partial` says that only some files of the repository were asked about.
    """

    violations: tuple[Violation, ...]
    checked: frozenset[str]
    skipped: tuple[Skipped, ...]
    is_partial: bool = False


def guard(
    loaded: LoadedPlan,
    tracked: Iterable[str],
    read: Callable[[str], bytes],
    only: Iterable[str] | None = None,
    soon: Callable[[Iterable[str]], None] | None = None,
) -> Guarded:
    """Look for what breaks the rules of a plan in the files `tracked`, whose bytes `read` gives.

    With `only`, in these files alone: nothing else is read but the modules that they import, so that what reaches
    them through a chain of modules under other names may be missed. `soon` is told which files will be read, where
    several are. Raises PlanError where a kept module is not there, CodemodsError where the plan has no rule for it.
    """
    rules = rules_of(loaded.plan)
    if rules.is_empty:
        hint = "Say under `redirect:`, `delete:`, `forbid:` or as `symbols:` of `keep:` what must not come back."
        raise CodemodsError("The plan has nothing to guard.", where=loaded.where, hint=hint)
    asked = None if only is None else tuple(dict.fromkeys(only))
    paths = tuple(dict.fromkeys((*tracked, *(asked or ()))))
    look = Look(rules, ModuleNames(rules.source_roots))
    checked = included(paths if asked is None else asked, rules.exclude)
    violations = list(unwanted_files(checked, rules, look.names))
    candidates, skipped = (None, {}) if asked is None else _candidates(look, checked, read)
    if candidates is None or candidates:
        # What understands code takes longer to load than to find that most files hold none of the words.
        from codemods.engine.guard_search import violations_in

        found, unread = violations_in(look, loaded, paths, read, checked, candidates, soon)
        violations += found
        skipped |= unread
    told = tuple(skipped[path] for path in sorted(skipped.keys() & set(checked)))
    return Guarded(tuple(sorted(violations)), frozenset(checked), told, asked is not None)


def _candidates(
    look: Look, checked: Iterable[str], read: Callable[[str], bytes]
) -> tuple[tuple[str, ...], dict[str, Skipped]]:
    """Those of the files `checked` that may break a rule, and those that cannot be read."""
    candidates, skipped = [], {}
    for path in filter(is_python, checked):
        try:
            if look.may_matter(path, read(path)):
                candidates.append(path)
        except OSError as error:  # noqa: PERF203 - the others go on
            skipped[path] = Skipped(path, f"cannot be read: {error.strerror or error}")
    return tuple(candidates), skipped
