"""Classes that both modules define: members that the kept class lacks go into it."""

from __future__ import annotations

import pytest

from tests.consolidation.merging.merging import check_merged, check_nothing, check_refused, merged, result_of

A = "class A:\n    def a(self):\n        return 1\n"
AB = A + "\n    def b(self):\n        return self.a()\n"

PROPERTY = "\n    @property\n    def p(self):\n        return 1\n\n    @p.setter\n    def p(self, value): ...\n"

MOVED = {
    "a method": (A, AB, AB),
    "behind the sibling before it": (
        A + "\n    def z(self):\n        return 26\n\n\nX = 1\n",
        AB,
        AB + "\n    def z(self):\n        return 26\n\n\nX = 1\n",
    ),
    "at the end": (
        A + "\n\nX = 1\n",
        "class A:\n    # about b\n    def b(self): ...\n",
        A + "\n    # about b\n    def b(self): ...\n\n\nX = 1\n",
    ),
    "a property with its setter": (
        A,
        A + PROPERTY,
        A + PROPERTY,
    ),
    "another indentation": (
        "class A:\n  def a(self):\n    return 1\n",
        "class A:\n\tdef b(self):\n\t\tif self:\n\t\t\treturn '''a\n\t\tb'''\n",
        "class A:\n  def a(self):\n    return 1\n\n  def b(self):\n    if self:\n      return '''a\n\t\tb'''\n",
    ),
    "a class of one line": (
        "class A: pass\n",
        AB,
        "class A:\n    def a(self):\n        return 1\n\n    def b(self):\n        return self.a()\n",
    ),
    "a class of one line with something in it": (
        "class A: x = 1\n",
        A,
        "class A:\n    x = 1\n\n    def a(self):\n        return 1\n",
    ),
    "a class that is empty": ("class A:\n    pass\n\n\nX = 1\n", A, A + "\n\nX = 1\n"),
    "attributes": (
        "class A:\n    x = 1\n\n    def a(self):\n        return 1\n",
        "class A:\n    x = 1\n    y = x + 1\n    z: int = 3\n",
        "class A:\n    x = 1\n    y = x + 1\n    z: int = 3\n\n    def a(self):\n        return 1\n",
    ),
    "fields, behind the others": (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n    y: int\n",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n    w: int = 1\n",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n    y: int\n    w: int = 1\n",
    ),
    "members of an enumeration, behind the others": (
        "from enum import Enum, auto\nclass A(Enum):\n    X = auto()\n    Y = auto()\n",
        "from enum import Enum, auto\nclass A(Enum):\n    X = auto()\n    W = auto()\n",
        "from enum import Enum, auto\nclass A(Enum):\n    X = auto()\n    Y = auto()\n    W = auto()\n",
    ),
    "without a newline at the end": (
        "class A:\n    x = 1",
        "class A:\n    def a(self): ...\n",
        "class A:\n    x = 1\n\n    def a(self): ...",
    ),
    "what it needs, above the class": (
        A,
        "D = 1\n\n\nclass A:\n    def b(self, d=D):\n        return d\n",
        "D = 1\n\n\n" + A + "\n    def b(self, d=D):\n        return d\n",
    ),
    "a whole class behind it": (AB, AB + "\n\nclass B(A):\n    pass\n", AB + "\n\nclass B(A):\n    pass\n"),
}


@pytest.mark.parametrize("case", MOVED)
def test_members_that_the_kept_class_lacks_are_moved(case: str) -> None:
    check_merged(*MOVED[case])


def test_members_that_both_have_are_left_alone() -> None:
    check_nothing(AB, AB)
    check_nothing(AB, A)


def test_a_member_comes_with_those_that_it_uses() -> None:
    theirs = AB.replace("self.a()", "self._h() + A._k()") + (
        "\n    def _h(self): return 1\n\n    @staticmethod\n    def _k(): return 1\n\n    def other(self): ...\n"
    )
    found = result_of(A, theirs, names=("A.b",))
    assert "def _h" in found
    assert "def _k" in found
    assert "other" not in found


class TestMembersThatBothDefine:
    ours = "class A:\n    def a(self):\n        return 1\n\n    def b(self):\n        return 2\n"
    theirs = "class A:\n    def a(self, x):\n        return x\n\n    def c(self):\n        return self.a(A.a)\n"

    def test_nothing_is_decided_by_default(self) -> None:
        found = check_refused(self.ours, self.theirs, "app/dup.py:2: both modules have `A.a` and they differ")
        assert [undecided.name for undecided in found.undecided] == ["A.a"]

    def test_theirs_takes_the_place_of_ours(self) -> None:
        after = "class A:\n    def a(self, x):\n        return x\n\n    def c(self):\n        return self.a(A.a)\n\n"
        after += "    def b(self):\n        return 2\n"
        check_merged(self.ours, self.theirs, after, take={"A.a": "theirs"})

    def test_ours_stays(self) -> None:
        after = self.ours.replace("\n    def b", "\n    def c(self):\n        return self.a(A.a)\n\n    def b")
        check_merged(self.ours, self.theirs, after, take={"A.a": "ours"})

    def test_theirs_comes_by_another_name_which_its_users_follow(self) -> None:
        new = "\n    def a2(self, x):\n        return x\n\n    def c(self):\n        return self.a2(A.a2)\n\n    def b"
        after = self.ours.replace("\n    def b", new)
        check_merged(self.ours, self.theirs, after, take={"A.a": {"rename": "a2"}})

    def test_a_class_and_a_member_of_it_get_other_names_at_once(self) -> None:
        found = result_of(self.ours, self.theirs, take={"A": {"rename": "B"}, "A.a": {"rename": "a2"}})
        assert found == self.ours + "\n\n" + self.theirs.replace("A:", "B:").replace("(A.a)", "(B.a2)").replace(
            "def a(", "def a2("
        ).replace("self.a(", "self.a2(")

    def test_the_class_can_stay_as_it_is(self) -> None:
        check_nothing(self.ours, self.theirs, take={"A": "ours"})
        found = result_of(self.ours, self.theirs, take={"A": "ours", "A.c": "theirs"})
        assert "def c" in found

    def test_a_class_is_replaced_only_where_nothing_is_lost(self) -> None:
        check_refused(
            self.ours,
            self.theirs,
            "app/kept.py:1: theirs cannot take the place of `A`: `b` would be lost",
            take={"A": "theirs"},
        )
        ours = self.ours.partition("\n    def b")[0]
        check_merged(ours, self.theirs, self.theirs, take={"A": "theirs"})
        check_refused(
            ours, self.theirs, "decide either `A` as a whole or its members", take={"A": "theirs", "A.c": "ours"}
        )


