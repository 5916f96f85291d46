"""What the command loads before it answers, and what it lists: each verb is a module that only its caller needs."""

from __future__ import annotations

import inspect
import json
import os
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods import cli
from codemods.cli.verbs import VERBS
from tests.cli.commands import codemods, run
from tests.conftest import run_git, write_files

if TYPE_CHECKING:
    from codemods.cli.verbs import Verb

# Runs commands one after another in one process; for each, the modules that were loaded when it was done.
_RUN = """
import json, sys
from codemods.cli import app
for arguments in json.loads(sys.argv[1]):
    status = app.run(arguments)
    print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.mark.parametrize(("name", "verb"), VERBS.items())
def test_a_verb_is_listed_by_how_its_own_help_begins(name: str, verb: Verb, tmp_path: Path) -> None:
    first = (inspect.getdoc(verb.function) or "").partition("\n\n")[0].replace("\n", " ")
    assert verb.help == first
    own = " ".join(codemods(tmp_path, name, "--help", expect=0).split())
    assert f"codemods {name}" in own


def test_every_verb_is_listed(tmp_path: Path) -> None:
    modules = {
        module.name: import_module(f"codemods.cli.{module.name}") for module in pkgutil.iter_modules(cli.__path__)
    }
    assert {verb.home for verb in VERBS.values()} == {
        name for name, module in modules.items() if inspect.isfunction(getattr(module, name, None))
    }
    output = codemods(tmp_path, "--help", expect=0)
    assert all(f" {name} " in output for name in VERBS)


def test_a_verb_that_is_not_there_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    completed = run(tmp_path, "statsu")
    assert completed.returncode == 2
    assert "No such command 'statsu'" in completed.stderr
    assert "status" in completed.stderr


def test_what_is_not_needed_is_not_loaded(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "bad.yaml": "schema: 1\nname: bad\nredirct: []\n",
            "plan.yaml": "schema: 1\nname: good\nredirect:\n  - symbol: old.a\n    to: new.a\n",
            "old.py": "a = 1\n",
            "new.py": "a = 1\n",
            "user.py": "from old import a\n",
        },
    )
    run_git(tmp_path, "init", "--quiet")
    run_git(tmp_path, "add", "--all")
    commands = (["log"], ["preview", "bad.yaml"], ["guard", "plan.yaml", "user.py"], ["preview", "plan.yaml"])
    completed = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(commands)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in completed.stderr.splitlines() if line.startswith("[")]
    (_, by_log), (mistake, by_mistake), (violation, by_guard), (changes, by_preview) = map(json.loads, lines)
    assert (mistake, violation, changes) == (2, 1, 1)
    assert "codemods.plan.schema" not in by_log
    assert {"libcst", "codemods.engine.preview"}.isdisjoint(by_mistake)
    assert {"libcst", "concurrent.futures.process", "codemods.engine.preview"}.isdisjoint(by_guard)
    assert {"codemods.engine.preview", "codemods.transforms.imports"} <= set(by_preview)
    # Typer 0.29 and later load pydantic for whatever they read, which doubles what a start takes.
    assert {"libcst", "rich", "pydantic"}.isdisjoint(by_preview)
