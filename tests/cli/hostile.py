"""Hostile files: those of `fixtures/hostile/files`, and those that are too large to be kept, made here."""

from __future__ import annotations

import json
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "fixtures" / "hostile" / "files"
_USE = b"from a.b import f\nf()\n"
_DEEP = 10_000


def kept() -> dict[str, tuple[bytes, str | None]]:
    """Each file of the folder by its name, with what has to be told of it: why it is skipped; nothing where it is
    changed as any other; None where it holds nothing to change."""
    told = json.loads((_FOLDER / "messages.json").read_text(encoding="utf-8"))
    return {name: ((_FOLDER / f"{name}.txt").read_bytes(), message) for name, message in told.items()}


def made() -> dict[str, tuple[bytes, str]]:
    """The same for those that are large, or nest deep; `|` stands between reasons of which one is told."""
    lines = {name: (_USE + source + b"\n", reason) for name, (source, reason) in _nested().items()}
    return {
        "large.py": (_USE + b"#" * 50 * 1024 * 1024, "it is larger than 10 MB"),
        "long_line.py": (_USE + b"x = '" + b"x" * 9 * 1024 * 1024 + b"'\n", "it has a line of more than 1 MB"),
        "many_imports.py": (_USE + b"import a.b\n" * 900_000, "it has more than 500,000 words and signs"),
        "more_imports.py": (b"import a.b\n" * 1_000_000, "it is larger than 10 MB"),
        **lines,
    }


def _nested() -> dict[str, tuple[bytes, str]]:
    brackets, python, steps = (
        "too many nested",
        "it is nested too deep for the running Python",
        "it nests more than 20,000",
    )
    refused = f"{python}|{steps}"
    return {
        "parentheses.py": (b"x = " + b"(" * _DEEP + b"1" + b")" * _DEEP, brackets),
        "lists.py": (b"x = " + b"[" * _DEEP + b"]" * _DEEP, brackets),
        "dicts.py": (b"x = " + b"{1:" * _DEEP + b"1" + b"}" * _DEEP, f"{brackets}|{steps}"),
        "calls_in_calls.py": (b"x = " + b"f(" * _DEEP + b")" * _DEEP, brackets),
        "blocks.py": (b"\n".join(b" " * n + b"if f:" for n in range(1000)), "too many levels of indentation"),
        "classes.py": (b"\n".join(b" " * n + b"class A:" for n in range(1000)), "too many levels of indentation"),
        "minuses.py": (b"x = " + b"-" * _DEEP + b"1", refused),
        "nots.py": (b"x = " + b"not " * _DEEP + b"1", refused),
        "lambdas.py": (b"x = " + b"lambda: " * _DEEP + b"1", refused),
        "lambdas_as_defaults.py": (b"x = " + b"lambda x=(" * _DEEP + b"1" + b"): 0" * _DEEP, refused),
        "conditions.py": (b"x = " + b"a if b else " * _DEEP + b"c", refused),
        "elifs.py": (b"if f: pass\n" + b"elif f: pass\n" * _DEEP, refused),
        "powers.py": (b"x = " + b"2 ** " * _DEEP + b"2", refused),
        "attributes.py": (b"x = a" + b".b" * 3 * _DEEP, steps),
        "calls_of_calls.py": (b"x = f" + b"()" * 3 * _DEEP, steps),
        "sum.py": (b"x = " + b"x + " * 10 * _DEEP + b"x", steps),
        "sum_on_lines.py": (b"x = (" + b"x +\n" * 20 * _DEEP + b"x)", steps),
        "comparisons.py": (b"x = " + b"x < " * 3 * _DEEP + b"x", steps),
        "loops_in_one_list.py": (b"x = [a " + b"for a in b " * _DEEP + b"]", ""),
        "formatted.py": (b"x = " + b"f'{" * _DEEP + b"1" + b"}'" * _DEEP, f"{brackets}|f-string|{python}"),
        "formats.py": (b"x = f'" + b"{a:" * _DEEP + b"}" * _DEEP + b"'", "f-string"),
        "long_integer.py": (b"x = " + b"9" * _DEEP, "Exceeds the limit"),
        "unclosed.py": (b"x = " + b"{" * _DEEP, brackets),
    }
