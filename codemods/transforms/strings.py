"""Settles strings that name code: patch targets, exports, lazy maps, names in docstrings, and those for a person.

    @patch("old.f")            →  @patch("new.g")

What a name in a string is looked up on decides: `old.f` follows the redirect as the code under test does, while
`consumer.f` stays where the consumer keeps that local name.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.index.doctests import without_examples
from codemods.index.string_sites import Role, multiple, tail
from codemods.index.summary import dotted_words
from codemods.model import Disposition, Finding, Form
from codemods.transforms.chains import follow_dotted
from codemods.transforms.edits import Edit
from codemods.transforms.findings import CHOICES, PLANNED
from codemods.transforms.lazy_maps import settle_lazy
from codemods.transforms.moves import is_there
from codemods.transforms.prose import INLINE, TOLD, is_inline, tells_of_a_change
from codemods.transforms.text_imports import import_mentions
from codemods.transforms.uses import INEXACT, rename_name, replace_in_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.resolve import Index
    from codemods.index.string_sites import Site
    from codemods.transforms.chains import Step
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves, Target
    from codemods.transforms.references import Bindings
    from codemods.transforms.text_imports import Mention
    from codemods.transforms.view import ModuleView

_HISTORY = re.compile(
    r"(?m)^([ ]*)\.\. (?:versionchanged|versionadded|deprecated|versionremoved)::.*(?:\n(?:\1[ ]+\S.*|[ ]*$))*"
)
_BACKTICKS = re.compile(r"`+[^`\n]+`+")


def settle_strings(view: ModuleView, moves: Moves, index: Index, bindings: Bindings, settled: Settled) -> None:
    """Settle every string that names what moves and has no finding yet. Raises Missing."""
    _Strings(view, moves, index, bindings, settled).settle()


class _Strings:
    def __init__(self, view: ModuleView, moves: Moves, index: Index, bindings: Bindings, settled: Settled) -> None:
        self.view = view
        self.moves = moves
        self.index = index
        self.settled = settled
        self.words = moves.words
        self.at_hand = {name for old, name in moves.symbols if old in bindings.held_modules}
        self.at_hand |= {entry.alias.name for entries in bindings.symbols.values() for entry in entries if entry.target}
        self.exported = {
            local: entries for (scope, local), entries in bindings.symbols.items() if scope.kind == "module"
        }

    def settle(self) -> None:
        for string in self.view.scopes.strings:
            text = str(string.value)
            if string not in self.settled.strings and any(word in text for word in self.words):
                self.settle_one(string, text)
        for node, text in built_targets(self.view):
            step = follow_dotted(text, self.moves, self.index)
            if step is not None and step.target is not None:
                rest = text.split(".")[step.length :]
                edit = self.written_out(node, ".".join((step.target.dotted, *rest)))
                self.decide(node, Form.PATCH, step.dotted, step.target, step.target.strings.patch, edit)

    def settle_one(self, string: ast.Constant, text: str) -> None:
        site = self.view.surroundings.site(string)
        if site.role is Role.DOC:
            self.settle_doc(string, text)
        elif site.role is Role.PATCH and (step := follow_dotted(text, self.moves, self.index)) is not None:
            self.settle_patch(site, text, step)
        elif site.role is Role.EXPORT and text in self.exported:
            self.settle_export(string, text)
        elif site.role is not Role.LAZY or not settle_lazy(self.view, self.moves, self.index, site, self.settled):
            self.settle_other(string, text)

    def found(
        self, node: ast.expr | ast.keyword, form: Form, target: str, disposition: Disposition, reason: str = ""
    ) -> None:
        reference = self.view.reference(node, form, target)
        self.settled.findings.append(Finding(reference, disposition, reason))
        self.settled.strings.add(node)

    def written_out(self, node: ast.expr, text: str) -> Edit:
        """The edit that puts a plain string in the place of one that is put together."""
        start, end = self.view.lines.span(node)
        self.settled.is_written_out = True
        quote = "'" if b"'" in self.view.source[start:end] else '"'
        return Edit(start, end, f"{quote}{text}{quote}".encode())

    def decide(
        self, node: ast.expr | ast.keyword, form: Form, old: str, target: Target, choice: str, edit: Edit | None
    ) -> None:
        """One finding for a string that names `old`, and its edit where plan, code and spelling allow it."""
        if choice != "rewrite":
            self.found(node, form, old, CHOICES[choice], PLANNED)
        elif target.waits and form is Form.PATCH:
            self.found(node, form, old, Disposition.REVIEW, target.waits)
        elif target.module == self.view.module and form is not Form.DOC and not target.is_granted:
            self.found(node, form, old, Disposition.LEFT, "this is the module that it moves to")
        elif not is_there(target, self.index):
            self.found(node, form, old, Disposition.BLOCKED, f"`{target.module}` has no name `{target.name}`")
        elif edit is None:
            self.found(node, form, old, Disposition.REVIEW, INEXACT)
        else:
            self.found(node, form, old, Disposition.REWRITTEN)
            self.settled.edits.append(edit)

    # patch("m.a"), monkeypatch.setattr("m.a", …), patch.multiple("m", a=…)

    def settle_patch(self, site: Site, text: str, step: Step) -> None:
        replaced = multiple(site.owner) if isinstance(site.owner, ast.Call) and self.is_multiple(site.owner) else None
        if replaced is not None:
            self.settle_multiple(site, text, replaced.names)
        elif step.kind == "re-export":
            self.found(site.node, Form.PATCH, step.dotted, Disposition.LEFT, f"`{step.module}` keeps the name")
        elif step.target is not None:
            end = len(".".join(text.split(".")[: step.length]))
            edit = replace_in_string(self.view, site.node, 0, end, step.target.dotted)
            if step.name and not step.target.is_granted and self.is_looked_up_there(step):
                reason = f"`{step.module}` looks it up itself, and this file uses that module: which one is meant?"
                self.found(site.node, Form.PATCH, step.dotted, Disposition.REVIEW, reason)
            else:
                self.decide(site.node, Form.PATCH, step.dotted, step.target, step.target.strings.patch, edit)
                last = self.settled.findings[-1]
                is_deep = last.disposition is Disposition.REWRITTEN and (end < len(text) or self.is_dict(site.owner))
                self.settled.findings[-1] = replace(last, is_deep=is_deep)

    def is_dict(self, call: ast.AST | None) -> bool:
        return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "dict"

    def is_multiple(self, call: ast.Call) -> bool:
        return isinstance(call.func, ast.Attribute) and call.func.attr == "multiple"

    def is_looked_up_there(self, step: Step) -> bool:
        """Whether the old module uses the name, and this file tests what stays in that module."""
        if self.moves.module(step.module) is not None:
            return False
        old = self.index.summary(step.module)
        own = self.index.summaries.get(self.view.path)
        if old is None or own is None or step.name not in old.uses:
            return False
        held = f"{step.module}."
        staying = (d for d in own.reaches | own.imported if d.startswith(held))
        return any(self.moves.symbol(step.module, d[len(held) :].partition(".")[0]) is None for d in staying)

    def settle_multiple(self, site: Site, text: str, names: tuple[tuple[str, ast.Constant | ast.keyword], ...]) -> None:
        steps = [follow_dotted(f"{text}.{name}", self.moves, self.index) for name, _ in names]
        targets = [step.target for step in steps if step is not None and step.target is not None]
        if not targets:
            return
        edits = [replace_in_string(self.view, site.node, 0, len(text), targets[0].module)]
        if len(targets) < len(steps) or len({target.module for target in targets}) > 1:
            reason = "some of these names move and others do not: split the call"
            self.found(site.node, Form.PATCH, text, Disposition.REVIEW, reason)
            return
        edits += [rename_name(self.view, node, t.name or "") for (_, node), t in zip(names, targets, strict=True)]
        exact = all(edit is not None for edit in edits)
        lacking = next((target for target in targets if not is_there(target, self.index)), targets[0])
        for (name, node), edit in zip(names, edits[1:], strict=True):
            dotted = f"{text}.{name}"
            self.decide(node, Form.PATCH, dotted, lacking, lacking.strings.patch, edit if exact else None)
        if edits[1] in self.settled.edits and edits[0] is not None:
            self.settled.edits.append(edits[0])
        self.settled.strings.add(site.node)

    # __all__

    def settle_export(self, string: ast.Constant, text: str) -> None:
        entry = self.exported[text][0]
        target = entry.target
        if target is not None and target.strings.exports == "rewrite" and self.is_renamed(text):
            edit = replace_in_string(self.view, string, 0, len(text), target.name or "")
            self.decide(string, Form.EXPORT, entry.dotted, target, "rewrite", edit)
        else:
            reason = "the module exports it under this name"
            self.found(string, Form.EXPORT, entry.dotted, Disposition.LEFT, reason)

    def is_renamed(self, local: str) -> bool:
        return any(rewrite.use.name == local for rewrite in self.settled.rewrites) or local in self.settled.renamed

    # Docstrings

    def settle_doc(self, string: ast.Constant, text: str) -> None:
        text = without_examples(text)
        history = [match.span() for match in _HISTORY.finditer(text)]
        for mention in import_mentions(text, self.moves):
            self.settle_quoted(string, text, mention)
        seen: set[str] = set()
        marked = [match.span() for match in _BACKTICKS.finditer(text)]
        for dotted in dotted_words(text, self.words):
            word = dotted.strip(".")
            if word in seen or (found := self.named(word)) is None:
                continue
            seen.add(word)
            name, target = found
            places = [m.span() for m in re.finditer(rf"(?<![\w.]){re.escape(name)}(?!\w)", text)]
            if any(a <= start < b for a, b in history for start, _ in places):
                self.found(string, Form.DOC, name, Disposition.REVIEW, "history: what it was called then")
                continue
            if any(tells_of_a_change(text, start) for start, _ in places):
                self.found(string, Form.DOC, name, Disposition.REVIEW, TOLD)
                continue
            if all(any(a <= start and end <= b for a, b in marked) for start, end in places):
                edits = self.doc_edits(string, name, target.dotted)
                self.decide_doc(string, name, target, edits)
            else:
                self.found(string, Form.DOC, name, Disposition.REVIEW, "prose in a docstring names it")

    def settle_quoted(self, string: ast.Constant, text: str, mention: Mention) -> None:
        """An import that a docstring quotes as code, outside of an example."""
        lacking = next(((m, n) for m, n in mention.needs if not self.index.has(m, n)), None)
        uses = re.findall(rf"(?<![\w.]){re.escape(mention.local)}(?!\w)", text) if mention.local else []
        wanted = mention.edits_for(frozenset({mention.local} if len(uses) > 1 else ()))
        edits = [replace_in_string(self.view, string, start, end, new) for start, end, new in wanted]
        exact = [edit for edit in edits if edit is not None]
        inline = INLINE if is_inline(text, mention.region[0]) else ""
        if inline or mention.reason or lacking or not exact or len(exact) < len(edits):
            reason = f"`{lacking[0]}` has no name `{lacking[1]}`" if lacking else mention.reason or inline or INEXACT
            self.found(string, Form.DOC, mention.target, Disposition.REVIEW, reason)
        else:
            self.found(string, Form.DOC, mention.target, Disposition.REWRITTEN)
            self.settled.edits += exact

    def decide_doc(self, string: ast.Constant, name: str, target: Target, edits: list[Edit]) -> None:
        if not is_there(target, self.index):
            reason = f"`{target.module}` has no name `{target.name}`"
            self.found(string, Form.DOC, name, Disposition.REVIEW, reason)
            return
        before = len(self.settled.edits)
        self.decide(string, Form.DOC, name, target, target.strings.docs, edits[0] if edits else None)
        if len(self.settled.edits) > before:
            self.settled.edits += edits[1:]

    def doc_edits(self, string: ast.Constant, old: str, new: str) -> list[Edit]:
        """The edits of a name in a docstring, found in its source: a full dotted name has no escapes in it."""
        start, _ = self.view.lines.span(string)
        pattern = rb"(?<![\w.\\])" + re.escape(old).encode() + rb"(?!\w)"
        code = re.compile(rb"(?m)^[ ]*(?:>>>|\.\.\.)(?: .*)?$")
        text = code.sub(lambda match: b" " * len(match.group()), self.view.text(string))
        matches = re.finditer(pattern, text)
        return [Edit(start + m.start(), start + m.end(), new.encode()) for m in matches]

    # All others

    def settle_other(self, string: ast.Constant, text: str) -> None:
        for name, target in sorted(self.all_named(text)):
            exact = text == name
            if exact and target.strings.other == "rewrite" and is_there(target, self.index):
                edit = replace_in_string(self.view, string, 0, len(text), target.dotted)
                self.decide(string, Form.STRING, name, target, "rewrite", edit)
            elif target.strings.other == "leave":
                self.found(string, Form.STRING, name, Disposition.LEFT, PLANNED)
            else:
                reason = "a string is its name" if exact else "a string names it"
                self.found(string, Form.STRING, name, Disposition.REVIEW, reason)
        for mention in import_mentions(text, self.moves) if string not in self.settled.strings else ():
            self.found(string, Form.STRING, mention.target, Disposition.REVIEW, "code in a string imports it")
        if text in self.at_hand and string not in self.settled.strings:
            reason = "a string may name it: the file also holds its module"
            self.found(string, Form.STRING, text, Disposition.REVIEW, reason)

    def all_named(self, text: str) -> set[tuple[str, Target]]:
        words = (dotted.strip(".") for dotted in dotted_words(text, self.words))
        return {found for word in words if (found := self.named(word)) is not None}

    def named(self, dotted: str) -> tuple[str, Target] | None:
        return named_in(dotted, self.moves)


def built_targets(view: ModuleView) -> Iterator[tuple[ast.expr, str]]:
    """The patch targets that are put together from constants of the module, such as `f"{MODULE}.f"`."""
    constants: dict[str, str] = {}
    for statement in view.tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, value = statement.targets[0].id, statement.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                constants[name] = value.value
    if not constants:
        return
    for call in (node for node in view.surroundings.parents if isinstance(node, ast.Call) and node.args):
        first = call.args[0]
        is_target = view.surroundings.is_patch(call.func) or tail(call.func)[-1] in ("setattr", "delattr")
        if is_target and not isinstance(first, ast.Constant) and (text := _built(first, constants)):
            yield first, text


def _built(node: ast.expr, constants: dict[str, str]) -> str:
    """The string that `node` gives, as far as constants tell; empty where they do not."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return constants.get(node.id, "")
    if isinstance(node, ast.FormattedValue):
        return _built(node.value, constants)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled_in(node.left, given, constants)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _filled_in(node.func.value, node.args, constants) if not node.keywords else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_built(node.left, constants), _built(node.right, constants)]
    elif isinstance(node, ast.JoinedStr):
        parts = [_built(value, constants) for value in node.values]
    else:
        return ""
    return "".join(parts) if all(parts) else ""


def _filled_in(pattern: ast.expr, given: list[ast.expr], constants: dict[str, str]) -> str:
    """The string that a pattern such as `"%s.f"` or `"{}.f"` gives with `given`."""
    values = [_built(value, constants) for value in given]
    text = pattern.value if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str) else ""
    if not all(values) or "%%" in text or "{{" in text:
        return ""
    parts = re.split(r"%s|\{\}", text)
    return "".join(map("".join, zip(parts, [*values, ""], strict=True))) if len(parts) == len(values) + 1 else ""


def named_in(dotted: str, moves: Moves) -> tuple[str, Target] | None:
    """The longest head of `dotted` that moves, and where it goes."""
    parts = dotted.split(".")
    for length in range(len(parts), 1, -1):
        module, name = ".".join(parts[: length - 1]), parts[length - 1]
        whole = f"{module}.{name}"
        target = moves.modules.get(whole) or moves.symbol(module, name)
        if target is not None:
            return whole, target
    return None


def names_of(text: str, moves: Moves) -> Iterator[str]:
    """The full dotted names in `text` that move."""
    for dotted in dotted_words(text, moves.words):
        found = named_in(dotted.strip("."), moves)
        if found is not None:
            yield found[0]
