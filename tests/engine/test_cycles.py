"""Imports in a circle: a change that would close one is blocked; circles that are there, or are none, do not count."""

from __future__ import annotations

import pytest

from codemods.model import Blocked, Changed
from tests.checks import BASE, preview_files

USE = "from a.b import f\n\ndef run():\n    return f()\n"
NEW = BASE["c/d.py"]


def outcome_of(files: dict[str, str], path: str = "use.py") -> Changed | Blocked:
    """The outcome of the file at `path`."""
    shown = preview_files({**BASE, **files})
    found = next(o for phase in shown.phases for o in phase.outcomes if o.path == path)
    assert isinstance(found, (Changed, Blocked))
    return found


CIRCLES = {
    "at once": ({"use.py": USE, "c/d.py": "import use\n" + NEW}, "`use` imports `c.d` imports `use`"),
    "through another": (
        {"use.py": USE, "c/d.py": "from mid import x\n" + NEW, "mid.py": "import use\nx = 1\n"},
        "`use` imports `c.d` imports `mid` imports `use`",
    ),
    "through the package": ({"use.py": USE, "c/__init__.py": "import use\n"}, "`use` imports `c` imports `use`"),
    "by a guarded import": (
        {"use.py": USE, "c/d.py": "try:\n    import use\nexcept ImportError: ...\n" + NEW},
        "`use` imports `c.d` imports `use`",
    ),
    "where the old module takes it late": (
        {"use.py": USE, "a/b.py": "def late():\n    import c.d\n" + BASE["a/b.py"], "c/d.py": "import use\n" + NEW},
        "`use` imports `c.d` imports `use`",
    ),
    "where a late import took the old module": (
        {
            "use.py": "def h():\n    from a.b import f\n    f()\nfrom a.b import f\n",
            "c/d.py": "import use\n" + NEW,
        },
        "`use` imports `c.d` imports `use`",
    ),
    "in a class": (
        {"use.py": "class A:\n    from a.b import f\n", "c/d.py": "import use\n" + NEW},
        "`use` imports `c.d` imports `use`",
    ),
}


@pytest.mark.parametrize("case", CIRCLES)
def test_a_new_circle_blocks(case: str) -> None:
    files, circle = CIRCLES[case]
    result = outcome_of(files)
    assert isinstance(result, Blocked)
    assert result.reasons == (f"use.py:1: modules would import each other in a circle: {circle}",)


NO_CIRCLES = {
    "the target imports it late": {"use.py": USE, "c/d.py": "def h():\n    import use\n" + NEW},
    "for type checkers alone": {
        "use.py": USE,
        "c/d.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import use\n" + NEW,
    },
    "the import is late": {"use.py": "def h():\n    from a.b import f\n    f()\n", "c/d.py": "import use\n" + NEW},
    "the circle is there already": {"use.py": "import c.d\n" + USE, "c/d.py": "import use\n" + NEW},
    "the old module was in it, too": {
        "use.py": USE,
        "a/b.py": "import c.d\n" + BASE["a/b.py"],
        "c/d.py": "import use\n" + NEW,
    },
}


HANDED_ON = {"a/b.py": "import c.d\n" + BASE["a/b.py"], "c/d.py": "import use\n" + NEW}
NO_CIRCLES |= {
    "the old module was in it, taken under a condition": {
        "use.py": "try:\n    from a.b import f\nexcept ImportError:\n    f = None\n",
        **HANDED_ON,
    },
    "the old module was in it, and stays in use": {"use.py": "from a.b import K, f\nf(K)\n", **HANDED_ON},
    "the old module was in it, by a package": {
        "use.py": USE,
        "a/__init__.py": "import c.d\n",
        "c/d.py": "import use\n" + NEW,
    },
}


@pytest.mark.parametrize("case", NO_CIRCLES)
def test_what_is_no_new_circle_is_rewritten(case: str) -> None:
    assert isinstance(outcome_of(NO_CIRCLES[case]), Changed)


def test_a_module_beside_the_target_does_not_wait_for_its_own_package() -> None:
    files = {"c/use.py": "from a.b import f\nf()\n", "c/__init__.py": "from . import use\n"}
    assert isinstance(outcome_of(files, "c/use.py"), Changed)


def test_what_reaches_a_blocked_file_does_not_follow() -> None:
    files = {"use.py": USE, "c/d.py": "import use\n" + NEW, "v.py": "from use import f\nfrom a.b import K\n"}
    shown = preview_files({**BASE, **files})
    assert not shown.units


def test_the_package_interface_keeps_its_names() -> None:
    files = {"p/__init__.py": "from a.b import f\n", "q/__init__.py": "from a.b import f\n__all__ = ['h']\nh = f\n"}
    shown = preview_files({**BASE, **files})
    assert [change.after.decode() for unit in shown.units for change in unit.changes] == [
        "from c.d import g as f\n",
        "from c.d import g\n__all__ = ['h']\nh = g\n",
    ]
