"""The JSON Schema of what verbs print with --json, each kind of document under its `kind`.

Within a version keys are only added: readers pass over those that they do not know. A test holds what the verbs print
against this, with no key more.
"""

from __future__ import annotations

import json

from codemods.model import Disposition
from codemods.report.json_text import VERSION
from codemods.report.output_parts import (
    DECIMAL,
    DISPOSITIONS,
    NUMBER,
    PARTS,
    SHARE,
    TEXT,
    TEXTS,
    YES_OR_NO,
    Schema,
    by_name,
    many,
    or_null,
    part,
    record,
    told,
    values_of,
)

_AUDITED_PATH = record(name=TEXT, path=TEXT, lines_of_file=NUMBER)

_RUN: dict[str, Schema] = {
    "run": TEXT,
    "plan": TEXT,
    "branch": TEXT,
    "end": {"enum": ["finished", "stopped", "at-gate", "interrupted"]},
    "left": told(NUMBER, "Units that the next run does; those that are rejected are not among them."),
    "seconds": DECIMAL,
    "recovered": told(TEXTS, "What a command that was killed had left, and what became of that."),
    "blocked": many(record(path=TEXT, reason=TEXT, evidence=TEXT)),
    "refused": TEXTS,
    "notes": TEXTS,
    "gate": TEXT,
    "unended": TEXTS,
    "units": many(
        record(
            unit=TEXT,
            phase=TEXT,
            state={"enum": ["committed", "rejected", "passed-over", "taken-back", "undecided", "declined"]},
            sha=TEXT,
            reason=TEXT,
            evidence=TEXT,
            seconds=DECIMAL,
            validations=many(part("verdict")),
        )
    ),
}

