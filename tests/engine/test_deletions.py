"""What becomes of `delete:`: every form of reference refuses it, and what only looks like one does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.engine.deletion.judge import Deletion, deletions
from codemods.model import Disposition, Form
from codemods.plan.load import load_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULE = "  - module: p.q.mod\n"
SYMBOL = "  - symbol: p.q.mod.f\n"
BASE = {
    "p/__init__.py": "",
    "p/q/__init__.py": "",
    "p/q/mod.py": "def f(): ...\n\n\ndef other(): ...\n",
    "p/q/stays.py": "x = 1\n",
}


def judged(files: Mapping[str, str | bytes], delete: str = MODULE, rest: str = "") -> tuple[Deletion, ...]:
    """What becomes of the deletions over the usual files and these."""
    given = {**BASE, **files}
    contents = {path: text if isinstance(text, bytes) else text.encode() for path, text in given.items()}
    loaded = load_plan(f"schema: 1\nname: t\ndelete:\n{delete}{rest}", "plan.yaml")
    return deletions(loaded, sorted(contents), contents.__getitem__)


def one(files: Mapping[str, str | bytes], delete: str = MODULE, rest: str = "") -> Deletion:
    """What becomes of the only deletion."""
    (deletion,) = judged(files, delete, rest)
    return deletion


def places(deletion: Deletion) -> list[tuple[str, int, Form]]:
    """Where what refers to it stands."""
    return [(f.reference.path, f.reference.line, f.reference.form) for f in deletion.references]


# A module: what refers to it in `u.py`, the form, and what looks like it and does not
FORMS: dict[str, tuple[str, Form, str]] = {
    "from import": ("from p.q.mod import f\n", Form.FROM_IMPORT, "from p.q.stays import f\n"),
    "import": ("import p.q.mod\n", Form.IMPORT, "import p.q\n"),
    "import as": ("import p.q.mod as m\n", Form.IMPORT_AS, "import p.q as mod\n"),
    "from package": ("from p.q import mod\n", Form.MODULE_FROM, "from p.q import stays as mod\n"),
    "star": ("from p.q.mod import *\n", Form.STAR, "from p.q.stays import *\nmod = 1\n"),
    "chain": ("import p\np.q.mod.f()\n", Form.ATTRIBUTE, "import p\np.q.stays.mod()\n"),
    "chain from above": ("import p as z\nz.mod.f()\n", Form.ATTRIBUTE, "import r as z\nz.mod.f()\n"),
    "in a function": ("def g():\n    from p.q.mod import f\n", Form.FROM_IMPORT, "def g(mod): return mod.f\n"),
    "in try": (
        "try:\n    import p.q.mod\nexcept ImportError:\n    pass\n",
        Form.IMPORT,
        "try:\n    import mod\nexcept ImportError:\n    pass\n",
    ),
    "type checking": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.q import mod\n",
        Form.MODULE_FROM,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    mod: int\n",
    ),
    "patch": ("patch('p.q.mod.f')\n", Form.PATCH, "patch('p.q.stays.mod')\n"),
    "import_module": ("import_module('p.q.mod')\n", Form.MODULE_STRING, "import_module('p.q.model')\n"),
    "relative import_module": ("import_module('.mod', 'p.q')\n", Form.MODULE_STRING, "import_module('.mod', 'p.z')\n"),
    "sys.modules": ("sys.modules['p.q.mod']\n", Form.MODULE_STRING, "sys.modules['z.mod']\n"),
    "string": ("x = ['p.q.mod']\n", Form.STRING, "x = ['p.q.models']\n"),
    "entry point": ("x = 'p.q.mod:f'\n", Form.STRING, "x = 'p.q:mod_f'\n"),
    "f-string": ("x = f'p.q.mod.{n}'\n", Form.STRING, "x = f'p.q.{mod}'\n"),
    "shortened": ("x = 'q.mod.f'\n", Form.STRING, "x = 'z.mod.f'\n"),
    "bytes": ("x = b'p.q.mod'\n", Form.STRING, "x = b'mod'\n"),
    "docstring": ('"""See :func:`p.q.mod.f`."""\n', Form.DOC, '"""See :func:`mod.f`, of a mod."""\n'),
    "path": ("run('p/q/mod.py')\n", Form.PATH, "run('p/z/mod.py')\n"),
    "path in parts": ("Path('p') / 'q' / 'mod.py'\n", Form.PATH, "Path('p') / 'my_mod.py'\n"),
    "windows path": ("run('p\\\\q\\\\mod.py')\n", Form.PATH, "run('p\\\\z\\\\mod.py')\n"),
    "all modules": (
        "import pkgutil, p.q\npkgutil.iter_modules(p.q.__path__)  # mod\n",
        Form.DISCOVERY,
        "import pkgutil, p.z\npkgutil.iter_modules(p.z.__path__)  # mod\n",
    ),
    "made up": ("import_module(f'p.q.{mod}')\n", Form.DISCOVERY, "import_module(f'p.z.{mod}')\n"),
    "made up by +": ("import_module('p.q.' + mod)\n", Form.DISCOVERY, "import_module('p.z.' + mod)\n"),
    "glob": (
        "for f in glob('p/q/*.py'): exec_module(f)\n",
        Form.DISCOVERY,
        "for f in glob('p/z/*.py'): exec_module(f)\n",
    ),
}


@pytest.mark.parametrize("case", FORMS)
def test_a_module_that_something_refers_to_stays(case: str) -> None:
    source, form, near = FORMS[case]
    refused = one({"u.py": source})
    assert refused.state == "refused"
    assert form in {form for path, _, form in places(refused) if path == "u.py"}
    assert not refused.paths
    ready = one({"u.py": near})
    assert (ready.state, ready.references, ready.paths) == ("ready", (), ("p/q/mod.py",))


# The same, outside Python: the file, what is in it, and what looks like it
TEXTS: dict[str, tuple[str, str, str, Form]] = {
    "entry point": ("pyproject.toml", "x = 'p.q.mod:f'\n", "x = 'p.q.stays:mod'\n", Form.TEXT),
    "dotted": ("log.ini", "[logger:p.q.mod]\n", "[logger:p.q.mode]\n", Form.TEXT),
    "quoted import": ("README.md", "`from p.q.mod import f`\n", "`from p.mod import f`\n", Form.TEXT),
    "shortened": ("run.sh", "celery -A q.mod\n", "celery -A stays.mod\n", Form.TEXT),
    "python -m": ("run.sh", "python -m p.q.mod\n", "python -m p.q.module\n", Form.TEXT),
    "path": ("ci.yml", "run: python p/q/mod.py --all\n", "run: python p/z/mod.py\n", Form.PATH),
    "path from elsewhere": ("Dockerfile", "COPY src/p/q/mod.py /\n", "COPY src/q/mod.pyx /\n", Form.PATH),
    "path of a test": ("Makefile", "pytest p/q/mod.py::test_f\n", "pytest p/q/mod_test.py\n", Form.PATH),
    "path by a variable": ("run.sh", 'python "$HERE/q/mod.py"\n', 'python "$HERE/r/mod.py"\n', Form.PATH),
    "path beside it": ("p/q/run.sh", "python ./mod.py\n", "python ./stays.py mod\n", Form.PATH),
}


@pytest.mark.parametrize("case", TEXTS)
def test_files_that_are_not_python_count(case: str) -> None:
    path, text, near, form = TEXTS[case]
    assert places(one({path: text})) == [(path, 1, form)]
    assert one({path: near}).state == "ready"


@pytest.mark.parametrize(
    "files",
    [
        {"u.py": "# see p.q.mod and p/q/mod.py\n"},
        {"CHANGELOG.md": "- new: p.q.mod\n"},
        {"README.md": "run mod.py\n", "z/mod.py": ""},
    ],
)
def test_mentions_hinder_nothing_and_are_told(files: dict[str, str]) -> None:
    ready = one(files)
    assert ready.state == "ready"
    assert ready.mentions
    assert all(finding.disposition is Disposition.LEFT for finding in ready.mentions)


def test_references_tell_how_certain_they_are() -> None:
    refused = one({"u.py": "from p.q.mod import f\nx = 'p.q.mod'\n"})
    assert [f.disposition for f in refused.references] == [Disposition.BLOCKED, Disposition.REVIEW]
    assert refused.reason == "2 reference(s) in 1 file(s)"


def test_relative_imports_count() -> None:
    assert places(one({"p/q/u.py": "from . import mod\n"})) == [("p/q/u.py", 1, Form.MODULE_FROM)]
    assert places(one({"p/r/u.py": "from ..q.mod import f\n"})) == [("p/r/u.py", 1, Form.FROM_IMPORT)]
    assert one({"p/r/u.py": "from .mod import f\n"}).state == "ready"


def test_a_folder_on_the_path_shortens_names() -> None:
    assert places(one({"u.py": "import sys\nsys.path.insert(0, 'p/q')\nimport mod\n"}))[0][1] == 3
    assert places(one({"u.py": "from q.mod import f\n"})) == [("u.py", 1, Form.FROM_IMPORT)]
    assert one({"u.py": "import mod\n"}).state == "ready"
    assert one({"u.py": "from q.mod import f\n", "q/mod.py": "f = 1\n"}).state == "ready"


def test_a_file_that_does_not_parse_counts_by_its_letters() -> None:
    refused = one({"u.py": "from p.q.mod import f\nprint 'x'\n"})
    assert "does not parse" in refused.references[0].reason


def test_a_package_that_hands_a_name_on_is_told_whether_anybody_takes_it() -> None:
    files = {"p/__init__.py": "from .q.mod import f, other\n", "u.py": "from p import f\n"}
    reasons = [f.reason for f in one(files).references if f.reference.path == "p/__init__.py"]
    assert "u.py takes it from there" in reasons[0]
    assert "nobody takes it from there" in reasons[1]


def test_modules_that_are_handed_on_count_where_they_are_taken() -> None:
    files = {"p/__init__.py": "from .q import mod as m\n", "u.py": "from p import m\nm.f()\n"}
    assert {path for path, *_ in places(one(files))} == {"p/__init__.py", "u.py"}


def test_what_is_excluded_counts_and_what_is_ignored_does_not() -> None:
    files = {"old/u.py": "import p.q.mod\n"}
    assert one(files, rest="exclude: [old/]\n").state == "refused"
    assert one(files, "  - {module: p.q.mod, ignore: [old/]}\n").state == "ready"
    assert one(files, "  - {module: p.q.mod, ignore: [new/]}\n").state == "refused"


def test_plans_do_not_count() -> None:
    text = "schema: 1\nname: t\ndelete:\n  - module: p.q.mod\n"
    assert one({"plans/x.yaml": text}).state == "ready"
    assert one({"plans/x.yaml": text.replace("schema: 1", "version: 1")}).state == "refused"


# What goes with a module


def test_what_is_not_there_is_done() -> None:
    assert one({}, "  - module: p.q.gone\n").state == "done"
    assert one({}, "  - symbol: p.q.mod.gone\n").state == "done"
    assert one({}, "  - symbol: p.gone.f\n").state == "done"


def test_a_stub_goes_with_its_module() -> None:
    assert one({"p/q/mod.pyi": "def f(): ...\n"}).paths == ("p/q/mod.py", "p/q/mod.pyi")


def test_its_entry_in_all_of_its_package_goes() -> None:
    ready = one({"p/q/__init__.py": '__all__ = [\r\n    "mod",  # old\r\n    "stays",\r\n]\r\n'})
    assert [(c.path, c.after) for c in ready.changes] == [("p/q/__init__.py", b'__all__ = [\r\n    "stays",\r\n]\r\n')]


def test_a_star_import_that_loads_it_counts() -> None:
    files = {"p/q/__init__.py": '__all__ = ["mod"]\n'}
    assert one({**files, "u.py": "from p.q import *\nmod.f()\n"}).state == "refused"
    assert one({**files, "u.py": "from p.q import *\n"}).state == "ready"


def test_packages_go_with_their_last_module() -> None:
    files = {"p/q/__init__.py": '"""Doc."""\n__all__ = ["mod"]\n', "a/b/c/__init__.py": "", "a/b/c/m.py": ""}
    files |= {"a/__init__.py": "", "a/b/__init__.py": "# empty\n", "a/keep.py": ""}
    assert one(files, "  - module: a.b.c.m\n").paths == ("a/b/__init__.py", "a/b/c/__init__.py", "a/b/c/m.py")
    assert one(files).paths == ("p/q/mod.py", "p/q/__init__.py")  # p.q.stays stays


@pytest.mark.parametrize(
    "files",
    [
        {"a/b/__init__.py": "x = 1\n"},
        {"a/b/__init__.py": "", "a/b/data.json": "{}"},
        {"a/b/__init__.py": "", "u.py": "import a.b\n"},
        {"a/b/__init__.py": "", "Makefile": "lint:\n\tpylint a/b\n"},
    ],
)
def test_a_package_stays_where_it_is_of_use(files: dict[str, str]) -> None:
    assert one({"a/__init__.py": "x = 1\n", "a/b/m.py": "", **files}, "  - module: a.b.m\n").paths == ("a/b/m.py",)


def test_a_source_root_never_goes() -> None:
    files = {"src/__init__.py": "", "src/m.py": ""}
    assert one(files, "  - module: m\n", "source_roots: [src]\n").paths == ("src/m.py",)


def test_a_package_goes_with_all_in_it() -> None:
    files = {"a/__init__.py": "from .m import x\n", "a/m.py": "x = 1\n", "a/py.typed": ""}
    assert one(files, "  - module: a\n").paths == ("a/__init__.py", "a/m.py", "a/py.typed")
    assert places(one({**files, "u.py": "from a.m import x\n"}, "  - module: a\n")) == [("u.py", 1, Form.FROM_IMPORT)]
    assert "a/x.csv" in one({**files, "a/x.csv": ""}, "  - module: a\n").reason
    assert one({"n/m.py": "", "n/k.py": ""}, "  - module: n\n").paths == ("n/k.py", "n/m.py")


def test_a_module_in_two_places_is_refused() -> None:
    refused = one({"a.py": "", "src/a.py": ""}, "  - module: a\n", "source_roots: [., src]\n")
    assert refused.reason == "it is in several places: a.py, src/a.py"


@pytest.mark.parametrize(("path", "module"), [("t/conftest.py", "t.conftest"), ("t/__main__.py", "t.__main__")])
def test_a_file_that_is_loaded_by_its_name_is_refused(path: str, module: str) -> None:
    assert places(one({path: "", "t/x.py": ""}, f"  - module: {module}\n")) == [(path, 1, Form.DISCOVERY)]


# Symbols

SYMBOL_FORMS: dict[str, tuple[str, str]] = {
    "from import": ("from p.q.mod import f\n", "from p.q.mod import other as f\n"),
    "chain": ("from p.q import mod\nmod.f()\n", "from p.q import mod\nmod.other().f()\n"),
    "chain from above": ("import p\np.mod.f()\n", "import p\np.mod_of.f()\nx.mod.f()\n"),
    "star": ("from p.q.mod import *\nf()\n", "from p.q.mod import *\ndef g(f): return f\n"),
    "patch": ("patch('p.q.mod.f')\n", "patch('p.q.mod.other.f')\n"),
    "patch.object": ("from p.q import mod\npatch.object(mod, 'f')\n", "patch.object(mod, 'f')\n"),
    "getattr": ("from p.q import mod\ngetattr(mod, 'f')\n", "getattr(x, 'f')\n"),
    "two strings": ("x = ('p.q.mod', 'f')\n", "x = ('p.q.stays', 'f')\n"),
    "all names": ("from p.q import mod\nfor name in vars(mod): ...\n", "from p.q import stays\nvars(stays)  # mod\n"),
    "a name made up": ("import p.q.mod as m\ngetattr(m, name)\n", "import p.q.mod as m\ngetattr(m, 'other')\n"),
    "shortened": ("patch('mod.f')\n", "patch('mods.f')\n"),
    "docstring": ('"""Like `p.q.mod.f`."""\n', '"""Like `f` of mod."""\n'),
}


@pytest.mark.parametrize("case", SYMBOL_FORMS)
def test_a_symbol_that_something_refers_to_stays(case: str) -> None:
    source, near = SYMBOL_FORMS[case]
    assert {path for path, *_ in places(one({"u.py": source}, SYMBOL))} == {"u.py"}
    ready = one({"u.py": near}, SYMBOL)
    assert [c.after for c in ready.changes] == [b"def other(): ...\n"]


def test_a_symbol_that_is_handed_on_counts_where_it_is_taken() -> None:
    files = {"p/__init__.py": "from .q.mod import f as g\n", "u.py": "from p import g\n", "v.py": "from w import g\n"}
    refused = one(files, SYMBOL)
    assert {path for path, *_ in places(refused)} == {"p/__init__.py", "u.py"}
    assert "u.py takes it from there" in refused.references[0].reason
    assert refused.references[1].reason == "through `p`, which hands it on"


def test_a_star_that_hands_a_symbol_on_counts_where_it_is_taken() -> None:
    files = {"p/__init__.py": "from .q.mod import *\n", "u.py": "import p\np.f()\n"}
    assert {path for path, *_ in places(one(files, SYMBOL))} >= {"u.py"}
    assert one({**files, "u.py": "import p\np.other()\n"}, SYMBOL).state == "ready"


def test_a_symbol_that_its_own_module_uses_stays() -> None:
    body = "def f(): return f()\n\n\ndef g(): return {}\n"
    assert places(one({"p/q/mod.py": body.format("f()")}, SYMBOL)) == [("p/q/mod.py", 4, Form.NAME)]
    assert places(one({"p/q/mod.py": body.format("globals()['f']")}, SYMBOL)) == [("p/q/mod.py", 4, Form.STRING)]
    assert places(one({"p/q/mod.py": body.format("globals()[x]")}, SYMBOL)) == [("p/q/mod.py", 4, Form.MODULE_VALUE)]
    assert one({"p/q/mod.py": body.format("f.attr if (f := 1) else 0")}, SYMBOL).state == "ready"


def test_a_list_of_names_below_its_module_counts() -> None:
    page = ".. automodule:: p.q.mod\n\n.. autosummary::\n\n   {}\n"
    assert places(one({"api.rst": page.format("f")}, SYMBOL)) == [("api.rst", 5, Form.TEXT)]
    assert one({"api.rst": page.format("other")}, SYMBOL).state == "ready"


@pytest.mark.parametrize("decorator", ["app.get('/x')", "pytest.fixture", "register"])
def test_a_decorator_that_may_hand_it_on_refuses(decorator: str) -> None:
    assert places(one({"p/q/mod.py": f"@{decorator}\ndef f(): ...\n"}, SYMBOL)) == [("p/q/mod.py", 1, Form.DISCOVERY)]
    assert one({"p/q/mod.py": "@functools.cache\ndef f(): ...\n"}, SYMBOL).state == "ready"


BASES = {
    "a registry": ("class Base:\n    def __init_subclass__(cls): ...\n", "from p.base import Base\n"),
    "a registry behind another": (
        "class A:\n    all = lambda: A.__subclasses__()\nclass Base(A): ...\n",
        "from p.base import Base\n",
    ),
    "a metaclass": ("class Base(metaclass=Meta): ...\n", "from p.base import Base\n"),
    "a framework": ("", "from django.db.models import Model as Base\n"),
}


@pytest.mark.parametrize("case", BASES)
def test_a_base_that_may_collect_its_subclasses_refuses(case: str) -> None:
    base, imported = BASES[case]
    source = f"{imported}class f(Base): ...\n"
    assert places(one({"p/base.py": base, "p/q/mod.py": source}, SYMBOL)) == [("p/q/mod.py", 2, Form.DISCOVERY)]
    plain = {"p/base.py": "class Base(metaclass=ABCMeta): ...\n", "p/q/mod.py": source.replace("django.db", "p.base")}
    assert one(plain, SYMBOL).state == "ready"


def test_a_member_of_a_class_is_refused() -> None:
    refused = one({"p/q/mod.py": "class C:\n    def f(self): ...\n"}, "  - symbol: p.q.mod.C.f\n")
    assert "member of a class" in refused.reason


def test_a_symbol_goes_from_the_stub_as_well() -> None:
    assert one({"p/q/mod.pyi": "def f() -> None: ...\nx: int\n"}, SYMBOL).paths == ("p/q/mod.py", "p/q/mod.pyi")


def test_an_import_goes_with_the_symbol_unless_others_take_it_from_here() -> None:
    files = {
        "p/q/mod.py": "import os\nimport re\n\n\ndef f(): return os, re\n\n\nx = 1\n",
        "u.py": "from p.q.mod import re\n",
    }
    assert [c.after for c in one(files, SYMBOL).changes] == [b"import re\n\n\nx = 1\n"]


# Several


def test_each_deletion_sees_the_tree_without_those_before_it() -> None:
    files = {"p/q/user.py": "from .mod import f\n", "p/q/last.py": "import p.q.user\n"}
    order = "  - module: p.q.last\n  - module: p.q.user\n  - symbol: p.q.mod.f\n  - symbol: p.q.mod.other\n"
    assert [d.state for d in judged(files, order)] == ["ready"] * 4
    (last,) = judged(files, order)[-1].changes
    assert (last.before, last.after) == (b"def other(): ...\n", b"")
    assert judged(files, order.replace("  - module: p.q.user\n", ""))[1].state == "refused"


def test_the_wrong_order_is_told() -> None:
    files = {"p/q/user.py": "from .mod import f\n"}
    first, second = judged(files, "  - module: p.q.mod\n  - module: p.q.user\n")
    assert (first.state, second.state) == ("refused", "ready")
    assert first.reason.endswith("only `p.q.user` refer(s) to it: put that before it")


def test_a_circle_is_told() -> None:
    files = {"p/q/mod.py": "import p.q.user\n", "p/q/user.py": "import p.q.mod\n"}
    order = "  - module: p.q.mod\n  - module: p.q.user\n"
    assert all("in a circle" in d.reason for d in judged(files, order))
    assert not any("in a circle" in d.reason for d in judged({**files, "u.py": "import p.q.mod\n"}, order))


def test_nothing_to_delete_reads_nothing() -> None:
    loaded = load_plan("schema: 1\nname: t\nkeep: [{module: a}]\n", "plan.yaml")
    assert deletions(loaded, ["a.py"], {}.__getitem__) == ()