def test_classes_with_other_bases_have_to_be_decided() -> None:
    ours, theirs = "class A: ...\n", "class A(Exception):\n    def b(self): ...\n"
    found = check_refused(ours, theirs, "bases: theirs (Exception), ours ()")
    assert [undecided.name for undecided in found.undecided] == ["A"]
    check_merged(ours, theirs, theirs, take={"A": "theirs"})
    check_nothing(ours, theirs, take={"A": "ours"})


class TestAttributesOfSelf:
    ours = "class A:\n    def __init__(self):\n        self.x = 1\n"
    theirs = ours + "        self.y = 2\n\n    def b(self):\n        return self.y\n"

    def test_a_member_that_uses_what_nothing_sets_is_refused(self) -> None:
        found = check_refused(
            self.ours,
            self.theirs,
            "app/dup.py:6: `A.b` uses `self.y`, set by `__init__` of theirs and by nothing in ours",
            take={"A.__init__": "ours"},
        )
        assert not found.undecided

    def test_it_is_taken_where_the_plan_names_it(self) -> None:
        found = merged(self.ours, self.theirs, take={"A.__init__": "ours", "A.b": "theirs"})
        assert "uses `self.y`" in found.warnings[0]

    def test_it_is_taken_with_what_sets_it(self) -> None:
        check_merged(self.ours, self.theirs, self.theirs, take={"A.__init__": "theirs"})

    def test_what_made_theirs_and_has_another_name_has_to_be_called(self) -> None:
        found = merged(self.ours, self.theirs, take={"A.__init__": {"rename": "_set_up"}})
        assert "`A._set_up`, which was `__init__`, sets `self.x`, `self.y`: call it" in found.warnings[0]

    def test_attributes_that_both_set_to_other_values_are_told(self) -> None:
        theirs = "class A:\n    def __init__(self):\n        self.x = {}\n\n    def b(self):\n        return self.x\n"
        found = merged(self.ours, theirs, take={"A.__init__": "ours"})
        assert found.warnings == ("app/kept.py: both set `self.x` of `A`, and not to the same: `b` of theirs use it",)
        assert not merged(self.ours, theirs.replace("{}", "1")).warnings

    def test_attributes_that_nothing_sets_any_more_are_told(self) -> None:
        ours = self.ours + "\n    def c(self):\n        return self.x\n"
        found = merged(ours, self.ours.replace("self.x", "self.y"), take={"A.__init__": "theirs"})
        assert found.warnings == ("app/kept.py:5: `A.c` uses `self.x`, which nothing sets any more",)

    def test_inherited_attributes_are_no_matter(self) -> None:
        ours = "class A(dict):\n    pass\n"
        check_merged(
            ours,
            ours.replace("pass", "def b(self): return self.keys()"),
            "class A(dict):\n    def b(self): return self.keys()\n",
        )


REFUSED = {
    "a field without a default behind one that has one": (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1\n",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    y: int\n",
        "`A.y` is a field without a default",
    ),
    "a second name for a value": (
        "import enum\nclass A(enum.Enum):\n    X = 1\n",
        "import enum\nclass A(enum.Enum):\n    Y = 1\n",
        "`A.Y` has the value of `X`",
    ),
    "what has no slot": (
        "class A:\n    __slots__ = ('x',)\n",
        "class A:\n    __slots__ = ('x',)\n    def b(self): self.y = 1; return self.y\n",
        "`A.b` uses `self.y`",
    ),
    "a slot of ours": (
        "class A:\n    __slots__ = ('x',)\n",
        "class A:\n    __slots__ = ('x',)\n    x = 1\n",
        "`A.x` is in the `__slots__` of ours",
    ),
    "a name that the class body binds": (
        "class A:\n    list = 1\n",
        "class A:\n    def b(self, x=list): ...\n",
        "app/dup.py:2: `list` would mean what ours binds in the body of `A`",
    ),
    "another way to make it": (
        "class A: ...\n",
        "class A:\n    def __init__(self, x): ...\n",
        "ours has no `A.__init__`",
    ),
    "an abstract method": (
        "import abc\nclass A:\n    def a(self): ...\n",
        "import abc\nclass A:\n    @abc.abstractmethod\n    def b(self): ...\n",
        "`A.b` is abstract",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_members_that_would_change_the_class_are_refused(case: str) -> None:
    check_refused(*REFUSED[case])


def test_a_member_that_changes_the_class_is_taken_where_the_plan_names_it() -> None:
    ours, theirs, _ = REFUSED["another way to make it"]
    check_merged(ours, theirs, theirs, take={"A.__init__": "theirs"})


def test_special_methods_are_told() -> None:
    found = merged("class A: ...\n", "class A:\n    def __eq__(self, other): ...\n")
    assert found.warnings == ("app/dup.py:2: `A.__eq__` changes what ours does where it had none",)
