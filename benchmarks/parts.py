"""The parts into which `profile.py` divides the time of a command, and the code that belongs to each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

START, GIT, OTHER = "start of Python, imports", "git and other programs", "the rest"
# The first that matches the path below the package, or the name of the module that loads others.
_PARTS = {
    START: r"<frozen importlib|cli/verbs\.py",
    "the plan": r"plan/|patterns/",
    "listing, what has changed": r"vcs/|engine/(facts|seals|sources|tree|trees)\.py",
    "cache": r"cache\.py|engine/(preview_cache|stored)\.py",
    "reading, searching": r"(files|limits)\.py|engine/(scan|texts|guard_search|bounded)\.py|index/(text|excerpt)\.py"
    r"|selection/",
    "checks": r"engine/(cycles|fitting|callers|together|compliance|verify|verify_rules)\.py|transforms/self_check\.py"
    r"|steps/(check|compatible)\.py|index/(import_graph|depth)\.py|guarding/",
    "names": r"index/|transforms/view\.py|survey/",
    "rewriting": r"transforms/|rules/|steps/|consolidation/|time_limit\.py",
    "writing, journal": r"journal/|kept_files\.py|folder_events\.py|processes/|validation/"
    r"|engine/(running/|apply|committing|disturbed|judging|run|recovery|streaming|touched|moving)",
    "showing": r"report/|cli/|model\.py",
}
PARTS = (*_PARTS, GIT, OTHER)
_COMPILED = {part: re.compile(pattern) for part, pattern in _PARTS.items()}
_PACKAGE = "codemods"


def part_of(stack: Iterable[CodeType]) -> str:
    """The part in which a program was that has these frames, the innermost first."""
    for code in stack:
        name = code.co_filename
        if name.startswith("<frozen importlib"):
            return START
        if (path := below(name)) and (part := _named(path)):
            return part
    return OTHER


def below(name: str) -> str:
    """The path of a source file below the package; empty where it is not of it."""
    _, package, path = name.rpartition(f"/{_PACKAGE}/")
    return path if package else ""


def _named(path: str) -> str:
    return next((part for part, pattern in _COMPILED.items() if pattern.match(path)), "")
