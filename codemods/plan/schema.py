"""The schema of a plan: one field per YAML key. What is not here is an unknown key."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag

from codemods.plan import limits
from codemods.plan.consolidation import Delete, Expect, Forbid, Merge, PhaseExpect
from codemods.plan.rewrites import Rewrite  # noqa: TC001 - pydantic reads the annotation
from codemods.plan.types import (
    Dotted,
    File,
    Identifier,
    Line,
    Model,
    NonEmpty,
    Pattern,
    PhaseName,
    Remote,
    Slug,
    Symbol,
)
from codemods.plan.validations import BUILT_IN, Action, Triggers, Validation


class Keep(Model):
    """A module that stays: it has to exist, with the symbols named, and loses no public name while the plan runs."""

    module: Dotted = Field(description="The module that stays.")
    symbols: tuple[Identifier, ...] = Field((), description="Names that the module has to have.")
    as_is: bool = Field(False, description="Whether the module may not change at all.")
    reason: str = Field("", description="Why, for those who read the plan.")


Choice = Literal["rewrite", "review", "leave"]


class Strings(Model):
    """What is done about strings that name code, by class. One word for all sets those that are `rewrite` here."""

    patch: Choice = Field("rewrite", description='Patch targets: `patch("m.a")`, `monkeypatch.setattr("m.a", …)`.')
    modules: Choice = Field("rewrite", description='Names of modules: `import_module("m")`, `sys.modules["m"]`.')
    members: Choice = Field(
        "rewrite", description='Names read from a module: `getattr(m, "a")`, `patch.object(m, "a")`.'
    )
    lazy: Choice = Field("rewrite", description="Maps beside the `__getattr__` of a module (PEP 562).")
    annotations: Choice = Field(
        "rewrite", description='Annotations: `x: "a"`, `cast("a", x)`, `TypeVar(bound="a")`. Else the local name stays.'
    )
    type_comments: Choice = Field("rewrite", description="`# type:` comments. Else the local name stays.")
    docs: Choice = Field("rewrite", description="Full dotted names in backticks in docstrings, such as Sphinx roles.")
    exports: Choice = Field(
        "leave", description="Entries of `__all__`. `rewrite` changes the names that a module exports."
    )
    other: Choice = Field("review", description="Other strings that equal the full dotted name.")


_ALL_STRINGS = ("patch", "modules", "members", "lazy", "annotations", "type_comments", "docs")


def _all_strings(value: Any) -> Any:
    if isinstance(value, str):
        if value not in get_args(Choice):
            raise ValueError("expected `rewrite`, `review` or `leave`, or one of these for each class of strings")
        return dict.fromkeys(_ALL_STRINGS, value)
    return value


StringsChoice = Annotated[Strings, BeforeValidator(_all_strings, json_schema_input_type=Choice | Strings)]


Leave = Literal["shim", "alias", "nothing"]
_SIGNATURES = (
    "What is done about a call that does not fit the new definition, where both are known: `check` blocks the file, "
    "`ignore` goes on."
)


class RedirectModule(Model):
    """A module, with every name in it, that consumers are to take from elsewhere."""

    module: Dotted = Field(description="The old module.")
    to: Dotted = Field(description="The module that takes its place.")
    symbols: dict[Identifier, Dotted] = Field(
        default_factory=dict,
        description="Names that do not simply keep their name: a plain name renames on the way, "
        "a dotted one moves the symbol elsewhere.",
    )
    names: Literal["rename", "keep"] = Field(
        "rename",
        description="What consumers call it: `rename` renames its uses where that is safe, `keep` keeps the local name "
        "(`import new as old`).",
    )
    leave: Leave = Field(
        "nothing",
        description="What is left at the old path before consumers change: a `shim`, which forwards each name lazily "
        "with a `DeprecationWarning`; an `alias`, which makes old and new one module object, so that patches of either "
        "reach both; or `nothing`: the module stays as it is.",
    )
    strings: StringsChoice = Field(
        Strings.model_construct(),
        description="What is done about strings that name code: `rewrite`, `review` or `leave`, or by class.",
    )
    signatures: Literal["check", "ignore"] = Field("check", description=_SIGNATURES)


class RedirectSymbol(Model):
    """One symbol that consumers are to take from elsewhere; the rest of its module stays where it is."""

    symbol: Symbol = Field(description="The old symbol, as `package.module.name`.")
    to: Symbol = Field(description="The symbol that takes its place.")
    names: Literal["rename", "keep"] = Field("rename", description="As for a module.")
    strings: StringsChoice = Field(Strings.model_construct(), description="As for a module.")
    signatures: Literal["check", "ignore"] = Field("check", description="As for a module.")


def _redirect_kind(value: Any) -> str:
    if isinstance(value, dict):
        return "symbol" if "symbol" in value and "module" not in value else "module"
    return "symbol" if isinstance(value, RedirectSymbol) else "module"


Redirect = Annotated[
    Annotated[RedirectModule, Tag("module")] | Annotated[RedirectSymbol, Tag("symbol")], Discriminator(_redirect_kind)
]


Step = Literal["merge", "shim", "consumers", "delete"]


class Phase(Model):
    """An ordered group of files with its own rules of validation and commit."""

    name: PhaseName = Field(description="The name of the phase, such as `P0`.")
    does: Step = Field(
        "consumers",
        description="`consumers` rewrites the files that it lists. `merge`, `shim` and `delete` carry out what the "
        "plan says under `merge:`, `leave:` and `delete:`; they need no mention unless their rules are to be other "
        "than the default: one commit each, with all validations of the other phases.",
    )
    files: tuple[Pattern, ...] | Literal["rest"] = Field(
        (),
        description="Of `consumers`: paths, or patterns as in `.gitignore` (`**`, and `!` to leave out); or the word "
        "`rest`: every file with references that no other phase lists.",
    )
    commit: Literal["file", "phase"] = Field("file", description="One commit per `file`, or one for the `phase`.")
    gate: Literal["manual"] | None = Field(
        None, description="`manual`: `apply` stops before the phase until it is asked for by name: `--phase NAME`."
    )
    entry: tuple[str, ...] = Field((), description="Validations that have to hold before the first unit.")
    exit: tuple[str, ...] = Field((), description="Validations that have to hold after the last unit.")
    validate_by: Literal["each", "batch", "phase"] = Field(
        "each",
        alias="validate",
        description="`each` validates after every unit. `batch` writes many units, validates once, and commits each "
        "when that holds; when not, it finds the culprits by bisection and keeps the rest. `phase` writes all units of "
        "the phase, validates once, and commits all of them or none.",
    )
    batch: int | None = Field(
        None, ge=2, description="How many units a batch holds at most; without it, all of the phase."
    )
    validations: tuple[str, ...] = Field((), alias="with", description="The validations, in the order they run.")
    triggers: Triggers | None = Field(None, description="Those of this phase, in place of the plan's.")
    on_failure: Action = Field(
        "stop",
        description="After a rejected unit: `stop` the run, `skip` the unit and go on, or revert what the run has "
        "committed in the phase and stop.",
    )
    expect: PhaseExpect = Field(PhaseExpect.model_construct(), description="What `audit` compares the phase with.")

    @property
    def all_validations(self) -> tuple[str, ...]:
        """The validations of its entry, of its units and of its exit, each once."""
        return tuple(dict.fromkeys((*self.entry, *self.validations, *self.exit)))


class Commit(Model):
    """How commits are made."""

    message: Annotated[str, Field(min_length=1, max_length=limits.TEMPLATE)] = Field(
        "refactor: {{ summary }}\n\nPlan {{ plan }}, phase {{ phase }}.\n",
        description="A template for the commit message; the variables are listed below.",
    )


class Plan(Model):
    """A migration: what to keep and redirect, in which phases, validated how."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this schema: 1.")
    name: Slug = Field(description="A short name; it becomes part of a branch name.")
    title: Line = Field("", description="One line for people.")
    issue: Line = Field("", description="Where the migration is tracked, such as `#506`.")
    source_roots: tuple[File, ...] = Field(
        (".",), min_length=1, description="The folders that dotted names start from."
    )
    exclude: tuple[Pattern, ...] = Field(
        (), description="Tracked files that are left alone, as patterns in the style of `.gitignore`."
    )
    libraries: tuple[Identifier, ...] = Field(
        (),
        description="Libraries outside the repository that redirects and rules name, by their first name, such as "
        "`django`. Nobody checks that they have what the plan says. The standard library needs no mention.",
    )
    keep: tuple[Keep, ...] = Field((), description="Modules that stay and have to exist.")
    rewrite: tuple[Rewrite, ...] = Field(
        (), description="Rules and codemods, carried out in this order, before the redirects, in each file."
    )
    merge: tuple[Merge, ...] = Field((), description="What duplicates have and kept modules lack, moved there first.")
    redirect: tuple[Redirect, ...] = Field((), description="Modules and symbols to take from elsewhere.")
    delete: tuple[Delete, ...] = Field((), description="Modules and symbols to delete once nothing refers to them.")
    forbid: Forbid = Field(
        Forbid.model_construct(), description="What must not be there, nor come back: for `audit` and `guard`."
    )
    expect: Expect = Field(Expect.model_construct(), description="What `audit` compares the code with.")
    non_python: Choice = Field(
        "review",
        description="References in files that are not Python (settings, documentation, scripts): `review` lists them, "
        "`rewrite` changes exact dotted names, as `--non-python` does.",
    )
    phases: tuple[Phase, ...] = Field((), description="The phases, in order. Without any, one phase holds all files.")
    validation: dict[str, Validation] = Field(
        default_factory=dict, description="The validations by name. `imports` is built in."
    )
    triggers: Triggers = Field(Triggers.model_construct(), description="What ends a phase before its end.")
    prepare: tuple[Annotated[tuple[NonEmpty, ...], Field(min_length=1)], ...] = Field(
        (),
        description="Commands that make a new checkout fit for the validations, such as to build an extension. They "
        "run once in each linked worktree (`--jobs`) and in each worker's clone, without a shell; `{checkout}` is the "
        "folder of the original checkout; for a worker, its clone.",
    )
    remote: Remote | None = Field(
        None,
        description="Where workers on other machines (`--executor`) fetch candidates from: a remote of the repository, "
        "such as `origin`, or a URL that they and this machine can reach.",
    )
    commit: Commit = Field(default_factory=Commit, description="How commits are made.")

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
