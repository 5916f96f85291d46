"""The profile: a command is sampled by part, and the table of it is put into a page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.marks import replaced
from benchmarks.parts import PARTS
from benchmarks.profile import Profile, table_of
from tests.conftest import write_files

ROOT = Path(__file__).parents[2]


def test_the_time_of_a_command_is_told_by_part(tmp_path: Path) -> None:
    write_files(tmp_path, {"plan.yaml": "schema: 1\nname: one\nredirect: 3\n"})
    command = [
        sys.executable,
        "-m",
        "benchmarks.sampled",
        str(tmp_path / "told"),
        "preview",
        str(tmp_path / "plan.yaml"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = json.loads((tmp_path / "told").read_text())
    assert done.returncode == 2, done.stdout + done.stderr
    assert "expected a list" in done.stderr
    assert told["parts"].keys() <= {*PARTS}
    assert sum(told["parts"].values()) > 0


def test_a_command_is_a_column_of_medians() -> None:
    found = {"preview": [Profile({"names": cpu, "showing": 1.0}, 9.0) for cpu in (1.0, 2.0, 5.0)]}
    lines = table_of(found).splitlines()
    assert lines[0] == "|  | preview |"
    assert lines[2] == "| CPU s | 3.00 |"
    assert "| names | 2.00 |" in lines
    assert "| showing | 1.00 |" in lines
    assert lines[-1] == "| seconds on the wall | 9.00 |"


def test_what_is_between_the_marks_of_a_page_is_replaced() -> None:
    page = "# A\n<!-- x -->\nold\n<!-- end x -->\nB\n"
    assert replaced(page, "x", "new\n") == "# A\n<!-- x -->\nnew\n<!-- end x -->\nB\n"


@pytest.mark.parametrize("page", ["# A\n", "<!-- x -->\n", "<!-- end x -->\n<!-- x -->\n"])
def test_a_page_without_the_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="there is no <!-- x -->"):
        replaced(page, "x", "new\n")
