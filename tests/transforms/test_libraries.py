"""Redirects from and to what is outside the repository: the standard library, and libraries that the plan names."""

from __future__ import annotations

import pytest

from codemods.errors import PlanError
from codemods.model import Disposition
from tests.checks import check_noop, preview_files, with_disposition

MOCK = "  - {module: mock, to: unittest.mock}\n"
LIBRARY = "libraries: [mock]\n"
ABC = "  - {symbol: collections.Mapping, to: collections.abc.Mapping}\n"


def migrated(source: str, redirect: str, rest: str = "") -> str:
    """What a file with `source` becomes."""
    (unit,) = preview_files({"u.py": source}, redirect, rest).units
    return unit.changes[0].after.decode()


MODULES = {
    "from it": ("from mock import patch, Mock\npatch(Mock)\n", "from unittest.mock import patch, Mock\npatch(Mock)\n"),
    "itself": ("import mock\nmock.patch('x')\n", "import unittest.mock\nunittest.mock.patch('x')\n"),
    "aliased": ("import mock as m\nm.patch('x')\n", "import unittest.mock as m\nm.patch('x')\n"),
    "patched": (
        "from mock import patch\npatch('mock.Mock')\n",
        "from unittest.mock import patch\npatch('unittest.mock.Mock')\n",
    ),
}


@pytest.mark.parametrize("case", MODULES)
def test_a_library_moves_to_another(case: str) -> None:
    before, after = MODULES[case]
    assert migrated(before, MOCK, LIBRARY) == after
    assert not preview_files({"u.py": after}, MOCK, LIBRARY).units


SYMBOLS = {
    "from it": (
        "from collections import Mapping, OrderedDict\nx = Mapping, OrderedDict\n",
        "from collections import OrderedDict\nfrom collections.abc import Mapping\nx = Mapping, OrderedDict\n",
    ),
    "itself": ("import collections\ncollections.Mapping\n", "import collections.abc\ncollections.abc.Mapping\n"),
}


@pytest.mark.parametrize("case", SYMBOLS)
def test_a_symbol_of_the_standard_library_moves(case: str) -> None:
    before, after = SYMBOLS[case]
    assert migrated(before, ABC) == after


def test_namesakes_stay() -> None:
    source = "from mine import Mapping\nclass collections:\n    Mapping = 1\ncollections.Mapping, Mapping\n"
    check_noop(source, redirect=ABC)


def test_what_may_be_either_is_left_to_a_person() -> None:
    source = "try:\n    import mock\nexcept ImportError:\n    from unittest import mock\nmock.call()\n"
    shown = preview_files({"u.py": source}, MOCK, LIBRARY)
    assert not shown.units
    assert with_disposition(shown.findings, Disposition.REVIEW)


@pytest.mark.parametrize(
    ("redirect", "told"),
    [
        (MOCK, "4:14: there is no module `mock` in the source roots; if it is a library, say `libraries: [mock]`"),
        (ABC.replace("abc", "abx"), "4:39: the standard library has no module `collections.abx`"),
        (ABC.replace("collections.M", "nowhere.M"), "4:14: there is no module `nowhere` in the source roots"),
    ],
)
def test_a_module_that_is_nowhere_is_refused(redirect: str, told: str) -> None:
    with pytest.raises(PlanError, match=r"there is no module|has no module") as error:
        preview_files({"u.py": "import mock\n"}, redirect)
    assert f"plan.yaml:{told}" in str(error.value)
