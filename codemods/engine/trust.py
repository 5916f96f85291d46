"""What a plan would run: nothing of it does until somebody has read the list and agreed, once for each list."""

from __future__ import annotations

import hashlib
import os
import shlex
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import CodemodsError
from codemods.files import naming, read_bytes
from codemods.model import printable
from codemods.plan.rewrites import BowlerCodemod, Foreign, LibCstCodemod, OwnTransform
from codemods.plan.schema import RedirectModule
from codemods.plan.validations import CommandValidation, ImportsValidation, UnittestValidation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from codemods.journal import Journal
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Plan
    from codemods.plan.validations import Validation

_FILE = "trusted"


class Runs(Struct, frozen=True):
    """What a plan would run, a line each: `codemods` in a preview and whatever begins with one, `programs` in `apply`.

    `digest` tells one list from another: it holds what is run, and nothing else of the plan.
    """

    codemods: tuple[str, ...]
    programs: tuple[str, ...]
    digest: str

    @property
    def lines(self) -> tuple[str, ...]:
        """All lines, each with nothing in it that a terminal would obey."""
        return tuple(printable(line) for line in (*self.codemods, *self.programs))


def runs_of(loaded: LoadedPlan, root: Path, *, applying: bool) -> Runs:
    """What `loaded` would run in the repository at `root`; without `applying`, in a preview."""
    codemods = named_code(loaded.plan)
    programs = tuple(_programs(loaded.plan)) if applying else ()
    digest = hashlib.sha256(repr((loaded.plan.name, codemods, programs)).encode("utf-8", "surrogatepass"))
    for step in loaded.plan.rewrite:
        if isinstance(step, Foreign):
            digest.update(repr((step.name, step.args)).encode("utf-8", "surrogatepass"))
        for path in _scripts(step):
            if (root / path).is_file():
                digest.update(path.encode() + read_bytes(root, path))
    return Runs(codemods, programs, digest.hexdigest())


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


def _programs(plan: Plan) -> Iterator[str]:
    for command in plan.prepare:
        yield f"prepare: {shlex.join(command)} (in each new checkout, with --jobs or --executor)"
    for name in _used(plan):
        yield f"{name}: {_command(plan.validation_named(name))}"
    if plan.remote is not None:
        yield f"remote: git pushes candidates to {plan.remote} (with --executor)"


def _used(plan: Plan) -> Iterable[str]:
    """The validations that may run, each once."""
    phases = list(plan.effective_phases)
    leaves = any(isinstance(redirect, RedirectModule) and redirect.leave != "nothing" for redirect in plan.redirect)
    phases += [plan.phase_that_does("merge")] if plan.merge else []
    phases += [plan.phase_that_does("shim")] if leaves else []
    phases += [plan.phase_that_does("delete")] if plan.delete else []
    return dict.fromkeys(name for phase in phases for name in phase.all_validations)


def _command(asked: Validation) -> str:
    """The command of a validation, with what it adds to the environment, as one would type it."""
    variables = _variables(asked.env)
    if isinstance(asked, ImportsValidation):
        return f"{variables}imports the changed modules, and those that depend on them"
    if isinstance(asked, CommandValidation):
        return variables + shlex.join(asked.run)
    program = ("python", "-m", "unittest") if isinstance(asked, UnittestValidation) else ("pytest",)
    return variables + shlex.join((*program, *asked.args))


def _variables(env: Mapping[str, str | None]) -> str:
    taken = "".join(f"-u {shlex.quote(name)} " for name, value in env.items() if value is None)
    given = "".join(f"{shlex.quote(name)}={shlex.quote(value)} " for name, value in env.items() if value is not None)
    return (f"env {taken}" if taken else "") + given


def is_trusted(runs: Runs, journal: Journal) -> bool:
    """Whether somebody has agreed to this before, in this repository."""
    file = journal.folder / _FILE
    return file.exists() and runs.digest in file.read_text(encoding="ascii", errors="replace").split()


def remember(runs: Runs, journal: Journal) -> None:
    """Keep that somebody has agreed, as long as neither what runs changes nor a script that a codemod names."""
    if is_trusted(runs, journal):
        return
    file = journal.folder / _FILE
    journal.folder.mkdir(parents=True, exist_ok=True)
    with naming(file), file.open("ab", buffering=0) as opened:
        # In one piece, and on a line of its own, whatever a crash has left of another.
        opened.write(f"\n{runs.digest}\n".encode("ascii", "replace"))
        os.fsync(opened.fileno())


def untrusted(loaded: LoadedPlan) -> CodemodsError:
    """The refusal to run the codemods that a plan names."""
    named = "".join(f"\n  {printable(what)}" for what in named_code(loaded.plan))
    return CodemodsError(
        f"This plan runs code that it names; nothing has been run yet:{named}",
        where=loaded.where,
        hint="Read that code, then say that you trust it with --trust.",
    )


def not_agreed(loaded: LoadedPlan, runs: Runs) -> CodemodsError:
    """The refusal to apply a plan whose list nobody has agreed to."""
    return CodemodsError(
        f"Nobody has agreed here to this list of what the plan runs; nothing has been run now:\n{told(runs)}",
        where=loaded.where,
        hint="Read the list, then say --yes. It is asked again only when the list changes.",
    )


def told(runs: Runs) -> str:
    """The list of what runs, and what that means."""
    lines = "\n".join(f"  {line}" for line in runs.lines)
    return f"{lines}\nAll of it runs with your rights, and runs the code of this repository, as importing it does."


def _scripts(step: object) -> tuple[str, ...]:
    """The files in the repository that a step may run."""
    if isinstance(step, BowlerCodemod):
        return (step.bowler.rpartition(":")[0],)
    if isinstance(step, LibCstCodemod):
        module = step.codemod.partition(":")[0].replace(".", "/")
        return f"{module}.py", f"{module}/__init__.py"
    return ()
