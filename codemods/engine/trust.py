"""Code that a plan names: it runs only once somebody has said that they trust it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from codemods.errors import CodemodsError
from codemods.files import read_bytes, write_atomically
from codemods.plan.rewrites import BowlerCodemod, LibCstCodemod, OwnTransform

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.journal import Journal
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Plan

_FILE = "trusted"


def named_code(plan: Plan) -> tuple[str, ...]:
    """What `plan` would run in preview, as it names it."""
    named = []
    for step in plan.rewrite:
        if isinstance(step, LibCstCodemod):
            named.append(f"{step.name}: the LibCST codemod {step.codemod}")
        elif isinstance(step, BowlerCodemod):
            named.append(f"{step.name}: the Bowler query {step.bowler}")
        elif isinstance(step, OwnTransform):
            named.append(f"{step.name}: the transform {step.transform} of an installed package")
    return tuple(named)


def is_trusted(loaded: LoadedPlan, root: Path, journal: Journal) -> bool:
    """Whether somebody has trusted this plan before, in this repository, with the same scripts."""
    file = journal.folder / _FILE
    return file.exists() and _key(loaded, root) in file.read_text(encoding="ascii").split()


def remember(loaded: LoadedPlan, root: Path, journal: Journal) -> None:
    """Keep that the plan is trusted, as long as neither it nor a script that it names changes."""
    file = journal.folder / _FILE
    before = file.read_text(encoding="ascii") if file.exists() else ""
    journal.folder.mkdir(parents=True, exist_ok=True)
    write_atomically(journal.folder, _FILE, f"{before}{_key(loaded, root)}\n".encode("ascii"))


def untrusted(loaded: LoadedPlan) -> CodemodsError:
    """The refusal to run what a plan names."""
    named = "".join(f"\n  {what}" for what in named_code(loaded.plan))
    return CodemodsError(
        f"This plan runs code that it names; nothing has been run yet:{named}",
        where=loaded.where,
        hint="Read that code, then say that you trust it with --trust.",
    )


def _key(loaded: LoadedPlan, root: Path) -> str:
    digest = hashlib.sha256(loaded.digest.encode())
    for step in loaded.plan.rewrite:
        for path in _scripts(step):
            if (root / path).is_file():
                digest.update(path.encode() + read_bytes(root, path))
    return digest.hexdigest()


def _scripts(step: object) -> tuple[str, ...]:
    """The files in the repository that a step may run."""
    if isinstance(step, BowlerCodemod):
        return (step.bowler.rpartition(":")[0],)
    if isinstance(step, LibCstCodemod):
        module = step.codemod.partition(":")[0].replace(".", "/")
        return f"{module}.py", f"{module}/__init__.py"
    return ()
