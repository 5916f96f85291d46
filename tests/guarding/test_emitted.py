"""The rules for other tools: their text, and the test module at work on a repository beside the guard itself."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codemods.cli.app import run
from tests.checks import BASE
from tests.conftest import Files, run_git, write_files

MakeRepo = Callable[[Files], Path]
PLAN = """\
schema: 1
name: factories
exclude: [archive/]
keep:
  - {module: c.d, symbols: [D]}
redirect:
  - {module: a.b, to: c.d, symbols: {f: g}, leave: shim}
  - {symbol: a.other.K, to: c.d.Z}
delete:
  - {module: a.gone, ignore: [tools/]}
  - {symbol: a.other.L}
forbid:
  modules: [a.never]
  classes: [Maker]
  files: ["*_compat.py"]
"""
CLEAN = {**BASE, "a/b.py": "def __getattr__(name): ...\n", "plan.yaml": PLAN}
OLD = {
    "u.py": "from a.b import C, f as make\nfrom a import other, gone\nother.K, other.M\nmake()\n",
    "p/v.py": "import a.b\nimport a.b as m\n\n\ndef t():\n    a.b.f()\n    return m.K, m\n",
    "p/__init__.py": "from .v import *\nfrom ..a import b\n",
    "a/z.py": "from . import b\nfrom .b import *\n",
    "p/w.py": "from unittest.mock import patch\n\n\n@patch('a.b.f')\ndef t(m):\n    class D: ...\n",
    "a/b.py": "class Old: ...\n",
    "a/other.py": "L = 2\n",
    "a/never/x.py": "class Maker: ...\n",
    "a/gone.py": "",
    "p/x_compat.py": "",
    "tools/t.py": "import a.gone\n",
    "archive/t.py": "import a.b\n",
    "broken.py": "import a.b (\n",
    "local.py": "import c.d\nfrom a import other\nc.d.g(), other.f\nprint('a.b.f')\n",
}


def emitted(root: Path, tool: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    assert run(["guard", str(root / "plan.yaml"), "--repo", str(root), "--emit", tool, *more]) == 0
    return capsys.readouterr().out


def guarded(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, Any]]:
    """What the guard itself says is certain and new."""
    capsys.readouterr()
    run(["guard", str(root / "plan.yaml"), "--repo", str(root), "--json", *more])
    new: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["new"]
    return [violation for violation in new if violation["certain"]]


class TestPytest:
    def module(self, root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
        """The module as pytest would import it."""
        (root / "tests").mkdir(exist_ok=True)
        file = root / "tests" / "test_factories.py"
        file.write_text(emitted(root, "pytest", capsys, *more), encoding="utf-8")
        run_git(root, "add", "--all", "--force")
        return runpy.run_path(str(file))

    def test_it_holds_where_nothing_is_old(self, make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]) -> None:
        files = {**CLEAN, "a/other.py": "M = 5\n", "local.py": OLD["local.py"], "archive/t.py": OLD["archive/t.py"]}
        module = self.module(make_repo(files), capsys)
        assert [module[name]() for name in module if name.startswith("test_")] == [None, None, None]

    def test_it_finds_what_the_guard_finds(self, make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]) -> None:
        root = make_repo({**CLEAN, **OLD})
        places = {(p.path, p.line, p.kind, p.name, p.scope) for p in self.module(root, capsys)["_places"]()}
        keys = ("path", "line", "kind", "target", "scope")
        expected = {tuple(violation[key] for key in keys) for violation in guarded(root, capsys)}
        # A module that is handed on as a whole, and a name after its import, are uses that it leaves to the guard.
        assert expected - places == {("p/v.py", 7, "use", "a.b", "t"), ("u.py", 4, "use", "a.b.f", "<module>")}
        assert places <= expected

    def test_each_of_its_tests_fails_with_places(self, make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]) -> None:
        module = self.module(make_repo({**CLEAN, **OLD}), capsys)
        with pytest.raises(AssertionError, match=r"\nu.py:1: import of a.b.f: use c.d.g\n"):
            module["test_no_old_reference_comes_back"]()
        with pytest.raises(AssertionError, match=r"\np/w.py:6: class of D: use c.d.D"):
            module["test_no_second_definition_comes_back"]()
        with pytest.raises(AssertionError, match=r"\na/gone.py:1: module of a.gone: it must not be there\n"):
            module["test_no_forbidden_file_comes_back"]()

    def test_what_a_baseline_knows_does_not_fail(self, make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]) -> None:
        root = make_repo({**CLEAN, **OLD})
        known = ("--baseline", str(root / "known.txt"))
        guarded(root, capsys, *known, "--write-baseline")
        module = self.module(root, capsys, *known)
        assert [module[name]() for name in module if name.startswith("test_")] == [None, None, None]
        write_files(root, {"u.py": f"# moved\n{OLD['u.py']}", "new.py": "import a.b\n"})
        module = self.module(root, capsys, *known)
        with pytest.raises(AssertionError, match=r"^1 place.*factories:\nnew\.py:1: import of a\.b: use c\.d"):
            module["test_no_old_reference_comes_back"]()


def test_ruff_bans_old_names_and_lets_the_known_files_be(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({**CLEAN, "a/never/__init__.py": "", "u.py": "import a.b\n"})
    text = emitted(root, "ruff", capsys)
    assert text.partition("[tool.")[2] == (
        "ruff.lint.flake8-tidy-imports.banned-api]\n"
        '"a.b".msg = "Use `c.d`."\n'
        '"a.b.f".msg = "Use `c.d.g`."\n'
        '"a.gone".msg = "The plan `factories` deletes it."\n'
        '"a.never".msg = "The plan `factories` forbids it."\n'
        '"a.other.K".msg = "Use `c.d.Z`."\n'
        '"a.other.L".msg = "The plan `factories` deletes it."\n'
        "\n[tool.ruff.lint.per-file-ignores]\n"
        "# What an old package says of itself, and files that the plan excludes.\n"
        '"a/never/**" = ["TID251"]\n'
        '"archive/" = ["TID251"]\n'
    )
    known = ("--baseline", str(root / "known.txt"))
    guarded(root, capsys, *known, "--write-baseline")
    assert emitted(root, "ruff", capsys, *known).endswith('what is new in them.\n"u.py" = ["TID251"]\n')


def test_import_linter_protects_the_old_modules_that_are_there(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({**CLEAN, "u.py": "import a.b\n"})
    known = ("--baseline", str(root / "known.txt"))
    guarded(root, capsys, *known, "--write-baseline")
    text = emitted(root, "import-linter", capsys, *known)
    assert 'has to name "a".\n' in text
    assert text.partition("\n[[")[2] == (
        "tool.importlinter.contracts]]\n"
        'name = "No import of a.b"\n'
        'type = "protected"\n'
        'protected_modules = ["a.b"]\n'
        'allowed_importers = ["a.b", "c.d"]\n'
        'ignore_imports = [\n    "u -> a.b",\n]\n'
        'unmatched_ignore_imports_alerting = "none"\n'
        'broken_contract_guidance = "Use `c.d`."\n'
        "\n# Not there, or in a folder without `__init__.py`; once that is another way, write these contracts again:\n"
        "#   a.gone\n"
        "#   a.never\n"
        "\n# Parts of modules that stay; import-linter knows modules only:\n"
        "#   a.other.K\n"
        "#   a.other.L\n"
    )
