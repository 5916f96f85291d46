"""An audit as JSON: all of it, uncut. docs/audit.md tells what each key means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.auditing.items import Verdict
from codemods.report.json_text import dump
from codemods.survey.signatures import signature

if TYPE_CHECKING:
    from codemods.engine.auditing.audit import Audit
    from codemods.engine.auditing.defined import Defined
    from codemods.engine.auditing.duplicates import Duplicate, ModulePair
    from codemods.engine.auditing.items import Item
    from codemods.engine.auditing.phases import Figures
    from codemods.engine.compliance import Compliance, Place, Share
    from codemods.survey.compare import Difference


def audit_json(audit: Audit) -> str:
    """The whole audit."""
    return dump(
        "audit",
        plan=audit.loaded.plan.name,
        holds=not audit.verdicts[Verdict.FAILS],
        verdicts={verdict.value: number for verdict, number in audit.verdicts.items()},
        items=[_item(item) for item in audit.items],
        totals=_figures(audit.totals),
        phases=[_figures(figures) for figures in audit.phases if figures.name],
        outside_phases=next((_figures(figures) for figures in audit.phases if not figures.name), None),
        compliance=_compliance(audit.compliance),
        duplicates=[_duplicate(duplicate) for duplicate in audit.duplicates],
        modules=[_pair(pair) for pair in audit.pairs],
        competing_names=[{"kept": r.kept, "name": r.name, "path": r.path, "line": r.line} for r in audit.rivals],
        files_searched=audit.files_searched,
        skipped=[{"path": skipped.path, "reason": skipped.reason} for skipped in audit.skipped],
        notes=list(audit.notes),
    )


def _item(item: Item) -> dict[str, object]:
    return {
        "section": item.section.value,
        "name": item.name,
        "verdict": item.verdict.value,
        "said": item.said,
        "evidence": [{"path": e.path, "line": e.line or None, "what": e.what} for e in item.evidence],
        "hint": item.hint,
        "line": item.line,
        "column": item.column,
    }


def _figures(figures: Figures) -> dict[str, object]:
    return {
        "name": figures.name,
        "files": list(figures.files),
        "references": figures.references,
        "forms": dict(figures.forms),
        "paths": dict(figures.paths),
        "dispositions": dict(figures.dispositions),
        "outside_python": figures.outside_python,
        "files_migrated": list(figures.migrated),
        "files_without_references": list(figures.idle),
    }


def _compliance(compliance: Compliance) -> dict[str, object]:
    return {
        **_share(compliance.overall),
        "by_folder": {folder: _share(share) for folder, share in compliance.by_folder.items()},
        "old_paths": list(compliance.old),
        "canonical_paths": list(compliance.canonical),
        "references": [_place(place) for place in compliance.places],
    }


def _place(place: Place) -> dict[str, object]:
    return {
        "path": place.path,
        "line": place.line,
        "names": place.dotted,
        "kind": place.kind,
        "way": place.way.value,
        "leads_to": place.leads_to,
    }


def _share(share: Share) -> dict[str, object]:
    percent = round(share.percent, 2) if share.percent is not None else None
    return {"percent": percent, "canonical": share.canonical, "old": share.old, "other": share.other}


def _duplicate(duplicate: Duplicate) -> dict[str, object]:
    return {
        "kept": _defined(duplicate.kept),
        "other": _defined(duplicate.other),
        "is_test": duplicate.is_test,
        "planned": duplicate.planned,
        "differences": _differences(duplicate.differences),
    }


def _defined(defined: Defined) -> dict[str, object]:
    return {
        "name": defined.dotted,
        "kind": defined.part.kind,
        "path": defined.path,
        "line": defined.part.line,
        "end": defined.part.end,
        "lines_of_file": defined.lines,
    }


def _pair(pair: ModulePair) -> dict[str, object]:
    return {
        "kept": {"name": pair.kept, "path": pair.kept_path, "lines_of_file": pair.lines[0]},
        "other": {"name": pair.other, "path": pair.other_path, "lines_of_file": pair.lines[1]},
        "differences": _differences(pair.differences),
    }


def _differences(differences: tuple[Difference, ...]) -> list[dict[str, object]]:
    return [
        {
            "name": d.name,
            "status": d.status.value,
            "kept": signature(d.ours) if d.ours is not None else None,
            "other": signature(d.theirs) if d.theirs is not None else None,
            "lines": [part.line if part is not None else None for part in (d.ours, d.theirs)],
            "details": list(d.details),
        }
        for d in differences
    ]
