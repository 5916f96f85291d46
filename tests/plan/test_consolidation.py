"""What a plan says of merges, deletions, what is left, forbidden and expected: its keys and their mistakes."""

from __future__ import annotations

import pytest

from codemods.errors import PlanError
from codemods.plan.consolidation import DeleteModule, DeleteSymbol, RenameTo, figure_holds
from codemods.plan.load import load_plan

FULL = """\
schema: 1
name: factories
keep:
  - {module: app.new, symbols: [Factory]}
  - {module: app.tools, as_is: true}
merge:
  - module: app.old
    into: app.new
    names: [Factory.build, helper]
    take: {Factory.build: theirs, helper: {rename: old_helper}}
redirect:
  - {module: app.old, to: app.new, leave: shim}
delete:
  - {module: app.old, ignore: ["docs/**"]}
  - {symbol: app.util.make}
forbid: {modules: [app.third], classes: [ThirdFactory], files: ["app/third*.py"]}
expect: {files: 600, references: "10..20", forms: {from-import: ">=3"}, paths: {app.old: 4}, compliance: ">=99"}
phases:
  - {name: first, does: merge, with: [imports]}
  - {name: P0, files: rest, expect: {files: 12}}
  - {name: last, does: delete, with: [imports], on_failure: skip}
"""
HEAD = "schema: 1\nname: x\n"


def mistakes(text: str) -> list[str]:
    """The mistakes of a plan, without the file's name."""
    with pytest.raises(PlanError) as caught:
        load_plan(text, "plan.yaml")
    return [line.removeprefix("plan.yaml:") for line in str(caught.value).splitlines()]


def test_a_full_plan_loads() -> None:
    plan = load_plan(FULL, "plan.yaml").plan
    assert [type(delete) for delete in plan.delete] == [DeleteModule, DeleteSymbol]
    assert plan.merge[0].take == {"Factory.build": "theirs", "helper": RenameTo(rename="old_helper")}
    assert [phase.name for phase in plan.effective_phases] == ["P0"]
    assert [plan.phase_that_does(step).name for step in ("merge", "shim", "delete")] == ["first", "shim", "last"]


def test_a_step_without_a_phase_runs_what_any_phase_runs() -> None:
    text = HEAD + (
        "delete: [{module: app.old}]\nphases:\n- {name: P0, files: [a.py], with: [imports]}\n"
        "- {name: delete, files: rest, with: [u]}\nvalidation: {u: {kind: pytest}}\n"
    )
    step = load_plan(text, "plan.yaml").plan.phase_that_does("delete")
    assert (step.name, step.does, step.validations) == ("delete-step", "delete", ("imports", "u"))


def test_a_plan_may_only_forbid() -> None:
    assert load_plan(HEAD + "forbid: {classes: [Old]}\n", "plan.yaml").plan.forbid.classes == ("Old",)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("merge: [{module: a.b, into: a.b}]", "`a.b` is merged into itself"),
        ("merge: [{module: a, into: b}, {module: a, into: b}]", "`a` is merged into `b` twice"),
        ("keep: [{module: b, as_is: true}]\nmerge: [{module: a, into: b}]", "`b` is kept `as_is`"),
        ("redirect: [{module: b, to: c}]\nmerge: [{module: a, into: b}]", "`b` is redirected itself"),
        ("merge: [{module: a, into: b, names: [f], take: {g: ours}}]", "`g` is not among the `names:`"),
        ("merge: [{module: a, into: b, take: {f.g.h: ours}}]", "expected a name of the module, or `Class.member`"),
        ("merge: [{module: a, into: b, take: {f: mine}}]", "expected `ours`, `theirs` or `{rename: other}`"),
        ("delete: [{module: a}, {module: a}]", "`a` is deleted twice"),
        ("keep: [{module: a}]\ndelete: [{module: a}]", "`a` is kept above and deleted here"),
        ("keep: [{module: a, symbols: [f]}]\ndelete: [{symbol: a.f}]", "`a.f` is kept above and deleted here"),
        ("redirect: [{module: a, to: b}]\ndelete: [{module: b}]", "`b` is where the plan moves things to"),
        ("delete: [{module: a}, {symbol: a.f}]", "`a` is deleted as a whole"),
        ("keep: [{module: a}]\nphases: [{name: p}]", "expected the files of the phase, or the word `rest`"),
        ("delete: [{module: a}]\nphases: [{name: p, does: delete, files: rest}]", "takes no files"),
        (
            "keep: [{module: a}]\nphases: [{name: p, does: delete}, {name: q, files: rest}]",
            "`consumers` comes before `delete`",
        ),
        ("keep: [{module: a}]\nphases: [{name: p, does: merge}, {name: q, does: merge}]", "two phases do `merge`"),
        (
            "delete: [{module: a}]\nphases: [{name: p, does: delete, commit: phase}]",
            "each merge, shim and deletion is a commit of its own",
        ),
        (
            "delete: [{module: a}]\nphases: [{name: p, does: delete, validate: phase}]",
            "each merge, shim and deletion is a commit of its own",
        ),
        ("keep: [{module: a}]\nexpect: {forms: {call: 3}}", "there is no form `call`"),
        ("keep: [{module: a}]\nexpect: {files: about 600}", "expected a number, a range such as `10..20`"),
    ],
)
def test_mistakes(more: str, expected: str) -> None:
    found = mistakes(f"{HEAD}{more}\n")
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    ("figure", "holding", "failing"),
    [(3, 3, 4), ("3", 3, 4), ("3..5", 5, 6), (">=99.5", 99.5, 99.4), ("<= 2", 2, 3), (94.3, 94.3, 94.4)],
)
def test_figures(figure: int | float | str, holding: float, failing: float) -> None:
    assert figure_holds(figure, holding)
    assert not figure_holds(figure, failing)
