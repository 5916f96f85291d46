"""The part of a plan's schema that says how changes are validated, and when that is enough."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from codemods.plan.types import Check, Expression, File, Model, NonEmpty, Seconds, Shorthand, Tagged


def _variable(text: str) -> str:
    if "=" in text:
        raise ValueError("expected the name of a variable, without `=`")
    return text


Action = Literal["stop", "skip", "rollback-phase"]
_SELECT = (
    "After a unit, run the tests that can be `affected` by it: those whose files reach its files by imports; or `all`. "
    "At the end of each phase all of them run."
)
_RERUNS = "How often a test that newly fails is tried again, with the change and without it, before it convicts."


class _Validation(Model, frozen=True, kw_only=True):
    env: Annotated[
        dict[Annotated[NonEmpty, Check(_variable)], str | None],
        Meta(description="Variables of the environment that are set, or taken out with `null`, for its programs."),
    ] = field(default_factory=dict)


class ImportsValidation(_Validation, frozen=True, kw_only=True):
    """Imports every changed module, and those that depend on one, in fresh interpreters; a module that failed before
    may fail still."""

    kind: Annotated[Literal["imports"], Meta(description="Import the changed modules, and those that depend on them.")]
    dependants: Annotated[bool, Meta(description="Whether modules that depend on a changed one are imported, too.")] = (
        True
    )
    timeout: Annotated[
        Seconds, Meta(description="Seconds for each changed module, and for all that depend on those of a unit.")
    ] = 60


class Appearance(Model, frozen=True, kw_only=True):
    """What has to be in the output of a command, and what must not be."""

    must: Annotated[Expression | None, Meta(description="A regular expression that has to match in the output.")] = None
    must_not: Annotated[Expression | None, Meta(description="One that must not match in it.")] = None


def _appearance(value: Any) -> Any:
    return {"must": value} if isinstance(value, str) else value


PatternChoice = Annotated[Appearance, Shorthand(_appearance, Expression)]


class CommandValidation(_Validation, frozen=True, kw_only=True):
    """Runs a program, without a shell, from the root of the repository; exit status 0 holds."""

    kind: Annotated[Literal["command"], Meta(description="Run a program.")]
    run: Annotated[
        tuple[NonEmpty, ...],
        Meta(min_length=1, description="The program and its arguments. `python` is the Python of the project."),
    ]
    pattern: Annotated[
        PatternChoice | None,
        Meta(description="A regular expression that has to match in the output, or `must:` and `must_not:`."),
    ] = None
    junit: Annotated[
        File | None,
        Meta(
            description="The JUnit XML file that the program writes: the verdict is then test by test, against a "
            "baseline, as for pytest, whatever the exit status."
        ),
    ] = None
    timeout: Annotated[Seconds, Meta(description="Seconds until the program and all it started are killed.")] = 600


class PytestValidation(_Validation, frozen=True, kw_only=True):
    """Runs pytest and compares test by test with a baseline on the unchanged tree."""

    kind: Annotated[Literal["pytest"], Meta(description="Run pytest.")]
    args: Annotated[tuple[str, ...], Meta(description="Arguments for pytest, such as `tests/unit`.")] = ()
    select: Annotated[Literal["affected", "all"], Meta(description=_SELECT)] = "affected"
    coverage: Annotated[
        File,
        Meta(
            description="Coverage data with contexts (`--cov-context=test`), where there is such a file: tests that "
            "are recorded not to touch a changed file are not run after a unit."
        ),
    ] = ".coverage"
    reruns: Annotated[int, Meta(ge=1, le=20, description=_RERUNS)] = 2
    timeout: Annotated[Seconds, Meta(description="Seconds for one run of pytest.")] = 1800


class UnittestValidation(_Validation, frozen=True, kw_only=True):
    """Runs unittest and compares test by test with a baseline on the unchanged tree."""

    kind: Annotated[Literal["unittest"], Meta(description="Run `python -m unittest`.")]
    args: Annotated[
        tuple[str, ...],
        Meta(description="Arguments for unittest, such as `discover -s tests`, or the names of modules."),
    ] = ("discover",)
    select: Annotated[Literal["affected", "all"], Meta(description=_SELECT)] = "affected"
    reruns: Annotated[int, Meta(ge=1, le=20, description=_RERUNS)] = 2
    timeout: Annotated[Seconds, Meta(description="Seconds for one run of unittest.")] = 1800


KINDS: dict[str, type[Model]] = {
    "imports": ImportsValidation,
    "command": CommandValidation,
    "pytest": PytestValidation,
    "unittest": UnittestValidation,
}
Validation = Annotated[
    ImportsValidation | CommandValidation | PytestValidation | UnittestValidation, Tagged("kind", KINDS)
]
BUILT_IN: dict[str, ImportsValidation] = {"imports": ImportsValidation(kind="imports")}


class Triggers(Model, frozen=True, kw_only=True):
    """What ends a phase before its end, beside a rejected unit."""

    pass_rate_below: Annotated[
        Annotated[float, Meta(gt=0, le=1)] | None,
        Meta(description="The share of tests that pass, such as 0.95, in any run of a validation."),
    ] = None
    slower_than: Annotated[
        Annotated[float, Meta(gt=1)] | None,
        Meta(
            description="How much slower than on the unchanged tree a whole validation may be: 1.10 is ten percent. "
            "It is repeated, with the change and without it, before it counts.",
        ),
    ] = None
    stop_after: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="How many units may be rejected in the phase.")
    ] = None
    then: Annotated[
        Action | None,
        Meta(
            description="`stop` the run, `skip` the rest of the phase, or `rollback-phase`. Without it, `stop_after` "
            "stops and the others roll the phase back."
        ),
    ] = None
