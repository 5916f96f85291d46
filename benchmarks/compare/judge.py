"""What a result is worth: the same independent checker for every tool, over the tree before and the tree after.

The checker is `benchmarks/check_tree.py`, which shares no code with any tool of the table.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from benchmarks import check_tree
from benchmarks.repositories import git, isolated, spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from benchmarks.compare.job import Job

_USES = (check_tree.NAME, check_tree.ANNOTATION, *check_tree.BY_IMPORT.values(), check_tree.STAR)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker finds.

    `files` have changed. Of the `references` (imports and uses) that the tree had to the old symbol, `missed` still
    refer to it, so many `by_file`. `strings` are equal to the old dotted name, and left. `broken` files do not parse,
    import what is not there, read a name that nothing binds, or have a use (`lost` are all of them) that refers to
    neither symbol any more; and did not before. `needless` files have changed without a reference or such a string in
    them, nor a name that comes from, or leads through, a module that takes the symbol, nor a mention of its module.
    """

    files: int
    references: int
    missed: int
    by_file: Mapping[str, int]
    lost: int
    strings: int
    broken: tuple[str, ...]
    needless: tuple[str, ...]

    def untold(self, told: Mapping[str, int]) -> int:
        """How many are missed without a word, where `told` are the references that a tool says it has left, by file."""
        return sum(max(0, number - told.get(path, 0)) for path, number in self.by_file.items())

    def to_json(self) -> dict[str, object]:
        return asdict(self)


class Judge:
    """Reads the tree before once, and of each tree after only what differs."""

    def __init__(self, job: Job, tree: Path) -> None:
        """`tree` is a clone that the judge may change."""
        self.job = job
        self.tree = tree
        self.roots = tuple("" if root == "." else root for root in job.roots)
        self._before: dict[str, dict[str, check_tree.Facts]] = {}

    def judge(self, patch: Path, new: str) -> Verdict:
        """Judge the result that `patch` makes, where the old symbol was to become `new`. Raises CalledProcessError."""
        query = check_tree.Query(self.job.old, new)
        before = self._facts_before(query)
        if patch.stat().st_size:
            git(self.tree, "apply", "--whitespace=nowarn", patch)
        try:
            changed = git(self.tree, "status", "--porcelain", "-z", "--untracked-files=all").split("\0")
            after = check_tree.read_tree(self.tree, self.roots, query, before, self.job.origin)
        finally:
            git(self.tree, "reset", "--quiet", "--hard")
            git(self.tree, "clean", "-fdqx")
        return _verdict(query, self.job.origin, before, after, {entry[3:] for entry in changed if entry})

    def _facts_before(self, query: check_tree.Query) -> dict[str, check_tree.Facts]:
        if query.new not in self._before:
            # Of files that spell neither name, another query tells the same.
            spelled = {*spelling(self.job.origin, *query.names)}
            known = next(iter(self._before.values()), {})
            same = {path: facts for path, facts in known.items() if path not in spelled}
            origin = self.job.origin
            self._before[query.new] = check_tree.read_tree(origin, self.roots, query, same, origin)
        return self._before[query.new]


def _verdict(
    query: check_tree.Query,
    origin: Path,
    before: dict[str, check_tree.Facts],
    after: dict[str, check_tree.Facts],
    changed: set[str],
) -> Verdict:
    old = query.old
    references = _count(before, old, check_tree.ORDINARY)
    by_file = {path: _count({path: facts}, old, check_tree.ORDINARY) for path, facts in after.items()}
    missed = sum(by_file.values())
    lost = {path: _uses(before[path], query) - _uses(facts, query) for path, facts in after.items() if path in before}
    astray = {path for path, number in lost.items() if number > 0 and after[path].parsed}
    return Verdict(
        files=len(changed),
        references=references,
        missed=missed,
        by_file={path: number for path, number in by_file.items() if number},
        lost=sum(lost[path] for path in astray),
        strings=_count(after, old, (check_tree.STRING_EQUAL,)),
        broken=tuple(sorted(_broken(before, after) | astray)),
        needless=tuple(sorted(_needless(query, origin, before, changed))),
    )


def _count(files: dict[str, check_tree.Facts], symbol: str, forms: tuple[str, ...]) -> int:
    return sum(hit.symbol == symbol and hit.form in forms for facts in files.values() for hit in facts.hits)


def _uses(facts: check_tree.Facts, query: check_tree.Query) -> int:
    """How often the file uses either symbol; imports do not count, since two of them may become one."""
    return sum(_count({"": facts}, symbol, _USES) for symbol in (query.old, query.new))


def _broken(before: dict[str, check_tree.Facts], after: dict[str, check_tree.Facts]) -> set[str]:
    """The files with a fault that they had not before."""
    unparsed = {path for path, facts in after.items() if not facts.parsed}
    known = {path for path, facts in before.items() if not facts.parsed}
    imports = check_tree.bad_imports(after).keys() - check_tree.bad_imports(before).keys()
    names = check_tree.unresolved(after).keys() - check_tree.unresolved(before).keys()
    return {*(unparsed - known), *(fault[0] for fault in imports), *(fault[0] for fault in names)}


def _needless(
    query: check_tree.Query, origin: Path, before: dict[str, check_tree.Facts], changed: set[str]
) -> Iterator[str]:
    """The changed files that do not concern the old symbol, as far as their text before tells."""
    module, _, name = query.old.rpartition(".")
    takers = {module, *_takers(before, module, name)}
    for path in changed & before.keys():
        facts = before[path]
        if not facts.parsed or facts.module in takers or any(hit.symbol == query.old for hit in facts.hits):
            continue
        text = (origin / path).read_text(encoding="utf-8", errors="replace")
        # An example in a docstring imports from the module; a patch target goes through a module that has the name.
        through = {found[1] for found in re.finditer(rf"([\w.]+)\.{name}\b", text)}
        if not re.search(rf"\b{re.escape(module)}\b", text) and not through & takers:
            yield path


def _takers(files: dict[str, check_tree.Facts], module: str, name: str) -> set[str]:
    """The modules that import the symbol from `module`, or from one that does."""
    wanted = [
        (facts.module, imported.module)
        for facts in files.values()
        for imported in facts.imports
        if imported.name == name
    ]
    takers: set[str] = set()
    while more := {taker for taker, giver in wanted if giver == module or giver in takers} - takers:
        takers |= more
    return takers


def write_patch(tree: Path, patch: Path, base: str) -> str:
    """Write what differs from `base` in the tree, committed or not, to `patch`; the name of the tree that this makes.

    Raises CalledProcessError.
    """
    git(tree, "add", "--all")
    with patch.open("wb") as file:
        command: list[str | Path] = ["git", "-C", tree, "diff", "--cached", "--binary", "--no-renames", base]
        subprocess.run(command, check=True, stdout=file, env=isolated())
    return git(tree, "write-tree").strip()
