"""The imports that what is taken needs come along, by the same names."""

from __future__ import annotations

import pytest

from tests.consolidation.merging.merging import check_merged, check_nothing, check_refused, merged, result_of

F = "def f():\n    return loads\n"

BROUGHT = {
    "a name": ("X = 1\n", f"from json import loads\n\n\n{F}", f"from json import loads\n\nX = 1\n\n\n{F}"),
    "joined to an import of the same module": (
        "from json import dumps\n\nX = dumps\n",
        f"from json import loads\n\n\n{F}",
        f"from json import dumps, loads\n\nX = dumps\n\n\n{F}",
    ),
    "by another name": (
        "import json\n",
        f"from json import load as loads\n\n\n{F}",
        f"import json\nfrom json import load as loads\n\n\n{F}",
    ),
    "shared": (
        "from json import loads\n\nX = loads\n",
        f"from json import loads\n{F}",
        f"from json import loads\n\nX = loads\n\n\n{F}",
    ),
    "shared through another module": (
        "from app.other import loads\n\nX = loads\n",
        f"from json import loads\n{F}",
        f"from app.other import loads\n\nX = loads\n\n\n{F}",
    ),
    "a relative one": (
        "X = 1\n",
        "from .other import loads\ndef f():\n    from . import other\n    return loads, other\n",
        "from app.other import loads\n\nX = 1\n\n\ndef f():\n    from . import other\n    return loads, other\n",
    ),
    "modules in modules, as far as they are used": (
        "X = 1\n",
        "import os.path\nimport xml.dom, xml.sax\ndef f():\n    return xml.sax.parse\n",
        "import xml.sax\n\nX = 1\n\n\ndef f():\n    return xml.sax.parse\n",
    ),
    "tried": (
        "X = 1\n",
        "try:\n    import ujson as json\nexcept ImportError:\n    import json\n\n\ndef f():\n    return json\n",
        "X = 1\n\n"
        "try:\n    import ujson as json\nexcept ImportError:\n    import json\n\n\ndef f():\n    return json\n",
    ),
    "by a star": (
        "X = 1\n",
        "from app.other import *\ndef f():\n    return K\n",
        "from app.other import K\n\nX = 1\n\n\ndef f():\n    return K\n",
    ),
    "needed in a string": (
        "X = 1\n",
        "from json import JSONDecoder\ndef f(a: 'JSONDecoder'):\n    return a  # type: ignore\n",
        "from json import JSONDecoder\n\nX = 1\n\n\ndef f(a: 'JSONDecoder'):\n    return a  # type: ignore\n",
    ),
    "needed in a type comment": (
        "X = 1\n",
        "from json import JSONDecoder\nY = None  # type: JSONDecoder\n",
        "from json import JSONDecoder\n\nX = 1\n\nY = None  # type: JSONDecoder\n",
    ),
    "for type checkers, beside others": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from json import JSONEncoder\n\nX: 'JSONEncoder'\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from json import JSONDecoder\n"
        "def f(a: 'JSONDecoder'): ...\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from json import JSONDecoder, JSONEncoder\n\n"
        "X: 'JSONEncoder'\n\n\ndef f(a: 'JSONDecoder'): ...\n",
    ),
    "for type checkers, where there are none": (
        "import os\n\nX = os.sep\n",
        "import typing\nif typing.TYPE_CHECKING:\n    from json import JSONDecoder\ndef f(a: 'JSONDecoder'): ...\n",
        "import os\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from json import JSONDecoder\n\n"
        "X = os.sep\n\n\n"
        "def f(a: 'JSONDecoder'): ...\n",
    ),
    "for type checkers, as the variables of a function": (
        "X = 1\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json\ndef f(self):\n    self.x: json = 1\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import json\n\nX = 1\n\n\n"
        "def f(self):\n    self.x: json = 1\n",
    ),
    "for type checkers only in ours": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from json import dumps, loads\n\nX: 'dumps, loads'\n",
        f"from json import loads\n{F}",
        "from json import loads\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from json import dumps\n\n"
        f"X: 'dumps, loads'\n\n\n{F}",
    ),
    "from the kept module": (
        "K = 1\n",
        "from app.kept import K\ndef f(): return K\n",
        "K = 1\n\n\ndef f(): return K\n",
    ),
    "from the kept module by another name": (
        "K = 1\n",
        "from app.kept import K as L\ndef f(): return f'{L}', L\n",
        "K = 1\n\n\ndef f(): return f'{K}', K\n",
    ),
    "the kept module": (
        "K = 1\n",
        "from app import kept\nimport app.kept as k\ndef f(): return kept.K, k.K.real\n",
        "K = 1\n\n\ndef f(): return K, K.real\n",
    ),
    "from the kept module through another": (
        "K = 1\n",
        "from app.hands_on import K\ndef f(): return K\n",
        "K = 1\n\n\ndef f(): return K\n",
    ),
    "ours from theirs": (
        "import os\nfrom app.dup import f\n\nX = os, f()\n",
        "def f(): ...\n",
        "import os\n\n\ndef f(): ...\n\n\nX = os, f()\n",
    ),
    "in a function": (
        "X = 1\n",
        "def f():\n    from json import loads\n    return loads\n",
        "X = 1\n\n\ndef f():\n    from json import loads\n    return loads\n",
    ),
}
OTHERS = {"app/other.py": "from json import loads\nK = 1\n", "app/hands_on.py": "from app.kept import K\n"}


