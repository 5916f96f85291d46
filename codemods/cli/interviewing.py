"""The questions of `apply --interactive`: a diff, a key, and what the keys do."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.choosing.asking import Answer, fault_of, with_contents
from codemods.model import printable
from codemods.report.terminal import show_diff, show_why

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from codemods.engine.choosing.asking import Question
    from codemods.model import Unit
    from codemods.report.out import Out
    from codemods.vcs import Repository

_KEYS = {
    "y": "yes: carry it out",
    "n": "no: leave it, at the next `apply`, too, until you are asked again",
    "a": "all: yes to it and to the rest of its phase",
    "s": "skip: no to it and to the rest of its phase",
    "e": "edit what becomes of it, in your editor, then decide",
    "w": "why: explain each reference",
    "d": "diff: show it again",
    "q": "quit: ask no more; what has a yes is carried out, the rest is for another time",
    "?": "show this",
}
_ANSWERS = {"y": Answer.YES, "n": Answer.NO, "a": Answer.ALL, "s": Answer.SKIP, "q": Answer.QUIT}


class Interview(Struct):
    """Asks on the terminal `out`, while `paused` keeps others from writing to it."""

    out: Out
    repository: Repository
    paused: Callable[[], AbstractContextManager[None]]
    agreed: str = ""  # a phase, to the rest of which somebody has said yes with a unit that they had edited

    def ask(self, question: Question) -> Answer | Unit:
        """What somebody says to a unit."""
        if self.agreed == question.unit.phase:
            return Answer.ALL
        with self.paused():
            try:
                return self._answer(question)
            except KeyboardInterrupt:
                self.out.print("\nNothing was carried out. A no that you gave holds; `--interactive` asks again.")
                raise

    def _answer(self, question: Question) -> Answer | Unit:
        unit = question.unit
        self._show(question, unit)
        while True:
            key = self._key()
            if key in ("", "d"):
                self._show(question, unit)
            elif key == "w":
                self._explain(question)
            elif key == "e":
                unit = self._edited(unit)
                self._show(question, unit)
            elif key in ("y", "a") and unit != question.unit:
                self.agreed = unit.phase if key == "a" else ""
                return unit
            elif key in _ANSWERS:
                return _ANSWERS[key]
            else:
                for name, meaning in _KEYS.items():
                    self.out.print(f"  {name}  {meaning}")

    def _key(self) -> str:
        """The first letter of what is typed; where nobody types any more, that of quitting."""
        self.out.print(f"Carry it out? [{','.join(_KEYS)}] ", end="")
        line = sys.stdin.readline()
        return line.strip()[:1].lower() if line else "q"

    def _show(self, question: Question, unit: Unit) -> None:
        for change in unit.changes:
            show_diff(self.out, change)
        for line in unit.details:
            self.out.print(f"  {printable(line)}")
        self.out.print(f"[{question.number}/{question.total}] {printable(unit.id)}, phase {unit.phase}", style="bold")
        if question.declined:
            self.out.print(f"Somebody said no to it on {question.declined}.")

    def _explain(self, question: Question) -> None:
        from codemods.engine.why import Why

        for path in dict.fromkeys(question.unit.paths):
            findings = tuple(finding for finding in question.phase.findings if finding.reference.path == path)
            headline = f"{path}: {question.unit.summary}" if question.unit.summary else path
            show_why(self.out, Why(path, headline, findings))

    def _edited(self, unit: Unit) -> Unit:
        """`unit` as somebody has edited it; as it was where that cannot be carried out."""
        contents = {
            change.path: self._edit(change.path, change.after) for change in unit.changes if change.after is not None
        }
        made = with_contents(unit, contents)
        if fault := fault_of(made):
            self.out.print(printable(f"That cannot be carried out: {fault}. It is as it was before you edited it."))
            return unit
        return made

    def _edit(self, path: str, content: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / path.rpartition("/")[2]
            file.write_bytes(content)
            try:
                subprocess.run(
                    [*shlex.split(self.repository.editor()), str(file)], cwd=self.repository.root, check=True
                )
                return file.read_bytes()
            except (OSError, ValueError, subprocess.CalledProcessError) as error:
                self.out.print(printable(f"The editor has failed, nothing is changed: {error}"))
                return content
