"""Mistakes in a plan that its schema does not show, and that need no repository to be seen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.plan.check_consolidation import check_consolidation
from codemods.plan.check_validations import check_validations
from codemods.plan.nearest import nearest
from codemods.plan.schema import Plan, RedirectModule
from codemods.plan.template import VARIABLES, is_trailer, malformed, variables

if TYPE_CHECKING:
    from collections.abc import Iterator

Location = tuple[str | int, ...]
Found = tuple[Location, str]


def check(plan: Plan) -> Iterator[Found]:
    """Each mistake of `plan` with its location."""
    forbidden = (plan.forbid.modules, plan.forbid.classes, plan.forbid.files)
    if not any((plan.redirect, plan.rewrite, plan.merge, plan.delete, plan.keep, *forbidden)):
        yield ("name",), "there is nothing to do: give `redirect:` or `rewrite:`, with at least one entry"
    yield from _redirects(plan)
    yield from check_consolidation(plan)
    yield from _phases(plan)
    yield from check_validations(plan)
    yield from _keep(plan)
    yield from _message(plan)


def _sources(plan: Plan) -> Iterator[tuple[Location, str, str]]:
    """Each redirected name with its location and where it goes."""
    for number, redirect in enumerate(plan.redirect):
        if isinstance(redirect, RedirectModule):
            yield ("redirect", number, "module"), redirect.module, redirect.to
            for name, new in redirect.symbols.items():
                target = new if "." in new else f"{redirect.to}.{new}"
                yield ("redirect", number, "symbols", name), f"{redirect.module}.{name}", target
        else:
            yield ("redirect", number, "symbol"), redirect.symbol, redirect.to


def _redirects(plan: Plan) -> Iterator[Found]:
    sources = list(_sources(plan))
    targets = {old: new for _, old, new in sources}
    seen: set[str] = set()
    modules = {r.module for r in plan.redirect if isinstance(r, RedirectModule)}
    for location, old, new in sources:
        if old in seen:
            yield location, f"`{old}` is redirected twice"
        elif location[-1] == "symbol" and old.rpartition(".")[0] in modules:
            yield location, f"the module of `{old}` is redirected as a whole: put it under that one's `symbols:`"
        seen.add(old)
        if old == new:
            yield location, f"`{old}` is redirected to itself"
        elif new in targets:
            yield location, _chained(old, new, targets)
        elif (module := new.rpartition(".")[0]) in modules and location[-1] != "module":
            yield location, f"`{new}` is in `{module}`, which is redirected itself"


def _chained(old: str, new: str, targets: dict[str, str]) -> str:
    passed = {old: None}  # in order, and quick to look in
    while new in targets and new not in passed:
        passed[new] = None
        new = targets[new]
    if new in passed:
        return f"a redirect loop: {' → '.join((*passed, new))}"
    return f"`{list(passed)[1]}` is redirected itself: redirect `{old}` to `{new}` directly"


def _phases(plan: Plan) -> Iterator[Found]:
    # In lower case: they become names of refs, and some file systems make no difference.
    names = Counter(phase.name.lower() for phase in plan.phases)
    listed: dict[str, str] = {}
    for number, phase in enumerate(plan.phases):
        if names[phase.name.lower()] > 1:
            names[phase.name.lower()] = 0
            yield ("phases", number, "name"), f"two phases are called `{phase.name}`"
        if phase.does != "consumers":
            continue
        if phase.files == "rest":
            if any(other.files == "rest" for other in plan.phases[:number]):
                yield ("phases", number, "files"), "two phases take the rest"
            continue
        for position, path in enumerate(phase.files):
            if is_literal(path) and path in listed:
                message = f"{path} is listed in phase {listed[path]} already; a file belongs to one phase"
                yield ("phases", number, "files", position), message
            listed.setdefault(path, phase.name)


def is_literal(pattern: str) -> bool:
    """Whether a pattern of a phase is one file's path."""
    return not set("*?[!").intersection(pattern) and not pattern.endswith("/")


def _keep(plan: Plan) -> Iterator[Found]:
    redirected = {old for _, old, _ in _sources(plan)}
    for number, keep in enumerate(plan.keep):
        if keep.module in redirected:
            yield ("keep", number, "module"), f"`{keep.module}` is kept here and redirected below"
        for position, name in enumerate(keep.symbols):
            if f"{keep.module}.{name}" in redirected:
                yield ("keep", number, "symbols", position), f"`{name}` is kept here and redirected below"


def _message(plan: Plan) -> Iterator[Found]:
    location = ("commit", "message")
    for name in dict.fromkeys(variables(plan.commit.message)):
        if name not in VARIABLES:
            yield location, f"unknown variable `{name}`{nearest(name, VARIABLES)}; there are: {', '.join(VARIABLES)}"
    if is_trailer(plan.commit.message):
        yield location, "lines that begin with `Codemods-` are how the state of a migration is read from git"
    if (wrong := malformed(plan.commit.message)) is not None:
        yield location, f"`{wrong}` is not a variable: only `{{{{ name }}}}` is filled in"
