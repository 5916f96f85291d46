"""The schema of `rewrite:`: rules, edits of arguments, and codemods that exist already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, field

from codemods.plan import limits
from codemods.plan.expressions import check_expression, check_pattern
from codemods.plan.types import Check, Dotted, Either, Identifier, Model, NonEmpty, Pattern, Seconds, Shorthand, Slug

if TYPE_CHECKING:
    from collections.abc import Collection

Kind = Literal[
    "name", "attribute", "call", "literal", "string", "number", "none", "await", "lambda", "list", "dict", "tuple"
]
Place = Literal["async def", "def", "class", "module"]
Position = Annotated[int, Meta(ge=0, le=limits.POSITION)]


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


Variable = Annotated[str, Check(_variable)]
NameOrPosition = Annotated[
    Identifier | Position, Either(lambda value: Position if isinstance(value, int) else Identifier)
]
Words = Shorthand(_listed, str)
Places = Annotated[tuple[Place, ...], Words]
Snippets = Annotated[tuple[NonEmpty, ...], Words]


class Test(Model, frozen=True, kw_only=True):
    """What a `$X` has to be, all that is given together."""

    kind: Annotated[tuple[Kind, ...], Words, Meta(description="One of these kinds of expression.")] = field(
        name="is", default=()
    )
    is_not: Annotated[tuple[Kind, ...], Words, Meta(description="None of these kinds.")] = field(name="not", default=())
    regex: Annotated[
        str,
        Check(check_expression),
        Meta(description="A regular expression that is found in its source text."),
    ] = ""
    symbol: Annotated[Dotted | None, Meta(description="The full dotted name of the symbol that it is.")] = None


def _test(value: Any) -> Any:
    return {"is": value} if isinstance(value, str) else value


class Requires(Model, frozen=True, kw_only=True):
    """What has to hold at the match; else it is listed for review."""

    names: Annotated[tuple[Identifier, ...], Meta(description="Names that are bound in scope there.")] = ()


class Conditions(Model, frozen=True, kw_only=True):
    """Where and when a rule applies."""

    name: Annotated[Slug, Meta(description="The name of the rule.")]
    reason: Annotated[str, Meta(description="Why, for those who read the plan.")] = ""
    files: Annotated[
        tuple[Pattern, ...], Meta(description="Only in these files; patterns in the style of `.gitignore`.")
    ] = ()


class Matching(Conditions, frozen=True, kw_only=True):
    """The conditions of rules that match code."""

    each: Annotated[
        tuple[dict[Variable, NonEmpty], ...],
        Meta(
            description="A table: the rule is read once per row, with the texts of the row in the place of its `$X` "
            "in all snippets."
        ),
    ] = ()

    places: Annotated[Places, Meta(description="Only directly in one of these.")] = field(name="in", default=())
    inside: Annotated[
        Snippets,
        Meta(
            description="Only inside of code that matches all of these. A class or function in it is the nearest one."
        ),
    ] = ()
    not_inside: Annotated[Snippets, Meta(description="Not inside of code that matches one of these.")] = ()
    requires: Annotated[Requires, Meta(description="Else the match is listed for review.")] = Requires()
    where: Annotated[
        dict[Variable, Annotated[Test, Shorthand(_test, Kind)]],
        Meta(description="What each `$X` has to be: a kind of expression, or several tests."),
    ] = field(default_factory=dict)
    imports: Annotated[
        tuple[Dotted, ...],
        Meta(description="Modules that are imported as a whole (`import a.b`) where the replacement names them."),
    ] = ()
    signatures: Annotated[
        Literal["check", "ignore"],
        Meta(
            description="What is done where the rule writes a call that does not fit a definition in the repository: "
            "`check` blocks the file, `ignore` goes on."
        ),
    ] = "check"
    local: Annotated[
        tuple[Identifier, ...],
        Meta(description="Names in the snippets that are local variables, though there is a module of that name."),
    ] = ()


class Rule(Matching, frozen=True, kw_only=True):
    """Replaces code that matches a snippet."""

    match: Annotated[
        NonEmpty, Meta(description="The Python to look for. `$X` is any expression or name, `...` any run.")
    ]
    replace: Annotated[
        str | None,
        Meta(
            description="The Python to put there. Empty: the statements go. Without it, matches are listed for review."
        ),
    ] = None
    sync: Annotated[
        str | None,
        Meta(
            description="What to put there where an `await` in `replace` is not allowed. Without it, such a file is "
            "blocked."
        ),
    ] = None

    def check(self, given: Collection[str]) -> None:
        if "replace" in given and self.replace is None:
            raise ValueError(
                '`replace` says nothing: write `""` to take the code away, or leave the key out to list it'
            )


class ArgumentEdit(Model, frozen=True, kw_only=True):
    """One edit of an argument list. Positions count from 0; values are Python."""

    add: Annotated[Identifier | None, Meta(description="Give this keyword, with `value`, where it is not given.")] = (
        None
    )
    insert: Annotated[Position | None, Meta(description="Put `value` at this position.")] = None
    default: Annotated[
        Identifier | None,
        Meta(description="Give this keyword, with `value`, where it is given neither by name nor at `position`."),
    ] = None
    remove: Annotated[
        NameOrPosition | None,
        Meta(description="Remove the argument of this name (and at `position`), or at this position."),
    ] = None
    rename: Annotated[Identifier | None, Meta(description="Rename this keyword to `to`.")] = None
    keyword: Annotated[Identifier | None, Meta(description="Give the argument at `position` by this keyword.")] = None
    reorder: Annotated[
        tuple[Position, ...] | None,
        Meta(description="The positional arguments, by their positions before, in their new order."),
    ] = None
    replace_none: Annotated[
        NameOrPosition | None,
        Meta(
            description="Replace the `None` given for this name (and at `position`), or at this position, by `value`."
        ),
    ] = None
    value: Annotated[NonEmpty | None, Meta(description="The new value.")] = None
    to: Annotated[Identifier | None, Meta(description="The new name.")] = None
    position: Annotated[
        Position | None, Meta(description="Where the argument stands when it is given by position.")
    ] = None

    of: Annotated[
        Position | None, Meta(description="Edit only calls that have so many positional arguments, and none with `*`.")
    ] = None

    @property
    def operation(self) -> str:
        """Which of the keys says what to do."""
        return next(name for name in _OPERATIONS if getattr(self, name) is not None)

    def check(self, given: Collection[str]) -> None:  # noqa: ARG002 - what is given as nothing is as good as not given
        operations = [name for name in _OPERATIONS if getattr(self, name) is not None]
        if len(operations) != 1:
            raise ValueError(f"expected one of {', '.join(f'`{name}`' for name in _OPERATIONS)}")
        needed, allowed = _OPERATIONS[operations[0]]
        for name in ("value", "to", "position"):
            if name in needed and getattr(self, name) is None:
                raise ValueError(f"`{operations[0]}` needs `{name}`")
            if name not in (*needed, *allowed) and getattr(self, name) is not None:
                raise ValueError(f"`{operations[0]}` does not take `{name}`")


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


class ArgumentRule(Matching, frozen=True, kw_only=True):
    """Edits the arguments of calls."""

    call: Annotated[
        NonEmpty, Meta(description="What is called: a dotted name, or a snippet such as `$AGENT.set_bridge`.")
    ]
    arguments: Annotated[tuple[ArgumentEdit, ...], Meta(min_length=1, description="The edits, in order.")]


class Foreign(Conditions, frozen=True, kw_only=True):
    """What codemods from elsewhere have in common."""

    args: Annotated[dict[Identifier, Any], Meta(description="Arguments for it.")] = field(default_factory=dict)
    contains: Annotated[
        tuple[NonEmpty, ...],
        Meta(description="Only files that contain one of these words: it runs on each file, which takes its time."),
    ] = ()
    timeout: Annotated[Seconds, Meta(description="Seconds for one file.")] = 60


class LibCstCodemod(Foreign, frozen=True, kw_only=True):
    """Runs a LibCST codemod command. Its code runs in preview, too, once you have said that you trust it."""

    codemod: Annotated[str, Check(_target), Meta(description="The class, as `package.module:CommandClass`.")]


class BowlerCodemod(Foreign, frozen=True, kw_only=True):
    """Runs a Bowler query, with the extra `codemods[bowler]`. Its code runs in preview, too, as said above."""

    bowler: Annotated[
        str,
        Check(_script),
        Meta(description="The function that makes the query, as `path.py:function`."),
    ]


class OwnTransform(Foreign, frozen=True, kw_only=True):
    """Runs a transform of an installed package, found by its entry point."""

    transform: Annotated[NonEmpty, Meta(description="The name of the entry point in the group `codemods.transforms`.")]


STEPS: dict[str, type[Conditions]] = {
    "match": Rule,
    "call": ArgumentRule,
    "codemod": LibCstCodemod,
    "bowler": BowlerCodemod,
    "transform": OwnTransform,
}


def _step(value: Any) -> type[Conditions]:
    given = value if isinstance(value, dict) else ()
    return next((model for key, model in STEPS.items() if key in given), Rule)


Rewrite = Annotated[Rule | ArgumentRule | LibCstCodemod | BowlerCodemod | OwnTransform, Either(_step)]
