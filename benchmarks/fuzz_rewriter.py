"""Looks for sources that the rewriter gets wrong: real modules with references planted in them, then mutated.

    python benchmarks/fuzz_rewriter.py [FOLDER...] [--seconds 1200] [--seed 0] [--findings FOLDER]

Run it from the root of the repository. Takes the Python files below each FOLDER (default: the standard library of the
running Python) of at most 60,000 bytes, one at random for each case. References to two modules are planted between its
statements and in its expressions, and then it is mutated: its newlines, encoding, byte order mark, indentation, or any
of its bytes and lines. The preview of a plan that moves what is planted tells what becomes of it, in this process.

What must hold of every case, whatever the source: no exception, and an outcome within `LONGEST` seconds; each reference
stands once; and of a file that is changed: it parses, the lines that no reference touches are there as they were, in
order, what it means is the same but for the names, and the plan changes nothing in the result.

Prints each finding with its number; the source that shows it goes to the folder of --findings. In the end prints the
figures, and ends with 1 where there is a finding.
"""

from __future__ import annotations

import argparse
import ast
import random
import sys
import sysconfig
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from codemods.model import Blocked, Changed, Disposition, Skipped, Unchanged
from tests.checks import check_accounted, outcome, with_disposition
from tests.test_properties import IMPORTS, REDIRECTS, USES, meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.model import Outcome

LARGEST = 60_000
LONGEST = 20
NAMES = ("f", "a.b.f", "m.C", "C", "a.b.K", "b.f(f)", "'a.b.f'", "f'{f} {a.b.C!r:>{f}}'", "(yield f)", "lambda f: f")
LETTERS = (
    b"\0",
    b"\x0c",
    b"\r",
    b"\t",
    b" ",
    b"\\\n",
    b"\xff",
    b"\xc3\xa9",
    b"(",
    b")",
    b"]",
    b"{",
    b'"',
    b"'''",
    b"#",
    b";",
)
HEADS = (
    b"\xef\xbb\xbf",
    b"# coding: latin-1\n",
    b"# -*- coding: utf-16 -*-\n",
    b"# coding: rot13\n",
    b"#!/usr/bin/python\n",
)


def main() -> int:
    """Run it; its exit status."""
    arguments = _arguments()
    folders = arguments.folders or [Path(sysconfig.get_path("stdlib"))]
    files = [file for folder in folders for file in sorted(folder.rglob("*.py")) if file.is_file()]
    files = [file for file in files if 0 < file.stat().st_size <= LARGEST]
    chosen = random.Random(arguments.seed)
    kinds: Counter[str] = Counter()
    began, findings = time.monotonic(), 0
    while time.monotonic() - began < arguments.seconds:
        number = chosen.getrandbits(32)
        source, redirect = case(random.Random(number), chosen.choice(files).read_bytes())
        fault, kind = judge(source, redirect)
        kinds[kind] += 1
        if fault:
            findings += 1
            print(f"finding {findings}, case {number}:\n{fault}\n", flush=True)
            if arguments.findings:
                arguments.findings.mkdir(parents=True, exist_ok=True)
                (arguments.findings / f"{number}.py.txt").write_bytes(redirect.encode() + b"=====\n" + source)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    print(f"{sum(kinds.values())} cases in {time.monotonic() - began:.0f} s, {findings} finding(s); {told}")
    return 1 if findings else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=1200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--findings", type=Path)
    return parser.parse_args()


def case(chosen: random.Random, source: bytes) -> tuple[bytes, str]:
    """A source with references and mutations, and the redirects that are asked for."""
    source = plant(chosen, source)
    for mutate in chosen.choices(MUTATIONS, k=chosen.choice((0, 0, 1, 1, 2, 4))):
        source = mutate(chosen, source)
    return source, chosen.choice(REDIRECTS)


def plant(chosen: random.Random, source: bytes) -> bytes:
    """`source` with a few imports and uses, most of them where a statement may stand."""
    lines = source.decode("utf-8", "surrogateescape").splitlines(keepends=True) or [""]
    places = list(_places(source)) or [(0, "")]
    for text in (*chosen.sample(IMPORTS, 2), *chosen.sample(USES, chosen.randint(1, 5))):
        line, indent = chosen.choice(places)
        if chosen.random() < 0.3:
            line, indent = places[0]
        shown = "".join(f"{indent}{row}\n" for row in text.split("\n"))
        if '"""' not in text or not indent:
            lines[line : line + 1] = [shown + (lines[line] if line < len(lines) else "")]
            places = [(at + shown.count("\n") if at > line else at, blank) for at, blank in places]
            lines = "".join(lines).splitlines(keepends=True)
    return "".join(lines).encode("utf-8", "surrogateescape")


