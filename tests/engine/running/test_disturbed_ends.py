"""The end of a phase whose units were made anew, or that several runs have done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import run, run_forked
from tests.conftest import write_files
from tests.engine.running.migration import Migration, any_of, migration, names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRepo = Callable[[dict[str, str]], Path]
    Git = Callable[..., str]


# Its name is put together, so that nothing here refers to the module.
STANDS = "import os, sys\nsys.exit(not os.path.exists('app/' + '{0[0]}' + '{0[1]}' + '.' + 'py'))\n"
DELETIONS = """\
schema: 1
name: many
delete:
  - {module: app.d0}
  - {module: app.d1}
  - {module: app.d2}
  - {module: app.d3}
phases:
  - {name: D, does: delete, with: [check], exit: [final], on_failure: skip}
validation:
  check: {kind: command, run: [python, check.py]}
  final: {kind: command, run: [python, final.py]}
"""


def deletions(make_repo: MakeRepo, tmp_path: Path, last: str, rejected: str) -> Migration:
    files = {f"app/d{n}.py": f"X = {n}\n" for n in range(4)}
    files |= {"check.py": STANDS.format(rejected), "final.py": STANDS.format(last), "plan.yaml": DELETIONS}
    root = make_repo({**files, "app/__init__.py": ""})
    return Migration(root, tmp_path / "runs")


@pytest.mark.parametrize(("last", "rejected"), [("d0", "d1"), ("d0", "d3"), ("d3", "d1")])
def test_the_end_of_a_phase_that_was_made_anew(make_repo: MakeRepo, tmp_path: Path, last: str, rejected: str) -> None:
    many = deletions(make_repo, tmp_path, last, rejected)
    report = many.apply(expect=1)
    there = {p.stem for p in (many.root / "app").glob("d*.py")}
    assert there == {rejected, last}, report["notes"]


def test_a_file_that_two_runs_have_changed_in_one_phase(make_repo: MakeRepo, tmp_path: Path, git: Git) -> None:
    phases = "  - {name: P0, files: rest, with: [check], exit: [last], on_failure: skip}\n"
    flag = str(tmp_path / "flag")
    rule = (
        f"import os, time\nif len(changed) == 3 and not os.path.exists({flag!r}):\n"
        f"    open({flag!r}, 'w').close()\n    os.kill(os.getppid(), 9)\n    time.sleep(5)\n"
    )
    code = "import sys; sys.exit('app.new import f, g' in open('app/u00.py').read())"
    rest = f'  last: {{kind: command, run: [python, -c, "{code}"]}}\n'
    many = migration(make_repo, tmp_path, 3, rule + any_of([]), phases, rest)
    write_files(
        many.root,
        {
            "app/u00.py": "from app.old import f\nfrom app.old import g\n\nVALUE = f(), g()\n",
            "app/old.py": "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
            "app/new.py": "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
        },
    )
    git(many.root, "add", "--all")
    git(many.root, "commit", "-qm", "g")
    run_forked(many.root, "apply", "--yes", "plan.yaml")
    assert many.changed() >= {"u00", "u01"}
    text = (many.root / "plan.yaml").read_text()
    outside = tmp_path / "plan.yaml"
    outside.write_text(text.replace("to: app.new.f}\n", "to: app.new.f}\n  - {symbol: app.old.g, to: app.new.g}\n"))
    completed = run(many.root, "apply", "--yes", str(outside))
    source = (many.root / "app/u00.py").read_text()
    assert "app.new import f" in source, completed.stdout + completed.stderr
    assert "app.old import g" in source
    assert many.changed() == set(names(3))
    assert git(many.root, "status", "--porcelain") == ""
