"""Which files reach a name of a module, in the order of the files, whatever they have in common."""

from __future__ import annotations

import ast

import pytest

from codemods.index.names import ModuleNames
from codemods.index.resolve import Index
from codemods.index.summary import summarise

NAMES = ModuleNames((".",))
WORDS = frozenset({"f", "m"})


def index_of(files: dict[str, str]) -> Index:
    summaries = {path: summarise(ast.parse(text), path, NAMES, WORDS) for path, text in files.items()}
    paths = {name: path for path in files if (name := NAMES.name_of(path)) is not None}
    return Index(NAMES, paths, summaries, WORDS)


FILES = {
    "u1.py": "from p.other import f\n",
    "p/__init__.py": "",
    "p/m.py": "def f(): pass\nprint('p.m.f')\n",
    "p/other.py": "def f(): pass\n",
    "u2.py": "import p.m\np.m.f()\n",
    "hands_on.py": "from p.m import f\n",
    "u3.py": "from hands_on import f\n",
    "u4.py": "import p.m\np.m.f.attribute\n",
    "u5.py": "import p.m\nsetattr(p.m, 'f', 1)\n",
    "u6.py": "setattr(x, 'f', 1)\n",
    "u7.py": "from p.m import *\nf()\n",
    "a8.py": "from p.m import *\nfrom m import *\nf()\n",
    "a9.py": "from p.m import *\n",
}


def test_all_that_reach_a_name_are_told_in_the_order_of_the_files() -> None:
    found = list(index_of(FILES).all_reaching("p.m", "f"))
    assert list(dict.fromkeys(found)) == ["p/m.py", "u2.py", "hands_on.py", "u3.py", "u4.py", "u5.py", "u7.py", "a8.py"]


@pytest.mark.parametrize("turned", [False, True])
def test_the_first_that_reaches_a_name_is_the_first_of_the_files(turned: bool) -> None:
    files = {path: FILES[path] for path in ("p/m.py", "u1.py", "p/other.py", "u3.py", "hands_on.py", "u2.py")}
    files["p/m.py"] = "def f(): pass\n"
    index = index_of(dict(reversed(files.items())) if turned else files)
    assert index.reached_from("p.m", "f") == ("u2.py" if turned else "u3.py")


def test_nobody_reaches_what_only_its_own_module_uses() -> None:
    files = {
        "p/m.py": "from p.other import f\nf()\n",
        "p/other.py": "def f(): pass\n",
        "u.py": "from p.other import f\n",
    }
    assert index_of(files).reached_from("p.m", "f") is None


LOADING = {
    "p/__init__.py": "from p import a\nif p:\n    import p.never\n",
    "p/a.py": "import p.b.c\n",
    "p/b/__init__.py": "import q.r\n",
    "p/b/c.py": "from .d import f\n",
    "p/b/d.py": "import p\n",
    "p/never.py": "",
    "q/__init__.py": "",
    "q/r.py": "",
}
LOADED = {"p.a": True, "p.b": True, "p.b.c": True, "p.b.d": True, "q.r": False, "p.never": False, "p.b.d.f": True}


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_package_loads_is_the_same_in_whatever_order_it_is_asked(turned: bool) -> None:
    index = index_of(LOADING)
    asked = list(reversed(LOADED)) if turned else list(LOADED)
    assert {module: index.loads("p", module) for module in asked} == LOADED
    # Who imports a module loads the packages around it; what these load is not followed.
    assert (index.loads("p.b", "q"), index.loads("q", "p")) == (True, False)
