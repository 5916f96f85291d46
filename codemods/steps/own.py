"""A transform of somebody's own as a step: runs it on one module, and makes edits and findings of its answers."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.api import Edit, Module, Note
from codemods.index.resolve import Index, Missing
from codemods.model import Disposition, Finding, Form
from codemods.rules.symbols import Outside
from codemods.steps.own_edits import Fault, Maker
from codemods.steps.own_text import Unfit, read_text
from codemods.steps.selection import Selection
from codemods.transforms.view import view_of

if TYPE_CHECKING:
    from codemods.api import Transform
    from codemods.index.summary import ModuleSummary
    from codemods.steps.own_text import Marks
    from codemods.transforms.edits import Edit as ByteEdit
    from codemods.transforms.view import ModuleView

_LONGEST = 300  # characters of a reason


class TransformStep(Selection, frozen=True):
    """A step of `rewrite:` that runs a transform in this process. `outside` tells modules from what is in them."""

    name: str
    transform: Transform
    outside: Outside = field(default_factory=Outside)


class Carried(Struct):
    """What a transform makes of a module. `fault` says why it cannot be carried out, at `line`; `evidence` is that with
    the traceback."""

    edits: list[ByteEdit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    fault: str = ""
    line: int = 1
    evidence: str = ""


class _Everything(frozenset[str]):
    def __contains__(self, word: object) -> bool:
        return True


class _Asked(Index, frozen=True):
    """The index as a transform sees it: follows every name, and remembers what it lacked, whoever catches that."""

    lacked: list[Missing] = field(default_factory=list)

    def summary(self, module: str) -> ModuleSummary | None:
        try:
            return super().summary(module)
        except Missing as missing:
            self.lacked.append(missing)
            raise


def carry_out(view: ModuleView, step: TransformStep, index: Index) -> Carried:
    """What `step` makes of the module in `view`. Raises Missing and Unspelled; what the transform raises is told."""
    # A tree of its own: what a transform does to it concerns nobody else.
    own = view_of(view.path, view.source, index.names)
    nodes = frozenset(own.surroundings.parents)
    marks: Marks = {}
    known: dict[str, Any] = {name: getattr(index, name) for name in Index.__struct_fields__}
    asked = _Asked(**{**known, "words": _Everything()})
    module = Module(own, asked, marks, step.outside)
    try:
        answers = _answers(step, module)
    except (Exception, SystemExit) as error:
        if asked.lacked:
            raise asked.lacked[0] from None
        told = f"it raised {_told(error)}"
        return Carried(fault=told, evidence="".join((told, "\n", *traceback.format_exception(error))))
    if asked.lacked:
        raise asked.lacked[0]
    try:
        edits, notes = _sorted(answers, nodes)
        made = Maker(own, index, marks, {edit: _text(edit) for edit in edits}).make()
        _check_notes(made.found, [*notes, *made.notes])
    except Fault as fault:
        return Carried(fault=str(fault), line=fault.line)
    findings = [_finding(own, step, node, Disposition.REWRITTEN, "") for node in made.found]
    findings += [_finding(own, step, note.node, note.disposition, note.reason) for note in (*notes, *made.notes)]
    return Carried(made.edits, [*findings, *made.imports])


def _answers(step: TransformStep, module: Module) -> list[object]:
    found: object = step.transform.find(module)
    if not isinstance(found, Iterable):
        raise TypeError(f"`find` gave {found!r:.80}: it has to give edits, by `yield` or as a list")
    return list(found)


def _told(error: BaseException) -> str:
    """The exception in one line, with the place where the transform was."""
    text = " ".join("".join(traceback.format_exception_only(error)).split())
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename.replace(chr(92), '/').rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...") + where


def _sorted(answers: list[object], nodes: frozenset[ast.AST]) -> tuple[list[Edit], list[Note]]:
    """The edits and the notes of a transform, none twice. Raises Fault."""
    edits: dict[tuple[str, ast.AST, str], Edit] = {}
    notes: list[Note] = []
    for answer in answers:
        if not isinstance(answer, (Edit, Note)):
            raise Fault(f"it gave {answer!r:.80}, which is no edit")
        node: object = answer.node
        if not isinstance(node, ast.AST) or node not in nodes or not hasattr(node, "lineno"):
            raise Fault(f"it gave {answer!r:.80}, which is about code that is not in this file")
        if isinstance(answer, Note):
            notes.append(answer)
            continue
        _check_edit(answer)
        is_empty = answer.kind == "replace" and isinstance(answer.node, ast.stmt) and not answer.text.strip()
        kept = replace(answer, kind="remove", text="") if is_empty else answer
        edits.setdefault((kept.kind, kept.node, kept.text), kept)
    return list(edits.values()), notes


def _check_edit(edit: Edit) -> None:
    line = edit.node.lineno  # type: ignore[attr-defined]  # it has a place
    allowed = (ast.stmt, ast.expr, ast.keyword, ast.arg) if edit.kind == "replace" else (ast.stmt,)
    if not isinstance(edit.node, allowed):
        what = "an expression or a statement" if edit.kind == "replace" else "a statement"
        raise Fault(f"`{edit.kind}` is about {what}, not about {type(edit.node).__name__}", line)
    if not isinstance(edit.text, str):
        raise Fault(f"the new text is {edit.text!r:.80}, and no text", line)


def _text(edit: Edit) -> tuple[str, ast.AST]:
    try:
        return read_text(edit)
    except Unfit as unfit:
        raise Fault(str(unfit), edit.node.lineno) from None  # type: ignore[attr-defined]  # it has a place


def _check_notes(found: list[ast.AST], notes: list[Note]) -> None:
    """Each place has one answer. Raises Fault."""
    seen = {_place(node) for node in found}
    for note in notes:
        if _place(note.node) in seen:
            raise Fault("it gave two answers about the same code", note.node.lineno)  # type: ignore[attr-defined]
        seen.add(_place(note.node))


def _place(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]  # it has a place


def _finding(view: ModuleView, step: TransformStep, node: ast.AST, disposition: Disposition, reason: str) -> Finding:
    reference = view.reference(node, Form.CODEMOD, step.name)  # type: ignore[arg-type]  # it has a place
    return Finding(reference, disposition, reason)
