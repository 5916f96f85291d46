"""`codemods audit`: a plan against the code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codemods.cli.inputs import AsJson, PlanFile, RepositoryFolder, open_repository, read_plan
from codemods.cli.saying import say, waiting
from codemods.errors import CodemodsError


def audit(
    plan: PlanFile,
    repo: RepositoryFolder = Path(),
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown instead, for an issue.")] = False,
) -> int:
    """Hold a plan against the code before you believe it: what holds, is done already, or does not hold.

    Goes on where `preview` refuses a plan. Writes nothing and runs nothing, nor codemods that the plan names.

    Example: codemods audit migration.yaml --markdown

    Exit status: 0 all of it holds or is done, 1 something does not hold, 2 error.
    """
    if as_json and markdown:
        raise CodemodsError("Give one of --json and --markdown.", hint="Run it twice for both.")
    loaded, repository = read_plan(plan), open_repository(repo)
    from codemods.engine.auditing.audit import audit_of
    from codemods.engine.auditing.items import Verdict
    from codemods.engine.collecting import not_collecting

    with not_collecting(), waiting(as_json=as_json):
        found = audit_of(loaded, repository)
    if as_json:
        from codemods.report.audit_json import audit_json

        say(audit_json(found))
    elif markdown:
        from codemods.report.audit_markdown import audit_markdown

        say(audit_markdown(found))
    else:
        from codemods.report.audit_terminal import show_audit
        from codemods.report.console import console

        show_audit(console(), found)
    return 1 if found.verdicts[Verdict.FAILS] else 0
