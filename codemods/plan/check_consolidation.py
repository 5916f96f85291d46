"""Mistakes in what a plan says under `merge`, `delete`, `expect` and the steps of its phases."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from codemods.model import Form
from codemods.plan.consolidation import DeleteModule
from codemods.plan.schema import RedirectModule, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.plan.consolidation import PhaseExpect
    from codemods.plan.schema import Plan

Location = tuple[str | int, ...]
Found = tuple[Location, str]

_ORDER: tuple[Step, ...] = get_args(Step)


def check_consolidation(plan: Plan) -> Iterator[Found]:
    """Each such mistake of `plan` with its location."""
    yield from _merges(plan)
    yield from _deletions(plan)
    yield from _steps(plan)
    yield from _forms(("expect",), plan.expect)
    for number, phase in enumerate(plan.phases):
        yield from _forms(("phases", number, "expect"), phase.expect)


def _merges(plan: Plan) -> Iterator[Found]:
    kept_as_is = {keep.module for keep in plan.keep if keep.as_is}
    moved = {redirect.module for redirect in plan.redirect if isinstance(redirect, RedirectModule)}
    seen: set[tuple[str, str]] = set()
    for number, merge in enumerate(plan.merge):
        where: Location = ("merge", number)
        if merge.module == merge.into:
            yield (*where, "into"), f"`{merge.module}` is merged into itself"
        if (merge.module, merge.into) in seen:
            yield (*where, "module"), f"`{merge.module}` is merged into `{merge.into}` twice"
        seen.add((merge.module, merge.into))
        if merge.into in kept_as_is:
            yield (*where, "into"), f"`{merge.into}` is kept `as_is`: nothing may be merged into it"
        if merge.into in moved:
            yield (*where, "into"), f"`{merge.into}` is redirected itself: merge into the module that is kept"
        for name in merge.take:
            if merge.names and name not in merge.names and name.partition(".")[0] not in merge.names:
                yield (*where, "take", name), f"`{name}` is not among the `names:` of this merge"


def _deletions(plan: Plan) -> Iterator[Found]:
    kept = {keep.module: keep for keep in plan.keep}
    kept_names = {f"{keep.module}.{name}" for keep in plan.keep for name in keep.symbols}
    targets = {redirect.to for redirect in plan.redirect} | {merge.into for merge in plan.merge}
    modules = {delete.module for delete in plan.delete if isinstance(delete, DeleteModule)}
    seen: set[str] = set()
    for number, delete in enumerate(plan.delete):
        key, name = ("module", delete.module) if isinstance(delete, DeleteModule) else ("symbol", delete.symbol)
        where: Location = ("delete", number, key)
        module = name.rpartition(".")[0]
        if name in seen:
            yield where, f"`{name}` is deleted twice"
        seen.add(name)
        if name in kept or name in kept_names or (key == "symbol" and module in kept and kept[module].as_is):
            yield where, f"`{name}` is kept above and deleted here"
        elif name in targets:
            yield where, f"`{name}` is where the plan moves things to"
        elif key == "symbol" and module in modules:
            yield where, f"`{module}` is deleted as a whole"


def _steps(plan: Plan) -> Iterator[Found]:
    last = 0
    seen: set[Step] = set()
    for number, phase in enumerate(plan.phases):
        where: Location = ("phases", number)
        if phase.does == "consumers":
            if not phase.files:
                yield (*where, "files"), "expected the files of the phase, or the word `rest`"
        elif phase.files:
            what = f"a phase that does `{phase.does}` takes no files: `{_key(phase.does)}:` says what it concerns"
            yield (*where, "files"), what
        elif phase.commit == "phase" or phase.validate_by != "each":
            key = "commit" if phase.commit == "phase" else "validate"
            yield (*where, key), "each merge, shim and deletion is a commit of its own, and validated by itself"
        elif phase.does in seen:
            yield (*where, "does"), f"two phases do `{phase.does}`"
        seen.add(phase.does)
        position = _ORDER.index(phase.does)
        if position < last:
            yield (*where, "does"), f"`{phase.does}` comes before `{_ORDER[last]}`: the order is {', '.join(_ORDER)}"
        last = max(last, position)


def _key(step: Step) -> str:
    return "leave" if step == "shim" else step


def _forms(where: Location, expect: PhaseExpect) -> Iterator[Found]:
    known = [form.value for form in Form]
    for form in expect.forms:
        if form not in known:
            yield (*where, "forms", form), f"there is no form `{form}`; there are: {', '.join(known)}"
