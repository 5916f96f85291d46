"""What a run holds to when others interfere: hooks, users, a phase that was begun before, checks that nobody meets."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import run, run_forked
from tests.conftest import write_files
from tests.engine.running.migration import any_of, migration, names, units

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRepo = Callable[[dict[str, str]], Path]
    Git = Callable[..., str]

BATCH = "  - {name: P0, files: rest, validate: batch, with: [check], on_failure: skip}\n"
ONCE = "if not os.path.exists({flag!r}) and {when}:\n    open({flag!r}, 'w').close()\n    "


def hook(root: Path, name: str, code: str) -> None:
    """A hook of git's."""
    file = root / ".git" / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{code}\n")
    file.chmod(0o755)


def tree_holds(root: Path) -> bool:
    """Whether the check holds on what is there."""
    return subprocess.run(["python", "check"], cwd=root, check=False).returncode == 0


EXIT_GONE = (
    "import pathlib, sys\n"
    "old = [p.name for p in sorted(pathlib.Path('app').glob('u*.py')) if 'app.old' in p.read_text()]\n"
    "sys.exit(f'{old} left' if old else 0)\n"
)


class TestExitThatNoUnitBreaks:
    def test_nothing_is_taken_back_for_it(self, make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
        phases = "  - {name: P0, files: rest, with: [check], exit: [gone], on_failure: skip}\n"
        rest = "  gone: {kind: command, run: [python, gone.py]}\n"
        many = migration(make_repo, tmp_path, 4, ["u01"], phases, rest)
        write_files(many.root, {"gone.py": EXIT_GONE})
        git(many.root, "add", "--all")
        git(many.root, "commit", "-qm", "a check")
        report = many.apply(expect=1)
        assert units(report, "rejected") == ["u01"]
        assert units(report, "committed") == ["u00", "u02", "u03"]


def test_an_edit_while_a_batch_is_committed_is_not_lost(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 4, [], BATCH)
    # As if the user saved the last file while the first is committed.
    hook(many.root, "post-commit", f"[ -e {tmp_path}/flag ] || echo '# mine' >> app/u03.py; touch {tmp_path}/flag")
    completed = run(many.root, "apply", "--yes", "plan.yaml")
    places = [many.root / "app" / "u03.py", *(p for p in (many.root / ".git" / "codemods").rglob("*") if p.is_file())]
    assert any(b"# mine" in place.read_bytes() for place in places), completed.stdout + completed.stderr


def test_an_edit_before_a_batch_is_written_is_not_lost(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    import threading
    import time

    many = migration(make_repo, tmp_path, 60, [], BATCH)
    journal = many.root / ".git" / "codemods" / "journal.jsonl"
    last = many.root / "app" / "u59.py"
    done = []

    def edit() -> None:
        end = time.time() + 60
        while time.time() < end:
            if journal.exists() and b"unit-writing" in journal.read_bytes():
                done.append(last.read_text())
                last.write_text(last.read_text() + "# mine\n")
                return
            time.sleep(0.001)

    thread = threading.Thread(target=edit)
    thread.start()
    completed = run(many.root, "apply", "--yes", "plan.yaml")
    thread.join()
    assert done
    assert "app.old" in done[0]
    places = [last, *(p for p in (many.root / ".git" / "codemods").rglob("*") if p.is_file())]
    assert any(b"# mine" in place.read_bytes() for place in places), completed.stdout + completed.stderr


def test_a_phase_that_goes_on_is_rolled_back_as_a_whole(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    phases = "  - {name: P0, files: rest, with: [check], on_failure: rollback-phase}\n"
    flag = str(tmp_path / "flag")
    rule = (
        ONCE.format(flag=flag, when="len(changed) == 3") + "import os, time; os.kill(os.getppid(), 9); time.sleep(5)\n"
    )
    many = migration(make_repo, tmp_path, 5, rule + any_of(["u03"]), phases)
    run_forked(many.root, "apply", "--yes", "plan.yaml")
    assert git(many.root, "log", "--format=%s", "main..HEAD").count("\n") >= 1
    report = many.apply(expect=1)
    assert units(report, "rejected") == ["u03"]
    assert many.changed() == set()


def test_timing_a_phase_leaves_the_tree_clean(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    phases = (
        "  - {name: P0, files: rest, with: [check], validate: batch, triggers: {slower_than: 1.5}, on_failure: skip}\n"
    )
    rule = "import time; time.sleep(1.5 if changed else 0)\nopen('snapshot', 'w').write(str(os.getpid()))"
    many = migration(make_repo, tmp_path, 2, rule, phases)
    write_files(many.root, {"snapshot": "0"})
    git(many.root, "add", "--all")
    git(many.root, "commit", "-qm", "a snapshot")
    many.apply(expect=1)
    assert git(many.root, "status", "--porcelain") == ""


class TestHookThatRejects:
    # u01 and later hold with u00 only.
    RULE = "sys.exit(1 if changed - {'u00'} and 'u00' not in changed else 0)"
    CODE = "git diff --cached --name-only | grep -q app/u00.py && exit 1; exit 0"

    @pytest.mark.parametrize("then", ["stop", "skip"])
    def test_what_needs_it_is_not_committed(self, make_repo: MakeRepo, git: Git, tmp_path: Path, then: str) -> None:
        many = migration(make_repo, tmp_path, 4, self.RULE, BATCH.replace("skip", then))
        hook(many.root, "pre-commit", self.CODE)
        many.apply(expect=1)
        assert tree_holds(many.root)

    def test_a_phase_is_all_or_nothing(self, make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
        phases = "  - {name: P0, files: rest, validate: phase, with: [check], on_failure: skip}\n"
        many = migration(make_repo, tmp_path, 4, [], phases)
        hook(many.root, "pre-commit", self.CODE.replace("u00", "u02"))
        many.apply(expect=1)
        assert many.changed() == set()


@pytest.mark.parametrize("by", ["each", "batch"])
def test_what_a_hook_makes_of_a_file_is_validated(make_repo: MakeRepo, git: Git, tmp_path: Path, by: str) -> None:
    phases = f"  - {{name: P0, files: rest, validate: {by}, with: [check], on_failure: skip}}\n"
    rule = "sys.exit(any('BROKEN' in source for source in sources.values()))"
    many = migration(make_repo, tmp_path, 3, rule, phases)
    hook(
        many.root,
        "pre-commit",
        "for f in $(git diff --cached --name-only); do\n"
        "  grep -q app.new $f || continue\n  echo '# BROKEN' >> $f\n  git add $f\ndone",
    )
    many.apply(expect=1)
    assert tree_holds(many.root)


def test_a_lock_of_gits_rejects_nothing(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 3, [], BATCH)
    # As git leaves it that is killed, or an editor's that looks at the tree.
    hook(many.root, "prepare-commit-msg", "exit 0")
    (many.root / ".git" / "index.lock").touch()
    completed = run(many.root, "apply", "--yes", "plan.yaml", "--json", "--here")
    (many.root / ".git" / "index.lock").unlink()
    assert many.events("unit-rejected") == [], completed.stdout + completed.stderr


def test_a_command_that_broke_since_its_baseline_rejects_nothing(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    down = tmp_path / "down"
    phases = "  - {name: P0, gate: manual, files: rest, with: [check], on_failure: skip}\n"
    phases = "  - {name: A, files: [app/u00.py], with: [check]}\n" + phases
    rule = f"sys.exit(1 if os.path.exists({str(down)!r}) else 0)"
    many = migration(make_repo, tmp_path, 4, rule, phases)
    many.apply(expect=1)
    down.touch()
    # In another process, which has not seen itself that the check held.
    run_forked(many.root, "apply", "--yes", "plan.yaml", "--phase", "P0")
    assert many.events("unit-rejected") == []


def test_what_must_not_be_in_the_output_is_seen_anywhere(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    rule = "print('x\\n' * 400_000)\nif changed & {'u01'}: print('Deprecated')\nprint('x\\n' * 800_000)"
    rest = "  strict: {kind: command, run: [python, check], pattern: {must_not: Deprecated}}\n"
    phases = "  - {name: P0, files: rest, with: [strict, check], on_failure: skip}\n"
    many = migration(make_repo, tmp_path, 2, rule, phases, rest)
    # The baseline says already that it could tell nothing.
    completed = run(many.root, "apply", "--yes", "plan.yaml")
    assert many.changed() == set()
    assert "its output is too long to be searched" in completed.stderr


@pytest.mark.parametrize("moment", ["write", "commit"])
def test_a_kill_while_a_culprit_is_taken_back(make_repo: MakeRepo, git: Git, tmp_path: Path, moment: str) -> None:
    phases = "  - {name: P0, files: rest, with: [check], exit: [strict], on_failure: skip}\n"
    code = "import sys; sys.exit('app.new' in open('app/u01.py').read())"
    rest = f'  strict: {{kind: command, run: [python, -c, "{code}"]}}\n'
    many = migration(make_repo, tmp_path, 3, [], phases, rest)
    # HEAD is about to become, or has just become, the commit that takes it back: the files are there before.
    moment = {"write": "prepared", "commit": "committed"}[moment]
    code = f"[ $1 = {moment} ] && grep -q app.old app/u01.py && grep -q app.new app/u02.py && "
    code += f"[ ! -e {tmp_path}/flag ] && "
    code += f"{{ touch {tmp_path}/flag; kill -9 $(ps -o ppid= -p $PPID); [ $1 = committed ]; exit; }}; exit 0"
    hook(many.root, "reference-transaction", code)
    killed = run_forked(many.root, "apply", "--yes", "plan.yaml")
    assert killed.returncode == -signal.SIGKILL
    many.apply(expect=1)
    assert git(many.root, "status", "--porcelain") == ""
    assert many.changed() == {"u00", "u02"}


@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_crlf_files_are_taken_back(make_repo: MakeRepo, git: Git, tmp_path: Path, signal_: int) -> None:
    flag = str(tmp_path / "flag")
    rule = (
        ONCE.format(flag=flag, when="changed")
        + f"import os, time; os.kill(os.getppid(), {int(signal_)}); time.sleep(3)\n"
    )
    many = migration(make_repo, tmp_path, 3, rule, BATCH)
    write_files(many.root, {".gitattributes": "*.py text eol=crlf\n"})
    git(many.root, "add", "--all")
    git(many.root, "commit", "-qm", "attributes")
    assert git(many.root, "status", "--porcelain") == ""
    run_forked(many.root, "apply", "--yes", "plan.yaml")
    many.apply(expect=0)
    assert git(many.root, "status", "--porcelain") == ""
    assert many.changed() == set(names(3))


def test_a_check_that_undoes_the_change_says_nothing_of_it(make_repo: MakeRepo, tmp_path: Path) -> None:
    rule = (
        "import subprocess\nif changed:\n    subprocess.run(['git', 'checkout', '--quiet', '--', '.'], check=True)\n"
        "sys.exit('app.new' in open('app/u01.py').read())"
    )
    many = migration(make_repo, tmp_path, 3, rule, BATCH)
    run(many.root, "apply", "--yes", "plan.yaml")
    # It was never seen with it.
    assert "u01" not in many.changed()


def test_what_a_check_commits_is_not_ours(make_repo: MakeRepo, tmp_path: Path) -> None:
    rule = "import subprocess\nif changed: subprocess.run(['git', 'commit', '-qam', 'wip'], check=True)"
    many = migration(make_repo, tmp_path, 3, rule, BATCH)
    run(many.root, "apply", "--yes", "plan.yaml")
    assert many.events("unit-committed") == []
