"""The schema of `rewrite:`: rules, edits of arguments, and codemods that exist already."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from codemods.plan import limits
from codemods.plan.expressions import check_expression, check_pattern
from codemods.plan.types import Dotted, Identifier, Model, NonEmpty, Pattern, Seconds, Slug

Kind = Literal[
    "name", "attribute", "call", "literal", "string", "number", "none", "await", "lambda", "list", "dict", "tuple"
]
Place = Literal["async def", "def", "class", "module"]
Position = Annotated[int, Field(ge=0, le=limits.POSITION)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _variable(text: str) -> str:
    name = text.removeprefix("$").removeprefix("...")
    if not name.isidentifier():
        raise ValueError("expected the name of a `$X` of `match`")
    return name


def _target(text: str) -> str:
    module, _, name = text.partition(":")
    if not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise ValueError("expected `package.module:CommandClass`")
    return text


def _script(text: str) -> str:
    path, _, name = text.rpartition(":")
    if not path.endswith(".py") or not name.isidentifier() or set("*?[!").intersection(path):
        raise ValueError("expected `path.py:function`, with the path from the root of the repository")
    check_pattern(path)
    return text


Variable = Annotated[str, AfterValidator(_variable)]
Words = BeforeValidator(_listed, json_schema_input_type=str | list[str])
Places = Annotated[tuple[Place, ...], Words]
Snippets = Annotated[tuple[NonEmpty, ...], Words]


class Test(Model):
    """What a `$X` has to be, all that is given together."""

    kind: Annotated[tuple[Kind, ...], Words] = Field((), alias="is", description="One of these kinds of expression.")
    is_not: Annotated[tuple[Kind, ...], Words] = Field((), alias="not", description="None of these kinds.")
    regex: Annotated[str, AfterValidator(check_expression)] = Field(
        "", description="A regular expression that is found in its source text."
    )
    symbol: Dotted | None = Field(None, description="The full dotted name of the symbol that it is.")


def _test(value: Any) -> Any:
    return {"is": value} if isinstance(value, str) else value


class Requires(Model):
    """What has to hold at the match; else it is listed for review."""

    names: tuple[Identifier, ...] = Field((), description="Names that are bound in scope there.")


class Conditions(Model):
    """Where and when a rule applies."""

    name: Slug = Field(description="The name of the rule.")
    reason: str = Field("", description="Why, for those who read the plan.")
    files: tuple[Pattern, ...] = Field((), description="Only in these files; patterns in the style of `.gitignore`.")


class Matching(Conditions):
    """The conditions of rules that match code."""

    each: tuple[dict[Variable, NonEmpty], ...] = Field(
        (),
        description="A table: the rule is read once per row, with the texts of the row in the place of its `$X` in all "
        "snippets.",
    )

    places: Places = Field((), alias="in", description="Only directly in one of these.")
    inside: Snippets = Field(
        (),
        description="Only inside of code that matches all of these. A class or function in it is the nearest one.",
    )
    not_inside: Snippets = Field((), description="Not inside of code that matches one of these.")
    requires: Requires = Field(Requires.model_construct(), description="Else the match is listed for review.")
    where: dict[Variable, Annotated[Test, BeforeValidator(_test, json_schema_input_type=Kind | Test)]] = Field(
        default_factory=dict, description="What each `$X` has to be: a kind of expression, or several tests."
    )
    imports: tuple[Dotted, ...] = Field(
        (), description="Modules that are imported as a whole (`import a.b`) where the replacement names them."
    )
    signatures: Literal["check", "ignore"] = Field(
        "check",
        description="What is done where the rule writes a call that does not fit a definition in the repository: "
        "`check` blocks the file, `ignore` goes on.",
    )
    local: tuple[Identifier, ...] = Field(
        (), description="Names in the snippets that are local variables, though there is a module of that name."
    )


class Rule(Matching):
    """Replaces code that matches a snippet."""

    match: NonEmpty = Field(description="The Python to look for. `$X` is any expression or name, `...` any run.")
    replace: str | None = Field(
        None,
        description="The Python to put there. Empty: the statements go. Without it, matches are listed for review.",
    )
    sync: str | None = Field(
        None,
        description="What to put there where an `await` in `replace` is not allowed. Without it, such a file is "
        "blocked.",
    )

    @model_validator(mode="after")
    def _says_what_to_put(self) -> Rule:
        if "replace" in self.model_fields_set and self.replace is None:
            raise ValueError(
                '`replace` says nothing: write `""` to take the code away, or leave the key out to list it'
            )
        return self


class ArgumentEdit(Model):
    """One edit of an argument list. Positions count from 0; values are Python."""

    add: Identifier | None = Field(None, description="Give this keyword, with `value`, where it is not given.")
    insert: Position | None = Field(None, description="Put `value` at this position.")
    default: Identifier | None = Field(
        None, description="Give this keyword, with `value`, where it is given neither by name nor at `position`."
    )
    remove: Identifier | Position | None = Field(
        None, description="Remove the argument of this name (and at `position`), or at this position."
    )
    rename: Identifier | None = Field(None, description="Rename this keyword to `to`.")
    keyword: Identifier | None = Field(None, description="Give the argument at `position` by this keyword.")
    reorder: tuple[Position, ...] | None = Field(
        None, description="The positional arguments, by their positions before, in their new order."
    )
    replace_none: Identifier | Position | None = Field(
        None, description="Replace the `None` given for this name (and at `position`), or at this position, by `value`."
    )
    value: NonEmpty | None = Field(None, description="The new value.")
    to: Identifier | None = Field(None, description="The new name.")
    position: Position | None = Field(None, description="Where the argument stands when it is given by position.")

    of: Position | None = Field(
        None, description="Edit only calls that have so many positional arguments, and none with `*`."
    )

    @property
    def operation(self) -> str:
        """Which of the keys says what to do."""
        return next(name for name in _OPERATIONS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _is_complete(self) -> ArgumentEdit:
        given = [name for name in _OPERATIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected one of {', '.join(f'`{name}`' for name in _OPERATIONS)}")
        needed, allowed = _OPERATIONS[given[0]]
        for name in ("value", "to", "position"):
            if name in needed and getattr(self, name) is None:
                raise ValueError(f"`{given[0]}` needs `{name}`")
            if name not in (*needed, *allowed) and getattr(self, name) is not None:
                raise ValueError(f"`{given[0]}` does not take `{name}`")
        return self


_OPERATIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "add": (("value",), ()),
    "insert": (("value",), ()),
    "default": (("value",), ("position",)),
    "remove": ((), ("position",)),
    "rename": (("to",), ()),
    "keyword": (("position",), ()),
    "reorder": ((), ()),
    "replace_none": (("value",), ("position",)),
}


class ArgumentRule(Matching):
    """Edits the arguments of calls."""

    call: NonEmpty = Field(description="What is called: a dotted name, or a snippet such as `$AGENT.set_bridge`.")
    arguments: tuple[ArgumentEdit, ...] = Field(min_length=1, description="The edits, in order.")


class Foreign(Conditions):
    """What codemods from elsewhere have in common."""

    args: dict[Identifier, Any] = Field(default_factory=dict, description="Arguments for it.")
    contains: tuple[NonEmpty, ...] = Field(
        (), description="Only files that contain one of these words: it runs on each file, which takes its time."
    )
    timeout: Seconds = Field(60, description="Seconds for one file.")


class LibCstCodemod(Foreign):
    """Runs a LibCST codemod command. Its code runs in preview, too, once you have said that you trust it."""

    codemod: Annotated[str, AfterValidator(_target)] = Field(description="The class, as `package.module:CommandClass`.")


class BowlerCodemod(Foreign):
    """Runs a Bowler query, with the extra `codemods[bowler]`. Its code runs in preview, too, as said above."""

    bowler: Annotated[str, AfterValidator(_script)] = Field(
        description="The function that makes the query, as `path.py:function`."
    )


class OwnTransform(Foreign):
    """Runs a transform of an installed package, found by its entry point."""

    transform: NonEmpty = Field(description="The name of the entry point in the group `codemods.transforms`.")


STEPS: dict[str, type[Conditions]] = {
    "match": Rule,
    "call": ArgumentRule,
    "codemod": LibCstCodemod,
    "bowler": BowlerCodemod,
    "transform": OwnTransform,
}


def step_kind(value: Any) -> str:
    """The key that tells what kind of step a value of `rewrite:` is."""
    if isinstance(value, dict):
        return next((key for key in STEPS if key in value), "match")
    return next((key for key, model in STEPS.items() if type(value) is model), "match")


Rewrite = Annotated[
    Annotated[Rule, Tag("match")]
    | Annotated[ArgumentRule, Tag("call")]
    | Annotated[LibCstCodemod, Tag("codemod")]
    | Annotated[BowlerCodemod, Tag("bowler")]
    | Annotated[OwnTransform, Tag("transform")],
    Discriminator(step_kind),
]
