"""A repository after a run in which something of everything has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks import BASE, plan_text
from tests.cli.commands import codemods
from tests.conftest import init_repo

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "v <&\"'\u2028]]>.py"
TOLD = "</failure></pre><script>document.title = 1</script>]]>\x1b[31m\x00 \u2028 &amp;"
_USE = "from a.b import f\nf()\n"
_CHECK = f"""\
import pathlib, sys
for name in ({HOSTILE!a}, "z.py"):
    if "c.d" in pathlib.Path(name).read_text():
        sys.stdout.buffer.write({TOLD.encode()!r})
        sys.exit(1)
"""
_REST = """\
title: One <f>
phases:
  - {name: P0, files: [u.py], with: [check]}
  - {name: P1, files: ["v*.py"], with: [check], on_failure: skip}
  - {name: P2, files: [w.py, z.py], with: [check], on_failure: rollback-phase}
validation:
  check: {kind: command, run: [python, check.py], timeout: 30}
"""


def make_run(root: Path) -> None:
    """Makes the repository, with the plan beside the code. Of its units one is committed, two are rejected, and one is
    taken back."""
    uses = dict.fromkeys(("u.py", HOSTILE, "w.py", "z.py"), _USE)
    init_repo(root, {**BASE, **uses, "check.py": _CHECK, "plan.yaml": plan_text(rest=_REST)})
    codemods(root, "apply", "plan.yaml", expect=1)


def run_of(root: Path) -> str:
    """The id of that run."""
    return next((root / ".git/refs/codemods/test").iterdir()).name
