"""Who takes names through a module: what may go with a symbol, and what a package hands on for nobody."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.index.import_graph import possible_imports
from codemods.index.names import is_python
from codemods.index.text import UndecodableError, decode
from codemods.model import Form

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.consolidation.deleting.going import Going
    from codemods.engine.deletion.tree import Tree
    from codemods.model import Finding

_IMPORTS = (Form.FROM_IMPORT, Form.MODULE_FROM)


def taken_from(tree: Tree, module: str, names: Iterable[str], apart: frozenset[str] = frozenset()) -> dict[str, str]:
    """Those of `names` that a file takes from `module`, with one that does. Told by letters: rather too much."""
    wanted = set(names)
    tree.look_for(wanted)
    own = set(tree.files_of(module))
    last = module.rpartition(".")[2]
    folder = next((p.rpartition("/")[0] for p in own if p.rpartition("/")[2].startswith("__init__.")), None)
    taken: dict[str, str] = {}
    for path in sorted(set().union(*(tree.holding(name) for name in wanted)) - own - apart):
        content = tree.content(path) or b""
        if not is_python(path) or (last.encode() not in content and not (folder and path.startswith(f"{folder}/"))):
            continue
        try:
            text = decode(content).text
        except UndecodableError:
            text = content.decode("latin-1")
        imported = possible_imports(text, path, tree.names)
        for name in wanted - taken.keys():
            if path in tree.holding(name) and _takes(text, imported, module, name):
                taken[name] = path
    return taken


def _takes(text: str, imported: set[str], module: str, name: str) -> bool:
    last = module.rpartition(".")[2]
    if f"{module}.{name}" in imported:
        return True
    is_spelled = re.search(rf"(?<!\w){re.escape(last)}\.{re.escape(name)}(?!\w)", text)
    is_star = module in imported and re.search(r"import[ \t]*\*", text) and re.search(rf"\b{re.escape(name)}\b", text)
    return bool(is_spelled or is_star)


def with_hints(tree: Tree, going: Going, references: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """`references` with those told that a package hands on: to whom, or to nobody."""
    handed: dict[str, set[str]] = {}
    for finding in references:
        reference = finding.reference
        is_init = reference.path.rpartition("/")[2].startswith("__init__.")
        if reference.form in _IMPORTS and is_init and not finding.is_late:
            handed.setdefault(reference.path, set()).add(_local(tree, finding))
    takers = {
        path: taken_from(tree, tree.named.get(path) or "", names, going.paths if going.name is None else frozenset())
        for path, names in handed.items()
    }
    uses = Counter((f.reference.path, f.reference.target) for f in references if f.reference.form not in _IMPORTS)
    told = []
    for finding in references:
        reference = finding.reference
        if reference.path in takers and reference.form in _IMPORTS and not uses[reference.path, reference.target]:
            module, local = tree.named.get(reference.path), _local(tree, finding)
            taker = takers[reference.path].get(local)
            hint = (
                f"{taker} takes it from there"
                if taker
                else "nobody takes it from there: remove it here, or redirect it"
            )
            told.append(replace(finding, reason=f"`{module}` hands `{local}` on: {hint}"))
        else:
            told.append(finding)
    return tuple(told)


def _local(tree: Tree, finding: Finding) -> str:
    """The local name that an import gives."""
    reference = finding.reference
    name = reference.target.rpartition(".")[2]
    line = (tree.content(reference.path) or b"").decode("utf-8", "replace").splitlines()[reference.line - 1 :][:1]
    match = re.match(r"\w+[ \t]+as[ \t]+(\w+)", line[0][reference.column - 1 :]) if line else None
    return match.group(1) if match else name
