"""What a duplicate has and the kept module lacks is moved there: functions, classes, constants, in their order."""

from __future__ import annotations

import pytest

from tests.consolidation.merging.merging import check_merged, check_nothing, check_refused, merged, result_of

MOVED = {
    "a function": (
        "def f():\n    return 1\n",
        "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
        "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
    ),
    "behind the sibling before it": (
        "def f():\n    return 1\n\n\ndef z():\n    return 26\n",
        "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
        "def f():\n    return 1\n\n\ndef g():\n    return 2\n\n\ndef z():\n    return 26\n",
    ),
    "before the sibling behind it": (
        "import os\n\n\ndef z():\n    return os.sep\n",
        "def a():\n    return 1\n\n\ndef z():\n    import os\n    return os.sep\n",
        "import os\n\n\ndef a():\n    return 1\n\n\ndef z():\n    return os.sep\n",
    ),
    "with its comments and decorators": (
        "A = 1\n",
        "A = 1\n\n\n# about g\n@staticmethod\ndef g():  # behind\n    return 2  # last\n\n\n# of nobody\n",
        "A = 1\n\n\n# about g\n@staticmethod\ndef g():  # behind\n    return 2  # last\n",
    ),
    "constants that stand together": (
        "A = 1\n\n\ndef f():\n    return A\n",
        "A = 1\nB = A + 1\nC = B + 1\n",
        "A = 1\nB = A + 1\nC = B + 1\n\n\ndef f():\n    return A\n",
    ),
    "behind what it needs when it is loaded": (
        "def f(): ...\n\n\nclass Base: ...\n",
        "class Base: ...\n\n\nclass C(Base): ...\n\n\ndef f(): ...\n",
        "def f(): ...\n\n\nclass Base: ...\n\n\nclass C(Base): ...\n",
    ),
    "behind the comments that belong to what is above": (
        "A = 1\n# about A\n\n# about z\ndef z(): ...\n",
        "A = 1\n\n\ndef f(): ...\n",
        "A = 1\n# about A\n\n\ndef f(): ...\n\n\n# about z\ndef z(): ...\n",
    ),
    "before what runs as a script": (
        "def f(): ...\n\n\nif __name__ == '__main__':\n    f()\n",
        "def f(): ...\n\n\ndef g(): ...\n",
        "def f(): ...\n\n\ndef g(): ...\n\n\nif __name__ == '__main__':\n    f()\n",
    ),
    "into a script": ("if __name__ == '__main__':\n    1\n", "A = 1\n", "A = 1\n\nif __name__ == '__main__':\n    1\n"),
    "without a newline at the end": ("A = 1", "A = 1\n\ndef f(): ...\n", "A = 1\n\n\ndef f(): ..."),
    "with Windows newlines": (
        "def f():\r\n    return 1\r\n",
        "def g():\n    return '''a\nb'''\n",
        "def f():\r\n    return 1\r\n\r\n\r\ndef g():\r\n    return '''a\r\nb'''\r\n",
    ),
    "into an empty module": ("", "def f(): ...\n", "def f(): ...\n"),
    "into a module of comments": ("# ours\n", "def f(): ...\n", "# ours\n\ndef f(): ...\n"),
    "with one blank line, as the file has it": (
        "def f(): ...\n\ndef h(): ...\n",
        "def h(): ...\n\n\ndef i(): ...\n\n\ndef j(): ...\n",
        "def f(): ...\n\ndef h(): ...\n\ndef i(): ...\n\ndef j(): ...\n",
    ),
    "overloads": (
        "from typing import overload\n",
        "from typing import overload\n@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\n"
        "def f(a):\n    return a\n",
        "from typing import overload\n\n\n@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\n"
        "def f(a):\n    return a\n",
    ),
    "defined in two branches": (
        "import sys\n",
        "import sys\n\nif sys.maxsize > 1:\n    A = 1\nelse:\n    A = 2\n",
        "import sys\n\nif sys.maxsize > 1:\n    A = 1\nelse:\n    A = 2\n",
    ),
    "several names of one statement": ("X = 1\n", "X = 1\nA, B = 1, 2\n", "X = 1\nA, B = 1, 2\n"),
    "a name on a line with others": ("X = 1\n", "X = 1; Y = 2\n", "X = 1\nY = 2\n"),
    "a helper that a function sets by `global`": (
        "A = 1\n",
        "_one = None\n\n\ndef one():\n    global _one\n    _one = _one or 1\n    return _one\n",
        "A = 1\n\n_one = None\n\n\ndef one():\n    global _one\n    _one = _one or 1\n    return _one\n",
    ),
}


@pytest.mark.parametrize("case", MOVED)
def test_what_the_kept_module_lacks_is_moved(case: str) -> None:
    ours, theirs, after = MOVED[case]
    given = {"take": {"z": "ours"}} if "def z" in theirs else {}
    check_merged(ours, theirs, after, **given)


