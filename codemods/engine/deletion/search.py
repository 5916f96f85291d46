"""Looks through a tree for all that refers to what a deletion takes away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace
from pathspec import GitIgnoreSpec

from codemods.consolidation.deleting.discovery import WORDS, Discovery, by_convention, discoveries, may_discover
from codemods.consolidation.deleting.file_mentions import Files
from codemods.consolidation.deleting.references import may_be_below, may_refer, name_pattern, references_in
from codemods.consolidation.deleting.reflection import READS, reflections
from codemods.consolidation.deleting.text_references import references_in_text
from codemods.index.import_graph import possible_imports
from codemods.index.names import SUFFIXES, is_python
from codemods.model import Disposition, Finding, Form, Reference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from codemods.consolidation.deleting.going import Going
    from codemods.engine.deletion.tree import Tree

_STAR = re.compile(rb"from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*\*")


class Search(Struct):
    """Looks in `tree`. What it learns of files that do not change is kept for the next question."""

    tree: Tree
    discovered: dict[str, tuple[bytes | None, tuple[Discovery, ...]]] = field(default_factory=dict)

    def prepare(self, words: Iterable[str]) -> None:
        """Look for `words`, and for what loads modules by names that are made up, in one pass over all files."""
        self.tree.look_for({*words, *WORDS})

    def findings(
        self, going: Going, ignore: Collection[str], apart: Collection[str] = ()
    ) -> tuple[Going, list[Finding]]:
        """All that refers to `going`, also in its own files if it is a symbol; and `going` with its aliases.

        Files that match a pattern of `ignore`, or are in `apart`, do not count.
        """
        tree = self.tree
        spec = GitIgnoreSpec.from_lines(ignore)
        files = files_of(tree, going)
        tree.look_for({going.last, *words_of(going), *files.words, *WORDS})
        going, candidates = self._handed_on(going)
        skipped = {*apart, *(going.paths if going.name is None else ())}
        found: list[Finding] = []
        for path in sorted(candidates - skipped):
            if not spec.match_file(path):
                found += self._in_python(path, going, files)
        for path in sorted(self._texts(going, files) - skipped):
            if not spec.match_file(path):
                found += self._in_text(path, going, files)
        for path in sorted(tree.unread.keys() - skipped):
            if not spec.match_file(path):
                reason = f"nobody knows whether the file refers to it: {tree.unread[path]}"
                found.append(Finding(Reference(path, 1, 1, Form.TEXT, going.dotted), Disposition.REVIEW, reason))
        indirect = [f for f in self._indirect(going) if f.reference.path not in skipped]
        indirect += by_convention(going, tree.names)
        return going, [*found, *(finding for finding in indirect if not spec.match_file(finding.reference.path))]

    # Files that may refer to it

    def _handed_on(self, going: Going) -> tuple[Going, set[str]]:
        """`going` with its aliases, and the Python files that may refer to any of its names."""
        tree = self.tree
        candidates = set(self._spelling(going.package, going.last, going))
        fresh = {(going.package, going.last)}
        if going.name is None and self._is_listed(going):
            going = going.handed_on([(going.package, going.last)])
        while fresh:
            further: set[tuple[str, str]] = set()
            stars = {p for module, _ in fresh for p in self._starring(module)}
            for path in sorted((candidates | stars) - going.paths):
                further |= self._aliases_in(path, fresh, going)
            fresh = further - going.aliases - {(going.module, going.name or "")}
            going = going.handed_on(fresh)
            tree.look_for({name for _, name in fresh})
            for module, name in sorted(fresh):
                candidates |= set(self._spelling(module, name, going))
                holder = tree.scan.modules.get(module)
                candidates |= {holder} if holder else set()
        return going, {path for path in candidates if is_python(path)}

    def _spelling(self, module: str, name: str, going: Going) -> Iterator[str]:
        """The Python files that spell `name`, and where they take it from."""
        tree = self.tree
        beside = module.rpartition(".")[2].encode()
        folders = tuple(f"{folder}/" for folder in folders_of(tree, module, going))
        is_own = name == going.last
        words = [word for word in files_of(tree, going).words if is_own and word.endswith(SUFFIXES)]
        spelled = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)".encode())
        for path in tree.holding(name):
            if not is_python(path):
                continue
            content = tree.content(path) or b""
            is_near = beside in content or path.startswith(folders) or (is_own and b"sys.path" in content)
            if (
                path in going.paths
                or any(word.encode() in content for word in words)
                or (is_near and spelled.search(content) and self._is_taken(path, content, module, name))
                or (is_own and may_be_below(content, going))
            ):
                yield path
        for word in words:
            yield from (path for path in tree.holding(word) if is_python(path))

    def _is_taken(self, path: str, content: bytes, module: str, name: str) -> bool:
        """Whether a file may mean `name` of `module`, by its letters: it imports one of them, or a string may."""
        if not module:
            return True
        last = re.escape(module.rpartition(".")[2])
        named = rf"(?<!\w){last}[.:]{re.escape(name)}(?!\w)|[\"']\.*{re.escape(name)}[\"'.]"
        if re.search(named.encode(), content):
            return True
        imported = possible_imports(content.decode("utf-8", "replace"), path, self.tree.names)
        return module in imported or f"{module}.*" in imported or any(name in dotted.split(".") for dotted in imported)

    def _starring(self, module: str) -> set[str]:
        """The files with a star import of `module`."""
        tree = self.tree
        last = module.rpartition(".")[2]
        return {
            path
            for path in (tree.holding(last) if last else ())
            if is_python(path)
            and any(
                tree.names.absolute(path, len(match[1]), match[2].decode("utf-8", "replace") or None) == module
                for match in _STAR.finditer(tree.content(path) or b"")
            )
        }

    def _is_listed(self, going: Going) -> bool:
        """Whether the package of a module names it in `__all__`: a star import loads it."""
        path = self.tree.scan.modules.get(going.package)
        summary = self.tree.summary(path) if path else None
        return summary is not None and going.last in (summary.public or ())

    def _aliases_in(self, path: str, names: set[tuple[str, str]], going: Going) -> set[tuple[str, str]]:
        """The names under which the module in `path` has one of `names`."""
        tree = self.tree
        module, summary = tree.named.get(path), tree.summary(path)
        if module is None or summary is None:
            return set()
        whole = {(going.module, None)} if going.name is None else set()
        found = {
            (module, local)
            for local, export in summary.exports.items()
            if export.origin is not None and (export.origin in names or export.origin in whole)
        }
        for holder, name in names:
            if holder in summary.stars:
                brought = tree.scan.ask(lambda index, holder=holder: index.star_names(holder))  # type: ignore[misc]
                if brought is not None and name in brought:
                    found.add((module, name))
        return found

    def _texts(self, going: Going, files: Files) -> set[str]:
        holding = (self.tree.holding(word) for word in (going.last, *files.words))
        return {path for paths in holding for path in paths if not is_python(path)}

    # What they hold

    def _in_python(self, path: str, going: Going, files: Files) -> list[Finding]:
        tree = self.tree
        summary, content = tree.summary(path), tree.content(path)
        if content is None:
            return []
        if summary is None:
            reason = f"the file does not parse: {tree.scan.skipped[path].reason}"
            return [replace(f, reason=reason) for f in self._in_text(path, going, files)]
        is_own = path in going.paths
        if not is_own and not tree.scan.ask(lambda index: may_refer(summary, content, going, files, index)):
            return []
        view = tree.view(path)
        if view is None:
            return []
        return tree.scan.ask(lambda index: references_in(view, going, files, index))

    def _in_text(self, path: str, going: Going, files: Files) -> list[Finding]:
        content = self.tree.content(path)
        if content is None:
            return []

        def has(module: str, name: str) -> bool:
            return self.tree.scan.ask(lambda index: index.has(module, name))

        pattern = self.tree.scan.ask(lambda index: name_pattern(going, index))
        return references_in_text(path, content, going, files, pattern, has)

    # What reaches it without naming it

    def _indirect(self, going: Going) -> Iterator[Finding]:
        if going.name is not None:
            yield from self._reflected(going)
            return
        for path in {path for word in WORDS for path in self.tree.holding(word) if is_python(path)}:
            for discovery in self._discoveries(path, going):
                if discovery.finds(going):
                    reference = replace(discovery.finding.reference, target=going.dotted)
                    yield replace(discovery.finding, reference=reference)

    def _discoveries(self, path: str, going: Going) -> tuple[Discovery, ...]:
        version = self.tree.written.get(path)
        if path not in self.discovered or self.discovered[path][0] is not version:
            if not may_discover(self.tree.content(path) or b"", path, going):
                return ()
            view = self.tree.view(path)
            self.discovered[path] = (version, discoveries(view) if view is not None else ())
        return self.discovered[path][1]

    def _reflected(self, going: Going) -> Iterator[Finding]:
        tree = self.tree
        for path in {*tree.holding(going.module.rpartition(".")[2]), *going.paths}:
            content = tree.content(path) or b"" if is_python(path) else b""
            if READS.search(content):
                text = content.decode("utf-8", "replace")
                is_near = path in going.paths or going.module in possible_imports(text, path, tree.names)
                if is_near and (view := tree.view(path)) is not None:
                    yield from reflections(view, going)


def words_of(going: Going) -> set[str]:
    """The words that files are to be searched for, besides its last name."""
    return {part for part in (going.package.rpartition(".")[2],) if part}


def files_of(tree: Tree, going: Going) -> Files:
    """The files of `going` as text mentions them; none for a symbol."""
    if going.name is not None:
        return Files(frozenset(), {})
    return Files(going.paths, tree.by_name, frozenset({going.folder} if going.folder else ()))


def folders_of(tree: Tree, module: str, going: Going) -> Iterable[str]:
    """The folders in which files reach `module` without its name: its own as a package, and those it lies in."""
    if not module:
        return []
    path = tree.scan.modules.get(module)
    if path is None:
        return []
    if path == "":  # a package without an `__init__.py`
        return sorted({own.rpartition("/")[0] for own in going.paths})
    return [path.rpartition("/")[0]] if path.rpartition("/")[2].startswith("__init__.") and "/" in path else []
