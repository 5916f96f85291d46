"""LibCST codemods give what LibCST's own tool gives, file by file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

import pytest

from codemods.errors import ForeignError
from codemods.foreign.step import Skipped
from tests.foreign.conftest import libcst_step

if TYPE_CHECKING:
    from codemods.foreign.step import ForeignStep
    from tests.foreign.conftest import Repository

RENAME = libcst_step("rename:RenameCommand", old_name="shop.old.f", new_name="shop.new.g")
PERCENT = libcst_step("convert_percent_format_to_fstring:ConvertPercentFormatStringCommand")
HEADER = (
    "import libcst as cst\n"
    "from libcst.codemod import Codemod, CodemodCommand, ContextAwareTransformer, MagicArgsCodemodCommand, SkipFile\n"
    "from libcst.codemod import VisitorBasedCodemodCommand\n"
    "from libcst.codemod.visitors import AddImportsVisitor, RemoveImportsVisitor\n"
    "from libcst import metadata\n"
)
TELL = (
    "class Tell(VisitorBasedCodemodCommand):\n"
    "    def visit_Module(self, node):\n"
    "        c = self.context\n"
    "        self.warn(f'{c.filename}|{c.full_module_name}|{c.full_package_name}|{sorted(c.scratch)}')\n"
    "        c.scratch['left'] = 1\n"
)


NUMBERS = count(1)


def mine(repository: Repository, code: str) -> str:
    """A new module with `code` in a repository whose process runs already; its name."""
    number = next(NUMBERS)
    repository.write({f"tools/mine{number}.py": HEADER + code})
    # Python looks into a folder anew where its time is another one.
    later = time.time_ns() + number * 10**9
    os.utime(repository.root / "tools", ns=(later, later))
    return f"tools.mine{number}"


def test_a_command_with_arguments_renames_and_mends_imports(shared: Repository) -> None:
    before = "from shop.old import f  # why\n\nx = f(1)\n"
    shared.check_transformed(RENAME, before, "from shop.new import g  # why\n\nx = g(1)\n")
    shared.check_noop(RENAME, "from shop.other import f\n\nx = f(1)\n")


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (libcst_step("convert_type_comments:ConvertTypeComments"), "x = 1  # type: A\n", 'x: "A" = 1\n'),
        (
            libcst_step("convert_type_comments:ConvertTypeComments", no_quote_annotations=True),
            "x = 1  # type: A\n",
            "x: A = 1\n",
        ),
        (
            libcst_step("strip_strings_from_types:StripStringsCommand"),
            "def f(x: 'int'): ...\n",
            "from __future__ import annotations\n\ndef f(x: int): ...\n",
        ),
        (
            libcst_step("remove_unused_imports:RemoveUnusedImportsCommand"),
            "import a\nimport b\n\na\n",
            "import a\n\na\n",
        ),
        (PERCENT, "x = 'a %s' % y\n", "x = f'a {y}'\n"),
        (
            libcst_step("ensure_import_present:EnsureImportPresentCommand", module="a.b", entity="c"),
            "x = 1\n",
            "from a.b import c\n\nx = 1\n",
        ),
        (
            libcst_step("remove_pyre_directive:RemovePyreStrictCommand"),
            "# pyre-strict\n\nx = 1\n",
            "\nx = 1\n",
        ),
    ],
)
def test_libcst_own_commands(shared: Repository, step: ForeignStep, before: str, after: str) -> None:
    shared.check_transformed(step, before, after)
    shared.check_noop(step, after)


def test_the_result_is_that_of_the_tool_itself(repository: Repository) -> None:
    texts = [
        "from shop.old import f\nf()\n",
        "import shop.old as o\r\no.f()\r\n",
        "from shop.old import f, h\nf(h)",
        "x\n",
    ]
    repository.write({f"src/m{number}.py": text for number, text in enumerate(texts)})
    ours = [repository.run(RENAME, text, f"src/m{number}.py") for number, text in enumerate(texts)]
    tool = [sys.executable, "-m", "libcst.tool", "codemod", "rename.RenameCommand", "--no-format", "-j", "1", "src"]
    arguments = ["--old_name", "shop.old.f", "--new_name", "shop.new.g"]
    subprocess.run([*tool, *arguments], cwd=repository.root, check=True, capture_output=True)
    theirs = [(repository.root / f"src/m{number}.py").read_bytes().decode() for number in range(len(texts))]
    assert [getattr(ran, "text", text) for ran, text in zip(ours, texts, strict=True)] == theirs
    assert theirs[:3] != texts[:3]


def test_newlines_stay_as_they_were(shared: Repository) -> None:
    shared.check_transformed(PERCENT, "x = 'a %s' % y\r\n\r\nz", "x = f'a {y}'\r\n\r\nz")
    shared.check_noop(PERCENT, "x = y\r\n\r\nz")


def test_a_codemod_of_the_repository_is_found_even_in_a_package_named_as_ours(repository: Repository) -> None:
    code = "class Up(VisitorBasedCodemodCommand):\n    def leave_Name(self, o, u):\n"
    code += "        return u.with_changes(value='B')\n"
    repository.write({"codemods/__init__.py": "", "codemods/upper.py": HEADER + code})
    repository.write({"src/shop/__init__.py": "", "src/shop/mods.py": HEADER + code})
    repository.check_transformed(libcst_step("codemods.upper:Up"), "a\n", "B\n")
    repository.check_transformed(libcst_step("shop.mods:Up"), "a\n", "B\n")
    assert not list(repository.root.rglob("__pycache__"))


def test_a_module_of_the_repository_does_not_stand_in_for_one_that_the_worker_needs(repository: Repository) -> None:
    broken = dict.fromkeys(("json.py", "queue.py", "libcst/__init__.py", "typing.py"), "raise SystemExit('shadowed')\n")
    repository.write(broken)
    repository.check_transformed(PERCENT, "x = 'a %s' % y\n", "x = f'a {y}'\n")


def test_the_context_names_file_module_and_package(shared: Repository) -> None:
    step = libcst_step(f"{mine(shared, TELL)}:Tell")
    told = [shared.check_noop(step, "x\n", path).warnings for path in ("src/shop/a.py", "src/shop/__init__.py", "b.py")]
    root = shared.root
    assert told == [
        (f"{root}/src/shop/a.py|shop.a|shop|[]",),
        (f"{root}/src/shop/__init__.py|shop|shop|[]",),
        (f"{root}/b.py|b||[]",),
    ]


def test_metadata_of_the_whole_repository_is_there(shared: Repository) -> None:
    module = mine(
        shared,
        "class Names(VisitorBasedCodemodCommand):\n"
        "    METADATA_DEPENDENCIES = (metadata.FullyQualifiedNameProvider, metadata.FilePathProvider)\n"
        "    def visit_Module(self, node):\n"
        "        self.warn(str(self.get_metadata(metadata.FilePathProvider, node)))\n"
        "    def leave_Name(self, o, u):\n"
        "        names = {n.name for n in self.get_metadata(metadata.FullyQualifiedNameProvider, o, ())}\n"
        "        return u.with_changes(value='yes') if 'shop.b.f' in names else u\n",
    )
    step = libcst_step(f"{module}:Names")
    before = "from .b import f\n\nf()\n"
    ran = shared.check_transformed(step, before, "from .b import f\n\nyes()\n")
    assert ran.warnings == (str((shared.root / "src/shop/a.py").resolve()),)
    shared.check_noop(step, before, "src/other/a.py")


def test_types_need_pyre(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    module = mine(
        repository,
        "class Types(VisitorBasedCodemodCommand):\n"
        "    METADATA_DEPENDENCIES = (metadata.TypeInferenceProvider,)\n"
        "    def leave_Name(self, o, u):\n"
        "        kind = self.get_metadata(metadata.TypeInferenceProvider, o, None)\n"
        "        return u.with_changes(value='typed') if kind == 'int' else u\n",
    )
    step = libcst_step(f"{module}:Types")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ForeignError, match="no program `pyre` on PATH"):
        repository.runner.load(step)
    place = {"start": {"line": 1, "column": 0}, "stop": {"line": 1, "column": 1}, "path": "a"}
    answer = json.dumps({"response": [{"path": "a", "types": [{"location": place, "annotation": "int"}]}]})
    repository.write({"bin/pyre": f"#!{sys.executable}\nprint({answer!r})\n", "src/shop/a.py": "a = b\n"})
    (repository.root / "bin/pyre").chmod(0o755)
    monkeypatch.setenv("PATH", str(repository.root / "bin"))
    repository.runner.close()
    repository.check_transformed(step, "a = b\n", "typed = b\n")
    assert "another text" in repository.check_failed(step, "\na = b\n").reason


def test_imports_that_a_transformer_asks_for_are_made(shared: Repository) -> None:
    visit = "    def leave_Name(self, o, u):\n        AddImportsVisitor.add_needed_import(self.context, 'os', 'path')\n"
    remove = "        RemoveImportsVisitor.remove_unused_import(self.context, 'sys')\n        return u\n"
    classes = (
        f"class {base[:3]}({base}):\n{visit}{remove}"
        for base in ("VisitorBasedCodemodCommand", "ContextAwareTransformer")
    )
    module = mine(shared, "\n".join(classes))
    for name in ("Vis", "Con"):
        step = libcst_step(f"{module}:{name}")
        shared.check_transformed(step, "import sys\n\nx\n", "from os import path\n\nx\n")
        shared.check_noop(step, "1\n")


def test_commands_that_chain_transforms_and_plain_transformers_run(shared: Repository) -> None:
    module = mine(
        shared,
        "class One(ContextAwareTransformer):\n"
        "    def __init__(self, context, to):\n        super().__init__(context)\n        self.to = to\n"
        "    def leave_Name(self, o, u):\n        return u.with_changes(value=self.to)\n"
        "class Chain(MagicArgsCodemodCommand):\n"
        "    @staticmethod\n    def add_args(parser):\n        parser.add_argument('--to', default='z')\n"
        "    def get_transforms(self):\n        yield One\n"
        "class Plain(cst.CSTTransformer):\n"
        "    METADATA_DEPENDENCIES = (metadata.PositionProvider, metadata.FullyQualifiedNameProvider)\n"
        "    def __init__(self, to):\n        super().__init__()\n        self.to = to\n"
        "    def leave_Name(self, o, u):\n"
        "        line = self.get_metadata(metadata.PositionProvider, o).start.line\n"
        "        return u.with_changes(value=self.to) if line == 2 else u\n",
    )
    shared.check_transformed(libcst_step(f"{module}:Chain"), "a\n", "z\n")
    shared.check_transformed(libcst_step(f"{module}:Chain", to="b"), "a\n", "b\n")
    shared.check_transformed(libcst_step(f"{module}:Plain", to="b"), "a\na\n", "a\nb\n")
    shared.check_noop(libcst_step(f"{module}:Plain", to="b"), "a\n")


def test_a_file_that_the_codemod_skips_has_the_reason(shared: Repository) -> None:
    module = mine(
        shared,
        "class Skip(VisitorBasedCodemodCommand):\n"
        "    def visit_Name(self, node):\n        self.warn('w')\n        raise SkipFile('not mine')\n",
    )
    step = libcst_step(f"{module}:Skip")
    ran = shared.run(step, "a\n")
    assert ran == Skipped(reason="not mine", warnings=("w",))
    shared.check_noop(step, "1\n")


def test_a_generated_file_is_skipped_as_by_the_tool(shared: Repository) -> None:
    ran = shared.run(PERCENT, "# @gen" + "erated\nx = 'a %s' % y\n")
    assert isinstance(ran, Skipped)
    assert "generated" in ran.reason


def test_an_exception_fails_the_file_with_its_traceback(shared: Repository) -> None:
    module = mine(
        shared,
        "class Break(VisitorBasedCodemodCommand):\n"
        "    def visit_Name(self, node):\n        self.warn('w')\n        raise ValueError('no\\n' + node.value)\n",
    )
    step = libcst_step(f"{module}:Break")
    ran = shared.check_failed(step, "bad\n")
    assert (ran.reason, ran.warnings) == ("It raised ValueError: no bad", ("w",))
    assert f"{module.rpartition('.')[2]}.py" in ran.traceback
    assert "in visit_Name" in ran.traceback
    shared.check_noop(step, "1\n")


def test_a_file_that_does_not_parse_fails_with_its_line(shared: Repository) -> None:
    ran = shared.check_failed(PERCENT, "x = 1\ny z\n")
    assert ran.reason.startswith("LibCST cannot read it: line 2: ")
    assert ran.traceback == ""
    deep = "x = " + "(" * 3000 + "1" + ")" * 3000 + "\n"
    assert shared.check_failed(PERCENT, deep).reason.startswith(("LibCST cannot read it: ", "It ended Python: "))
    shared.check_noop(PERCENT, "x = 1\n")