def test_code_that_both_have_is_left_alone_whatever_its_layout() -> None:
    check_nothing("def f():\n    # ours\n    return 1\n", 'def f():\n    """Theirs."""\n    return (1)\n')


def test_what_comes_along_is_told() -> None:
    found = check_merged(
        "A = 1\n",
        "import json\nA = 1\ndef _h():\n    return json\ndef f():\n    return _h()\n",
        "import json\n\nA = 1\n\n\ndef _h():\n    return json\n\n\ndef f():\n    return _h()\n",
        names=("f",),
    )
    assert found.told == (
        "function `_h` of app/dup.py:3: behind `A` in line 1 (needed by `f`)",
        "function `f` of app/dup.py:5: behind `A` in line 1",
        "import `json`",
    )


def test_only_the_names_that_the_plan_lists_are_moved() -> None:
    theirs = "def f(): ...\ndef g(): ...\n"
    assert result_of("", theirs, names=("g",)) == "def g(): ...\n"
    check_nothing("def g(): ...\n", theirs, names=("g",))


def test_a_name_that_the_plan_leaves_behind_stays_there() -> None:
    assert result_of("", "def f(): ...\ndef g(): ...\n", take={"f": "ours"}) == "def g(): ...\n"


def test_a_listed_name_that_is_not_there_is_refused() -> None:
    check_refused("", "A = 1\n", "there is no `B` to take", names=("B",))
    check_refused("", "class A: ...\n", "there is no `A.b` to take", names=("A.b",))


def test_what_is_needed_cannot_be_left_behind() -> None:
    theirs = "def h(): ...\ndef f(): return h()\n"
    check_refused("", theirs, "app/dup.py:1: `h` is needed by `f`, and the plan leaves it behind", take={"h": "ours"})
    check_nothing("", theirs, take={"h": "ours", "f": "ours"})


class TestNamesThatBothDefine:
    ours = "# ours\ndef f():\n    return 1\n\n\ndef g():\n    return f()\n"
    theirs = "# theirs\nasync def f(a=None):\n    return a\n\n\nasync def h():\n    return await f()\n"

    def test_nothing_is_decided_by_default(self) -> None:
        found = check_refused(self.ours, self.theirs, "app/dup.py:2: both modules have `f` and they differ")
        (undecided,) = found.undecided
        assert undecided.name == "f"
        assert undecided.details[0] == "theirs is an async function, ours is a function"
        assert undecided.ours is not None
        assert undecided.theirs is not None
        assert (undecided.ours.line, undecided.ours.end) == (1, 3)
        assert undecided.theirs.text == "# theirs\nasync def f(a=None):\n    return a"

    def test_ours_stays_and_those_who_use_it_are_told(self) -> None:
        found = check_merged(
            self.ours,
            self.theirs,
            "# ours\ndef f():\n    return 1\n\n\nasync def h():\n    return await f()\n\n\ndef g():\n    return f()\n",
            take={"f": "ours"},
        )
        assert found.warnings[0].startswith("app/kept.py: `f` is needed by `h`, and the plan keeps ours: theirs is an")

    def test_theirs_takes_its_place(self) -> None:
        check_merged(
            self.ours,
            self.theirs,
            "# theirs\nasync def f(a=None):\n    return a\n\n\nasync def h():\n    return await f()\n\n\n"
            "def g():\n    return f()\n",
            take={"f": "theirs"},
        )

    def test_theirs_comes_by_another_name_which_its_users_follow(self) -> None:
        check_merged(
            self.ours,
            self.theirs,
            "# ours\ndef f():\n    return 1\n\n\n# theirs\nasync def f2(a=None):\n    return a\n\n\n"
            "async def h():\n    return await f2()\n\n\ndef g():\n    return f()\n",
            take={"f": {"rename": "f2"}},
        )

    def test_a_new_name_that_is_taken_is_refused(self) -> None:
        check_refused(self.ours, self.theirs, "`f` cannot be renamed to `h`", take={"f": {"rename": "h"}})
        check_refused(self.ours, self.theirs, "`f`, which is to become `g`,", take={"f": {"rename": "g"}})


RENAMED = {
    "in a formatted string": ("f'{f()} f'", "f'{f2()} f'"),
    "in an annotation in a string": ("g: 'list[f]' = 1", "g: 'list[f2]' = 1"),
    "in a type comment": ("g = 1  # type: f", "g = 1  # type: f2"),
    "in a function": ("def g(f): return f\ndef h(): return f()", "def g(f): return f\ndef h(): return f2()"),
    "in a string": ("g = 'f'", "g = 'f'"),
    "as an attribute": ("g = f.f", "g = f2.f"),
}


