"""What becomes of each entry of `delete:`: done already, refused with all that still refers to it, or ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from pathspec import GitIgnoreSpec

from codemods.consolidation.deleting.deletion import Deletion, RemovedFile, waiting_told
from codemods.engine.deletion.module import judge_module
from codemods.engine.deletion.search import Search
from codemods.engine.deletion.symbol import judge_symbol, parted
from codemods.engine.deletion.tree import Tree
from codemods.index.names import ModuleNames
from codemods.plan.consolidation import DeleteModule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codemods.plan.consolidation import DeleteSymbol
    from codemods.plan.load import LoadedPlan

_NAMED = 5

__all__ = ["Deletion", "RemovedFile", "deletions"]


def deletions(
    loaded: LoadedPlan,
    paths: Iterable[str],
    read: Callable[[str], bytes],
    stays: Callable[[Deletion], bool] = lambda _: False,
) -> tuple[Deletion, ...]:
    """What becomes of each deletion of a plan, in its order, each in the tree without those before it, but for what
    `stays` although it is ready.

    `paths` are the tracked files, `read` gives their bytes or raises OSError.
    """
    asked = loaded.plan.delete
    if not asked:
        return ()
    tree = Tree(paths, read, ModuleNames(loaded.plan.source_roots))
    search = Search(tree)
    search.prepare(word for delete in asked for word in _words(tree, delete))
    judged = []
    for delete in asked:
        is_module = isinstance(delete, DeleteModule)
        found = judge_module(tree, search, delete) if is_module else judge_symbol(tree, search, delete)  # type: ignore[arg-type]
        found = _certain(tree, found, GitIgnoreSpec.from_lines(delete.ignore))
        judged.append(found)
        if found.state == "ready" and not stays(found):
            tree.without((file.path for file in found.removed), {c.path: c.after for c in found.changes})
    return waiting_told(judged)


def _certain(tree: Tree, found: Deletion, ignored: GitIgnoreSpec) -> Deletion:
    """`found`, unless a file that nobody could read may refer to it."""
    unread = {path: why for path, why in sorted(tree.unread.items()) if not ignored.match_file(path)}
    if found.state != "ready" or not unread:
        return found
    listed = "; ".join(f"{path}: {why}" for path, why in list(unread.items())[:_NAMED])
    more = f"; and {len(unread) - _NAMED} more" if len(unread) > _NAMED else ""
    reason = f"{len(unread)} file(s) that may refer to it cannot be read: {listed}{more}"
    return replace(found, state="refused", reason=reason, removed=(), changes=())


def _words(tree: Tree, delete: DeleteModule | DeleteSymbol) -> Iterator[str]:
    """The words that all files are searched for: one pass does for all deletions."""
    module, name = (delete.module, "") if isinstance(delete, DeleteModule) else parted(tree, delete.symbol)
    holder, _, last = module.rpartition(".")
    yield from filter(None, (name, last) if name else (last, holder.rpartition(".")[2]))
