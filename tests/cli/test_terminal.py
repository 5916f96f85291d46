"""What the command is like on a terminal and in a pipe: help, how much it prints, how far it is."""

from __future__ import annotations

import io
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from codemods.cli.verbs import VERBS
from codemods.engine.watching import Stage, each, stage, watching
from codemods.journal import Operation
from codemods.report.history import show_operations
from codemods.report.live import LiveLine, bar, clock, expected, fitted, may_draw
from codemods.report.screen import Screen
from codemods.report.waiting import told_stage
from tests.checks import BASE, plan_text
from tests.cli.commands import codemods, run
from tests.conftest import Files, copied, init_repo, run_git

MakeRepo = Callable[[Files], Path]
MadeOnce = Callable[[str, Callable[[Path], object]], Path]
CHECKED = """\
phases:
  - {name: P0, files: rest, with: [check], on_failure: skip}
validation:
  check: {kind: command, run: [python, check.py], timeout: 30}
"""
FILES = {
    **BASE,
    "u.py": "from a.b import f\nf()\n",
    "v.py": "from a.b import f\nf()\n",
    "check.py": "import sys, v\nsys.exit('g' in vars(v))\n",
    "plan.yaml": plan_text(rest=CHECKED),
}


@pytest.fixture
def root(made_once: MadeOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan of which one file is rejected."""
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    return copied(made_once("half", lambda folder: init_repo(folder, FILES)), tmp_path / "repo")


class TestHelp:
    @pytest.mark.parametrize("name", VERBS)
    def test_names_values_as_they_are_typed_and_has_an_example(self, name: str, tmp_path: Path) -> None:
        told = codemods(tmp_path, name, "--help", expect=0)
        assert f"Usage: codemods {name} [OPTIONS]" in told
        assert re.search(rf"^Examples?:\n  codemods {name}", told, re.MULTILINE)
        assert not re.search(r" <\w+>|\[\[.*\]\.\.\.\]|\.\.\.\.", told)
        assert "-q, --quiet " in told

    def test_keeps_to_the_width_of_the_terminal(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for width in (60, 80, 200):
            monkeypatch.setenv("COLUMNS", str(width))
            lines = [line for name in VERBS for line in codemods(tmp_path, name, "--help", expect=0).splitlines()]
            examples = [line for line in lines if line.startswith("  codemods ")]
            assert max(len(line) for line in lines if line not in examples) <= min(width, 100)

    def test_a_wrong_option_is_answered_by_how_the_verb_is_called(self, tmp_path: Path) -> None:
        told = run(tmp_path, "preview", "--sumary")
        assert told.returncode == 2
        assert "Usage: codemods preview [OPTIONS] PLAN\n" in told.stderr


class TestVolume:
    def test_quiet_leaves_the_sums_and_what_failed(self, root: Path) -> None:
        preview = run(root, "preview", "plan.yaml", "--quiet")
        assert preview.stdout.splitlines() == [
            "2 file(s) to change of 9 searched. References: 4 found = 4 rewritten + 0 left + 0 review + 0 blocked."
        ]
        applied = run(root, "apply", "plan.yaml", "--yes", "-q")
        assert "u.py committed" not in applied.stdout
        assert "v.py rejected: check" in applied.stdout
        assert re.fullmatch(r"Run .*: 1 commit\(s\) .*", applied.stdout.splitlines()[-1])
        status = run(root, "status", "plan.yaml", "-q")
        assert status.stdout == "Plan test on codemods/test: 1 done, 1 rejected, 0 blocked, 0 left.\n"
        assert (preview.stderr, status.stderr) == ("", "")

    def test_verbose_tells_of_each_validation_and_what_took_how_long(self, root: Path) -> None:
        assert re.search(r"^Examining files: \d+\.\d s$", run(root, "preview", "plan.yaml", "-v").stderr, re.MULTILINE)
        applied = run(root, "apply", "plan.yaml", "--yes", "-v").stdout
        assert re.search(r"^  check, 1 unit, \w+: holds, ", applied, re.MULTILINE)
        assert re.search(r"^  check, 1 unit, \w+: failed, ", applied, re.MULTILINE)

    def test_lists_are_whole_with_verbose_alone(self, make_repo: MakeRepo) -> None:
        strings = "".join(f"print({number}, 'a.b.f')\n" for number in range(45))
        root = make_repo({**BASE, "s.py": strings, "plan.yaml": plan_text()})
        assert "… and 5 more; --verbose lists all of them" in codemods(root, "preview", "plan.yaml", expect=0)
        assert "more;" not in codemods(root, "preview", "plan.yaml", "--verbose", expect=0)

    def test_quiet_and_verbose_are_not_both(self, root: Path) -> None:
        assert "Give one of --quiet and --verbose." in run(root, "log", "-q", "-v").stderr

    def test_one_command_says_nothing_for_the_next(self, root: Path) -> None:
        run(root, "preview", "plan.yaml", "--quiet")
        assert "+from c.d import g" in run(root, "preview", "plan.yaml").stdout


class TestWidth:
    @pytest.mark.parametrize("width", [60, 80, 200])
    def test_an_id_can_be_copied_from_a_log_of_any_width(self, width: int) -> None:
        done = Operation(
            "20261122-040900-8b07", "apply", "文字" * 12, who="Ada <ada@example.invalid>", result="finished"
        )
        told = io.StringIO()
        show_operations(Screen(pager=told, width=width), [done])
        rows = re.sub(r"\x1b\[[\d;]*m", "", told.getvalue()).splitlines()
        assert any(row.startswith("20261122-040900-8b07  ") for row in rows)
        assert all(cell_len(row) <= width for row in rows[: rows.index("")])
        assert any("Ada" in row for row in rows) == (width >= 100)


class TestHints:
    def test_a_rejected_file_is_told_with_the_reason_and_where_the_evidence_is(self, root: Path) -> None:
        assert "rejected" not in run(root, "why", "plan.yaml", "v.py").stdout
        run(root, "apply", "plan.yaml", "--yes", "--quiet")
        told = run(root, "why", "plan.yaml", "v.py").stdout
        assert "to be rewritten in P0; rejected by run 20" in told
        assert " --unit v.py` shows the evidence" in told
        assert "rejected" not in run(root, "why", "plan.yaml", "u.py").stdout

    def test_what_a_package_hands_on_is_counted_with_the_path_to_redirect(self, make_repo: MakeRepo) -> None:
        packaged = {"a/__init__.py": "from a.b import f\n", "v.py": "from a import f\nf()\n"}
        root = make_repo({**BASE, **packaged, "u.py": "from a.b import f\n", "plan.yaml": plan_text()})
        told = run(root, "preview", "plan.yaml", "--summary").stdout
        assert "redirect that as well, to lead these on (1):\n  1 of a.f\n" in told
        direct = init_repo(root.parent / "second", {**BASE, "u.py": "from a.b import f\n", "plan.yaml": plan_text()})
        assert "redirect that as well" not in run(direct, "preview", "plan.yaml", "--summary").stdout


class TestRetry:
    def test_one_rejected_file_is_tried_again_and_others_are_not(self, root: Path) -> None:
        (root / "check.py").write_text("import sys, u, v\nsys.exit('g' in vars(u) or 'g' in vars(v))\n")
        codemods(root, "apply", "plan.yaml", "--here", expect=2)
        run_git(root, "commit", "--quiet", "-am", "stricter")
        assert "2 rejected" in codemods(root, "apply", "plan.yaml", "--here", expect=1)
        (root / "check.py").write_text("")
        run_git(root, "commit", "--quiet", "-am", "laxer")
        told = codemods(root, "apply", "plan.yaml", "--here", "--retry-file", "v.py", expect=1)
        assert "v.py committed" in told
        assert "u.py committed" not in told
        assert "u.py committed" in codemods(root, "apply", "plan.yaml", "--here", "--retry", expect=0)

    def test_a_file_that_nothing_has_rejected_is_refused(self, root: Path) -> None:
        codemods(root, "apply", "plan.yaml", expect=1)
        told = run(root, "apply", "plan.yaml", "--retry-file", "w.py").stderr
        assert "--retry-file: No run has rejected w.py; did you mean `v.py`?\nRejected are: v.py." in told


class TestProgress:
    def test_nothing_of_it_is_in_a_pipe(self, root: Path) -> None:
        for verb in ("preview", "audit", "status", "guard", "report"):
            assert run(root, verb, "plan.yaml").stderr == "", verb

    def test_items_are_counted_for_who_watches(self) -> None:
        with watching() as watch:
            seen = []
            for item in each("Reading", ["a", "b"], 2):
                assert watch.stage is not None
                seen.append((item, watch.stage.what, watch.stage.done, watch.stage.total, watch.stage.current))
            stage("Writing")
        assert seen == [("a", "Reading", 0, 2, "a"), ("b", "Reading", 1, 2, "b")]
        assert [what for what, _ in watch.over] == ["Reading", "Working", "Writing"]

    def test_what_is_done_for_one_item_is_told_and_then_the_items_again(self) -> None:
        with watching() as watch:
            told: list[object] = []
            for _ in each("Examining", ["a", "b"], 2):
                told += [watch.stage and watch.stage.what for _ in each("Searching", ["c"], 1)]
                told.append(watch.stage and (watch.stage.what, watch.stage.done))
        assert told == ["Searching", ("Examining", 0), "Searching", ("Examining", 1)]
        assert [what for what, _ in watch.over] == ["Searching", "Searching", "Examining", "Working"]

    def test_where_nobody_watches_items_are_as_they_were(self) -> None:
        items = ["a", "b"]
        assert each("Reading", items, 2) is items

    def test_a_stage_is_told_in_one_line(self) -> None:
        at_hand = Stage("Reading", 8, 2, "src/данные/文字.py")
        at_hand.began -= 60
        line = told_stage(at_hand, at_hand.began, 200, io.StringIO())
        assert line == "Reading 2/8, 1:00, about 3:00 left  src/данные/文字.py"

    @pytest.mark.parametrize("columns", [50, 51, 60])
    def test_a_long_path_loses_its_beginning_and_wide_letters_count_twice(self, columns: int) -> None:
        line = fitted("Reading 2/8", "src/" + "文字" * 30 + "/last.py", columns)
        assert columns - 2 <= cell_len(line) <= columns
        assert re.fullmatch(r"Reading 2/8  ….*文字/last\.py", line)

    def test_controls_in_a_name_are_spelled_out(self) -> None:
        assert fitted("Reading", "a\x1b[31m.py", 80) == "Reading  a\\x1b[31m.py"

    def test_what_is_done_tells_how_long_the_rest_takes(self) -> None:
        assert expected(10, 2, 8) == 30
        assert [expected(10, 0, 8), expected(10, 8, 8), expected(0.1, 2, 8)] == [None, None, None]
        assert [clock(7), clock(750), clock(3723)] == ["0:07", "12:30", "1:02:03"]

    def test_a_line_is_drawn_over_itself_and_taken_away(self) -> None:
        screen = _Screen("utf-8")
        line = LiveLine(screen, lambda columns, _: f"at work in {columns}", delay=0)
        line.start()
        assert screen.drawn.wait(30)
        line.close()
        told = screen.getvalue()
        assert told.startswith("\r\x1b[Kat work in 79")
        assert told.endswith("\r\x1b[K")
        assert "\n" not in told

    def test_a_bar_has_letters_that_the_terminal_has(self) -> None:
        assert bar(5, 10, 80, _Screen("utf-8")) == "━" * 10 + "╌" * 10 + " "
        assert bar(5, 10, 80, _Screen("ascii")) == f"[{'#' * 10}{'.' * 10}] "
        assert bar(5, 10, 60, _Screen("utf-8")) == ""

    @pytest.mark.parametrize(
        ("variables", "drawn"),
        [({"TERM": "xterm"}, True), ({"TERM": "xterm", "CI": "1"}, False), ({"TERM": "dumb"}, False)],
    )
    def test_ci_and_a_dumb_terminal_get_no_line_that_is_drawn_over(
        self, variables: dict[str, str], drawn: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert may_draw(_Screen("utf-8")) == drawn
        assert not may_draw(io.StringIO())


class _Screen(io.StringIO):
    """A stream that says it is a terminal, and when something was drawn on it."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.drawn = threading.Event()
        self.named = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.named

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if "at work" in text:
            self.drawn.set()
        return super().write(text)
