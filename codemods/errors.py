"""What can go wrong, as one tree. Each error says what, where and what to do next.

CodemodsError                 the user can do something about it; shown without a traceback; exit status 2
├── PlanError                 the plan is wrong, or the code does not bear it out: every mistake at once
├── RepositoryError           git or the repository is not in a state that we may work on
│   ├── NotARepositoryError
│   ├── DirtyTreeError
│   └── ConflictError         later edits stand in the way of taking a change back
├── JournalError              the record of what was done cannot be written or read
├── ValidationSetupError      a validation cannot be run at all (its program is missing)
├── WorkerError               a machine that was given work cannot do it; another one may
└── ForeignError              a codemod that the plan names cannot be loaded
"""

from __future__ import annotations

from msgspec import Struct


class Mistake(Struct, frozen=True, order=True):
    """One mistake in a plan. `line` and `column` count from 1; `message` says what, what was expected, what to do."""

    line: int
    column: int
    message: str


class CodemodsError(Exception):
    """An error that its reader can act upon.

    `what` is one sentence; `where` a file, ref or plan position; `hint` the next thing to do.
    """

    exit_status = 2

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        # What ends with the nearest name, as a question, needs no full stop.
        self.what = what.removesuffix(".") if what.endswith("?.") else what
        super().__init__(self.what)
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n{self.hint}" if self.hint else text


class PlanError(CodemodsError):
    """The plan at `where` has mistakes; all that could be found are in `mistakes`, in the order of the file."""

    def __init__(self, where: str, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__(f"{len(self.mistakes)} mistake(s) in the plan.", where=where)

    def __str__(self) -> str:
        return "\n".join(f"{self.where}:{m.line}:{m.column}: {m.message}" for m in self.mistakes)


class RepositoryError(CodemodsError):
    """git, or the repository, is not in a state that we may work on. `status` is what git has ended with, if it ran."""

    status = 0


class NotARepositoryError(RepositoryError):
    """There is no git repository at `where`."""


class DirtyTreeError(RepositoryError):
    """Tracked files have changes that are not committed; `files` are their paths."""

    def __init__(self, files: tuple[str, ...]) -> None:
        shown = "".join(f"\n  {name}" for name in files[:20])
        more = f"\n  … and {len(files) - 20} more" if len(files) > 20 else ""
        super().__init__(
            f"The work tree has {len(files)} file(s) with changes that are not committed:{shown}{more}",
            hint="Commit or stash them, then run the command again. Nothing was touched.",
        )
        self.files = files


class ConflictError(RepositoryError):
    """Later edits stand in the way of taking changes back; `files` are the paths that conflict."""

    def __init__(self, what: str, *, files: tuple[str, ...], hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.files = files


class JournalError(CodemodsError):
    """The journal cannot be written, or what it holds cannot be read."""


class ValidationSetupError(CodemodsError):
    """A validation cannot be run at all, for instance since its program is not there."""


class WorkerError(CodemodsError):
    """A machine that was given work cannot do it: no word on the work. Another one may; `worker` is its address."""

    worker = ""


class ForeignError(CodemodsError):
    """A codemod that the plan names cannot be loaded. `details` is the traceback or the output that tells why."""

    def __init__(self, what: str, *, where: str = "", hint: str = "", details: str = "") -> None:
        super().__init__(what, where=where, hint=hint)
        self.details = details
