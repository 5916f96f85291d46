"""Surveys of small code bases that exist only in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.survey import Survey, Wish, survey_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.survey.findings import Finding, Kind


def survey_of(files: Mapping[str, str], **wish: object) -> Survey:
    """The survey of `files`; `wish` are the fields of a `Wish`."""
    sources = {path: text.encode() for path, text in files.items()}
    return survey_files(sorted(sources), sources.__getitem__, Wish(**wish))  # type: ignore[arg-type]


def found(files: Mapping[str, str], kind: Kind, **wish: object) -> tuple[Finding, ...]:
    """The findings of one kind, in detail."""
    survey = survey_of(files, kinds=(kind,), **wish)
    return tuple(survey.detailed(finding) for finding in survey.of_kind(kind))


def body(*lines: str, name: str = "make") -> str:
    """A function of so many lines of code."""
    return f"def {name}(value):\n" + "".join(f"    {line}\n" for line in lines)


def importers(statement: str, count: int, prefix: str = "user") -> dict[str, str]:
    """So many files that hold `statement`."""
    return {f"{prefix}{number}.py": f"{statement}\n" for number in range(count)}