def _places(source: bytes) -> Iterator[tuple[int, str]]:
    """The lines, from 0, that a statement begins, with the space before it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    rows = source.splitlines()
    nodes = sorted((n for n in ast.walk(tree) if isinstance(n, ast.stmt)), key=lambda node: node.lineno)
    for node in nodes:
        row = rows[node.lineno - 1] if node.lineno <= len(rows) else b""
        blank = row[: node.col_offset]
        decorated = getattr(node, "decorator_list", ())
        if not blank.strip() and not decorated and not row[node.col_offset :].startswith((b"elif", b"from __future__")):
            yield node.lineno - 1, blank.decode()


def _newlines(chosen: random.Random, source: bytes) -> bytes:
    return source.replace(b"\r\n", b"\n").replace(b"\n", chosen.choice((b"\r\n", b"\r")))


def _mixed(chosen: random.Random, source: bytes) -> bytes:
    return b"".join(line + chosen.choice((b"\n", b"\r\n")) for line in source.splitlines())


def _bare_end(_: random.Random, source: bytes) -> bytes:
    return source.rstrip(b"\r\n")


def _head(chosen: random.Random, source: bytes) -> bytes:
    return chosen.choice(HEADS) + source


def _latin(_: random.Random, source: bytes) -> bytes:
    return b"# coding: latin-1\n" + source.decode("utf-8", "replace").encode("latin-1", "replace")


def _tabs(_: random.Random, source: bytes) -> bytes:
    return source.replace(b"    ", b"\t")


def _drop_line(chosen: random.Random, source: bytes) -> bytes:
    lines = source.splitlines(keepends=True)
    del lines[chosen.randrange(len(lines) or 1) :][:1]
    at = chosen.randrange(len(lines) or 1)
    return b"".join(lines[:at] + lines[at + 1 :])


def _repeat_line(chosen: random.Random, source: bytes) -> bytes:
    lines = source.splitlines(keepends=True) or [b""]
    at = chosen.randrange(len(lines))
    return b"".join([*lines[: at + 1], lines[at], *lines[at + 1 :]])


def _letter(chosen: random.Random, source: bytes) -> bytes:
    at = chosen.randrange(len(source) + 1)
    return source[:at] + chosen.choice(LETTERS) + source[at + chosen.choice((0, 0, 1)) :]


def _cut(chosen: random.Random, source: bytes) -> bytes:
    return source[: chosen.randrange(len(source) + 1)]


def _name(chosen: random.Random, source: bytes) -> bytes:
    """Some names become references."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    lines = source.splitlines(keepends=True)
    for node in chosen.sample(names := [n for n in ast.walk(tree) if _is_read(n)], min(5, len(names))):
        line = lines[node.lineno - 1]  # type: ignore[attr-defined]
        start, end = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
        if line[start:end] == node.id.encode():  # type: ignore[attr-defined]
            new = chosen.choice(NAMES[:5]).encode()
            lines[node.lineno - 1] = line[:start] + new + line[end:]  # type: ignore[attr-defined]
    return b"".join(lines)


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    *(_newlines, _mixed, _bare_end, _head, _latin, _tabs, _drop_line, _repeat_line, _letter, _letter, _cut),
    *(_name, _name, _name),
)


def judge(source: bytes, redirect: str) -> tuple[str, str]:
    """What is wrong with the outcome of `source`, empty where nothing is; and the kind of the outcome."""
    began = time.process_time()
    try:
        found = outcome(source, redirect=redirect)
        kind = type(found).__name__.lower()
        fault = _fault(source, found, redirect)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "".join(traceback.format_exception(error)[-3:]), "raised"
    if not fault and time.process_time() - began > LONGEST:
        fault = f"it took {time.process_time() - began:.0f} seconds of the processor"
    return fault, kind


def _fault(source: bytes, found: Outcome, redirect: str) -> str:
    if isinstance(found, Skipped):
        return "" if found.reason else "it is skipped for no reason"
    check_accounted(found.findings)
    if not isinstance(found, Changed):
        return "" if not isinstance(found, Blocked) or all(found.reasons) else "it is blocked for no reason"
    after = found.change.after
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            trees = ast.parse(source), ast.parse(after)
        except (SyntaxError, ValueError) as error:
            return f"it does not parse afterwards: {error}" if _parses(source) else ""
        if lost := _lost(source, after, found, trees[0]):
            return f"a line that no reference stands in is lost or changed: {lost!r}"
        if not with_disposition(found.findings, Disposition.REVIEW) and _meaning(source) != _meaning(after):
            return "more than the names has changed"
    again = outcome(after, redirect=redirect)
    return "" if isinstance(again, (Unchanged, Blocked)) else f"the result is {type(again).__name__.lower()} again"


def _parses(source: bytes) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def _lost(source: bytes, after: bytes, found: Changed, tree: ast.Module) -> bytes:
    """A line of `source` that is not in `after` where it has to be; empty where there is none."""
    touched = {f.reference.line for f in with_disposition(found.findings, Disposition.REWRITTEN)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if is_text or isinstance(node, (ast.Import, ast.ImportFrom)):
            touched.update(range(node.lineno, (node.end_lineno or 0) + 1))  # type: ignore[attr-defined]
    remaining = iter(after.splitlines())
    lines = (line for number, line in enumerate(source.splitlines(), start=1) if number not in touched)
    return next((line for line in lines if line.strip() and line not in remaining), b"")


def _meaning(source: bytes) -> str:
    tree = ast.parse(source)
    return meaning(ast.unparse(tree))


if __name__ == "__main__":
    sys.exit(main())
