"""Settles strings that name code: patch targets, exports, lazy maps, names in docstrings, and those for a person.

    @patch("old.f")            →  @patch("new.g")

What a name in a string is looked up on decides: `old.f` follows the redirect as the code under test does, while
`consumer.f` stays where the consumer keeps that local name.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.index.string_sites import Role, multiple, tail
from codemods.index.summary import dotted_words
from codemods.model import Disposition, Form
from codemods.transforms.chains import follow_dotted
from codemods.transforms.docstrings import Docstrings
from codemods.transforms.edits import Edit
from codemods.transforms.findings import PLANNED
from codemods.transforms.lazy_maps import settle_lazy
from codemods.transforms.moves import is_there
from codemods.transforms.patch_targets import built_targets
from codemods.transforms.string_settler import StringSettler
from codemods.transforms.text_imports import import_mentions
from codemods.transforms.uses import rename_name, replace_in_string

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.string_sites import Site
    from codemods.transforms.chains import Step
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves, Target
    from codemods.transforms.references import Bindings
    from codemods.transforms.view import ModuleView

_ENTRY_POINT = re.compile(r"(?<=\w):(?=[^\W\d])")


def settle_strings(view: ModuleView, moves: Moves, index: Index, bindings: Bindings, settled: Settled) -> None:
    """Settle every string that names what moves and has no finding yet. Raises Missing."""
    _Strings(view, moves, index, bindings, settled).settle()


class _Strings(StringSettler):
    def __init__(self, view: ModuleView, moves: Moves, index: Index, bindings: Bindings, settled: Settled) -> None:
        super().__init__(view, moves, index, settled)
        self.docstrings = Docstrings(view, moves, index, settled)
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
                self.decide(node, Form.PATCH, step.dotted, step.target, step.target.strings.patch, [edit])

    def settle_one(self, string: ast.Constant, text: str) -> None:
        site = self.view.surroundings.site(string)
        if site.role is Role.DOC:
            self.docstrings.settle(string, text)
        elif site.role is Role.PATCH and (step := follow_dotted(text, self.moves, self.index)) is not None:
            self.settle_patch(site, text, step)
        elif site.role is Role.EXPORT and text in self.exported:
            self.settle_export(string, text)
        elif site.role is not Role.LAZY or not settle_lazy(self.view, self.moves, self.index, site, self.settled):
            self.settle_other(string, text)

    def written_out(self, node: ast.expr, text: str) -> Edit:
        """The edit that puts a plain string in the place of one that is put together."""
        start, end = self.view.lines.span(node)
        self.settled.is_written_out = True
        quote = "'" if b"'" in self.view.source[start:end] else '"'
        return Edit(start, end, f"{quote}{text}{quote}".encode())

    # patch("m.a"), monkeypatch.setattr("m.a", …), patch.multiple("m", a=…)

    def settle_patch(self, site: Site, text: str, step: Step) -> None:
        kind = tail(site.owner.func)[-1] if isinstance(site.owner, ast.Call) else ""
        replaced = multiple(site.owner) if isinstance(site.owner, ast.Call) and kind == "multiple" else None
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
                self.decide(site.node, Form.PATCH, step.dotted, step.target, step.target.strings.patch, [edit])
                last = self.settled.findings[-1]
                is_deep = last.disposition is Disposition.REWRITTEN and (end < len(text) or kind == "dict")
                self.settled.findings[-1] = replace(last, is_deep=is_deep)

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
        if len(targets) < len(steps) or len({target.module for target in targets}) > 1:
            reason = "some of these names move and others do not: split the call"
            self.found(site.node, Form.PATCH, text, Disposition.REVIEW, reason)
            return
        edits = [replace_in_string(self.view, site.node, 0, len(text), targets[0].module)]
        edits += [rename_name(self.view, node, t.name or "") for (_, node), t in zip(names, targets, strict=True)]
        lacking = next((target for target in targets if not is_there(target, self.index)), targets[0])
        for name, node in names:
            # Each name is a reference of its own; the edits are those of the whole call, and made once.
            self.decide(node, Form.PATCH, f"{text}.{name}", lacking, lacking.strings.patch, edits)
        self.settled.strings.add(site.node)

    # __all__

    def settle_export(self, string: ast.Constant, text: str) -> None:
        entry = self.exported[text][0]
        target = entry.target
        if target is not None and target.strings.exports == "rewrite" and self.is_renamed(text):
            edit = replace_in_string(self.view, string, 0, len(text), target.name or "")
            self.decide(string, Form.EXPORT, entry.dotted, target, "rewrite", [edit])
        else:
            reason = "the module exports it under this name"
            self.found(string, Form.EXPORT, entry.dotted, Disposition.LEFT, reason)

    def is_renamed(self, local: str) -> bool:
        return any(rewrite.use.name == local for rewrite in self.settled.rewrites) or local in self.settled.renamed

    # All others

    def settle_other(self, string: ast.Constant, text: str) -> None:
        # An entry point, as in `pkg.mod:name` or `script = pkg.mod:name`.
        spelled = _ENTRY_POINT.sub(".", text)
        for name, target in sorted(self.all_named(spelled)):
            exact = text == name
            if exact and target.strings.other == "rewrite" and is_there(target, self.index):
                edit = replace_in_string(self.view, string, 0, len(text), target.dotted)
                self.decide(string, Form.STRING, name, target, "rewrite", [edit])
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
