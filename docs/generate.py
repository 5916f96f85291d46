"""Writes docs/plan.md, the reference of a plan, from the schema, and the reference in docs/api.md from docstrings:
`python docs/generate.py`."""

from __future__ import annotations

import inspect
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from msgspec import Struct, structs

import codemods
from codemods.plan import consolidation, rewrites, schema, validations
from codemods.plan.fields import annotated, fields
from codemods.plan.template import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.plan.fields import Field
    from codemods.plan.types import Model

PAGE = Path(__file__).parent / "plan.md"
API_PAGE = Path(__file__).parent / "api.md"
_GENERATED = "<!-- generated from docstrings by docs/generate.py -->\n"
_STARS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
# By what one does with them; what is not named here is explained on another page.
API = {
    "A plan in a repository": ("Migration", "load_plan"),
    "What its methods give": ("Preview", "RunReport", "UnitResult", "UnitState", "Status", "TakenBack", "Audit"),
    "What becomes of a file": ("Changed", "Blocked", "Skipped", "Unchanged", "Change", "Finding", "Reference"),
    "Words": ("Disposition", "Form"),
    "Errors": ("CodemodsError", "PlanError", "RepositoryError", "ConflictError"),
    "Without a repository": ("preview", "LoadedPlan", "load_transforms"),
}
SECTIONS: tuple[tuple[str, type[Model]], ...] = (
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
        lines += [_row(field) for field in fields(model).values()]
    lines += ["", "## Variables of the commit message", "", "| variable | meaning |", "| --- | --- |"]
    lines += [f"| `{{{{ {name} }}}}` | {meaning} |" for name, meaning in VARIABLES.items()]
    return "\n".join(lines) + "\n"


def _row(field: Field) -> str:
    words = [f"`{word}`" for word in get_args(annotated(field.kind)[0]) if isinstance(word, str)]
    allowed = f" One of {', '.join(words)}." if len(words) > 1 else ""
    return f"| `{field.key}` | {_default(field)} | {field.description}{allowed} |"


def _default(field: Field) -> str:
    if field.is_required:
        return "required"
    shown = field.default
    if isinstance(shown, schema.Commit):
        return "see below"
    if isinstance(shown, Struct):
        given = structs.asdict(shown).items()
        shown = tuple(f"{key}: {value}" for key, value in given if value not in (None, (), {}))
    if shown in (None, (), {}, ""):
        return "none"
    return f"`{', '.join(shown) if isinstance(shown, tuple) else shown}`".replace("\n", "⏎")


def api_page() -> str:
    """docs/api.md with its generated part as it is to be."""
    written = API_PAGE.read_text(encoding="utf-8").partition(_GENERATED)[0]
    lines = []
    for title, names in API.items():
        lines += ["", f"## {title}"]
        for name in names:
            lines += _object(name, getattr(codemods, name))
    return written + _GENERATED + "\n".join(lines) + "\n"


def _object(name: str, value: Any) -> list[str]:
    text = inspect.cleandoc(getattr(value, "__doc__", None) or "")
    lines = ["", f"### `{name}`", ""]
    if not isinstance(value, type):
        return [*lines, "```python", f"{name}{_signature(value)}", "```", "", text]
    if issubclass(value, Enum):
        return [*lines, text, "", ", ".join(f"`{member.value}`" for member in value)]
    if issubclass(value, Struct):
        types = inspect.get_annotations(value)
        fields = [f"    {field}: {_type(types[field])}" for field in value.__struct_fields__]
        lines += [text, "", "```python", f"class {name}:", *fields, "```"]
    elif issubclass(value, Exception):
        lines += [text]
    else:
        lines += ["```python", f"{name}{_signature(value.__init__, bound=True)}", "```", "", text]
    return [*lines, *_members(value)]


def _members(value: type) -> list[str]:
    lines = []
    for name, member in vars(value).items():
        if name.startswith("_") or not getattr(member, "__doc__", None):
            continue
        text = inspect.cleandoc(member.__doc__)
        if isinstance(member, property):
            kind = _type(inspect.signature(member.fget).return_annotation) if member.fget else ""
            lines += ["", f"**`.{name}`** (`{kind}`): {text}"]
        elif inspect.isfunction(member):
            shown = f".{name}{_signature(member, bound=True)}"
            lines += ["", "```python", shown, "```", "", text]
    return lines


def _signature(function: Callable[..., object], *, bound: bool = False) -> str:
    signature = inspect.signature(function)
    taken = list(signature.parameters.values())[int(bound) :]
    parameters = [f"{_STARS.get(each.kind, '')}{each.name}: {_type(each.annotation)}{_given(each)}" for each in taken]
    kinds = [each.kind for each in taken]
    if inspect.Parameter.KEYWORD_ONLY in kinds:
        parameters.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    gives = signature.return_annotation
    end = "" if gives in (inspect.Signature.empty, None, "None") else f" -> {_type(gives)}"
    line = f"({', '.join(parameters)}){end}"
    return line if len(line) < 90 else "(\n" + "".join(f"    {each},\n" for each in parameters) + f"){end}"


def _given(parameter: inspect.Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return ""
    return " = …" if callable(parameter.default) else f" = {parameter.default!r}"


def _type(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


if __name__ == "__main__":
    for file, text in ((PAGE, page()), (API_PAGE, api_page())):
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {file.name}\n")
