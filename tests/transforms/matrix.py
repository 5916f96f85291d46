"""The table behind `test_matrix`: every form of reference, the kinds of mapping, and look-alikes. Data only.

A source is written once for all kinds: it refers to the class `X` of `a.b` as it is before the migration. Where it
needs names of the new side, the words `TO` (the new module), `NEW` (the new name) stand for them. Each project is
executed before the migration and after it, with the old name gone, by its `check`: behaviour decides, not the spelling.
The numbers 01 to 38 are those of the forms that other tools were measured by; letters are variants.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASS = "class NAME:\n    value = 42\n"
RUN = "import use\nassert use.run() == 42, use.run()\n"
TEST = "import test_use\ntest_use.test()\n"
MONKEY = "import pytest, test_use\nwith pytest.MonkeyPatch.context() as m: test_use.test(m)\n"
LAZY = "import sys, use\nassert not {'a.b', 'c.d'} & set(sys.modules), 'hoisted'\nassert use.run() == 42\n"
HINTS = "import typing, use\nassert all(hint.value == 42 for hint in typing.get_type_hints(use.f).values())\n"
UNDER_TYPE_CHECKING = dedent("""
    import typing
    del sys.modules["use"]
    typing.TYPE_CHECKING = True
    try:
        import use
    finally:
        typing.TYPE_CHECKING = False
    """)
COMMENTS = dedent("""
    import ast, pathlib, use
    tree = ast.parse(pathlib.Path(use.__file__).read_text(), type_comments=True)
    comments = [c for node in ast.walk(tree) if (c := getattr(node, "type_comment", None))]
    assert comments
    for comment in comments:
        for part in comment.replace("(", "").replace(")", "").split(" -> "):
            assert eval(part, dict(vars(use))).value == 42, comment
    assert use.run() == 42
    """)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mapping of `a.b.X`: to the module `to`, by the name `new`; `whole`: all of `a.b` moves."""

    name: str
    to: str
    new: str
    whole: bool = False

    def redirect(self, root: str) -> str:
        """The YAML of the redirect, for modules below the package `root` (empty: at the top)."""
        prefix = f"{root}." if root else ""
        if self.whole:
            return f"  - {{module: {prefix}a.b, to: {prefix}{self.to}}}\n"
        return f"  - {{symbol: {prefix}a.b.X, to: {prefix}{self.to}.{self.new}}}\n"


