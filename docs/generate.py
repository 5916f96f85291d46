"""Writes docs/plan.md, the reference of a plan, from the schema: `python docs/generate.py`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from codemods.plan import consolidation, rewrites, schema, validations
from codemods.plan.template import VARIABLES

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

PAGE = Path(__file__).parent / "plan.md"
SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The plan", schema.Plan),
    ("An entry of `keep`", schema.Keep),
    ("An entry of `redirect` that names a module", schema.RedirectModule),
    ("An entry of `redirect` that names a symbol", schema.RedirectSymbol),
    ("`strings`, class by class", schema.Strings),
    ("An entry of `rewrite` with `match`", rewrites.Rule),
    ("An entry of `rewrite` with `call`", rewrites.ArgumentRule),
    ("One edit of `arguments`", rewrites.ArgumentEdit),
    ("A test of `where`", rewrites.Test),
    ("An entry of `rewrite` with `codemod`", rewrites.LibCstCodemod),
    ("An entry of `rewrite` with `bowler`", rewrites.BowlerCodemod),
    ("An entry of `rewrite` with `transform`", rewrites.OwnTransform),
    ("An entry of `merge`", consolidation.Merge),
    ("An entry of `delete` that names a module", consolidation.DeleteModule),
    ("An entry of `delete` that names a symbol", consolidation.DeleteSymbol),
    ("`forbid`", consolidation.Forbid),
    ("`expect`", consolidation.Expect),
    ("An entry of `phases`", schema.Phase),
    ("`expect` of a phase", consolidation.PhaseExpect),
    ("A validation of the kind `imports`", validations.ImportsValidation),
    ("A validation of the kind `command`", validations.CommandValidation),
    ("`pattern` of a command", validations.Appearance),
    ("A validation of the kind `pytest`", validations.PytestValidation),
    ("A validation of the kind `unittest`", validations.UnittestValidation),
    ("`triggers`", validations.Triggers),
    ("`commit`", schema.Commit),
)


def page() -> str:
    """The whole page."""
    lines = [
        "# Plan reference",
        "",
        "Generated from the schema by `python docs/generate.py`. A key that is not here is an error.",
    ]
    for title, model in SECTIONS:
        lines += [
            "",
            f"## {title}",
            "",
            inspect.cleandoc(model.__doc__ or ""),
            "",
            "| key | default | meaning |",
            "| --- | --- | --- |",
        ]
        lines += [_row(name, field) for name, field in model.model_fields.items()]
    lines += ["", "## Variables of the commit message", "", "| variable | meaning |", "| --- | --- |"]
    lines += [f"| `{{{{ {name} }}}}` | {meaning} |" for name, meaning in VARIABLES.items()]
    return "\n".join(lines) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    words = [f"`{word}`" for word in get_args(field.annotation) if isinstance(word, str)]
    allowed = f" One of {', '.join(words)}." if len(words) > 1 else ""
    return f"| `{field.alias or name}` | {_default(field)} | {field.description}{allowed} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if default in ((), {}, ""):
        return "none"
    if isinstance(default, schema.Commit):
        return "see below"
    if default is None or isinstance(default, (consolidation.Forbid, consolidation.PhaseExpect)):
        return "none"
    return f"`{', '.join(default) if isinstance(default, tuple) else default}`".replace("\n", "⏎")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.name}\n")
