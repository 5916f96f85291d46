"""Classes and functions that several modules define under one name."""

from __future__ import annotations

from codemods.survey.findings import Finding, Kind
from tests.survey.surveys import found, importers, survey_of

SHORT = "class C:\n    def a(self):\n        return 1\n"
LONG = f"{SHORT}    def b(self, x):\n        return x\n    def c(self):\n        return 3\n"


def duplicates(files: dict[str, str], **wish: object) -> tuple[Finding, ...]:
    return found(files, Kind.DUPLICATE, **wish)


def test_a_name_that_two_modules_define_is_found_with_places_lengths_and_users() -> None:
    files = {"m.py": f"\n{LONG}", "n.py": SHORT, **importers("from m import C", 3), "tests/t.py": "from n import C\n"}
    (finding,) = duplicates(files)
    assert [(p.dotted, p.path, p.line, p.lines, p.users, p.users_outside_tests) for p in finding.places] == [
        ("m.C", "m.py", 2, 7, 3, 3),
        ("n.C", "n.py", 1, 3, 1, 0),
    ]
    assert finding.is_decided
    assert finding.reason == "most used and most complete: 3 file(s), 7 lines"
    assert finding.places[1].differences == ("lacks `b`, `c`",)


def test_names_that_one_module_defines_are_not() -> None:
    assert duplicates({"m.py": LONG, "n.py": SHORT.replace("C", "D"), "u.py": "from m import C\n"}) == ()


def test_one_file_that_defines_a_name_in_two_ways_is_no_duplicate() -> None:
    overloads = "@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): ...\n"
    branches = "if X:\n    def g(): ...\nelse:\n    def g(): ...\n"
    assert duplicates({"m.py": overloads + branches, "u.py": "from m import f, g\n"}) == ()


def test_methods_private_names_and_stubs_are_none() -> None:
    method = "class {}:\n    def f(self): ...\n"
    files = {
        "m.py": f"{method.format('A')}def _g(): ...\ndef h(): ...\n",
        "m.pyi": "def h(): ...\n",
        "n.py": f"{method.format('B')}def _g(): ...\n",
        "u.py": "from m import h, _g\n",
    }
    assert duplicates(files) == ()
    (finding,) = duplicates(files, include_private=True)
    assert finding.name == "_g"


def test_same_code_is_told_whatever_its_comments() -> None:
    files = {"m.py": LONG, "backup/m.py": LONG.replace("return 1", "return 1  # one"), "u.py": "from m import C\n"}
    (finding,) = duplicates(files)
    assert finding.places[1].differences == ("same code",)
    assert finding.places[1].notes == ("its name says `backup`",)


def test_what_several_names_of_the_same_modules_share_is_one_finding() -> None:
    text = f"{LONG}def f(x):\n    return x + 1\n"
    (finding,) = duplicates({"m.py": text, "n.py": text, "u.py": "from m import C, f\n"})
    assert set(finding.names) == {"C", "f"}


def test_what_says_that_it_is_old_is_not_proposed_to_keep() -> None:
    old = LONG.replace("class C:\n", 'class C:\n    """Deprecated: use n."""\n')
    (finding,) = duplicates({"m.py": old, "n.py": SHORT, **importers("from m import C", 5)})
    assert finding.places[0].dotted == "n.C"
    assert finding.places[1].notes == ("says it is deprecated",)
    assert finding.reason.startswith("the only one that nothing speaks against")


def test_a_person_decides_where_one_is_used_more_and_another_is_longer() -> None:
    files = {"m.py": LONG, "n.py": SHORT, **importers("from n import C", 3), "v.py": "from m import C\n"}
    (finding,) = duplicates(files)
    assert not finding.is_decided
    assert finding.reason == "one is used more (3 file(s), 3 lines), another is longer (1 file(s), 7 lines)"


def test_those_that_most_files_use_come_first() -> None:
    files = {"m.py": f"{LONG}{LONG.replace('C', 'D')}", "n.py": SHORT, "o.py": LONG.replace("C", "D")}
    files |= {**importers("from n import C", 2), **importers("from o import D", 5, "other")}
    assert [finding.name for finding in duplicates(files)] == ["D", "C"]