KINDS = (
    Kind("moved", "c.d", "X"),
    Kind("renamed", "a.b", "Y"),
    Kind("both", "c.d", "Y"),
    Kind("module", "c.d", "X", whole=True),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One form of reference: a small project in which it occurs, and how to see that it works.

    `check` is executed in a fresh namespace with the project on the path. `use` is the expression that reads the
    name, from which twins are made (empty: none are). `define` defines the symbol, with `NAME` for its name. `root` is
    the package that holds `a.b` and `c.d`. `package`: `a.b` is a package and holds a module `c`. `exports`: `a.b` has
    an `__all__`. `holds` has to be in the migrated text. `review` gives, by kind, the reason why code alone cannot
    settle the form: then it is listed, and what runs before still runs beside the old name.
    """

    id: str
    title: str
    files: Mapping[str, str]
    check: str = RUN
    use: str = ""
    define: str = CLASS
    root: str = ""
    package: bool = False
    exports: bool = False
    holds: tuple[str, ...] = ()
    review: Mapping[str, str] = field(default_factory=dict)

    def sources(self, kind: Kind) -> dict[str, str]:
        """The files of the project, with the names of the new side filled in."""
        return {path: filled(dedent(source).lstrip("\n"), kind) for path, source in self.files.items()}


def filled(text: str, kind: Kind) -> str:
    """`text` with the names of the new side filled in."""
    return re.sub(r"\bNEW\b", kind.new, re.sub(r"\bTO\b", kind.to, text))


def base(kind: Kind, entry: Entry, *, old: bool = True) -> dict[str, str]:
    """The modules that hold the definitions: the new ones, and what `old` tells of the old one."""
    folder = f"{entry.root}/" if entry.root else ""

    def module(*names: str, stays: bool) -> str:
        kept = ("K", "L") if stays else ()
        text = "\n\n".join(entry.define.replace("NAME", name) for name in names)
        text += "".join(f"\n\n{name} = {number}\n" for number, name in enumerate((*kept, "Z"), 1))
        return f"__all__ = {[*names, *kept, 'Z']!r}\n\n{text}" if entry.exports else text

    here = ("X",) if old else ()
    there = (kind.new,)
    within = kind.to == "a.b"
    files = {
        f"{folder}a/__init__.py": "",
        f"{folder}a/other.py": "K = 5\n",
        f"{folder}c/__init__.py": "",
        f"{folder}c/d.py": module(*(() if within else there), stays=kind.whole),
    }
    if entry.root:
        files[f"{folder}__init__.py"] = ""
    path = f"{folder}a/b/__init__.py" if entry.package else f"{folder}a/b.py"
    if old or not kind.whole:
        files[path] = module(*here, *(there if within else ()), stays=True)
        if entry.package:
            files[f"{folder}a/b/c.py"] = "W = 3\n"
    if entry.package and kind.whole:
        files[f"{folder}c/d/__init__.py"] = files.pop(f"{folder}c/d.py")
        files[f"{folder}c/d/c.py"] = "W = 3\n"
    return files


def one(id_: str, title: str, source: str, **rest: object) -> Entry:
    """An entry whose project is the one file `use.py`."""
    return Entry(id_, title, {"use.py": source}, **rest)  # type: ignore[arg-type]


def tested(id_: str, title: str, use: str, test: str, **rest: object) -> Entry:
    """An entry whose project is `use.py` and a test that replaces what it uses; `FAKE` stands for a fake class."""
    fake = "class Fake:\n    value = 7\n\n\n"
    files = {"use.py": use, "test_use.py": dedent(test).lstrip("\n").replace("FAKE\n", fake)}
    return Entry(id_, title, files, **{"check": TEST, **rest})  # type: ignore[arg-type]


# What a test replaces: code that looks the name up in its module when it is called.
BY_MODULE = """
    import a.b


    def run():
        return a.b.X().value
    """
BY_LOCAL_IMPORT = """
    def run():
        from a.b import X

        return X().value
    """
BY_OWN_NAME = """
    from a.b import X


    def run():
        return X().value
    """
LAZY_CONSUMER = """
    from lazy import X


    def run():
        return X().value
    """
NO_RENAME = "a map from names to modules cannot say that the name is another one there"

IMPORTS = (
    one(
        "01",
        "from a.b import X",
        """
        from a.b import X


        def run():
            return X().value
        """,
        use="X()",
    ),
    one(
        "02",
        "from a.b import X as y",
        """
        from a.b import X as y


        def run():
            return y().value
        """,
        use="y()",
    ),
    one(
        "03",
        "import a.b and a.b.X()",
        """
        import a.b


        def run():
            return a.b.X().value
        """,
        use="a.b.X()",
    ),
    one(
        "04",
        "import a.b as f",
        """
        import a.b as f


        def run():
            return f.X().value
        """,
        use="f.X()",
    ),
    one(
        "05",
        "from a import b and b.X()",
        """
        from a import b


        def run():
            return b.X().value
        """,
        use="b.X()",
    ),
    one(
        "06",
        "from a import b as f",
        """
        from a import b as f


        def run():
            return f.X().value
        """,
        use="f.X()",
    ),
    Entry(
        "07",
        "relative from ..a.b import X",
        {
            "pkg/app/__init__.py": "",
            "pkg/app/use.py": """
                from ..a.b import X


                def run():
                    return X().value
                """,
        },
        "from pkg.app import use\nassert use.run() == 42\n",
        root="pkg",
        use="X()",
    ),
    Entry(
        "07b",
        "relative from .b import X, beside the module",
        {
            "pkg/a/use.py": """
                from .b import X


                def run():
                    return X().value
                """,
        },
        "from pkg.a import use\nassert use.run() == 42\n",
        root="pkg",
        use="X()",
    ),
    Entry(
        "08",
        "relative from ..a import b",
        {
            "pkg/app/__init__.py": "",
            "pkg/app/use.py": """
                from ..a import b


                def run():
                    return b.X().value
                """,
        },
        "from pkg.app import use\nassert use.run() == 42\n",
        root="pkg",
        use="b.X()",
    ),
    one(
        "09",
        "from a.b import K, X, L",
        """
        from a.b import K, X, L


        def run():
            return X().value + K - K + L - L
        """,
        use="X()",
    ),
    one(
        "10",
        "parenthesised import with comments",
        """
        from a.b import (
            K,  # the first
            X,  # the second
            L,  # the third
        )


        def run():
            return X().value + K - K + L - L
        """,
        use="X()",
        holds=("# the first", "# the second", "# the third"),
    ),
    one(
        "11",
        "from a.b import *",
        """
        from a.b import *


        def run():
            return X().value + K - K
        """,
        use="X()",
    ),
    one(
        "11b",
        "from a.b import * by __all__",
        """
        from a.b import *


        def run():
            return X().value + K - K
        """,
        exports=True,
    ),
    Entry(
        "11c",
        "from a.b import * that a package hands on",
        {
            "pkg/__init__.py": "from a.b import *\n",
            "use.py": """
                from pkg import K, X


                def run():
                    return X().value + K - K
                """,
        },
    ),
    Entry(
        "12",
        "consumer of a re-export, from pkg import X",
        {
            "pkg/__init__.py": """
                from a.b import X

                __all__ = ["X"]
                """,
            "use.py": """
                from pkg import X


                def run():
                    return X().value
                """,
        },
        use="X()",
    ),
    Entry(
        "12b",
        "re-export without __all__, by two steps",
        {
            "pkg/__init__.py": "from pkg.mid import X\n",
            "pkg/mid.py": "from a.b import X\n",
            "use.py": """
                from pkg import X


                def run():
                    return X().value
                """,
        },
    ),
    one(
        "13",
        "import under TYPE_CHECKING",
        """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from a.b import X


        def f(x: X) -> X:
            return x


        def run():
            return 42
        """,
        check=LAZY + UNDER_TYPE_CHECKING + HINTS,
        use="X()",
    ),
    one(
        "14",
        "function-local import",
        """
        def run():
            from a.b import X

            return X().value
        """,
        check=LAZY,
        use="X()",
    ),
    one(
        "14b",
        "function-local imports of the module",
        """
        def by_package():
            from a import b

            return b.X().value


        def run():
            import a.b

            return (a.b.X().value + by_package()) // 2
        """,
        check=LAZY,
    ),
    one(
        "15",
        "try import except ImportError",
        """
        try:
            from a.b import X
        except ImportError:
            X = None


        def run():
            return X and X().value
        """,
        use="X()",
    ),
)

STRINGS_AND_MODULES = (
    tested(
        "16",
        'mock.patch("a.b.X") as a context',
        BY_MODULE,
        """
        from unittest import mock

        import use

        FAKE

        def test():
            with mock.patch("a.b.X", Fake):
                assert use.run() == 7
            assert use.run() == 42
        """,
    ),
    tested(
        "16b",
        '@patch("a.b.X") over a function-local import',
        BY_LOCAL_IMPORT,
        """
        from unittest.mock import patch

        import use


        @patch("a.b.X")
        def test(fake):
            fake.return_value.value = 7
            assert use.run() == 7
        """,
    ),
    tested(
        "16c",
        'mocker.patch("a.b.X")',
        BY_MODULE,
        """
        from unittest import mock

        import use


        class Mocker:
            def patch(self, target, new):
                patcher = mock.patch(target, new)
                patcher.start()
                return patcher


        FAKE

        def run(mocker):
            patcher = mocker.patch("a.b.X", Fake)
            assert use.run() == 7
            patcher.stop()
            assert use.run() == 42


        def test():
            run(Mocker())
        """,
    ),
    tested(
        "16d",
        'patch.object(b, "X")',
        BY_MODULE,
        """
        from unittest.mock import patch

        import use
        from a import b

        FAKE

        def test():
            with patch.object(b, "X", Fake):
                assert use.run() == 7
            assert use.run() == 42
        """,
    ),
    tested(
        "16e",
        'patch.object(a.b, "X") and K of the same module',
        BY_MODULE,
        """
        from unittest.mock import patch

        import a.b
        import use

        FAKE

        def test():
            with patch.object(a.b, "X", Fake), patch.object(a.b, "K", 5):
                assert (use.run(), a.b.K) == (7, 5)
            assert use.run() == 42
        """,
    ),
    tested(
        "16f",
        'patch.multiple("a.b", X=...)',
        BY_MODULE,
        """
        from unittest.mock import patch

        import use

        FAKE

        def test():
            with patch.multiple("a.b", X=Fake):
                assert use.run() == 7
            assert use.run() == 42
        """,
    ),
    tested(
        "16g",
        'patch.dict("a.b.X", ...)',
        """
        import a.b


        def run():
            return a.b.X["value"]
        """,
        """
        from unittest.mock import patch

        import use


        def test():
            with patch.dict("a.b.X", {"value": 7}):
                assert use.run() == 7
            assert use.run() == 42
        """,
        define='NAME = {"value": 42}\n',
    ),
    tested(
        "16h",
        'monkeypatch.setattr("a.b.X", ...)',
        BY_MODULE,
        """
        import use

        FAKE

        def test(monkeypatch):
            monkeypatch.setattr("a.b.X", Fake)
            assert use.run() == 7
            monkeypatch.undo()
            assert use.run() == 42
        """,
        check=MONKEY,
    ),
    tested(
        "16i",
        'monkeypatch.setattr(b, "X", ...)',
        BY_MODULE,
        """
        import use
        from a import b

        FAKE

        def test(monkeypatch):
            monkeypatch.setattr(b, "X", Fake)
            assert use.run() == 7
        """,
        check=MONKEY,
    ),
    tested(
        "16j",
        'monkeypatch.delattr("a.b.X")',
        BY_MODULE,
        """
        import pytest

        import use


        def test(monkeypatch):
            monkeypatch.delattr("a.b.X")
            with pytest.raises(AttributeError):
                use.run()
            monkeypatch.undo()
            assert use.run() == 42
        """,
        check=MONKEY,
    ),
    tested(
        "16k",
        'monkeypatch.delattr(b, "X")',
        BY_MODULE,
        """
        import pytest

        import use
        from a import b


        def test(monkeypatch):
            monkeypatch.delattr(b, "X")
            with pytest.raises(AttributeError):
                use.run()
        """,
        check=MONKEY,
    ),
    tested(
        "16l",
        'mock.patch("a.b.X.value"), below the name',
        BY_MODULE,
        """
        from unittest import mock

        import use


        def test():
            with mock.patch("a.b.X.value", 7):
                assert use.run() == 7
            assert use.run() == 42
        """,
    ),
    tested(
        "16m",
        'patch(target="a.b.X"), by keyword',
        BY_MODULE,
        """
        from unittest import mock

        import use

        FAKE

        @mock.patch(target="a.b.X", new=Fake)
        def test():
            assert use.run() == 7
        """,
    ),
    tested(
        "16n",
        'mocker.patch.object(b, "X")',
        BY_MODULE,
        """
        from unittest import mock

        import use
        from a import b


        class Mocker:
            patch = mock.patch


        FAKE

        def run(mocker):
            with mocker.patch.object(b, "X", Fake):
                assert use.run() == 7
            assert use.run() == 42


        def test():
            run(Mocker())
        """,
    ),
    tested(
        "16o",
        'patch(f"{MODULE}.X") of a constant',
        BY_MODULE,
        """
        from unittest.mock import patch

        import use

        MODULE = "a.b"

        FAKE

        def test():
            with patch(f"{MODULE}.X", Fake):
                assert use.run() == 7
        """,
    ),
    Entry(
        "16p",
        'patch("app.use.X"): the name that a consumer binds and calls',
        {
            "app/__init__.py": "",
            "app/use.py": BY_OWN_NAME,
            "test_use.py": """
                from unittest.mock import patch

                from app import use


                class Fake:
                    value = 7


                def test():
                    with patch("app.use.X", Fake):
                        assert use.run() == 7
                    assert use.run() == 42
                """,
        },
        TEST,
    ),
    Entry(
        "16q",
        'patch("app.use.X"): the name that a consumer binds only',
        {
            "app/__init__.py": "",
            "app/use.py": "from a.b import X  # noqa: F401\n",
            "test_use.py": """
                import sys
                from unittest.mock import patch


                def test():
                    with patch("app.use.X", 7):
                        assert 7 in vars(sys.modules["app.use"]).values()
                    assert 7 not in vars(sys.modules["app.use"]).values()
                """,
        },
        TEST,
        holds=("# noqa: F401",),
    ),
    Entry(
        "16r",
        'patch("app.use.X") where a function imports X from app.use',
        {
            "app/__init__.py": "",
            "app/use.py": BY_OWN_NAME,
            "other_use.py": """
                def run():
                    from app.use import X

                    return X().value
                """,
            "test_use.py": """
                from unittest.mock import patch

                import other_use
                from app import use


                class Fake:
                    value = 7


                def test():
                    with patch("app.use.X", Fake):
                        assert (use.run(), other_use.run()) == (7, 7)
                    assert (use.run(), other_use.run()) == (42, 42)
                """,
        },
        TEST,
    ),
    Entry(
        "16s",
        'patch("a.b.X") and patch("app.use.X") in one test',
        {
            "app/__init__.py": "",
            "app/use.py": BY_OWN_NAME,
            "late.py": BY_LOCAL_IMPORT,
            "test_use.py": """
                from unittest.mock import patch

                import late
                from app import use


                @patch("app.use.X")
                @patch("a.b.X")
                def test(in_module, in_use):
                    in_module.return_value.value = 7
                    in_use.return_value.value = 8
                    assert (late.run(), use.run()) == (7, 8)
                """,
        },
        TEST,
    ),
    Entry(
        "16t",
        'patch.object(use, "X") and monkeypatch of the name that a consumer binds',
        {
            "app/__init__.py": "",
            "app/use.py": BY_OWN_NAME,
            "test_use.py": """
                from unittest.mock import patch

                from app import use


                class Fake:
                    value = 7


                def test(monkeypatch):
                    with patch.object(use, "X", Fake):
                        assert use.run() == 7
                    monkeypatch.setattr("app.use.X", Fake)
                    assert use.run() == 7
                    monkeypatch.undo()
                    monkeypatch.setattr(use, "X", Fake)
                    assert use.run() == 7
                    monkeypatch.undo()
                    assert use.run() == 42
                """,
        },
        MONKEY,
    ),
    one(
        "17",
        'importlib.import_module("a.b").X',
        """
        import importlib


        def run():
            return importlib.import_module("a.b").X().value
        """,
    ),
    one(
        "17b",
        'sys.modules["a.b"].X',
        """
        import sys

        import a.b  # noqa: F401


        def run():
            return sys.modules["a.b"].X().value
        """,
    ),
    one(
        "17c",
        '__import__("a.b", fromlist=["X"]).X',
        """
        def run():
            return __import__("a.b", fromlist=["X"]).X().value
        """,
    ),
    one(
        "17d",
        'getattr(import_module("a.b"), "X")',
        """
        from importlib import import_module


        def run():
            return getattr(import_module("a.b"), "X")().value
        """,
    ),
    one(
        "17e",
        'import_module("a.b") kept in a variable',
        """
        import importlib

        module = importlib.import_module("a.b")


        def run():
            return module.X().value
        """,
    ),
    one(
        "18",
        'getattr(b, "X")',
        """
        from a import b


        def run():
            return getattr(b, "X")().value
        """,
    ),
    one(
        "18b",
        'getattr(a.b, "X", None)',
        """
        import a.b


        def run():
            return getattr(a.b, "X", None) and getattr(a.b, "X", None)().value
        """,
    ),
    Entry(
        "19",
        '__all__ = ["X"] beside the import',
        {
            "use.py": """
                from a.b import X

                __all__ = ["X", "run"]


                def run():
                    return X().value
                """,
            "star.py": """
                from use import *


                def again():
                    return X().value, run()
                """,
        },
        "import use, star\nassert star.again() == (42, 42)\nassert all(hasattr(use, name) for name in use.__all__)\n",
    ),
)

SHAPES = (
    one(
        "20",
        "the new symbol is imported already, by another name",
        """
        from TO import NEW as fresh
        from a.b import X


        def run():
            return (X().value + fresh().value) // 2
        """,
    ),
    one(
        "20b",
        "the new symbol is imported already",
        """
        from TO import NEW
        from a.b import X


        def run():
            return (X().value + NEW().value) // 2
        """,
    ),
    one(
        "21",
        "the new module is imported from already",
        """
        from TO import Z
        from a.b import X


        def run():
            return X().value + Z - Z
        """,
    ),
    one(
        "21b",
        "the new module is imported already",
        """
        import TO
        import a.b


        def run():
            return a.b.X().value + TO.Z - TO.Z
        """,
    ),
    one(
        "22",
        "import os, a.b",
        """
        import os, a.b


        def run():
            return a.b.X().value if os.sep else None
        """,
        use="a.b.X()",
    ),
    one(
        "23",
        "a parameter shadows X",
        """
        from a.b import X


        def shadow(X):
            return X


        def run():
            return shadow(X().value)
        """,
        use="X()",
    ),
    one(
        "24",
        "the file defines the new name",
        """
        from a.b import X


        def Y():
            return X().value


        def run():
            return Y()
        """,
        use="X()",
    ),
    one(
        "24b",
        "the file defines the last name of the new module",
        """
        from a import b

        c = d = 5


        def run():
            return b.X().value + c - d
        """,
        use="b.X()",
    ),
    one(
        "24c",
        "a local takes the new name where the old one is used",
        """
        from a.b import X


        def run(Y=0, d=0):
            return X().value + Y + d
        """,
        use="X()",
    ),
    one(
        "25",
        "import os; from a.b import X",
        """
        import os; from a.b import X


        def run():
            return X().value if os.sep else None
        """,
        use="X()",
    ),
    one(
        "26",
        "inside an f-string",
        """
        import a.b
        from a.b import X


        def run():
            return int(f"{X().value:>{len('four')}}") if f"{a.b.X().value!r:5}" else None
        """,
        use="X()",
    ),
    one(
        "27",
        "mk = b.X, an alias by assignment",
        """
        from a import b

        mk = b.X


        def run():
            return mk().value
        """,
        use="b.X",
    ),
    one(
        "28",
        "an import line with # noqa",
        """
        from a.b import X  # noqa: E402


        def run():
            return X().value
        """,
        use="X()",
        holds=("# noqa: E402",),
    ),
    one(
        "29",
        "import a.b.c and from a import b",
        """
        import a.b.c
        from a import b


        def run():
            return b.X().value + a.b.c.W - 3
        """,
        package=True,
    ),
    one(
        "29b",
        "import a.other and from a import b",
        """
        import a.other
        from a import b


        def run():
            return b.X().value + a.other.K - 5
        """,
        use="b.X()",
    ),
    one(
        "30",
        "import a.b that others still need",
        """
        import a.b


        def run():
            return a.b.X().value + a.b.K - a.b.K
        """,
        use="a.b.X()",
    ),
    one(
        "30b",
        "import a.b as f that others still need",
        """
        import a.b as f


        def run():
            return f.X().value + f.K - f.K
        """,
        use="f.X()",
    ),
    Entry(
        "31",
        "import pkg and pkg.X(), a re-export",
        {
            "pkg/__init__.py": "from a.b import X\n",
            "use.py": """
                import pkg


                def run():
                    return pkg.X().value
                """,
        },
        use="pkg.X()",
    ),
    one(
        "32",
        "a docstring with the role :class:`a.b.X`",
        '''
        """Runs :class:`a.b.X`, or :py:class:`~a.b.X`."""


        def run():
            """See :meth:`a.b.X.run` and :class:`it <a.b.X>`."""
            return 42
        ''',
        holds=(":class:`TO.NEW`", ":py:class:`~TO.NEW`", ":meth:`TO.NEW.run`", ":class:`it <TO.NEW>`"),
    ),
    one(
        "33",
        "a string annotation",
        """
        from a.b import X


        def f(x: "X", y: "X | None" = None) -> "X":
            return x


        def run():
            return f(X()).value
        """,
        check=RUN + "import typing\nhints = typing.get_type_hints(use.f)\nassert hints['x'].value == 42\n"
        "assert hints['return'].value == 42 and hints['y']\n",
        use="X()",
    ),
    one(
        "33b",
        "a string annotation by the module",
        """
        import a.b


        def f(x: "a.b.X") -> "a.b.X":
            return x


        def run():
            return f(a.b.X()).value
        """,
        check=RUN + HINTS,
    ),
    one(
        "33c",
        'typing.cast("X", v)',
        """
        import typing

        from a.b import X


        def run():
            return typing.cast("X", X()).value
        """,
    ),
    one(
        "33d",
        'TypeVar(bound="X")',
        """
        from typing import TypeVar

        from a.b import X

        T = TypeVar("T", bound="X")


        def f(x: T) -> T:
            return x


        def run():
            return f(X()).value
        """,
        check=RUN + "bound = use.T.__bound__\nbound = getattr(bound, '__forward_arg__', bound)\n"
        "assert eval(bound, dict(vars(use))).value == 42\n",
    ),
    one(
        "34",
        "a comment # type: X",
        """
        from a.b import X

        it = X()  # type: X


        def run():
            return it.value
        """,
        check=COMMENTS,
        holds=("# type: NEW",),
    ),
    one(
        "34b",
        "a comment # type: (X) -> X",
        """
        from a.b import X


        def f(x):
            # type: (X) -> X
            return x


        def run():
            return f(X()).value
        """,
        check=COMMENTS,
        holds=("# type: (NEW) -> NEW",),
    ),
    one(
        "34c",
        "an import that only a # type: comment needs",
        """
        from a.b import X

        it = None  # type: X


        def run():
            return 42
        """,
        check=COMMENTS,
    ),
    one(
        "34d",
        "a comment # type: a.b.X",
        """
        import a.b

        it = a.b.X()  # type: a.b.X


        def run():
            return it.value
        """,
        check=COMMENTS,
    ),
    one(
        "35",
        "an import under if sys.version_info",
        """
        import sys

        if sys.version_info >= (3, 8):
            from a.b import X
        else:
            X = None


        def run():
            return X().value
        """,
        use="X()",
    ),
    one(
        "36",
        "an import in a class body",
        """
        class A:
            from a.b import X

            held = X


        def run():
            return (A.X().value + A().held().value) // 2
        """,
        use="A.X()",
    ),
    one(
        "37",
        "the same import at module and function level",
        """
        from a.b import X


        def inner():
            from a.b import X

            return X().value


        def run():
            return (X().value + inner()) // 2
        """,
        use="X()",
    ),
)

LAZY_MAPS = (
    Entry(
        "38",
        'a lazy map {"X": "a.b"}',
        {
            "lazy.py": """
                import importlib

                _WHERE = {"X": "a.b", "K": "a.other"}


                def __getattr__(name):
                    if name in _WHERE:
                        return getattr(importlib.import_module(_WHERE[name]), name)
                    raise AttributeError(name)
                """,
            "use.py": LAZY_CONSUMER,
        },
        holds=('"X": "TO"',),
        review=dict.fromkeys(("renamed", "both"), NO_RENAME),
    ),
    Entry(
        "38b",
        'a lazy map {"X": ("a.b", "X")}',
        {
            "lazy.py": """
                import importlib

                _WHERE = {"X": ("a.b", "X"), "K": ("a.other", "K")}


                def __getattr__(name):
                    if name in _WHERE:
                        module, attribute = _WHERE[name]
                        return getattr(importlib.import_module(module), attribute)
                    raise AttributeError(name)
                """,
            "use.py": LAZY_CONSUMER,
        },
        holds=('"X": ("TO", "NEW")',),
    ),
    Entry(
        "38c",
        'a lazy map {"X": "a.b:X"}',
        {
            "lazy.py": """
                import importlib

                _WHERE = {"X": "a.b:X", "K": "a.other:K"}


                def __getattr__(name):
                    if name in _WHERE:
                        module, _, attribute = _WHERE[name].partition(":")
                        return getattr(importlib.import_module(module), attribute)
                    raise AttributeError(name)
                """,
            "use.py": LAZY_CONSUMER,
        },
        holds=('"X": "TO:NEW"',),
    ),
    Entry(
        "38d",
        'a lazy map {"X": "a.b.X"}',
        {
            "lazy.py": """
                import importlib

                _WHERE = {"X": "a.b.X", "K": "a.other.K"}


                def __getattr__(name):
                    if name in _WHERE:
                        module, _, attribute = _WHERE[name].rpartition(".")
                        return getattr(importlib.import_module(module), attribute)
                    raise AttributeError(name)
                """,
            "use.py": LAZY_CONSUMER,
        },
        holds=('"X": "TO.NEW"',),
    ),
)

ENTRIES = (*IMPORTS, *STRINGS_AND_MODULES, *SHAPES, *LAZY_MAPS)


@dataclass(frozen=True, slots=True)
class Twin:
    """How to make of every source one that only looks as if it referred to `a.b.X`.

    `pattern` is replaced by `replacement` in every file of the form; or, where there is a `template`, one file is made
    of it for the form's `use`, whose first name is `root`. `symbols_only`: of a module that moves, the twin moves too.
    """

    name: str
    pattern: str = ""
    replacement: str = ""
    template: str = ""
    symbols_only: bool = False


TWINS = (
    Twin("the same names in another package", r"(?<!\w)a(?=\.b\b| import\b)", "other"),
    Twin("a package that ends like it", r"(?<!\w)a(?=\.b\b| import\b)", "xa"),
    Twin("a module that begins like it", r"((?<=\ba\.)|(?<=\bfrom \.)|(?<=\ba import ))b\b|\bb(?=\.X|, \"X\")", "bb"),
    Twin("a symbol that begins like it", r"\bX\b", "Xtra", symbols_only=True),
    Twin(
        "a parameter or local of the same name",
        template="""
            def parameter({root}):
                return {use}


            def local(make):
                {root} = make()
                return {use}, [{use} for {root} in make()], lambda {root}: {use}
            """,
    ),
    Twin(
        "an attribute of something else",
        template="""
            class Holder:
                def run(self, obj):
                    self.{root} = obj
                    return obj.{use}, self.{use}, obj().{use}, obj[0].{use}
            """,
    ),
)
# What makes a twin a file that is looked into: it refers to what stays where it is, or speaks of the module in prose.
BESIDE = "from a.b import K as stays  # noqa\n"
BESIDE_MODULE = "import a.other as stays  # noqa\n\nNOTE = 'what a.b was'\n"
# What twins may not hold any more, and the modules that they refer to instead.
STILL_OLD = r"\ba\.b\b|\ba import b\b|\bfrom \.b\b"
TWIN_MODULES = ("other/b.py", "xa/b.py", "a/bb.py")
