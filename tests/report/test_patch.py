"""A preview as a patch: git itself applies it, and has then what the preview says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.engine.shown import PhasePreview, Preview
from codemods.engine.stored import stored
from codemods.model import Change, Removal, Unit
from codemods.plan.load import load_plan
from codemods.report.patch import format_patch
from codemods.vcs import Repository
from tests.checks import BASE, plan_text
from tests.cli.commands import codemods, run
from tests.conftest import Files, run_git

if TYPE_CHECKING:
    import pytest

MakeRepo = Callable[[Files], Path]
USE = "from a.b import f\n\n\ndef use():\n    return f()\n"
GREEK = "# -*- coding: iso-8859-7 -*-\nfrom a.b import f\nf('\u03b1')\n"
HOSTILE = {
    "plain.py": "from a.b import f\nf()\n",
    "no newline.py": "from a.b import f\nf()",
    "crlf.py": "from a.b import f\r\nf()\r\n",
    "crlf 'and' no \"newline\".py": "from a.b import f\r\nf()\r",
    "mixed.py": "x = 1\r\n" * 9 + "\n" * 9 + "from a.b import f\nf()\n",
    "greek.py": GREEK.encode("iso-8859-7"),
    "bom.py": b"\xef\xbb\xbffrom a.b import f\nf()\n",
    "form feed.py": "from a.b import f\n\x0c\nf('\x1b[31m')\n",
    'q"u\\o\tte.py': "from a.b import f\nf()\n",
    "caf\u00e9/\u202ename.py": "from a.b import f\nf()\n",
    "\udce4.py": "from a.b import f\nf()\n",
    "-rf.py": "from a.b import f\nf()\n",
    "signature.py": "from a.b import f\n-- f()\nFrom = f\n",
}
MESSAGE = """\
commit:
  message: |
    fix: {{ file }} \u2192 {{ new }}

    From: nobody
    --- a line
    diff --git a/x b/x

    Signed-off-by: Ada <ada@example.invalid>