@pytest.mark.parametrize("case", RENAMED)
def test_uses_in_what_is_taken_follow_the_new_name(case: str) -> None:
    before, after = RENAMED[case]
    before, after = (text if "=" in text or "def" in text else f"g = {text}" for text in (before, after))
    names = {"take": {"f": {"rename": "f2"}}}
    found = result_of("def f(): return 1\n", f"def f(): return 2\n{before}\n", **names)
    for line in after.splitlines():
        assert line in found.splitlines()


def test_code_that_is_the_same_but_means_another_thing_has_to_be_decided() -> None:
    ours, theirs = (
        "from json import loads\ndef f(): return loads\n",
        "from pickle import loads\ndef f(): return loads\n",
    )
    found = check_refused(ours, theirs, "`loads` is `pickle.loads` in theirs and `json.loads` in ours")
    assert [undecided.name for undecided in found.undecided] == ["f"]
    check_nothing(ours, theirs, take={"loads": "ours"})
    check_nothing(ours, ours)


REFUSED = {
    "bound together with a name that ours has": (
        "A = 1\n",
        "A, B = 1, 2\n",
        "defined together with `A`",
        {"A": "ours"},
    ),
    "a name that ours needs to be built in": (
        "def f():\n    return open\n",
        "def open(): ...\n",
        "app/kept.py:2: `open` would mean something else here",
        {},
    ),
    "a built-in name that ours defines": ("def open(): ...\n", "def f():\n    return open\n", "`open` is built in", {}),
    "a name that nothing binds": ("", "def f():\n    return x\n", "app/dup.py:2: nothing in theirs binds `x`", {}),
    "a loop in what is needed early": (
        "def f(): ...\n",
        "X = 1\n\n\n@X\ndef f():\n    return 1\n\n\nX = f\n",
        "app/dup.py:9: `X` cannot stand both behind what it needs and before what needs it",
        {"f": "theirs"},
    ),
    "filled by a statement": ("", "R = {}\nR['a'] = 1\n", "app/dup.py:2: this statement works on `R`", {}),
    "filled by a method": ("", "R = []\nR.append(1)\n", "app/dup.py:2: this statement works on `R`", {}),
    "lost with what is replaced": ("A, B = 1, 2\n", "A = 3\n", "`B` would be lost", {"A": "theirs"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_right_is_refused(case: str) -> None:
    ours, theirs, words, take = REFUSED[case]
    check_refused(ours, theirs, words, take=take)


def test_statements_that_stay_behind_are_told() -> None:
    theirs = "R = {}\nR['a'] = 1\n\n\ndef f(): ...\n\n\nprint(f)\n"
    found = merged("", theirs, take={"R": "theirs"})
    assert [warning.partition(": ")[2] for warning in found.warnings] == [
        "this statement uses `R` and stays behind",
        "this statement uses `f` and stays behind",
    ]


def test_a_name_that_nothing_binds_can_be_left_so() -> None:
    found = check_merged("", "def f() -> 'X': ...\n", "def f() -> 'X': ...\n", take={"X": "theirs"})
    assert found.warnings == ("app/dup.py:1: nothing binds `X` (needed by `f`)",)


EXPORTED = {
    "a list": ("__all__ = ['a']\na = 1\n", "a = 1\nb = 2\n_c = 3\n", "__all__ = ['a', 'b']\na = 1\nb = 2\n_c = 3\n"),
    "an empty list": ("__all__ = []\n", "b = 2\n", '__all__ = ["b"]\n\nb = 2\n'),
    "in order": (
        "__all__ = ['a', 'c']\na = 1\nc = 3\n",
        "a = 1\nb = 2\n",
        "__all__ = ['a', 'b', 'c']\na = 1\nb = 2\nc = 3\n",
    ),
    "one by one": (
        "a = 1\n__all__ = [\n    'a',  # it\n]\n",
        "a = 1\nb = 2\n",
        "a = 1\nb = 2\n__all__ = [\n    'a',  # it\n    'b',\n]\n",
    ),
    "what theirs exports": (
        "__all__ = ('a',)\na = 1\n",
        "__all__ = ['_c']\na = 1\nb = 2\n_c = 3\n",
        "__all__ = ('a', '_c',)\na = 1\nb = 2\n_c = 3\n",
    ),
    "nowhere": ("a = 1\n", "__all__ = ['a', 'b']\na = 1\nb = 2\n", "a = 1\nb = 2\n"),
}


@pytest.mark.parametrize("case", EXPORTED)
def test_new_names_are_exported_where_names_are(case: str) -> None:
    check_merged(*EXPORTED[case])


def test_exports_that_are_not_written_out_are_told() -> None:
    found = merged("import os\n__all__ = os.__all__\n", "def b(): ...\n")
    assert found.warnings == ("app/kept.py: `__all__` is not a plain list: add `b` by hand",)
