"""A repository with a plan that redirects, rewrites by a rule and deletes, in phases, with owners; and verbs on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.commands import run
from tests.conftest import run_git

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

PLAN = """\
schema: 1
name: shop
title: One way to send
issue: "#7"
redirect:
  - {symbol: app.old.f, to: app.new.f}
rewrite:
  - name: two
    match: $X.once()
    replace: $X.twice()
delete:
  - module: app.old
phases:
  - {name: P0, files: ["app/api/**"], on_failure: skip}
  - {name: P1, files: rest, on_failure: skip}
  - {name: D, does: delete, on_failure: skip}
"""
FILES = {
    "plan.yaml": PLAN,
    "CODEOWNERS": "*  @core\n/app/api/  @web\n/app/jobs/  @ops # and nobody else\n/app/jobs/c.py @web @ops\nd.py\n",
    "app/__init__.py": "",
    "app/old.py": "def f():\n    return 1\n",
    "app/new.py": "def f():\n    return 1\n",
    "app/api/__init__.py": "",
    "app/api/a.py": "from app.old import f\n\nVALUE = f()\n",
    "app/api/b.py": "from app.old import f\n\n\ndef g(x):\n    return x.once() + f()\n",
    "app/jobs/__init__.py": "",
    "app/jobs/c.py": "import app.old\n\nVALUE = app.old.f()\n",
    "app/d.py": "def h(x):\n    return x.once()\n",
}
ALL = ["app/api/a.py", "app/api/b.py", "app/d.py", "app/jobs/c.py", "delete app.old"]


def verb(root: Path, *arguments: str, expect: int) -> subprocess.CompletedProcess[str]:
    """What a verb tells about the plan."""
    given = ("--yes",) if arguments[0] == "apply" else ()
    completed = run(root, arguments[0], "plan.yaml", *arguments[1:], *given)
    assert completed.returncode == expect, completed.stdout + completed.stderr
    return completed


def applied(root: Path, *arguments: str, expect: int) -> dict[str, str]:
    """What becomes of each unit of an `apply`."""
    report = json.loads(verb(root, "apply", "--json", *arguments, expect=expect).stdout)
    return {entry["unit"]: entry["state"] for entry in report["units"]}


def previewed(root: Path, *arguments: str, expect: int = 1) -> list[str]:
    """The units of a preview."""
    shown = json.loads(verb(root, "preview", "--json", *arguments, expect=expect).stdout)
    return [unit["unit"] for phase in shown["phases"] for unit in phase["units"]]


def commit(root: Path, path: str, text: str) -> None:
    """Commit a file with another text."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    run_git(root, "add", path)
    run_git(root, "commit", "--quiet", "--message", "somebody's", "--", path)


def committed(root: Path, since: str = "main") -> list[str]:
    """The subjects of the commits of HEAD, oldest first."""
    return run_git(root, "log", "--reverse", "--format=%s", f"{since}..").splitlines()


def saved(root: Path, *arguments: str) -> dict[str, Any]:
    """What `preview --save review.json` has written."""
    verb(root, "preview", "--save", "review.json", *arguments, expect=1)
    review: dict[str, Any] = json.loads((root / "review.json").read_bytes())
    return review
