"""What verbs print with --json is what its schema says, key by key, and never anything else."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from codemods.cli.verbs import VERBS
from codemods.report.output_schema import kinds, output_schema
from tests.checks import BASE, plan_text
from tests.cli.commands import codemods, run
from tests.conftest import Files, copied
from tests.report.runs import make_run, run_of

MadeOnce = Callable[[str, Callable[[Path], object]], Path]
ENGINE = "class Engine:\n    def start(self):\n        self.speed = 1\n        return self.speed\n"
# Verbs whose output is for people, or JSON anyhow.
WITHOUT = {"demo", "schema"}


def closed(schema: Any) -> Any:
    """`schema`, with no key allowed that it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(part) for key, part in schema.items()}
    return {**made, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else made


def check(text: str, kind: str) -> dict[str, Any]:
    """Hold a document against the schema of its kind."""
    schema = closed(output_schema())
    document: dict[str, Any] = json.loads(text)
    assert document["kind"] == kind
    (own,) = (one for one in schema["oneOf"] if one["properties"]["kind"] == {"const": kind})
    jsonschema.Draft202012Validator({**own, "$defs": schema["$defs"]}).validate(document)
    return document


@pytest.fixture
def root(made_once: MadeOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository after a run."""
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    return copied(made_once("ran", make_run), tmp_path / "repo")


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("preview", ["preview", "plan.yaml"]),
        ("status", ["status", "plan.yaml"]),
        ("report", ["report", "plan.yaml"]),
        ("why", ["why", "plan.yaml", "u.py"]),
        ("trial", ["try", "f($X)", "g($X)"]),
        ("log", ["log"]),
        ("operation", ["log", "RUN"]),
        ("audit", ["audit", "plan.yaml"]),
        ("scan", ["scan"]),
        ("guard", ["guard", "plan.yaml"]),
        ("rollback", ["rollback", "plan.yaml", "--all", "--dry-run"]),
        ("rollback", ["rollback", "plan.yaml", "--all"]),
        ("rollback", ["undo", "--dry-run"]),
        ("run", ["apply", "plan.yaml", "--retry", "--yes"]),
        ("split", ["apply", "plan.yaml", "--retry", "--split", "folder", "--yes"]),
        ("error", ["preview", "missing.yaml"]),
        ("error", ["log", "zzz"]),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_documents_are_as_the_schema_says(kind: str, arguments: list[str], root: Path) -> None:
    named = [run_of(root) if argument == "RUN" else argument for argument in arguments]
    check(run(root, *named, "--json").stdout, kind)


def test_full_documents_are_as_the_schema_says(make_repo: Callable[[Files], Path]) -> None:
    files = {
        **BASE,
        "u.py": "from a.b import f\nfrom unittest.mock import patch\npatch('a.b.f')\n",
        "v.py": "import a.b\na.b.f(1, 2, x=3)\nprint('a.b.f')\n",
        "w.py": "class K:\n    def m(self): pass\n",
        "broken.py": "from a.b import f(\n",
        "notes.toml": "x = 'a.b.f'\n",
        "one/engine.py": ENGINE,
        "two/engine.py": ENGINE + "    def stop(self):\n        return 0\n",
        "use.py": "from one.engine import Engine\nfrom two.engine import Engine as Other\nEngine, Other\n",
    }
    more = "keep: [{module: c.d, symbols: [g]}]\nexpect: {files: 600}\nforbid: {classes: [K]}\n"
    root = make_repo({**files, "plan.yaml": plan_text(rest=more)})
    document = check(run(root, "preview", "plan.yaml", "--json").stdout, "preview")
    assert {file["outcome"] for phase in document["phases"] for file in phase["files"]} >= {"changed", "unchanged"}
    assert document["skipped"]
    assert check(run(root, "audit", "plan.yaml", "--json").stdout, "audit")["items"]
    assert check(run(root, "guard", "plan.yaml", "--json").stdout, "guard")["new"]
    assert check(run(root, "scan", "--json").stdout, "scan")["findings"]
    assert check(run(root, "init", "Engine", "--json").stdout, "init")["findings"]
    (root / "bad.yaml").write_text("schema: 1\nname: bad\nredirct: []\n")
    assert check(run(root, "status", "bad.yaml", "--json").stdout, "error")["mistakes"][0]["line"] == 3


def test_every_kind_of_document_is_one_that_a_verb_prints(tmp_path: Path) -> None:
    (checked,) = (mark.args[1] for mark in test_documents_are_as_the_schema_says.pytestmark)  # type: ignore[attr-defined]
    assert set(kinds()) == {kind for kind, _ in checked} | {"init"}
    for name in set(VERBS) - WITHOUT:
        assert "--json" in codemods(tmp_path, name, "--help", expect=0)


def test_the_schema_is_printed(tmp_path: Path) -> None:
    printed = json.loads(codemods(tmp_path, "schema", "output", expect=0))
    assert printed == output_schema()
    jsonschema.Draft202012Validator.check_schema(printed)


def test_a_key_that_is_not_in_the_schema_is_found() -> None:
    document = {"version": 1, "kind": "log", "operations": [], "more": 1}
    with pytest.raises(jsonschema.ValidationError, match="'more' was unexpected"):
        check(json.dumps(document), "log")