def test_a_class_that_extends_its_namesake_is_none() -> None:
    files = {"m.py": LONG, "n.py": "import m\nclass C(m.C):\n    x = 1\n", "u.py": "from m import C\n"}
    survey = survey_of(files, kinds=(Kind.DUPLICATE,))
    assert survey.findings == ()
    assert [(item.count, item.what) for item in survey.left_out] == [(1, "name(s) of classes that extend one another")]


def test_parallel_implementations_of_one_base_are_left_out_unless_their_code_is_alike() -> None:
    base = {"base.py": "class BaseOps: ...\n", "u.py": "from db.x.ops import Ops\n"}
    make = "import base\nclass Ops(base.BaseOps):\n    def run(self):\n        x = {0}\n        return {0}\n".format
    assert duplicates({**base, "db/x/ops.py": make("'x'"), "db/y/ops.py": make("'y'")}) == ()
    (finding,) = duplicates({**base, "db/x/ops.py": make("'x'"), "db/y/ops.py": make("'x'")})
    assert finding.name == "Ops"


def test_names_that_no_file_imports_are_left_out_unless_their_code_is_alike() -> None:
    first, other = "def fix():\n    return one(1)\n", "def fix():\n    return two(2)\n"
    survey = survey_of({"a.py": first, "b.py": other}, kinds=(Kind.DUPLICATE,))
    assert survey.findings == ()
    assert survey.left_out[0].count == 1
    (finding,) = duplicates({"a.py": first, "b.py": first})
    assert finding.name == "fix"


def test_what_tests_and_examples_define_is_counted_and_shown_on_request() -> None:
    files = {"tests/test_a.py": SHORT, "tests/test_b.py": SHORT, "examples/c.py": SHORT}
    survey = survey_of(files, kinds=(Kind.DUPLICATE,))
    assert survey.findings == ()
    (left,) = survey.left_out
    assert (left.count, "--include-tests" in left.what) == (1, True)
    (finding,) = duplicates(files, include_tests=True)
    assert len(finding.places) == 3


def test_a_stand_in_is_a_place_but_stand_ins_alone_are_none() -> None:
    stand_in = "try:\n    from lib import C\nexcept ImportError:\n    class C: ...\n"
    (finding,) = duplicates({"m.py": LONG, "n.py": stand_in, "u.py": "from m import C\n"})
    assert [place.notes for place in finding.places] == [(), ("a stand-in under `if` or `try`",)]
    assert duplicates({"m.py": stand_in, "n.py": stand_in}) == ()


def test_names_and_paths_keep_what_concerns_them() -> None:
    files = {"m.py": f"{LONG}def f(): ...\n", "a/n.py": SHORT, "o.py": "def f(): ...\n", "u.py": "from m import C, f\n"}
    assert [finding.name for finding in duplicates(files)] == ["f", "C"]
    assert [finding.name for finding in duplicates(files, names=("C",))] == ["C"]
    assert [finding.name for finding in duplicates(files, names=("o",))] == ["f"]
    assert [finding.name for finding in duplicates(files, paths=("a",))] == ["C"]
    assert duplicates(files, names=("g",)) == ()


def test_excluded_files_neither_define_nor_use() -> None:
    files = {"m.py": LONG, "vendor/n.py": SHORT, "vendor/u.py": "from m import C\n", "u.py": "from m import C\n"}
    (finding,) = duplicates(files)
    assert finding.places[0].users == 2
    assert duplicates(files, exclude=("vendor/",)) == ()


def test_a_file_that_does_not_parse_is_compared_by_its_lines_and_listed() -> None:
    files = {"m.py": LONG, "n.py": f"{SHORT}print 'x'\n", "u.py": "from m import C\n"}
    survey = survey_of(files, kinds=(Kind.DUPLICATE,))
    (finding,) = map(survey.detailed, survey.findings)
    assert finding.places[1].differences == ()
    assert set(survey.skipped) == {"n.py"}
