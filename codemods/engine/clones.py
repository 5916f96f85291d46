"""The clones that a worker validates in: made once for each remote, one for each thing it does at a time."""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.checkouts import Checkout
from codemods.engine.fitting import Fitting
from codemods.errors import RepositoryError, WorkerError
from codemods.executors.cluster import worker_folder
from codemods.journal import Lock
from codemods.threads import Threads
from codemods.vcs import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.plan.schema import Plan
    from codemods.validation.base import Scope, Validation

_LACKING = "What it needs and git does not track is brought to each clone by `prepare:` in the plan."


@contextmanager
def clone_of(url: str) -> Iterator[Checkout]:
    """A clone of the repository at `url`, for nobody else until the block ends.

    They lie in the folder that the variable CODEMODS_CLONES names, else in the worker's own. A clone in which
    something went wrong, also since the process was killed there, is made anew. Raises RepositoryError, OSError.
    """
    folder = _base() / hashlib.sha256(url.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    with _free(folder) as place:
        root, used = place / "clone", place / "used"
        if used.exists():
            _discard(root)
        used.touch()
        clone = Repository.discover(root) if root.is_dir() else Repository.clone(url, root)
        yield Checkout(clone, int(place.name))
        used.unlink()


@contextmanager
def _free(folder: Path) -> Iterator[Path]:
    """The first folder in `folder` that no other thread or process has."""
    for number in count():
        lock = Lock(folder / str(number), lambda: datetime.now(timezone.utc))
        try:
            lock.__enter__()
        except RepositoryError:
            continue
        try:
            yield folder / str(number)
        finally:
            lock.__exit__(None, None, None)
        return


def _base() -> Path:
    named = os.environ.get("CODEMODS_CLONES")
    return Path(named).absolute() if named else worker_folder() or Path(_own_folder().name)


@functools.cache
def _own_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when this process ends."""
    return tempfile.TemporaryDirectory(prefix="codemods-clones-", ignore_cleanup_errors=True)


def _discard(root: Path) -> None:
    if root.exists():
        # What a killed worker had started may run there still: it must not see the new clone.
        old = root.with_name(f"old-{secrets.token_hex(4)}")
        root.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    _mark(root).unlink(missing_ok=True)


def _mark(root: Path) -> Path:
    return root.with_name("fit")


class Fit(Struct, frozen=True):
    """What a clone is made fit for: the validations of a plan that changes the files `changed`, and of them removes
    those `removed`. Those in `rehearsal` have to hold there, with the scope given, before anything is changed."""

    plan: Plan
    validations: Mapping[str, Validation]
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    rehearsal: Mapping[str, Scope] = field(default_factory=dict)

    def make(self, checkout: Checkout, run: str) -> None:
        """Prepare the clone `checkout`, and prove that Python imports its code: once for each plan. Then see that the
        validations hold there, once for each run. `checkout` is to show the unchanged tree.

        Raises WorkerError where that fails, RepositoryError, OSError.
        """
        mark, wanted = _mark(checkout.root), self._digest()
        known = mark.read_text(encoding="utf-8").split() if mark.exists() else []
        first = tuple(checkout.root / root for root in self.plan.source_roots)
        checkout.show(changed=False)
        if known[:1] == [wanted]:
            checkout.first = first if known[1] == "first" else ()
        else:
            self._fit(checkout)
        if known[2:] != [run]:
            # What they need may be gone since the last run: then they would convict everybody, or nobody.
            self._rehearse(checkout)
        mark.write_text(f"{wanted} {'first' if checkout.first else 'plain'} {run}", encoding="utf-8")

    def _fit(self, checkout: Checkout) -> None:
        with Threads(1) as thread:
            fitting = Fitting(self.plan, checkout.worktree, self.validations, self.changed, self.removed)
            doubt = fitting.fit([checkout], thread)
        if doubt is not None:
            raise WorkerError(f"A worker's clone cannot be used: {doubt.what}.", hint=doubt.hint)

    def _rehearse(self, checkout: Checkout) -> None:
        for name, scope in self.rehearsal.items():
            result = self.validations[name].run(checkout.still, scope)
            if not result.holds:
                where = "on the unchanged tree in a worker's clone"
                what = f"The validation `{name}` does not hold {where}: {result.summary}."
                raise WorkerError(what, hint=_LACKING)

    def _digest(self) -> str:
        asked = {name: self.plan.validation_named(name) for name in self.validations}
        text = repr((self.plan.prepare, self.plan.source_roots, asked, self.changed, self.removed))
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
