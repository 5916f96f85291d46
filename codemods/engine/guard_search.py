"""What breaks the rules of a plan in files that may: what they import is read, as far as it takes to tell."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.scan import open_scan
from codemods.guarding.definitions import definitions_in
from codemods.guarding.places import Places
from codemods.guarding.references import references_in
from codemods.index.summary import summarise
from codemods.index.text import UndecodableError, decode
from codemods.model import Skipped
from codemods.transforms.redirect import concerns
from codemods.transforms.view import UnparsableError, parse, view_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Iterator

    from codemods.engine.scan import Scan
    from codemods.guarding.look import Look
    from codemods.guarding.violations import Violation
    from codemods.index.resolve import Index
    from codemods.index.summary import ModuleSummary
    from codemods.plan.load import LoadedPlan
    from codemods.transforms.view import ModuleView
# What `--emit pytest` writes names old modules because it has to.
_EMITTED = b"`codemods guard --emit"


def violations_in(
    look: Look,
    loaded: LoadedPlan,
    paths: tuple[str, ...],
    read: Callable[[str], bytes],
    checked: tuple[str, ...],
    candidates: tuple[str, ...] | None,
    soon: Callable[[Iterable[str]], None] | None = None,
) -> tuple[list[Violation], dict[str, Skipped]]:
    """The violations in the code of the `candidates`, of the files `paths`, and those that could not be read; None:
    in any that is `checked`. `soon` is told which files will be read.

    Raises PlanError where a kept module is not there.
    """
    found = open_scan(paths, read, look.names, look.rules.moves.words)
    for module in look.rules.moves.old_modules:
        _take_for_there(found, module)
    search = _Search(found, look, soon or (lambda _: None))
    if candidates is None:
        # What checks whole plans takes longer to load than a few files take to check.
        from codemods.engine.verify import verify_keep

        verify_keep(loaded, found)
        found.search(look.rules.moves.words, look.may_define, frozenset(paths).difference(checked))
    violations = []
    for path in found.candidates if candidates is None else filter(search.open, candidates):
        try:
            violations += within_limits(partial(search.violations, path))
        except (BeyondError, UnparsableError) as error:  # noqa: PERF203 - the others go on
            found.skipped[path] = Skipped(path, str(error))
    return violations, found.skipped


def _take_for_there(found: Scan, module: str) -> None:
    """Let the old `module` and its packages count as modules: what names them is looked for once they are gone, too."""
    while module and module not in found.modules:
        found.modules[module] = ""
        module = module.rpartition(".")[0]


class _Search:
    def __init__(self, found: Scan, look: Look, soon: Callable[[Iterable[str]], None]) -> None:
        self.found = found
        self.soon = soon
        self.look = look
        self.rules = look.rules
        last = b"|".join(re.escape(name.encode()) for name in sorted(look.rules.moves.last_names)) or b"(?!)"
        self.imports = re.compile(rb"^[ \t]*(?:from|import)[ \t][^\n]*\b(?:" + last + rb")\b", re.MULTILINE)
        self.trees: dict[str, ast.Module] = {}

    def open(self, path: str) -> bool:
        """Read one file and, where it matters, the modules that it takes names from; whether it matters."""
        content = self.found.content(path)
        if content is None or not self.look.may_matter(path, content):
            return False
        try:
            tree, summary = within_limits(lambda: self.read(path, content))
        except (UndecodableError, UnparsableError, BeyondError) as error:
            self.found.skipped[path] = Skipped(path, str(error))
            return False
        self.trees[path], self.found.summaries[path] = tree, summary
        pending = [path]
        for holder in pending:
            pending += (other for other in self.taken_from(holder) if other not in pending)
        self.found.known = None
        return True

    def read(self, path: str, content: bytes) -> tuple[ast.Module, ModuleSummary]:
        """The tree and the summary of a file. Raises UndecodableError and UnparsableError."""
        tree = parse(decode(content).text.encode())
        return tree, summarise(tree, path, self.found.names, self.found.words)

    def taken_from(self, path: str) -> Iterator[str]:
        """The modules that a file imports from and that import an old module themselves: they are read now."""
        names = (
            name
            for dotted in sorted(self.found.summaries[path].imported)
            for name in (dotted, dotted.rpartition(".")[0])
        )
        others = dict.fromkeys(other for name in names if (other := self.found.modules.get(name)))
        unread = [other for other in others if other not in self.found.summaries]
        self.soon(unread)
        for other in unread:
            content = self.found.content(other)
            is_holder = content is not None and self.imports.search(content) is not None
            if is_holder and self.found.summarise(other, content or b""):
                yield other

    def violations(self, path: str) -> list[Violation]:
        """Those in one file."""
        content = self.found.content(path) or b""
        if _EMITTED in content[:400]:
            return []
        refers, defines = self.refers(path), self.look.may_define(path, content)
        if not (refers or defines):
            return []
        names, rules = self.found.names, self.rules
        source = decode(content).text.encode()
        tree = self.trees.pop(path, None) or parse(source)
        view = view_of(path, source, names, tree) if refers else None
        places = Places(tree)
        violations = self.references(view, places) if view is not None else []
        if defines:
            violations += self.found.ask(lambda index: list(definitions_in(tree, path, names, places, rules, index)))
        return violations

    def refers(self, path: str) -> bool:
        """Whether what a file imports, spells and names can be a reference; its summary tells."""
        summary = self.found.summaries[path]
        return self.found.ask(lambda index: concerns(summary, self.rules.moves, index))

    def references(self, view: ModuleView, places: Places) -> list[Violation]:
        def ignored(patterns: tuple[str, ...]) -> bool:
            if not patterns:
                return False
            from pathspec import GitIgnoreSpec  # here, since it takes time to load

            return GitIgnoreSpec.from_lines(patterns).match_file(view.path)

        def references(index: Index) -> list[Violation]:
            return references_in(view, places, self.rules, index, ignored)

        return self.found.ask(references)


def scopes_in(path: str, read: Callable[[str], bytes]) -> frozenset[str]:
    """The functions and classes of one file; none where it cannot be read as Python."""
    try:
        return Places(parse(decode(read(path)).text.encode())).names
    except (OSError, UndecodableError, UnparsableError):
        return frozenset()
