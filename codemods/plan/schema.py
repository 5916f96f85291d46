"""The schema of a plan: one field per YAML key. What is not here is an unknown key."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, field

from codemods.plan import limits
from codemods.plan.consolidation import Delete, Expect, Forbid, Merge, PhaseExpect
from codemods.plan.rewrites import Rewrite
from codemods.plan.types import (
    Dotted,
    Either,
    File,
    Identifier,
    Line,
    Model,
    NonEmpty,
    Pattern,
    PhaseName,
    Remote,
    Shorthand,
    Slug,
    Symbol,
    module_or_symbol,
)
from codemods.plan.validations import BUILT_IN, Action, Triggers, Validation


class Keep(Model, frozen=True, kw_only=True):
    """A module that stays: it has to exist, with the symbols named, and loses no public name while the plan runs."""

    module: Annotated[Dotted, Meta(description="The module that stays.")]
    symbols: Annotated[tuple[Identifier, ...], Meta(description="Names that the module has to have.")] = ()
    as_is: Annotated[bool, Meta(description="Whether the module may not change at all.")] = False
    reason: Annotated[str, Meta(description="Why, for those who read the plan.")] = ""


Choice = Literal["rewrite", "review", "leave"]


class Strings(Model, frozen=True, kw_only=True):
    """What is done about strings that name code, by class. One word for all sets those that are `rewrite` here."""

    patch: Annotated[Choice, Meta(description='Patch targets: `patch("m.a")`, `monkeypatch.setattr("m.a", …)`.')] = (
        "rewrite"
    )
    modules: Annotated[Choice, Meta(description='Names of modules: `import_module("m")`, `sys.modules["m"]`.')] = (
        "rewrite"
    )
    members: Annotated[
        Choice, Meta(description='Names read from a module: `getattr(m, "a")`, `patch.object(m, "a")`.')
    ] = "rewrite"
    lazy: Annotated[Choice, Meta(description="Maps beside the `__getattr__` of a module (PEP 562).")] = "rewrite"
    annotations: Annotated[
        Choice,
        Meta(description='Annotations: `x: "a"`, `cast("a", x)`, `TypeVar(bound="a")`. Else the local name stays.'),
    ] = "rewrite"
    type_comments: Annotated[Choice, Meta(description="`# type:` comments. Else the local name stays.")] = "rewrite"
    docs: Annotated[Choice, Meta(description="Full dotted names in backticks in docstrings, such as Sphinx roles.")] = (
        "rewrite"
    )
    exports: Annotated[
        Choice, Meta(description="Entries of `__all__`. `rewrite` changes the names that a module exports.")
    ] = "leave"
    other: Annotated[Choice, Meta(description="Other strings that equal the full dotted name.")] = "review"


_ALL_STRINGS = ("patch", "modules", "members", "lazy", "annotations", "type_comments", "docs")


def _all_strings(value: Any) -> Any:
    if isinstance(value, str):
        if value not in get_args(Choice):
            raise ValueError("expected `rewrite`, `review` or `leave`, or one of these for each class of strings")
        return dict.fromkeys(_ALL_STRINGS, value)
    return value


StringsChoice = Annotated[Strings, Shorthand(_all_strings, Choice)]


Leave = Literal["shim", "alias", "nothing"]
_SIGNATURES = (
    "What is done about a call that does not fit the new definition, where both are known: `check` blocks the file, "
    "`ignore` goes on."
)


class RedirectModule(Model, frozen=True, kw_only=True):
    """A module, with every name in it, that consumers are to take from elsewhere."""

    module: Annotated[
        Dotted,
        Meta(description="The old module.", extra={"missing": "expected `module:` or `symbol:`, and `to:`"}),
    ]
    to: Annotated[Dotted, Meta(description="The module that takes its place.")]
    symbols: Annotated[
        dict[Identifier, Dotted],
        Meta(
            description="Names that do not simply keep their name: a plain name renames on the way, "
            "a dotted one moves the symbol elsewhere."
        ),
    ] = field(default_factory=dict)
    names: Annotated[
        Literal["rename", "keep"],
        Meta(
            description="What consumers call it: `rename` renames its uses where that is safe, `keep` keeps the local "
            "name (`import new as old`)."
        ),
    ] = "rename"
    leave: Annotated[
        Leave,
        Meta(
            description="What is left at the old path before consumers change: a `shim`, which forwards each name "
            "lazily with a `DeprecationWarning`; an `alias`, which makes old and new one module object, so that "
            "patches of either reach both; or `nothing`: the module stays as it is."
        ),
    ] = "nothing"
    strings: Annotated[
        StringsChoice,
        Meta(description="What is done about strings that name code: `rewrite`, `review` or `leave`, or by class."),
    ] = Strings()
    signatures: Annotated[Literal["check", "ignore"], Meta(description=_SIGNATURES)] = "check"


class RedirectSymbol(Model, frozen=True, kw_only=True):
    """One symbol that consumers are to take from elsewhere; the rest of its module stays where it is."""

    symbol: Annotated[Symbol, Meta(description="The old symbol, as `package.module.name`.")]
    to: Annotated[Symbol, Meta(description="The symbol that takes its place.")]
    names: Annotated[Literal["rename", "keep"], Meta(description="As for a module.")] = "rename"
    strings: Annotated[StringsChoice, Meta(description="As for a module.")] = Strings()
    signatures: Annotated[Literal["check", "ignore"], Meta(description="As for a module.")] = "check"


Redirect = Annotated[RedirectModule | RedirectSymbol, module_or_symbol(RedirectModule, RedirectSymbol)]


Step = Literal["merge", "shim", "consumers", "delete"]


_Listed = tuple[Pattern, ...]
_Rest = Literal["rest"]


def _files(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return _Listed
    if value == "rest":
        return _Rest
    raise ValueError("expected a list of paths and patterns, or the word `rest`")


Files = Annotated[_Listed | _Rest, Either(_files)]


class Phase(Model, frozen=True, kw_only=True):
    """An ordered group of files with its own rules of validation and commit."""

    name: Annotated[PhaseName, Meta(description="The name of the phase, such as `P0`.")]
    does: Annotated[
        Step,
        Meta(
            description="`consumers` rewrites the files that it lists. `merge`, `shim` and `delete` carry out what the "
            "plan says under `merge:`, `leave:` and `delete:`; they need no mention unless their rules are to be other "
            "than the default: one commit each, with all validations of the other phases."
        ),
    ] = "consumers"
    files: Annotated[
        Files,
        Meta(
            description="Of `consumers`: paths, or patterns as in `.gitignore` (`**`, and `!` to leave out); or the "
            "word `rest`: every file with references that no other phase lists."
        ),
    ] = ()
    commit: Annotated[Literal["file", "phase"], Meta(description="One commit per `file`, or one for the `phase`.")] = (
        "file"
    )
    gate: Annotated[
        Literal["manual"] | None,
        Meta(description="`manual`: `apply` stops before the phase until it is asked for by name: `--phase NAME`."),
    ] = None
    entry: Annotated[tuple[str, ...], Meta(description="Validations that have to hold before the first unit.")] = ()
    exit: Annotated[tuple[str, ...], Meta(description="Validations that have to hold after the last unit.")] = ()
    validate_by: Annotated[
        Literal["each", "batch", "phase"],
        Meta(
            description="`each` validates after every unit. `batch` writes many units, validates once, and commits "
            "each when that holds; when not, it finds the culprits by bisection and keeps the rest. `phase` writes "
            "all units of the phase, validates once, and commits all of them or none."
        ),
    ] = field(name="validate", default="each")
    batch: Annotated[
        Annotated[int, Meta(ge=2)] | None,
        Meta(description="How many units a batch holds at most; without it, all of the phase."),
    ] = None
    validations: Annotated[tuple[str, ...], Meta(description="The validations, in the order they run.")] = field(
        name="with", default=()
    )
    triggers: Annotated[Triggers | None, Meta(description="Those of this phase, in place of the plan's.")] = None
    on_failure: Annotated[
        Action,
        Meta(
            description="After a rejected unit: `stop` the run, `skip` the unit and go on, or revert what the run has "
            "committed in the phase and stop."
        ),
    ] = "stop"
    expect: Annotated[PhaseExpect, Meta(description="What `audit` compares the phase with.")] = PhaseExpect()

    @property
    def all_validations(self) -> tuple[str, ...]:
        """The validations of its entry, of its units and of its exit, each once."""
        return tuple(dict.fromkeys((*self.entry, *self.validations, *self.exit)))


class Commit(Model, frozen=True, kw_only=True):
    """How commits are made."""

    message: Annotated[
        str,
        Meta(
            description="A template for the commit message; the variables are listed below.",
            min_length=1,
            max_length=limits.TEMPLATE,
        ),
    ] = "refactor: {{ summary }}\n\nPlan {{ plan }}, phase {{ phase }}.\n"


class Plan(Model, frozen=True, kw_only=True):
    """A migration: what to keep and redirect, in which phases, validated how."""

    schema_version: Annotated[Literal[1], Meta(description="The version of this schema: 1.")] = field(name="schema")
    name: Annotated[Slug, Meta(description="A short name; it becomes part of a branch name.")]
    title: Annotated[Line, Meta(description="One line for people.")] = ""
    issue: Annotated[Line, Meta(description="Where the migration is tracked, such as `#506`.")] = ""
    source_roots: Annotated[
        tuple[File, ...], Meta(min_length=1, description="The folders that dotted names start from.")
    ] = (".",)
    exclude: Annotated[
        tuple[Pattern, ...],
        Meta(description="Tracked files that are left alone, as patterns in the style of `.gitignore`."),
    ] = ()
    libraries: Annotated[
        tuple[Identifier, ...],
        Meta(
            description="Libraries outside the repository that redirects and rules name, by their first name, such as "
            "`django`. Nobody checks that they have what the plan says. The standard library needs no mention."
        ),
    ] = ()
    keep: Annotated[tuple[Keep, ...], Meta(description="Modules that stay and have to exist.")] = ()
    rewrite: Annotated[
        tuple[Rewrite, ...],
        Meta(description="Rules and codemods, carried out in this order, before the redirects, in each file."),
    ] = ()
    merge: Annotated[
        tuple[Merge, ...], Meta(description="What duplicates have and kept modules lack, moved there first.")
    ] = ()
    redirect: Annotated[tuple[Redirect, ...], Meta(description="Modules and symbols to take from elsewhere.")] = ()
    delete: Annotated[
        tuple[Delete, ...], Meta(description="Modules and symbols to delete once nothing refers to them.")
    ] = ()
    forbid: Annotated[Forbid, Meta(description="What must not be there, nor come back: for `audit` and `guard`.")] = (
        Forbid()
    )
    expect: Annotated[Expect, Meta(description="What `audit` compares the code with.")] = Expect()
    non_python: Annotated[
        Choice,
        Meta(
            description="References in files that are not Python (settings, documentation, scripts): `review` lists "
            "them, `rewrite` changes exact dotted names, as `--non-python` does."
        ),
    ] = "review"
    phases: Annotated[
        tuple[Phase, ...], Meta(description="The phases, in order. Without any, one phase holds all files.")
    ] = ()
    validation: Annotated[
        dict[str, Validation], Meta(description="The validations by name. `imports` is built in.")
    ] = field(default_factory=dict)
    triggers: Annotated[Triggers, Meta(description="What ends a phase before its end.")] = Triggers()
    prepare: Annotated[
        tuple[Annotated[tuple[NonEmpty, ...], Meta(min_length=1)], ...],
        Meta(
            description="Commands that make a new checkout fit for the validations, such as to build an extension. "
            "They run once in each linked worktree (`--jobs`) and in each worker's clone, without a shell; "
            "`{checkout}` is the folder of the original checkout; for a worker, its clone."
        ),
    ] = ()
    remote: Annotated[
        Remote | None,
        Meta(
            description="Where workers on other machines (`--executor`) fetch candidates from: a remote of the "
            "repository, such as `origin`, or a URL that they and this machine can reach."
        ),
    ] = None
    commit: Annotated[Commit, Meta(description="How commits are made.")] = Commit()

    @property
    def effective_phases(self) -> tuple[Phase, ...]:
        """The phases of consumers; where the plan has none, one that holds everything."""
        return tuple(p for p in self.phases if p.does == "consumers") or (Phase(name="all", files="rest"),)

    def phase_that_does(self, step: Step) -> Phase:
        """The phase of `merge`, `shim` or `delete`: the plan's, or one that runs what any other phase runs."""
        given = next((phase for phase in self.phases if phase.does == step), None)
        if given is not None:
            return given
        used = dict.fromkeys(name for phase in self.effective_phases for name in phase.validations)
        taken = {phase.name for phase in self.phases}
        name = step if step not in taken else f"{step}-step"
        return Phase(name=name, does=step, validations=tuple(used) or ("imports",))

    def triggers_of(self, phase: Phase) -> Triggers:
        """The triggers of `phase`."""
        return phase.triggers or self.triggers

    def validation_named(self, name: str) -> Validation:
        """The validation called `name`. Raises KeyError where there is none."""
        return self.validation.get(name) or BUILT_IN[name]
