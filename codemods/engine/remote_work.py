"""What a worker on another machine does: fetch a candidate, judge it in a clone of its own, and tell."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.clones import clone_of
from codemods.engine.validations import validate
from codemods.errors import RepositoryError, ValidationSetupError, WorkerError
from codemods.executors.cluster import wanted_here
from codemods.processes import stopped
from codemods.remotes import fetch_candidates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from codemods.engine.clones import Fit
    from codemods.validation.base import Result, Scope

_LOOK_EVERY = 0.5  # seconds between looks whether anybody waits for the verdict


class RemoteTask(Struct, frozen=True):
    """A candidate as a worker gets it, as plain data: two commits at a remote, what is to be run on them, and what a
    clone has to be fit for, on the commit that the run began with."""

    url: str
    run: str
    unchanged: str
    before: str
    after: str
    names: tuple[str, ...]
    scopes: Mapping[str, Scope]
    fit: Fit


def judge_remotely(task: RemoteTask) -> tuple[Result, ...]:
    """The results of a candidate's validations, up to the first that does not hold.

    Once nobody waits for them, what runs is ended. Raises WorkerError where this machine cannot tell: git fails, the
    disk is full, a program is missing, Python imports other code than the clone's.
    """
    try:
        with clone_of(task.url) as checkout, _ending_in(checkout.root):
            fetch_candidates(checkout.worktree, task.url, task.run, (task.unchanged, task.before, task.after))
            checkout.after = checkout.before = task.unchanged
            task.fit.make(checkout, task.run)
            checkout.after, checkout.before = task.after, task.before
            checkout.show(changed=True)
            validations = task.fit.validations
            results = validate(task.names, validations, checkout, task.scopes)
            return tuple(replace(result, learned=validations[result.name].remembered()) for result in results)
    except (RepositoryError, ValidationSetupError, OSError) as error:
        hint = getattr(error, "hint", "")
        raise WorkerError(f"A worker cannot judge the candidate: {error}", hint=hint) from error


@contextmanager
def _ending_in(folder: Path) -> Iterator[None]:
    """In the block, end what runs in `folder` once nobody wants the work of this thread any more."""
    is_wanted = wanted_here()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_EVERY):
            if not is_wanted():
                with stopped(folder):
                    over.wait()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