"""


def patched(root: Path, *arguments: str) -> Path:
    """The patch of the plan of `root`, which is beside it."""
    file = root.parent / "out.patch"
    codemods(root, "preview", "plan.yaml", "--patch", str(file), *arguments, expect=1)
    return file


def expected(root: Path) -> str:
    """The tree that `apply` makes of the repository, in a copy."""
    copy = root.parent / "applied"
    run_git(root.parent, "clone", "--quiet", "--shared", str(root), str(copy))
    run(copy, "apply", "plan.yaml", "--yes")
    return run_git(copy, "rev-parse", "HEAD^{tree}")


def test_git_makes_of_it_what_apply_makes(make_repo: MakeRepo) -> None:
    root = make_repo({**BASE, **HOSTILE, "plan.yaml": plan_text(rest=MESSAGE)})
    (root / "plain.py").chmod(0o755)
    run_git(root, "commit", "--quiet", "--all", "-m", "a program")
    file, wanted = patched(root), expected(root)
    run_git(root, "apply", str(file))
    run_git(root, "add", "--all")
    assert run_git(root, "write-tree") == wanted
    run_git(root, "reset", "--quiet", "--hard")
    run_git(root, "am", "--quiet", str(file))
    assert run_git(root, "rev-parse", "HEAD^{tree}") == wanted
    assert run_git(root, "rev-list", "--count", "HEAD") == str(2 + len(HOSTILE))
    assert run_git(root, "status", "--porcelain") == ""
    body = run_git(root, "log", "-1", "--format=%an %ae%n%B", "--", "plain.py")
    assert body.splitlines() == [
        "Ada ada@example.invalid",
        "fix: plain.py \u2192 c.d.g",
        "",
        " From: nobody",
        " --- a line",
        " diff --git a/x b/x",
        "",
        "Signed-off-by: Ada <ada@example.invalid>",
    ]


STEPS = """\
schema: 1
name: steps
merge: [{module: a.b, into: c.d}]
redirect: [{module: a.b, to: c.d, leave: shim}]
delete: [{module: a.b}]
"""


def test_a_file_that_is_changed_then_deleted(make_repo: MakeRepo) -> None:
    files = {"a/__init__.py": "", "a/b.py": "def f():\n    return 1\n", "c/__init__.py": "", "c/d.py": "X = 1\n"}
    root = make_repo({**files, "u.py": "from a.b import f\nf()\n", "plan.yaml": STEPS})
    (root / "a/b.py").chmod(0o755)
    run_git(root, "commit", "--quiet", "--all", "-m", "a program")
    file, wanted = patched(root), expected(root)
    assert b"\ndeleted file mode 100755\n" in file.read_bytes()
    run_git(root, "apply", "--check", str(file))
    run_git(root, "am", "--quiet", str(file))
    assert run_git(root, "rev-parse", "HEAD^{tree}") == wanted
    assert not (root / "a/b.py").exists()


def test_line_ends_that_git_converts_are_those_that_it_stores(make_repo: MakeRepo) -> None:
    files = {**BASE, "u.py": "from a.b import f\nf()\n", ".gitattributes": "*.py text eol=crlf\n"}
    root = make_repo({**files, "plan.yaml": plan_text()})
    (root / "u.py").unlink()
    run_git(root, "checkout", "--", "u.py")
    assert (root / "u.py").read_bytes() == b"from a.b import f\r\nf()\r\n"
    file, wanted = patched(root), expected(root)
    assert "+from c.d import g\n" in file.read_text(encoding="utf-8")
    run_git(root, "am", "--quiet", str(file))
    assert run_git(root, "rev-parse", "HEAD^{tree}") == wanted


def test_what_people_read_of_crlf_is_no_diff_to_git(make_repo: MakeRepo) -> None:
    root = make_repo({**BASE, "crlf.py": HOSTILE["crlf.py"], "plan.yaml": plan_text()})
    text = patched(root).read_bytes()
    assert b"\n| -f()\n| +from c.d import g\n" in text
    assert b"\r" not in text
    assert b"GIT binary patch\n" in text


def test_nothing_to_change_is_an_empty_series(make_repo: MakeRepo) -> None:
    root = make_repo({**BASE, "plan.yaml": plan_text()})
    codemods(root, "preview", "plan.yaml", "--patch", "../out.patch", expect=0)
    assert (root.parent / "out.patch").read_bytes() == b""


def test_without_an_identity_nothing_is_written(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo({**BASE, "u.py": USE, "plan.yaml": plan_text()})
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("EMAIL", "")
    run_git(root, "config", "user.useConfigOnly", "true")
    told = codemods(root, "preview", "plan.yaml", "--patch", "../out.patch", expect=2)
    assert "git config user.email" in told
    assert not (root.parent / "out.patch").exists()
    assert json.loads(run(root, "preview", "plan.yaml", "--json").stdout)["kind"] == "preview"


def test_new_files_and_files_that_go(make_repo: MakeRepo) -> None:
    gone = {"gone.py": "x = 1\r\n", "empty.py": "", "last line.py": "x = 1", "nul.py": b"a\x00\r\x00\n", "p": b"\xff\n"}
    root = make_repo({"a.py": "", **gone})
    (root / "p").chmod(0o755)
    run_git(root, "commit", "--quiet", "--all", "-m", "a program")
    removals = tuple(Removal(path, (root / path).read_bytes()) for path in gone)
    new = {"new/x y.py": b"x = 1", "new/crlf.py": b"x = 1\r\n\x0c\r\n", "new/empty.py": b""}
    made = tuple(Change(path, b"", content) for path, content in new.items())
    loaded = load_plan(plan_text(), "plan.yaml")
    phase = loaded.plan.phase_that_does("merge")
    steps = (
        Unit("one", "merge", (*made, Change("a.py", b"", b"from x import *\r\n")), "Größe", ("a line",)),
        Unit("two", "merge", (*removals, Change("new/empty.py", b"", b"y\n")), "[team] two"),
        Unit("three", "merge", (Removal("new/empty.py", b"y\n"),), "x" * 200 + " =?utf-8?q?no?="),
    )
    shown = Preview(loaded, (PhasePreview(phase, (), steps),), (), (), 0)
    repository = Repository.discover(root)
    author = "Zoë Q. Z <zoe@example.invalid> 1767323045 -0330"
    file = root.parent / "out.patch"
    file.write_bytes(b"".join(format_patch(shown, author, stored(repository, shown))))
    run_git(root, "apply", "--check", str(file))
    run_git(root, "am", "--quiet", "--keep-non-patch", str(file))
    left = {path: (root / path).read_bytes() for path in run_git(root, "ls-files", "-z").split("\0") if path}
    assert left == {"a.py": b"from x import *\r\n", "new/x y.py": b"x = 1", "new/crlf.py": new["new/crlf.py"]}
    assert run_git(root, "log", "-3", "--format=%an|%ad|%s").splitlines() == [
        f"Zoë Q. Z|Thu Jan 1 23:34:05 2026 -0330|refactor: {'x' * 200} =?utf-8?q?no?=",
        "Zoë Q. Z|Thu Jan 1 23:34:05 2026 -0330|refactor: [team] two",
        "Zoë Q. Z|Thu Jan 1 23:34:05 2026 -0330|refactor: Größe",
    ]
