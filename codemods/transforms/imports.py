"""The one writer of import statements: names are asked for, and put where the old import stood.

Each wish is fulfilled in the statement that it replaces or extends: in place where the whole statement moves; in an
import of the same module in the same block where there is one; else in a statement of its own on the next line.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.transforms.edits import apply_edits, compose, shifted
from codemods.transforms.import_drafts import Draft, code, edits_of
from codemods.transforms.import_lists import (
    Taken,
    append_alias,
    comments,
    insert_alias,
    remove_aliases,
    replace_alias,
)
from codemods.transforms.import_order import NAMES, order_of, place_in
from codemods.transforms.import_statement import parse_import
from codemods.transforms.import_wishes import StatementChange, Wish
from codemods.transforms.new_imports import add_imports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from codemods.index.scopes import ImportSite
    from codemods.transforms.edits import Edit
    from codemods.transforms.view import ModuleView


__all__ = ["StatementChange", "Wish", "write_imports"]


def write_imports(
    view: ModuleView,
    changes: Iterable[StatementChange],
    new: Mapping[Wish, int | None] | None = None,
    is_own: Callable[[str], bool] | None = None,
) -> list[Edit]:
    """The edits that fulfil `changes` in `view`, whatever order they come in, and then the `new` wishes.

    A new wish has no statement that it replaces: it becomes an import at module level (`new_imports`). With it stands
    the offset of the first use that needs it when the module is loaded, or None. `is_own` tells the modules of the
    repository, for the section that they go to. The edits do not overlap, and none is needed for what is there.
    Whether a new wish is pinned does not matter.
    """
    edits = _Writer(view).write(sorted(changes, key=lambda change: view.lines.span(change.site.statement)))
    if not new:
        return edits
    wishes = {wish: None if before is None else shifted(edits, before) for wish, before in new.items()}
    return compose(view.source, edits, add_imports(view, apply_edits(view.source, edits), wishes, is_own))


class _Writer:
    def __init__(self, view: ModuleView) -> None:
        self.view = view
        self.drafts: dict[ast.stmt, Draft] = {}
        self.pending: dict[ast.stmt, StatementChange] = {}

    def write(self, changes: list[StatementChange]) -> list[Edit]:
        self.pending = {change.site.statement: change for change in changes}
        for change in changes:
            if change.replaced:
                self.replace(change)
            self.add(change.site, change.added)
        return list(edits_of(self.view, self.drafts.values()))

    def draft(self, site: ImportSite) -> Draft:
        if site.statement not in self.drafts:
            self.drafts[site.statement] = Draft(site, parse_import(self.view.text(site.statement).decode()))
        return self.drafts[site.statement]

    # Replacing names of a statement

    def replace(self, change: StatementChange) -> None:
        statement = change.site.statement
        may_vanish = self.may_vanish(change.site)
        wishes = {
            index: wish
            for index, wish in change.replaced.items()
            if wish is not None and not (may_vanish and self.satisfied(change.site, wish))
        }
        wishes = {index: wish for index, wish in wishes.items() if not self._provides(change.site, wish)}
        # Two old names may have one new one.
        wishes = {i: wish for i, wish in wishes.items() if not any(wishes[j] == wish for j in wishes if j < i)}
        gone = [index for index in change.replaced if index not in wishes]
        if isinstance(statement, ast.Import):
            self.replace_in_import(change, wishes, gone)
        else:
            self.split(change, wishes)

    def replace_in_import(self, change: StatementChange, wishes: Mapping[int, Wish], gone: list[int]) -> None:
        draft = self.draft(change.site)
        draft.changed = True
        plain = {index: wish for index, wish in wishes.items() if wish.name is None}
        for index, wish in plain.items():
            if draft.statement is not None:
                draft.statement = replace_alias(draft.statement, index, wish.module, wish.local)
        self.drop(draft, [*gone, *(index for index in wishes if index not in plain)])
        self.add(change.site, [wish for wish in wishes.values() if wish.name is not None])

    def rewrite_in_place(self, draft: Draft, wishes: Mapping[int, Wish]) -> None:
        """Make of the statement one that imports what `wishes`, all of one module, ask for; in its own layout."""
        statement = draft.statement
        for index, wish in wishes.items():
            if statement is not None:
                statement = replace_alias(statement, index, wish.name or "", wish.local)
        if statement is not None and statement.origin is not None and wishes:
            module = self.spelled(draft.site, next(iter(wishes.values())).module)
            statement = replace(statement, origin=statement.origin.moved(*module))
        draft.statement = statement

    def split(self, change: StatementChange, wishes: Mapping[int, Wish]) -> None:
        draft = self.draft(change.site)
        draft.changed = True
        several_lines = b"\n" in self.view.text(change.site.statement)
        taken = comments(draft.statement) if draft.statement is not None else {}
        indentation = _list_indentation(draft)
        own = self._module_of(change.site.statement) if isinstance(change.site.statement, ast.ImportFrom) else None
        groups: dict[str | None, dict[int, Wish]] = {}
        for index in sorted(wishes):
            wish = wishes[index]
            if (wish.name and wish.module == own) or not self.merge(change.site, wish, taken[index]):
                groups.setdefault(wish.module if wish.name else None, {})[index] = wish
        # What comes from the same module as before stays in its statement, beside names that do not change.
        in_place = groups.pop(own, None) or self.first_group(change, groups)
        self.rewrite_in_place(draft, in_place)
        self.drop(draft, [index for index in change.replaced if index not in in_place])
        for group in groups.values():
            entries = [(wish, taken[index]) for index, wish in group.items()]
            draft.following += self.new_statements(change.site, entries, indentation if several_lines else None)

    def first_group(self, change: StatementChange, groups: dict[str | None, dict[int, Wish]]) -> dict[int, Wish]:
        """The wishes that take the statement's own place, taken out of `groups`: none where something of it stays."""
        if len(change.replaced) < len(change.site.statement.names):
            return {}
        first = next((module for module in groups if module is not None), None)
        return groups.pop(first) if first is not None else {}

    def drop(self, draft: Draft, indices: list[int]) -> None:
        if not indices or draft.statement is None:
            return
        if len(indices) == len(draft.site.statement.names):
            draft.statement = None
        else:
            draft.statement, _ = remove_aliases(draft.statement, indices)

    # Statements beside one that stays

    def add(self, site: ImportSite, wishes: Iterable[Wish]) -> None:
        groups: dict[object, list[Wish]] = {}
        for wish in wishes:
            if self.satisfied(site, wish) or self.join(site, wish) or self.merge(site, wish, Taken()):
                continue
            is_alone = wish.name is None or self.is_one_per_line(site)
            groups.setdefault(wish if is_alone else wish.module, []).append(wish)
        for group in groups.values():
            draft = self.draft(site)
            text = self.new_statements(site, [(wish, Taken()) for wish in dict.fromkeys(group)], None)
            draft.following += [line for line in text if line not in draft.following]

    def join(self, site: ImportSite, wish: Wish) -> bool:
        """Add `wish` to the statement at `site` itself, where that imports from the same module."""
        draft = self.draft(site)
        statement = draft.statement
        if wish.name is None or wish.pinned or statement is None or self.is_one_per_line(site):
            return False
        origin, names = statement.origin, [alias.name for alias in statement.aliases]
        if origin is None or not names or not origin.is_module(*self.spelled(site, wish.module)):
            return False
        local = wish.local if wish.local != wish.name else None
        order = order_of(names, [], NAMES)
        index = len(names) if order is None else place_in(names, wish.name, order)
        draft.statement = insert_alias(statement, index, wish.name, local)
        draft.changed = True
        return True

    def new_statements(self, site: ImportSite, entries: list[tuple[Wish, Taken]], indentation: str | None) -> list[str]:
        """The lines of a new statement for `entries`, all of one module, without the indentation of the block."""
        first = entries[0][0]
        if first.name is None:
            return [f"import {wish.alias}" for wish, _ in entries]
        level, module = self.spelled(site, first.module)
        head = f"from {'.' * level}{module} import"
        names = [wish.alias for wish, _ in entries]
        if len(entries) == 1:
            taken = entries[0][1]
            return [*taken.above, f"{head} {names[0]}" + (f"  {taken.behind}" if taken.behind else "")]
        if indentation is None:
            return [f"{head} {', '.join(names)}"]
        lines = [f"{head} ("]
        for name, (_, taken) in zip(names, entries, strict=True):
            lines += [f"{indentation}{comment}" for comment in taken.above]
            lines.append(f"{indentation}{name}," + (f"  {taken.behind}" if taken.behind else ""))
        return [*lines, ")"]

    def spelled(self, site: ImportSite, module: str) -> tuple[int, str]:
        """`module` as leading dots and rest, relative where the statement was."""
        statement = site.statement
        if isinstance(statement, ast.ImportFrom) and statement.level:
            return self.view.names.relative(self.view.path, module) or (0, module)
        return 0, module

    # Other statements of the same block

    def satisfied(self, site: ImportSite, wish: Wish) -> bool:
        """Whether a statement of the same block that stays already binds what `wish` asks for, early enough."""
        if wish.pinned:
            return False
        return any(self._provides(other, wish) for other in self.siblings(site, wish))

    def siblings(self, site: ImportSite, wish: Wish) -> list[ImportSite]:
        """The import statements of the block that may serve `wish`: no use of it can run before them."""
        kind = ast.Import if wish.name is None else ast.ImportFrom
        return [
            other
            for other in self.view.scopes.imports
            if other.block is site.block
            and other.statement is not site.statement
            and isinstance(other.statement, kind)
            and self.in_reach(site, other)
        ]

    def in_reach(self, site: ImportSite, other: ImportSite) -> bool:
        block = site.block
        here, there = block.index(site.statement), block.index(other.statement)
        between = block[here + 1 : there]
        return all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in between)

    def _module_of(self, statement: ast.ImportFrom) -> str | None:
        return self.view.names.absolute(self.view.path, statement.level, statement.module)

    def _provides(self, other: ImportSite, wish: Wish) -> bool:
        """Whether a name in `other` that stays binds what `wish` asks for."""
        statement = other.statement
        change = self.pending.get(statement)
        staying = [
            alias for index, alias in enumerate(statement.names) if change is None or index not in change.replaced
        ]
        if isinstance(statement, ast.Import):
            return not wish.name and any(a.name == wish.module and a.asname == wish.local for a in staying)
        if self._module_of(statement) != wish.module:
            return False
        return any(alias.name == wish.name and (alias.asname or alias.name) == wish.binds for alias in staying)

    def merge_target(self, site: ImportSite, wish: Wish) -> ImportSite | None:
        """The import of the same module in the same block that can take `wish`."""
        for other in self.siblings(site, wish):
            statement = other.statement
            if not isinstance(statement, ast.ImportFrom) or statement.names[0].name == "*":
                continue
            if statement not in self.pending and self._module_of(statement) == wish.module:
                return other
        return None

    def is_one_per_line(self, site: ImportSite) -> bool:
        """Whether the file imports each name by a statement of its own, as the block of `site` shows."""
        modules = [
            self._module_of(other.statement)
            for other in self.view.scopes.imports
            if other.block is site.block
            and isinstance(other.statement, ast.ImportFrom)
            and len(other.statement.names) == 1
        ]
        return len(set(modules)) < len(modules)

    def merge(self, site: ImportSite, wish: Wish, taken: Taken) -> bool:
        if wish.name is None or wish.pinned or taken.above or taken.behind or not self.may_vanish(site):
            return False
        other = self.merge_target(site, wish)
        if other is None or self.is_one_per_line(site):
            return False
        draft = self.draft(other)
        if draft.statement is not None:
            local = wish.local if wish.local != wish.name else None
            draft.statement = append_alias(draft.statement, wish.name, local)
            draft.changed = True
        return True

    def may_vanish(self, site: ImportSite) -> bool:
        """Whether nothing is lost when all of the statement goes: it has its lines for itself, without a comment."""
        change = self.pending.get(site.statement)
        if change is None or len(change.replaced) < len(site.statement.names):
            return True
        start, end = self.view.lines.span(site.statement)
        lines, source = self.view.lines, self.view.source
        before, after = source[lines.line_start(start) : start], source[end : lines.line_end(end)]
        return not code(before) and not after.strip() and b"#" not in self.view.text(site.statement)


def _list_indentation(draft: Draft) -> str:
    """The indentation of the names of a parenthesised list, relative to its statement's block."""
    opening = draft.statement.opening if draft.statement is not None else None
    return opening.space if opening is not None and opening.lines else "    "
