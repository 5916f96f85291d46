"""What holds for every merge: all names are there, each works as it did, and no line of the kept module is lost."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.consolidation.merging.values import Merged
from tests.consolidation.merging.merging import merged

NAMES = [f"n{number}" for number in range(6)]
FORMS = (
    "def {name}():\n    return ({value}, {other})",
    "# about {name}\ndef {name}(x=({value}, {early})):\n    # inside\n    return x",
    "{name} = ({value}, {early})",
    "{name}: 'list' = [{value}, {early}]  # it",
    "class {name}:\n    x = {value}\n\n    def m(self):\n        return (self.x, {other})",
    "@staticmethod\ndef {name}():\n    import math\n    return (math.floor({value}.5), {other})",
    "if {value} > 1:\n    {name} = 'more'\nelse:\n    {name} = 'less'",
    "def {name}():\n    return (sqrt({value}), {other}, dumps([{value}]))",
)
HEAD = ("", '"""Module."""\n', "from json import dumps\n", "import os\nfrom math import sqrt\n\nSEP = os.sep\n")
IMPORTS = "from math import sqrt\nfrom json import dumps\n"


def definition(name: str, form: int, value: int, other: str | None, early: str | None) -> str:
    call = "None" if other is None else f"use({other})"
    return FORMS[form].format(name=name, value=value, other=call, early="None" if early is None else early)


# What a name stands for is used alike everywhere.
USE = "def use(it):\n    if isinstance(it, type):\n        return it().m()\n    return it() if callable(it) else it"


@st.composite
def modules(draw: st.DrawFn, head: st.SearchStrategy[str]) -> str:
    """A module that runs: what is used when it is loaded stands above."""
    chosen = [name for name in NAMES if draw(st.booleans())]
    parts = [USE]
    for number, name in enumerate(chosen):
        other, early = (draw(st.sampled_from([None, *chosen[:number]])) for _ in range(2))
        early = None if early is None else f"use({early})"
        parts.append(definition(name, draw(st.integers(0, len(FORMS) - 1)), draw(st.integers(0, 3)), other, early))
    gap = draw(st.sampled_from(("\n\n\n", "\n\n", "\n")))
    return draw(head) + gap.join(parts) + draw(st.sampled_from(("\n", "")))


def values(source: str) -> dict[str, Any]:
    """What each name of a module gives when it is used."""
    space: dict[str, Any] = {"__name__": "m"}
    exec(compile(source, "m.py", "exec"), space)
    return {name: space["use"](it) for name, it in space.items() if name[0] == "n"}


OURS = modules(st.sampled_from(HEAD).map(lambda head: IMPORTS + head if '"""' not in head else head + IMPORTS))
THEIRS = modules(st.just(IMPORTS))
FEW = settings(max_examples=settings.default.max_examples // 20, suppress_health_check=[HealthCheck.too_slow])


def is_in_order(lines: list[str], others: list[str]) -> bool:
    remaining = iter(others)
    return all(line in remaining for line in lines)


@FEW
@given(OURS, THEIRS)
def test_all_works_as_it_did_where_what_differs_has_another_name(ours: str, theirs: str) -> None:
    take: dict[str, Any] = {}
    found = merged(ours, theirs)
    while not isinstance(found, Merged):
        # A class whose members differ is taken as a whole.
        asked = {undecided.name.partition(".")[0] for undecided in found.undecided} - set(take)
        assert asked, found.reasons
        take |= {name: {"rename": f"{name}_2"} for name in asked}
        found = merged(ours, theirs, take=take)
    after = found.after.decode()
    before, other, result = values(ours), values(theirs), values(after)
    assert {name: result[name] for name in before} == before
    for name, value in other.items():
        if name in take:
            assert result[f"{name}_2"] == value
    assert is_in_order([line for line in ours.splitlines() if "import" not in line], after.splitlines())
    for name in set(other) - set(before):
        assert name in result


@FEW
@given(OURS, THEIRS)
def test_every_name_is_there_where_ours_holds(ours: str, theirs: str) -> None:
    found = merged(ours, theirs)
    take: dict[str, Any] = {}
    while not isinstance(found, Merged):
        asked = {undecided.name for undecided in found.undecided} - set(take)
        assert asked, found.reasons
        take |= dict.fromkeys(asked, "ours")
        found = merged(ours, theirs, take=take)
    after = found.after.decode()
    before, other, result = values(ours), values(theirs), values(after)
    assert set(result) == set(before) | set(other)
    assert {name: result[name] for name in before} == before
    assert is_in_order(ours.splitlines(), after.splitlines())
    if not take:
        assert {name: result[name] for name in other} == other


@FEW
@given(OURS)
def test_a_module_that_is_merged_into_its_own_copy_is_left_alone(ours: str) -> None:
    found = merged(ours, ours)
    assert isinstance(found, Merged)
    assert found.is_nothing
    assert found.after == ours.encode()
