"""What must not come back, and is there: over a whole repository, or quickly over some files of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pathspec import GitIgnoreSpec

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.phases import included
from codemods.engine.scan import open_scan
from codemods.errors import CodemodsError
from codemods.guarding.definitions import definitions_in
from codemods.guarding.paths import unwanted_files
from codemods.guarding.places import Places
from codemods.guarding.references import references_in
from codemods.guarding.rules import rules_of
from codemods.index.names import ModuleNames, is_python
from codemods.index.summary import summarise
from codemods.index.text import UndecodableError, decode
from codemods.model import Skipped
from codemods.transforms.redirect import concerns
from codemods.transforms.view import UnparsableError, parse, view_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Iterator

    from codemods.engine.scan import Scan
    from codemods.guarding.rules import Rules
    from codemods.guarding.violations import Violation
    from codemods.index.resolve import Index
    from codemods.index.summary import ModuleSummary
    from codemods.plan.load import LoadedPlan
    from codemods.transforms.view import ModuleView

# What `--emit pytest` writes names old modules because it has to.
_EMITTED = b"`codemods guard --emit"


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a guard has found in the files that it `checked`. `skipped` could not be read as Python.

    `is_partial` says that only some files of the repository were asked about.
    """

    violations: tuple[Violation, ...]
    checked: frozenset[str]
    skipped: tuple[Skipped, ...]
    is_partial: bool = False


def guard(
    loaded: LoadedPlan, tracked: Iterable[str], read: Callable[[str], bytes], only: Iterable[str] | None = None
) -> Guarded:
    """Look for what breaks the rules of a plan in the files `tracked`, whose bytes `read` gives.

    With `only`, in these files alone: nothing else is read but the modules that they import, so that what reaches
    them through a chain of modules under other names may be missed. Raises PlanError where a kept module is not there,
    CodemodsError where the plan has no rule for it.
    """
    rules = rules_of(loaded.plan)
    if rules.is_empty:
        hint = "Say under `redirect:`, `delete:`, `forbid:` or as `symbols:` of `keep:` what must not come back."
        raise CodemodsError("The plan has nothing to guard.", where=loaded.where, hint=hint)
    asked = None if only is None else tuple(dict.fromkeys(only))
    paths = tuple(dict.fromkeys((*tracked, *(asked or ()))))
    names = ModuleNames(rules.source_roots)
    found = open_scan(paths, read, names, rules.moves.words)
    checked = included(paths if asked is None else asked, rules.exclude)
    violations = list(unwanted_files(checked, rules, names))
    for module in rules.moves.old_modules:
        _take_for_there(found, module)
    search = _Search(found, rules)
    if asked is None:
        # What checks whole plans takes longer to load than a few files take to check.
        from codemods.engine.verify import verify_keep

        verify_keep(loaded, found)
        found.search(rules.moves.words, search.may_define, frozenset(paths).difference(checked))
        candidates = found.candidates
    else:
        candidates = tuple(path for path in checked if is_python(path))
    for path in candidates:
        if asked is None or search.open(path):
            try:
                violations += within_limits(partial(search.violations, path))
            except BeyondError as error:
                found.skipped[path] = Skipped(path, str(error))
    skipped = tuple(found.skipped[path] for path in sorted(found.skipped) if path in set(checked))
    return Guarded(tuple(sorted(violations)), frozenset(checked), skipped, asked is not None)


def _take_for_there(found: Scan, module: str) -> None:
    """Let the old `module` and its packages count as modules: what names them is looked for once they are gone, too."""
    while module and module not in found.modules:
        found.modules[module] = ""
        module = module.rpartition(".")[0]


class _Search:
    def __init__(self, found: Scan, rules: Rules) -> None:
        self.found = found
        self.rules = rules
        self.needles = [word.encode() for word in rules.moves.words]
        last = b"|".join(re.escape(name.encode()) for name in sorted(rules.moves.last_names)) or b"(?!)"
        self.imports = re.compile(rb"^[ \t]*(?:from|import)[ \t][^\n]*\b(?:" + last + rb")\b", re.MULTILINE)
        self.trees: dict[str, ast.Module] = {}
        self.class_names = sorted(name.encode() for name in rules.class_names)
        self.classes = re.compile(rb"\bclass[\s\\]+(?:" + b"|".join(map(re.escape, self.class_names)) + rb")\b")
        self.defining = {*rules.shims, *(dotted.rpartition(".")[0] for dotted in rules.symbols)}

    def may_define(self, path: str, content: bytes) -> bool:
        """Whether a file may hold a definition that breaks a rule; cheap, and on the safe side."""
        is_named = any(name in content for name in self.class_names) and self.classes.search(content) is not None
        return is_named or (bool(self.defining) and self.found.names.name_of(path) in self.defining)

    def may_refer(self, content: bytes) -> bool:
        """Whether a file may hold a reference; cheap, and on the safe side."""
        return any(needle in content for needle in self.needles)

    def open(self, path: str) -> bool:
        """Read one file and, where it matters, the modules that it takes names from; whether it matters."""
        content = self.found.content(path)
        if content is None or not (self.may_refer(content) or self.may_define(path, content)):
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
        for dotted in sorted(self.found.summaries[path].imported):
            for name in (dotted, dotted.rpartition(".")[0]):
                other = self.found.modules.get(name, "")
                if other and other not in self.found.summaries:
                    content = self.found.content(other)
                    is_holder = content is not None and self.imports.search(content) is not None
                    if is_holder and self.found.summarise(other, content or b""):
                        yield other

    def violations(self, path: str) -> list[Violation]:
        """Those in one file."""
        content = self.found.content(path) or b""
        if _EMITTED in content[:400]:
            return []
        refers, defines = self.refers(path), self.may_define(path, content)
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
            return bool(patterns) and GitIgnoreSpec.from_lines(patterns).match_file(view.path)

        def references(index: Index) -> list[Violation]:
            return references_in(view, places, self.rules, index, ignored)

        return self.found.ask(references)


def scopes_in(path: str, read: Callable[[str], bytes]) -> frozenset[str]:
    """The functions and classes of one file; none where it cannot be read as Python."""
    try:
        return Places(parse(decode(read(path)).text.encode())).names
    except (OSError, UndecodableError, UnparsableError):
        return frozenset()
