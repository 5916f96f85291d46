"""What the JSON Schema of the output is made of: kinds of values, and the objects that several documents hold."""

from __future__ import annotations

from typing import Any

from codemods.model import Certainty, Disposition, Form

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
DECIMAL: Schema = {"type": "number"}
YES_OR_NO: Schema = {"type": "boolean"}


def record(description: str = "", /, **keys: Schema) -> Schema:
    """An object that has all these keys."""
    said = {"description": description} if description else {}
    return {**said, "type": "object", "required": list(keys), "properties": keys}


def many(of: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": of}


def by_name(of: Schema) -> Schema:
    """An object whose keys are names."""
    return {"type": "object", "additionalProperties": of}


def or_null(of: Schema) -> Schema:
    """A value, or null."""
    return {"anyOf": [of, {"type": "null"}]}


def part(name: str) -> Schema:
    """One of the parts below."""
    return {"$ref": f"#/$defs/{name}"}


def told(of: Schema, description: str) -> Schema:
    """A value with what it means."""
    return {"description": description, **of}


def values_of(values: type) -> Schema:
    """One of the values of an enumeration."""
    return {"enum": [member.value for member in values]}  # type: ignore[attr-defined]


TEXTS = many(TEXT)
DISPOSITIONS = {member.value: NUMBER for member in Disposition}
SHARE = {"percent": or_null(DECIMAL), "canonical": NUMBER, "old": NUMBER, "other": NUMBER}

PARTS: Schema = {
    "counts": record("How many references there are, and what becomes of them.", found=NUMBER, **DISPOSITIONS),
    "reference": record(
        "A place that names a module or symbol; lines and columns count from 1.",
        line=NUMBER,
        column=NUMBER,
        form=values_of(Form),
        target=TEXT,
        certainty=values_of(Certainty),
        disposition=values_of(Disposition),
        reason=TEXT,
    ),
    "file": {
        "description": "A file: what becomes of it, with its diff if it changes, and the reasons if it is blocked.",
        "type": "object",
        "required": ["path", "outcome"],
        "properties": {
            "path": TEXT,
            "outcome": {"enum": ["changed", "unchanged", "blocked", "skipped"]},
            "reason": TEXT,
            "reasons": TEXTS,
            "references": many(part("reference")),
            "diff": TEXT,
        },
    },
    "skipped": record("A file that was not read, and why.", path=TEXT, reason=TEXT),
    "phase": record(
        "How far a phase is.",
        name=TEXT,
        done=many(record(unit=TEXT, sha=TEXT, run=TEXT)),
        rejected=many(record(unit=TEXT, reason=TEXT, evidence=TEXT, run=TEXT)),
        blocked=many(record(path=TEXT, reasons=TEXTS)),
        left=TEXTS,
        declined=told(many(record(unit=TEXT, time=TEXT)), "Units to which somebody has said no."),
        totals=part("counts"),
    ),
    "share": record("How many references use the canonical path, and in percent.", **SHARE),
    "verdict": record("What a validation says.", name=TEXT, verdict=TEXT, summary=TEXT),
    "operation": record(
        "A command that changed the repository, or may have.",
        **dict.fromkeys(
            ("id", "kind", "plan", "who", "started", "ended", "result", "branch", "place", "before", "after"), TEXT
        ),
        **dict.fromkeys(("method", "selected", "undoes", "undone_by"), TEXT),
        counts=by_name(NUMBER),
    ),
    "figures": record(
        "What a plan concerns, or one phase of it.",
        name=TEXT,
        files=TEXTS,
        references=NUMBER,
        forms=by_name(NUMBER),
        paths=by_name(NUMBER),
        dispositions=by_name(NUMBER),
        outside_python=NUMBER,
        files_migrated=TEXTS,
        files_without_references=TEXTS,
    ),
    "difference": record(
        "How two definitions of a name differ.",
        name=TEXT,
        status=TEXT,
        kept=or_null(TEXT),
        other=or_null(TEXT),
        lines=many(or_null(NUMBER)),
        details=TEXTS,
    ),
    "definition": record(name=TEXT, kind=TEXT, path=TEXT, line=NUMBER, end=NUMBER, lines_of_file=NUMBER),
    "violation": record(
        "Something that must not be there.",
        path=TEXT,
        line=NUMBER,
        column=NUMBER,
        kind=TEXT,
        target=TEXT,
        scope=TEXT,
        certain=YES_OR_NO,
        message=TEXT,
    ),
}
