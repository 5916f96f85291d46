"""Drafts a plan from a survey, and proves that it loads before anyone sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.errors import CodemodsError
from codemods.plan.load import load_plan
from codemods.survey.draft import draft

if TYPE_CHECKING:
    from codemods.engine.survey import Survey


def draft_of(survey: Survey, *, limit: int, name: str = "") -> str:
    """The text of a plan for the first `limit` findings of each kind, all where it is 0.

    Raises CodemodsError where there is nothing to plan.
    """
    kinds = survey.wish.kinds
    findings = [f for kind in kinds for f in survey.of_kind(kind)[: limit or None]]
    if not findings:
        asked = ", ".join((*survey.wish.names, *survey.wish.paths))
        what = (
            f"Nothing that concerns {asked} is there more than once." if asked else "Nothing is there more than once."
        )
        raise CodemodsError(
            what, hint="`codemods scan` shows all that is found; `--include-tests` looks at tests, too."
        )
    text = draft(
        [survey.detailed(finding) for finding in findings],
        survey.code,
        name=name or (survey.wish.names or (f"consolidate-{findings[0].name}",))[0],
        roots=survey.roots,
        exclude=survey.wish.exclude,
        takes_namesakes=bool(survey.wish.names),
    )
    load_plan(text, "the draft")
    return text
