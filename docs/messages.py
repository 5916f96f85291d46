"""The messages of our errors, and the reasons for which code is left to a person, as they stand in the code.

`python docs/messages.py` says which of them docs/errors.md lacks, and which entries there have no message any more.
What is put into a message as the program runs is shown as `…`.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "errors.md"
# What users are shown as errors: these, and the classes that come from one of them.
_BASES = {
    *("CodemodsError", "RepositoryError", "NotARepositoryError", "ConflictError", "JournalError"),
    *("ValidationSetupError", "WorkerError", "ForeignError"),
}
_DISPOSITIONS = {"REVIEW", "BLOCKED"}
# What is made with a reason, and the modules whose functions return reasons for which a result is refused.
_WITH_REASON = {"Skipped", "blocked_by"}
_JUDGES = ("transforms/self_check.py", "steps/check.py", "steps/compatible.py")
_MAKES = re.compile(r"Error\(|Disposition\.(?:REVIEW|BLOCKED)|\b(?:Skipped|blocked_by)\(")
_ROW = re.compile(r"^\| (`+) ?(.+?) ?\1 \|", re.MULTILINE)


def in_code() -> dict[str, str]:
    """Each message, with the hint that the code gives beside it, where that is a fixed text."""
    texts_of = {file: file.read_text(encoding="utf-8") for file in sorted((ROOT / "codemods").rglob("*.py"))}
    # To parse the others would take most of the time.
    made = {file: text for file, text in texts_of.items() if _MAKES.search(text) or _is_judge(file)}
    scopes = {file: list(_scopes(ast.parse(text))) for file, text in made.items()}
    everything = [node for own in scopes.values() for nodes in own for node in nodes]
    classes = [node for node in everything if isinstance(node, ast.ClassDef)]
    kinds = _BASES | {node.name for node in classes if any(_name(base) in _BASES for base in node.bases)}
    found: dict[str, str] = {}
    for file, (module, *functions) in scopes.items():
        constants = _assigned(module)
        for own in (module, *functions):
            texts = {**constants, **_assigned(own)}
            for node in own:
                for text, hint in _told(node, kinds, texts, is_judge=_is_judge(file)):
                    found[text] = found.get(text) or hint
    return found


def in_page() -> list[str]:
    """The messages that the page explains."""
    return [text for _, text in _ROW.findall(PAGE.read_text(encoding="utf-8"))]


def _is_judge(file: Path) -> bool:
    return file.as_posix().endswith(_JUDGES)


def _scopes(tree: ast.AST) -> Iterator[list[ast.AST]]:
    """The nodes of a module, then those of each function in it, each without those of the functions inside."""
    waiting = [tree]
    while waiting:
        own, inside = [], [waiting.pop()]
        while inside:
            for node in ast.iter_child_nodes(inside.pop()):
                if isinstance(node, (ast.FunctionDef, ast.Lambda)):
                    waiting.append(node)
                else:
                    own.append(node)
                    inside.append(node)
        yield own


def _told(
    node: ast.AST, kinds: set[str], texts: dict[str, list[ast.expr]], *, is_judge: bool = False
) -> Iterator[tuple[str, str]]:
    """What `node` tells a user, where it makes an error or a finding, or returns what a judge has found."""
    if is_judge and isinstance(node, ast.Return) and isinstance(node.value, ast.JoinedStr):
        for text in _templates(node.value, texts):
            yield text, ""
    if not isinstance(node, ast.Call):
        return
    hints = [hint for key in node.keywords if key.arg == "hint" for hint in _templates(key.value, texts)]
    if _name(node.func) in kinds and node.args:
        for text in _templates(node.args[0], texts):
            yield text, " ".join(hints)
    is_left = any(isinstance(each, ast.Attribute) and each.attr in _DISPOSITIONS for each in node.args)
    if is_left or _name(node.func) in _WITH_REASON:
        for text in (text for each in node.args for text in _templates(each, texts)):
            yield text, ""


def _templates(node: ast.expr, texts: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts that an expression can be, as far as they are written out; none where only names decide."""
    if isinstance(node, ast.Name):
        for value in texts.get(node.id, ()):
            yield from _templates(value, {})
    elif isinstance(node, ast.IfExp):
        yield from _templates(node.body, texts)
        yield from _templates(node.orelse, texts)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _templates(value, texts)
    else:
        text = " ".join(_text(node).split())
        # Of a list that follows, only the beginning is the message.
        if len(re.findall(r"\w{2,}", text)) > 1:
            yield text


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return "…"
    return ""


def _assigned(own: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in own:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def differences() -> tuple[list[str], list[str]]:
    """The messages that the page lacks, and its entries without a message."""
    told, shown = in_code(), in_page()
    return sorted(set(told) - set(shown)), sorted(set(shown) - set(told))


if __name__ == "__main__":
    lacking, spare = differences()
    hints = in_code()
    for text in lacking:
        mark = "``" if "`" in text else "`"
        pad = " " if "`" in text else ""
        sys.stdout.write(f"| {mark}{pad}{text}{pad}{mark} | {hints[text]} |\n")
    for text in spare:
        sys.stdout.write(f"without a message: {text}\n")
    sys.exit(bool(lacking or spare))