@pytest.mark.parametrize("case", BROUGHT)
def test_what_is_needed_is_imported(case: str) -> None:
    check_merged(*BROUGHT[case], others=OTHERS)


def test_relative_imports_count_from_the_new_place() -> None:
    found = result_of(
        "",
        "from . import near\nfrom ..other import K\ndef f():\n    from .near import x\n    return near, K, x\n",
        duplicate="app/sub/dup.py",
        others={"app/other.py": "K = 1\n", "app/sub/near.py": "x = 1\n"},
    )
    assert found == (
        "from app.other import K\nfrom app.sub import near\n\n\n"
        "def f():\n    from .sub.near import x\n    return near, K, x\n"
    )


def test_the_same_code_with_relative_imports_of_the_same_things_is_the_same() -> None:
    check_nothing(
        "def f():\n    from .sub.near import x\n    return x\n",
        "def f():\n    from .near import x\n    return x\n",
        duplicate="app/sub/dup.py",
    )


class TestNamesThatAreTaken:
    ours = "from pickle import loads\n\nX = loads\n"
    theirs = f"from json import loads\n{F}"

    def test_a_name_that_ours_has_from_elsewhere_has_to_be_decided(self) -> None:
        found = check_refused(self.ours, self.theirs, "theirs is `json.loads`, ours is `pickle.loads`; decide it")
        assert found.undecided[0].ours is not None
        assert found.undecided[0].ours.text == "from pickle import loads"

    def test_it_is_imported_by_another_name(self) -> None:
        after = f"from json import loads as parse\n{self.ours}\n\n{F.replace('loads', 'parse')}"
        check_merged(self.ours, self.theirs, after, take={"loads": {"rename": "parse"}})

    def test_ours_serves_for_it(self) -> None:
        found = check_merged(self.ours, self.theirs, f"{self.ours}\n\n{F}", take={"loads": "ours"})
        assert "`loads` is needed by `f`, and the plan keeps ours: theirs is `json.loads`" in found.warnings[0]

    def test_theirs_cannot_take_its_place(self) -> None:
        check_refused(self.ours, self.theirs, "theirs only imports `loads`: say `ours`", take={"loads": "theirs"})

    def test_a_definition_takes_the_place_of_an_import_where_the_plan_says_so(self) -> None:
        check_merged(self.ours, "def loads(): ...\n", "def loads(): ...\n\n\nX = loads\n", take={"loads": "theirs"})
        check_refused(self.ours, "def loads(): ...\n", "ours is imported: `pickle.loads`")


def test_imports_that_nothing_needs_any_more_go() -> None:
    ours = "import json\nimport os\n\n\ndef f():\n    return json\n"
    check_merged(ours, "def f():\n    return 1\n", "import os\n\n\ndef f():\n    return 1\n", take={"f": "theirs"})
    kept = ours.replace("return json", "return 1")
    check_merged(
        ours, "def f():\n    return 1\n", kept, take={"f": "theirs"}, others={"b.py": "from app.kept import json\n"}
    )


def test_listed_imports_are_brought_where_they_can_be_exported() -> None:
    theirs = "from json import loads\n"
    assert result_of("__all__ = []\n", theirs, names=("loads",)) == '__all__ = ["loads"]\n\nfrom json import loads\n'


REFUSED = {
    "the duplicate itself": ("", "import app.dup\ndef f(): return app.dup\n", "`app` is the duplicate itself"),
    "the duplicate in a function": ("", "def f():\n    import app.dup\n", "imports the duplicate itself"),
    "the kept module itself": ("", "from app import kept\ndef f(): return kept\n", "`kept` is the kept module itself"),
    "a class built on the kept one of the same name": (
        "class A: ...\n",
        "from app.kept import A as Base\nclass A(Base):\n    def b(self): ...\ndef f(): return Base\n",
        "`Base` is what the kept module calls `A`",
    ),
    "annotations that are not evaluated": (
        "",
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json\n"
        "def f(a: json): ...\n",
        "add `from __future__ import annotations` to ours first",
    ),
    "a name that a class uses before it is there": (
        "",
        "from __future__ import annotations\nclass A:\n    def f(self) -> A: ...\n",
        "`A` would be used in line 2 of the result, before it is bound",
    ),
    "a star import from outside": (
        "",
        "from os.path import *\ndef f(): return join\n",
        "which star import brings `join`",
    ),
    "a name that is not there": (
        "",
        "from app.other import no\ndef f(): return no\n",
        "`app.other.no`, as theirs does, and that is not there",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_imported_is_refused(case: str) -> None:
    check_refused(*REFUSED[case], others=OTHERS)


def test_an_import_that_does_not_work_is_taken_where_the_plan_says_so() -> None:
    theirs = "from app.other import no\n\n\ndef f(): return no\n"
    check_merged("", theirs, theirs, others=OTHERS, take={"no": "theirs"})


def test_annotations_that_are_not_evaluated_in_either_module_come_along() -> None:
    future = "from __future__ import annotations\n"
    theirs = f"{future}class A:\n    def f(self) -> A: ...\n"
    check_merged(future, theirs, f"{future}\n\nclass A:\n    def f(self) -> A: ...\n")


def test_the_file_of_the_module_is_told() -> None:
    found = merged("", "def f(): return __file__\n")
    assert found.warnings == ("app/dup.py:1: `f` uses `__file__`, which is another file from now on",)
