"""What a phase asks for beside its units: a gate, an entry and an exit; and what ends it early."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.commands import codemods
from tests.conftest import write_files
from tests.engine.running.migration import Migration, migration, names, units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    MakeRepo = Callable[[dict[str, str]], Path]
    Git = Callable[..., str]

FIRST = "  - {name: P0, files: ['app/u0[0-1].py'], with: [check], on_failure: skip}\n"
SECOND = "  - {name: P1, files: rest, with: [check], on_failure: skip, %s}\n"


def two_phases(
    make_repo: MakeRepo, outside: Path, more: str, rule: str | Sequence[str] = (), rest: str = ""
) -> Migration:
    """Two files in the first phase, four in the second, for which `more` holds."""
    return migration(make_repo, outside, 6, rule, FIRST + SECOND % more, rest)


def notes(report: dict[str, object]) -> str:
    found = report["notes"]
    assert isinstance(found, list)
    return "\n".join(found)


class TestGate:
    def test_it_stops_before_the_phase_until_that_is_asked_for(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        many = two_phases(make_repo, tmp_path, "gate: manual")
        report = many.apply(expect=1)
        assert (report["end"], report["gate"], report["left"]) == ("at-gate", "P1", 4)
        assert many.changed() == {"u00", "u01"}
        assert many.apply(expect=1)["end"] == "at-gate"
        assert [event["phase"] for event in many.events("gate-reached")] == ["P1", "P1"]
        assert "`codemods apply plan.yaml --phase P1`" in codemods(many.root, "apply", "plan.yaml", expect=1)
        assert many.apply("--phase", "P1", expect=0)["end"] == "finished"
        assert many.changed() == set(names(6))

    def test_a_phase_that_is_asked_for_is_the_last(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        many = two_phases(make_repo, tmp_path, "batch: null")
        report = many.apply("--phase", "P0", expect=1)
        assert (report["end"], report["left"]) == ("finished", 4)
        assert many.changed() == {"u00", "u01"}

    def test_a_gate_of_an_earlier_phase_stays_closed(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        phases = FIRST.replace("name: P0,", "name: P0, gate: manual,") + SECOND % "gate: manual"
        many = migration(make_repo, tmp_path, 4, [], phases)
        assert many.apply("--phase", "P1", expect=1)["gate"] == "P0"
        assert many.changed() == set()
        assert many.apply("--phase", "P0", "--phase", "P1", expect=0)["end"] == "finished"

    def test_a_phase_that_is_not_there(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        many = two_phases(make_repo, tmp_path, "gate: manual")
        assert "There is no phase `P00`; did you mean `P0`?" in codemods(
            many.root, "apply", "plan.yaml", "--phase", "P00", expect=2
        )


FLAG = "  flag: {kind: command, run: [test, -e, flag]}\n"


class TestEntry:
    def test_a_phase_is_not_begun_without_it(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        many = two_phases(make_repo, tmp_path, "entry: [flag]", rest=FLAG)
        report = many.apply(expect=1)
        assert (report["left"], many.changed()) == (4, {"u00", "u01"})
        assert "Phase P1 was not begun: flag: exit status 1" in notes(report)
        write_files(many.root, {"flag": ""})
        assert units(many.apply(expect=0), "committed") == names(6)[2:]

    def test_the_run_stops_there_unless_the_phase_skips(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        phases = FIRST.replace("on_failure: skip", "on_failure: stop, entry: [flag]") + SECOND % "batch: null"
        many = migration(make_repo, tmp_path, 4, [], phases, FLAG)
        assert (many.apply(expect=1)["end"], many.changed()) == ("stopped", set())


class TestExit:
    # It need not hold before: that is what the phase is for.
    GONE = "  gone: {kind: command, run: [python, gone.py]}\n"
    CODE = (
        "import pathlib, sys\nold = [p for p in sorted(pathlib.Path('app').glob('u0[2-5].py'))"
        " if 'app.old' in p.read_text()]\nsys.exit(f'{len(old)} left' if old else 0)\n"
    )

    def test_it_holds_after_the_last_unit(self, make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
        many = two_phases(make_repo, tmp_path, "exit: [gone]", rest=self.GONE)
        write_files(many.root, {"gone.py": self.CODE})
        git(many.root, "add", "--all")
        git(many.root, "commit", "-qm", "a check")
        assert units(many.apply(expect=0), "committed") == names(6)
        assert many.events("validation-finished")[-1]["name"] == "gone"

    def test_what_it_convicts_is_taken_back(self, make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
        code = "import app.u04 as u; assert u.f.__module__ == 'app.old'"
        rule = f'  strict: {{kind: command, run: [python, -c, "{code}"]}}\n'
        many = two_phases(make_repo, tmp_path, "exit: [strict]", rest=rule)
        report = many.apply(expect=1)
        assert units(report, "rejected") == ["u04"]
        assert many.changed() == set(names(6)) - {"u04"}
        assert git(many.root, "status", "--porcelain") == ""
        # It is known as rejected from now on.
        assert units(many.apply(expect=1), "passed-over") == ["u04"]

    def test_the_phase_is_rolled_back_where_it_says_so(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        phases = FIRST + (SECOND % "exit: [flag]").replace("skip", "rollback-phase")
        many = migration(make_repo, tmp_path, 6, [], phases, FLAG)
        report = many.apply(expect=1)
        assert (units(report, "taken-back"), many.changed()) == (names(6)[2:], {"u00", "u01"})

    def test_where_it_fails_in_any_case_nothing_is_taken_back_and_the_phase_stays_open(
        self, make_repo: MakeRepo, tmp_path: Path
    ) -> None:
        many = two_phases(make_repo, tmp_path, "exit: [flag]", rest=FLAG)
        report = many.apply(expect=1)
        assert (units(report, "committed"), report["unended"]) == (names(6), ["P1"])
        assert "nor does it without what this phase has committed" in notes(report)
        assert "P1" in codemods(many.root, "status", "plan.yaml", expect=1).partition("still to be validated")[2]
        write_files(many.root, {"flag": ""})
        many.apply(expect=0)
        codemods(many.root, "status", "plan.yaml", expect=0)


class TestTriggers:
    def test_too_many_rejections(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        many = two_phases(make_repo, tmp_path, "triggers: {stop_after: 2}", ["u00", "u02", "u03"])
        report = many.apply(expect=1)
        assert (report["end"], report["left"]) == ("stopped", 2)
        assert units(report, "rejected") == ["u00", "u02", "u03"]
        assert "The run stops: 2 unit(s) were rejected, and `stop_after` is 2." in notes(report)
        assert [(e["phase"], e["action"]) for e in many.events("triggered")] == [("P1", "stop")]

    def test_the_rest_of_a_phase_is_skipped(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        rest = "triggers: {stop_after: 1, then: skip}\n"
        many = two_phases(make_repo, tmp_path, "batch: null", ["u00", "u03"], rest)
        report = many.apply(expect=1)
        assert (report["end"], report["left"]) == ("finished", 3)
        assert units(report, "committed") == ["u02"]

    def test_a_phase_is_rolled_back(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        more = "triggers: {stop_after: 1, then: rollback-phase}"
        many = two_phases(make_repo, tmp_path, more, ["u03"])
        report = many.apply(expect=1)
        assert (units(report, "taken-back"), many.changed()) == (["u02"], {"u00", "u01"})

    def test_what_has_become_slower_rolls_the_phase_back(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        rule = "import time; time.sleep(0.5 * len(changed))"
        many = two_phases(make_repo, tmp_path, "triggers: {slower_than: 2}", rule)
        report = many.apply(expect=1)
        assert units(report, "taken-back") == names(6)[2:]
        assert "Phase P1 is rolled back, and the run stops: check takes " in notes(report)

    def test_what_was_slow_once_does_not(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        slow_once = tmp_path / "slow"
        rule = (
            f"import time\ntime.sleep(0.3)\nif len(changed) == 6 and not os.path.exists({str(slow_once)!r}):\n"
            f"    open({str(slow_once)!r}, 'w').close()\n    time.sleep(3)"
        )
        many = two_phases(make_repo, tmp_path, "triggers: {slower_than: 6}", rule)
        assert units(many.apply(expect=0), "committed") == names(6)
        assert slow_once.exists()


def test_the_end_of_a_phase_is_not_validated_twice(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = two_phases(make_repo, tmp_path, "batch: null")
    many.apply(expect=0)
    baseline, units_of_both = 1, 6
    assert len(many.checked()) == baseline + units_of_both


def test_the_baseline_of_a_tree_is_kept(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    many = two_phases(make_repo, tmp_path, "gate: manual", ["u00", "u01"])
    many.apply(expect=1)
    many.apply("--retry", expect=1)
    assert [event["is_known"] for event in many.events("baseline-taken")] == [False, True, True, True]
    assert many.checked().count(set()) == 1
    many.apply("--retry", "--fresh-baseline", expect=1)
    assert many.checked().count(set()) == 2
