"""The tree that deletions are judged in: the files as they are, without what earlier deletions have taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.consolidation.deleting.file_mentions import by_file_name
from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.scan import Scan, modules_of
from codemods.engine.texts import is_binary, is_plan
from codemods.index.names import is_python
from codemods.index.text import UndecodableError, decode
from codemods.transforms.view import ModuleView, UnparsableError, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemods.index.names import ModuleNames
    from codemods.index.summary import ModuleSummary


class Tree:
    """The tracked `paths`, with what `read` gives and deletions have changed since. Reads files word by word.

    `unread` are the Python files that cannot be read although they are there, each with the reason.
    """

    def __init__(self, paths: Iterable[str], read: Callable[[str], bytes], names: ModuleNames) -> None:
        self.names = names
        self.given = read
        self.paths = tuple(sorted(paths))
        self.named = {path: name for path in self.paths if (name := names.name_of(path)) is not None}
        self.written: dict[str, bytes] = {}
        self.holders: dict[str, set[str]] = {}
        self.unread: dict[str, str] = {}  # Python files that nobody knows anything about, each with the reason
        self.scan = self._scan(frozenset())

    def _scan(self, words: frozenset[str]) -> Scan:
        self.by_name = by_file_name(self.paths)
        python = tuple(filter(is_python, self.paths))
        modules = modules_of(python, self.named.get)
        return Scan(python, self._read, self.names, words, modules=modules, tracked=frozenset(self.paths))

    def files_of(self, module: str) -> frozenset[str]:
        """The files that are the module: its source, and a stub."""
        return frozenset(path for path in self.paths if self.named.get(path) == module)

    def _read(self, path: str) -> bytes:
        return self.written[path] if path in self.written else self.given(path)

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where it cannot be read."""
        try:
            return self._read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            if is_python(path):
                self.unread[path] = f"it cannot be read: {error.strerror or error}"
            return None

    def look_for(self, words: Iterable[str]) -> None:
        """Find the files that hold each of `words`, in one pass over all files."""
        wanted = sorted({word for word in words if word not in self.holders}, key=lambda word: (len(word), word))
        afresh: list[str] = []
        for word in wanted:
            # A file that holds `mod.py` holds `mod`.
            known = min((p for w, p in self.holders.items() if w in word), key=len, default=None)
            if known is None:
                afresh.append(word)
            else:
                self.holders[word] = {path for path in known if word.encode() in (self.content(path) or b"")}
        self._read_for(afresh)
        self.follow(wanted)

    def _read_for(self, words: list[str]) -> None:
        needles = [(self.holders.setdefault(word, set()), word.encode()) for word in words]
        for path in self.paths if needles else ():
            content = None if is_binary(path) else self.content(path)
            if content is None or (not is_python(path) and (b"\0" in content or is_plan(content))):
                continue
            for holding, needle in needles:
                if needle in content:
                    holding.add(path)

    def follow(self, words: Iterable[str]) -> None:
        """Have the summaries of modules tell of `words` as well."""
        more = frozenset(words) - self.scan.words
        if more:
            stale = set().union(*(self.holders.get(word, set()) for word in more))
            self.scan.words |= more
            for path in stale.intersection(self.scan.summaries):
                del self.scan.summaries[path]
            self.scan.known = None

    def holding(self, word: str) -> set[str]:
        """The files that hold `word`."""
        self.look_for([word])
        return self.holders[word]

    def summary(self, path: str) -> ModuleSummary | None:
        """The summary of a Python file; None where it does not parse."""
        if path not in self.scan.summaries and path not in self.scan.skipped:
            content = self.content(path)
            if content is not None:
                self.scan.summarise(path, content)
                self.scan.known = None
        return self.scan.summaries.get(path)

    def view(self, path: str) -> ModuleView | None:
        """The view of a Python file; None where it does not decode or parse."""
        content = self.content(path)
        if content is None:
            return None
        try:
            return within_limits(lambda: view_of(path, decode(content).text.encode(), self.names))
        except (UndecodableError, UnparsableError, BeyondError):
            return None

    def without(self, removed: Iterable[str], changed: dict[str, bytes]) -> None:
        """Take files out, and give others new contents."""
        gone = set(removed)
        self.written.update(changed)
        self.paths = tuple(path for path in self.paths if path not in gone)
        for word, paths in self.holders.items():
            paths -= gone
            for path in paths & changed.keys():
                if word.encode() not in changed[path]:
                    paths.discard(path)
        summaries, skipped = self.scan.summaries, self.scan.skipped
        self.scan = self._scan(self.scan.words)
        stale = gone | changed.keys()
        self.scan.summaries = {path: summary for path, summary in summaries.items() if path not in stale}
        self.scan.skipped = {path: reason for path, reason in skipped.items() if path not in stale}
