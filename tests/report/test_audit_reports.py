"""An audit as a person, an issue and a program get it."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

from codemods.report.audit_json import audit_json
from codemods.report.audit_markdown import audit_markdown
from codemods.report.audit_terminal import show_audit
from codemods.report.out import Plain
from tests.engine.test_audit import MODULE, REDIRECT, USE, audited

FAILING = "keep: [{module: app.gone_module}]\n" + REDIRECT + "expect: {files: 600}\n"


def shown(plan: str, files: dict[str, str]) -> str:
    told = io.StringIO()
    with redirect_stdout(told):
        show_audit(Plain(), audited(files, plan))
    return told.getvalue()


def test_the_verdict_comes_first_then_what_does_not_hold_and_what_to_do() -> None:
    lines = shown(FAILING, {"u.py": USE}).splitlines()
    assert lines[0] == "Plan p: 2 hold · 0 done already · 2 do not hold"
    assert lines[2] == "Does not hold (2):"
    assert "  expect: files (plan.yaml:5)" in lines
    assert "    expected 600, found 1" in lines
    assert "    → Correct the figure, or find out what the plan took for one." in lines


def test_a_plan_that_holds_says_so() -> None:
    lines = shown(REDIRECT, {"u.py": USE}).splitlines()
    assert lines[0] == "Plan p: 2 hold · 0 done already · 0 do not hold"
    assert "Does not hold" not in "\n".join(lines)


def test_long_lists_are_cut_and_say_so() -> None:
    files = {f"u{number}.py": "from app.old import Factory\n" for number in range(12)}
    text = shown("delete: [{module: app.old}]\n", files)
    assert "… and 2 more; --json lists all of them" in text
    assert text.count("app.old.Factory") == 10


def test_tables_of_figures_and_comparisons() -> None:
    text = shown(MODULE, {"u.py": USE, "app/v.py": "from app.new import Factory\n"})
    rows = [line.split() for line in text.splitlines()]
    assert ["all", "1", "2", "2", "0", "0", "0", "1", "0", "0"] in rows
    assert ["app.old", "2"] in rows
    assert ["all", "50.0", "%", "1", "1", "0"] in rows
    assert ["app", "100.0", "%", "1", "0", "0"] in rows
    assert "app/old.py (4 lines) against app/new.py (4 lines):" in text
    assert ["helper", "—", "helper()", "ours", "lacks", "it"] in rows


def test_controls_of_a_path_are_spelled_out() -> None:
    text = shown("forbid: {files: ['*.bak']}\n", {"a\x1b[31m.bak": ""})
    assert "\x1b" not in text
    assert "a\\x1b[31m.bak" in text


def test_markdown_has_boxes_to_tick_and_tables() -> None:
    text = audit_markdown(audited({"u.py": USE}, FAILING))
    lines = text.splitlines()
    assert lines[0] == "## Audit of `p`: 2 hold · 0 done already · 2 do not hold"
    assert "- [ ] **expect: files** (`plan.yaml:5`): expected 600, found 1" in lines
    start = "- [ ] **keep: app.gone\\_module** (`plan.yaml:3`): there is no module `app.gone_module`"
    assert any(line.startswith(start) for line in lines)
    assert "| form | all |" in lines


def test_markdown_survives_what_is_in_paths_and_defaults() -> None:
    files = {"tests/*x*/fake.py": "class Other:\n    def f(self, x='a|b'): pass\n"}
    text = audit_markdown(audited(files, "keep: [{module: app.new, symbols: [Other]}]\n"))
    assert "### tests/\\*x\\*/fake.py:1 (2 lines) against app/new.py:4 (4 lines)" in text
    assert "| .f | — | f(self, x='a\\|b') | ours lacks it |" in text


def test_json_has_everything_under_stable_keys() -> None:
    files = {"u.py": USE, "tests/t.py": "patch('app.old.Factory')\n", "v.py": "from app.new import Factory\n"}
    keep = "keep: [{module: app.new, symbols: [Factory]}]\n"
    document = json.loads(audit_json(audited(files, keep + MODULE + "phases: [{name: P0, files: [u.py, v.py]}]\n")))
    assert list(document) == [
        "version",
        "kind",
        "plan",
        "holds",
        "verdicts",
        "items",
        "totals",
        "phases",
        "outside_phases",
        "compliance",
        "duplicates",
        "modules",
        "competing_names",
        "files_searched",
        "skipped",
        "notes",
    ]
    assert (document["kind"], document["holds"]) == ("audit", False)
    assert sum(document["verdicts"].values()) == len(document["items"])
    assert document["items"][0] == {
        "section": "keep",
        "name": "app.new.Factory",
        "verdict": "holds",
        "said": "it exists",
        "evidence": [{"path": "app/new.py", "line": 1, "what": "class, 2 lines"}],
        "hint": "",
        "line": 3,
        "column": 36,
    }
    assert document["totals"]["references"] == 3
    assert document["phases"][0]["files_without_references"] == ["v.py"]
    assert document["phases"][0]["files_migrated"] == ["v.py"]
    assert document["outside_phases"]["files"] == ["tests/t.py"]
    assert (document["compliance"]["percent"], document["compliance"]["old"]) == (33.33, 2)
    assert [place["kind"] for place in document["compliance"]["references"]] == ["old", "old", "canonical"]
    (duplicate,) = document["duplicates"]
    assert duplicate["other"]["path"] == "app/old.py"
    assert [d["name"] for d in duplicate["differences"]] == ["Factory", "Factory.make"]
