"""Makes linked worktrees fit for the validations of a plan: prepared, and proved to run their own code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import ValidationSetupError
from codemods.validation.base import environment_of
from codemods.validation.program import find_program, run_program
from codemods.validation.proof import Doubt, Original, doubt_of
from codemods.worktrees import submodules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Executor

    from codemods.engine.checkouts import Checkout
    from codemods.plan.schema import Plan
    from codemods.validation.base import Validation
    from codemods.vcs import Repository

_TIMEOUT = 3600.0  # seconds for one command of `prepare:`
_LINES = 15
_BRING = "Bring it to each worktree by `prepare:` in the plan, such as by `[cp, -R, '{checkout}/NAME', NAME]`."
_MEND = "Mend the command; it runs in each worktree, where only tracked files are."
_SHARED = "Let `prepare:` make an environment in the worktree first, and call the program there, such as .venv/bin/pip."


class Fitting(Struct, frozen=True):
    """What worktrees of `repository` are made fit for.

    `changed` are the files that the plan changes, `removed` those of them that it removes.
    """

    plan: Plan
    repository: Repository
    validations: Mapping[str, Validation]
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def fit(self, checkouts: Sequence[Checkout], executor: Executor) -> Doubt | None:
        """Prepare the checkouts, each in a thread of its own, and prove them; why they cannot be used.

        Where Python would import other code, the source roots of each go to the front of its PYTHONPATH, and it is
        proved again. Raises RepositoryError, OSError.
        """
        if doubt := _first(executor.map(self._bring, checkouts)):
            return doubt
        tracked = self.repository.tracked_paths()
        original = Original(self.repository.root, tracked, self.plan.source_roots, self.changed, self.removed)

        def prove(checkout: Checkout) -> Doubt | None:
            asked = ((name, self.plan.validation_named(name)) for name in self.validations)
            # What the tests load is the same in each, once Python's path is.
            thorough = checkout is checkouts[0]
            return _first(doubt_of(name, one, checkout, original, thorough=thorough) for name, one in asked)

        doubt = _first(executor.map(prove, checkouts))
        if doubt is None or not doubt.by_path:
            return doubt
        for checkout in checkouts:
            checkout.first = tuple(checkout.root / root for root in self.plan.source_roots)
        return _first(executor.map(prove, checkouts))

    def _bring(self, checkout: Checkout) -> Doubt | None:
        """Bring what git does not; what is lacking then."""
        for command in self.plan.prepare:
            if doubt := _prepare(command, checkout, self.repository):
                return doubt
        for path in submodules(self.repository):
            if not any((checkout.root / path).glob("*")):
                return Doubt(f"the submodule {path} is not in a linked worktree", _BRING)
        return _first(_require(validation, checkout) for validation in self.validations.values())


def _first(doubts: Iterable[Doubt | None]) -> Doubt | None:
    return next((doubt for doubt in doubts if doubt is not None), None)


def _require(validation: Validation, checkout: Checkout) -> Doubt | None:
    try:
        validation.require(checkout)
    except ValidationSetupError as error:
        return Doubt(f"in a linked worktree: {error.what}", _BRING)
    return None


def _prepare(command: Sequence[str], checkout: Checkout, repository: Repository) -> Doubt | None:
    shown = " ".join(command)
    if _is_shared(command):
        what = f"`{shown}` of `prepare:` would point the environment that all checkouts share at one of them"
        return Doubt(what, _SHARED)
    program, *arguments = (part.replace("{checkout}", str(repository.root)) for part in command)
    found = find_program(program, checkout.root)
    if found is None:
        return Doubt(f"the program `{program}` of `prepare:` is not there", _MEND)
    try:
        completed = run_program([found, *arguments], checkout.root, _TIMEOUT, environment_of(checkout, {}))
    except OSError as error:
        return Doubt(f"`{shown}` of `prepare:` cannot be started: {error}", _MEND)
    if completed.status != 0:
        what = f"`{shown}` of `prepare:` failed: {completed.ending(_TIMEOUT)}\n{completed.last_lines(_LINES)}"
        return Doubt(what.rstrip(), _MEND)
    return None


def _is_shared(command: Sequence[str]) -> bool:
    """Whether it makes an editable install elsewhere than in the worktree: the user's own would be gone after it."""
    if "/" in command[0]:
        return False
    is_editable = any(part.startswith("--editable") or part[:2] == "-e" for part in command)
    return ("install" in command and is_editable) or ("setup.py" in command and "develop" in command)