_DOCUMENTS: dict[str, Schema] = {
    "preview": record(
        "preview --json: what a plan would change.",
        plan=TEXT,
        files_searched=NUMBER,
        totals=part("counts"),
        forms=by_name(record(**DISPOSITIONS)),
        phases=many(
            record(
                name=TEXT,
                does=TEXT,
                remarks=TEXTS,
                units=many(record(unit=TEXT, files=TEXTS, removed=TEXTS, details=TEXTS)),
                files_to_change=NUMBER,
                totals=part("counts"),
                files=many(part("file")),
            )
        ),
        outside_phases=many(part("file")),
        skipped=many(part("skipped")),
    ),
    "run": record("apply --json: how a run ended, and what became of each unit.", **_RUN),
    "split": record(
        "apply --split --json: the branches that were made, each with its run, and what is still to be done.",
        plan=TEXT,
        base=TEXT,
        head=TEXT,
        branches=many(record(branch=TEXT, group=TEXT, is_there=YES_OR_NO, text=or_null(TEXT), run=record(**_RUN))),
        recovered=TEXTS,
        open=TEXTS,
        turned_down=TEXTS,
        waiting=many(record(group=TEXT, unit=TEXT, reason=TEXT)),
        left=many(record(group=TEXT, units=TEXTS)),
    ),
    "status": record(
        "status --json: how far a plan is.",
        plan=TEXT,
        branch=TEXT,
        unended=TEXTS,
        killed=TEXTS,
        phases=many(part("phase")),
    ),
    "report": record(
        "report --json: how far a plan is, and the share of the canonical path before it and now.",
        plan=TEXT,
        branch=TEXT,
        head=TEXT,
        base=TEXT,
        compliance=record(before=or_null(part("share")), now=or_null(part("share"))),
        phases=many(part("phase")),
    ),
    "trial": record(
        "try --json: where a rule matches.",
        matches=many(
            record(
                path=TEXT,
                line=NUMBER,
                column=NUMBER,
                source=TEXT,
                bindings=by_name(TEXT),
                disposition=or_null(values_of(Disposition)),
                reason=TEXT,
            )
        ),
        files=many(part("file")),
    ),
    "why": record(
        "why --json: the references in a file.",
        path=TEXT,
        headline=TEXT,
        totals=part("counts"),
        references=many(part("reference")),
    ),
    "rollback": record(
        "rollback --json and undo --json: what is taken back; nothing was done yet where `operation` is null.",
        operation=or_null(TEXT),
        method={"enum": ["revert", "reset"]},
        target=or_null(TEXT),
        steps=many(record(unit=TEXT, sha=TEXT, files=TEXTS)),
        commits=TEXTS,
        head=TEXT,
        validations=many(part("verdict")),
    ),
    "log": record("log --json: the operations, newest first.", operations=many(part("operation"))),
    "operation": record(
        "log ID --json: one operation.",
        operation=part("operation"),
        output=TEXT,
        validations=many(
            record(
                number=NUMBER,
                name=TEXT,
                phase=TEXT,
                units=TEXTS,
                verdict=TEXT,
                summary=TEXT,
                seconds=DECIMAL,
            )
        ),
        units=many(
            record(
                **dict.fromkeys(("unit", "phase", "state", "sha", "reason", "evidence", "diff"), TEXT),
                validated_by=TEXTS,
            )
        ),
    ),
    "audit": record(
        "audit --json: a plan against the code.",
        plan=TEXT,
        holds=YES_OR_NO,
        verdicts=by_name(NUMBER),
        items=many(
            record(
                section=TEXT,
                name=TEXT,
                verdict={"enum": ["holds", "already done", "does not hold"]},
                said=TEXT,
                evidence=many(record(path=TEXT, line=or_null(NUMBER), what=TEXT)),
                hint=TEXT,
                line=NUMBER,
                column=NUMBER,
            )
        ),
        totals=part("figures"),
        phases=many(part("figures")),
        outside_phases=or_null(part("figures")),
        compliance=record(
            **SHARE,
            by_folder=by_name(part("share")),
            old_paths=TEXTS,
            canonical_paths=TEXTS,
            references=many(record(path=TEXT, line=NUMBER, names=TEXT, kind=TEXT, way=TEXT, leads_to=TEXT)),
        ),
        duplicates=many(
            record(
                kept=part("definition"),
                other=part("definition"),
                is_test=YES_OR_NO,
                planned=TEXT,
                differences=many(part("difference")),
            )
        ),
        modules=many(record(kept=_AUDITED_PATH, other=_AUDITED_PATH, differences=many(part("difference")))),
        competing_names=many(record(kept=TEXT, name=TEXT, path=TEXT, line=NUMBER)),
        files_searched=NUMBER,
        skipped=many(part("skipped")),
        notes=TEXTS,
    ),
    "scan": record(
        "scan --json: what is there more than once.",
        files_searched=NUMBER,
        source_roots=TEXTS,
        totals=by_name(NUMBER),
        findings=many(
            record(
                rank=NUMBER,
                kind=TEXT,
                name=TEXT,
                names=TEXTS,
                users=NUMBER,
                keep=or_null(TEXT),
                reason=TEXT,
                weight=DECIMAL,
                places=many(
                    record(
                        name=TEXT,
                        path=TEXT,
                        line=NUMBER,
                        lines=NUMBER,
                        users=NUMBER,
                        users_outside_tests=NUMBER,
                        alike=or_null(DECIMAL),
                        methods_alike=DECIMAL,
                        notes=TEXTS,
                        differences=TEXTS,
                    )
                ),
            )
        ),
        left_out=many(record(count=NUMBER, what=TEXT)),
        skipped=many(part("skipped")),
    ),
    "guard": record(
        "guard --json: what has come back.",
        plan=TEXT,
        fails=YES_OR_NO,
        files_checked=NUMBER,
        new=many(part("violation")),
        known=many(part("violation")),
        fixed=many(record(path=TEXT, kind=TEXT, target=TEXT, scope=TEXT)),
        skipped=many(part("skipped")),
    ),
    "init": record(
        "init --json: a draft of a plan.",
        plan=told(TEXT, "The text of the plan."),
        output=told(or_null(TEXT), "The file that it was written to."),
        findings=told(NUMBER, "How many findings it is drafted from."),
    ),
    "error": record(
        "In place of the document that was asked for, with exit status 2: what, where, and what to do.",
        what=TEXT,
        where=TEXT,
        hint=TEXT,
        mistakes=told(many(record(line=NUMBER, column=NUMBER, message=TEXT)), "Those of a plan."),
    ),
}


def output_schema() -> Schema:
    """The schema of all documents."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What codemods prints with --json",
        "oneOf": [_document(kind, schema) for kind, schema in _DOCUMENTS.items()],
        "$defs": PARTS,
    }


def _document(kind: str, schema: Schema) -> Schema:
    head = {"version": {"const": VERSION}, "kind": {"const": kind}}
    return {**schema, "required": [*head, *schema["required"]], "properties": {**head, **schema["properties"]}}


def dumps() -> str:
    """The schema as it is printed."""
    return json.dumps(output_schema(), indent=2) + "\n"


def kinds() -> tuple[str, ...]:
    """The kinds of documents."""
    return tuple(_DOCUMENTS)
