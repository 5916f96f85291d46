"""What the validations know of the unchanged tree: run once, and kept in the journal's folder by tree and command."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.progress import BaselineFinished, BaselineStarted
from codemods.engine.watching import stage
from codemods.files import naming
from codemods.journal import EventKind

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.engine.running.books import Books
    from codemods.validation.base import Ground, Scope, Validation

_KEPT = 40  # files


class Baselines(Struct):
    """The baselines in `folder`; with `afresh` those that are there are not believed.

    `origin` is the commit since which there is nothing but units that were validated against what was seen there.
    """

    folder: Path
    afresh: bool = False
    origin: str = ""
    told: set[str] = field(default_factory=set)
    identities: dict[str, str] = field(default_factory=dict)

    def take(
        self, validation: Validation, ground: Ground, scope: Scope, phase: str, books: Books, begun_at: str = ""
    ) -> None:
        """Let `validation` look at the unchanged tree that HEAD is, or remember what it has seen there.

        Where an earlier run has begun the phase, at the commit `begun_at`, what was seen there counts.
        Raises ValidationSetupError where it could tell nothing about a change.
        """
        # Asked for once: it starts Python, and what the run remembers was seen with what was installed at its start.
        if (identity := self.identities.get(validation.name)) is None:
            identity = self.identities[validation.name] = validation.identity(ground)
        trees = [books.repository.tree(rev) for rev in (begun_at, self.origin, "HEAD") if rev]
        keys = [hashlib.sha256(f"{validation.name}\0{tree}\0{identity}".encode()).hexdigest()[:32] for tree in trees]
        known = None if self.afresh else next(filter(None, map(self._read, keys)), None)
        if known is not None and validation.name not in self.told:
            validation.recall(known)
        before = json.dumps(validation.remembered(), sort_keys=True)
        is_new = validation.name not in self.told
        if is_new:
            self.told.add(validation.name)
            books.notify(BaselineStarted(phase, validation.name, known is not None))
        stage(f"{validation.name} on the unchanged tree")
        with books.watched({}):
            validation.baseline(ground, scope)
        if is_new and validation.tests_before[1]:
            passed, total = validation.tests_before
            books.notify(BaselineFinished(validation.name, passed, total, validation.seconds_before))
        now = json.dumps(validation.remembered(), sort_keys=True)
        if now not in (before, "null"):
            self._write(keys[-1], now)
        if begun_at and known is None and validation.compares and trees[0] != trees[-1]:
            books.note(
                f"The baseline of {validation.name} was taken in the middle of phase {phase}: what units of earlier "
                f"runs have broken unseen counts as broken before. `codemods rollback PLAN --phase {phase}` takes "
                "them back."
            )
        is_known = known is not None and now == before
        books.record(EventKind.BASELINE_TAKEN, name=validation.name, phase=phase, tree=trees[-1], is_known=is_known)

    def _read(self, key: str) -> object:
        try:
            return json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _write(self, key: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{key}.json"
        beside = file.with_suffix(f".{os.getpid()}")
        with naming(file):
            beside.write_text(text, encoding="utf-8")
            beside.replace(file)
        oldest_first = sorted(self.folder.glob("*.json"), key=lambda other: other.stat().st_mtime)
        for other in oldest_first[:-_KEPT]:
            other.unlink(missing_ok=True)
