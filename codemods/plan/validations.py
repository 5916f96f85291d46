"""The part of a plan's schema that says how changes are validated, and when that is enough."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from codemods.plan.types import Expression, File, Model, NonEmpty, Seconds


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


class _Validation(Model):
    env: dict[Annotated[NonEmpty, AfterValidator(_variable)], str | None] = Field(
        default_factory=dict,
        description="Variables of the environment that are set, or taken out with `null`, for its programs.",
    )


class ImportsValidation(_Validation):
    """Imports every changed module, and those that depend on one, in fresh interpreters; a module that failed before
    may fail still."""

    kind: Literal["imports"] = Field(description="Import the changed modules, and those that depend on them.")
    dependants: bool = Field(True, description="Whether modules that depend on a changed one are imported, too.")
    timeout: Seconds = Field(
        60, description="Seconds for each changed module, and for all that depend on those of a unit."
    )


class Appearance(Model):
    """What has to be in the output of a command, and what must not be."""

    must: Expression | None = Field(None, description="A regular expression that has to match in the output.")
    must_not: Expression | None = Field(None, description="One that must not match in it.")


def _appearance(value: Any) -> Any:
    return {"must": value} if isinstance(value, str) else value


PatternChoice = Annotated[Appearance, BeforeValidator(_appearance, json_schema_input_type=Expression | Appearance)]


class CommandValidation(_Validation):
    """Runs a program, without a shell, from the root of the repository; exit status 0 holds."""

    kind: Literal["command"] = Field(description="Run a program.")
    run: tuple[NonEmpty, ...] = Field(
        min_length=1, description="The program and its arguments. `python` is the Python of the project."
    )
    pattern: PatternChoice | None = Field(
        None, description="A regular expression that has to match in the output, or `must:` and `must_not:`."
    )
    junit: File | None = Field(
        None,
        description="The JUnit XML file that the program writes: the verdict is then test by test, against a baseline, "
        "as for pytest, whatever the exit status.",
    )
    timeout: Seconds = Field(600, description="Seconds until the program and all it started are killed.")


class PytestValidation(_Validation):
    """Runs pytest and compares test by test with a baseline on the unchanged tree."""

    kind: Literal["pytest"] = Field(description="Run pytest.")
    args: tuple[str, ...] = Field((), description="Arguments for pytest, such as `tests/unit`.")
    select: Literal["affected", "all"] = Field("affected", description=_SELECT)
    coverage: File = Field(
        ".coverage",
        description="Coverage data with contexts (`--cov-context=test`), where there is such a file: tests that are "
        "recorded not to touch a changed file are not run after a unit.",
    )
    reruns: int = Field(2, ge=1, le=20, description=_RERUNS)
    timeout: Seconds = Field(1800, description="Seconds for one run of pytest.")


class UnittestValidation(_Validation):
    """Runs unittest and compares test by test with a baseline on the unchanged tree."""

    kind: Literal["unittest"] = Field(description="Run `python -m unittest`.")
    args: tuple[str, ...] = Field(
        ("discover",), description="Arguments for unittest, such as `discover -s tests`, or the names of modules."
    )
    select: Literal["affected", "all"] = Field("affected", description=_SELECT)
    reruns: int = Field(2, ge=1, le=20, description=_RERUNS)
    timeout: Seconds = Field(1800, description="Seconds for one run of unittest.")


Validation = Annotated[
    ImportsValidation | CommandValidation | PytestValidation | UnittestValidation, Field(discriminator="kind")
]
BUILT_IN: dict[str, ImportsValidation] = {"imports": ImportsValidation.model_construct(kind="imports")}


class Triggers(Model):
    """What ends a phase before its end, beside a rejected unit."""

    pass_rate_below: float | None = Field(
        None, gt=0, le=1, description="The share of tests that pass, such as 0.95, in any run of a validation."
    )
    slower_than: float | None = Field(
        None,
        gt=1,
        description="How much slower than on the unchanged tree a whole validation may be: 1.10 is ten percent. It is "
        "repeated, with the change and without it, before it counts.",
    )
    stop_after: int | None = Field(None, ge=1, description="How many units may be rejected in the phase.")
    then: Action | None = Field(
        None,
        description="`stop` the run, `skip` the rest of the phase, or `rollback-phase`. Without it, `stop_after` stops "
        "and the others roll the phase back.",
    )
