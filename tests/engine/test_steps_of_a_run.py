"""A whole consolidation on a real repository: merge, shim, consumers, deletion, each a validated commit; and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from codemods.cli.app import run
from tests.cli.commands import agreed
from tests.conftest import copied, init_repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRepo = Callable[[dict[str, str]], Path]
    MadeOnce = Callable[[str, Callable[[Path], object]], Path]
    Git = Callable[..., str]

OLD = '''\
"""Engines, the old way."""

LIMIT = 3


class Engine:
    def start(self):
        return "started"


def make_engine(name="x"):
    return Engine()


def only_here():
    return LIMIT
'''
NEW = '''\
"""Engines."""


class Engine:
    def start(self):
        return "started"


def make_engine(name="x"):
    return Engine()
'''
FILES = {
    "app/__init__.py": "",
    "app/old.py": OLD,
    "app/new.py": NEW,
    "app/user.py": "from app.old import Engine, only_here\n\nENGINE = Engine()\nLIMIT = only_here()\n",
    "app/other.py": "from app import old\n\nMADE = old.make_engine()\n",
    "check.py": "import app.user, app.other\nassert app.user.LIMIT == 3\n",
}
PLAN = """\
schema: 1
name: engines
keep:
  - {module: app.new, symbols: [Engine, make_engine]}
merge:
  - {module: app.old, into: app.new}
redirect:
  - {module: app.old, to: app.new, leave: shim}
delete:
  - {module: app.old}
phases:
  - {name: P0, files: [app/user.py], with: [imports, check]}
  - {name: P1, files: rest, with: [imports], on_failure: skip}
validation:
  check: {kind: command, run: [python, check.py]}
"""


@pytest.fixture
def repo(make_repo: MakeRepo) -> Path:
    """A repository with a duplicate, its users and a plan for it."""
    return make_repo({**FILES, "plan.yaml": PLAN})


@pytest.fixture
def done(made_once: MadeOnce, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The same once its plan was carried out."""

    def apply(root: Path) -> None:
        init_repo(root, {**FILES, "plan.yaml": PLAN})
        codemods(root, "apply", str(root / "plan.yaml"), expect=0)

    made = made_once("done", apply)
    capsys.readouterr()
    return copied(made, tmp_path / "repo")


def subjects(root: Path, git: Git) -> list[str]:
    """The subjects of the commits since the base, oldest first."""
    return git(root, "log", "--reverse", "--format=%s", "main..HEAD").splitlines()


def codemods(root: Path, *arguments: str, expect: int) -> None:
    """Run the command on `root`, and require its exit status."""
    assert run([*agreed(arguments), "--repo", str(root)]) == expect


def test_all_steps_are_commits_in_their_order(repo: Path, git: Git) -> None:
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=0)
    assert subjects(repo, git) == [
        "refactor: merge app.old into app.new",
        "refactor: leave a shim at app.old",
        "refactor: redirect app/user.py to app.new",
        "refactor: redirect app/other.py to app.new",
        "refactor: delete app.old",
    ]
    assert not (repo / "app" / "old.py").exists()
    assert "def only_here():\n    return LIMIT\n" in (repo / "app" / "new.py").read_text()
    assert git(repo, "status", "--porcelain") == ""
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=0)
    assert len(subjects(repo, git)) == 5


def test_all_is_taken_back(repo: Path, git: Git) -> None:
    (repo / "app" / "old.py").chmod(0o755)
    git(repo, "commit", "-qam", "a program")
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=0)
    codemods(repo, "rollback", str(repo / "plan.yaml"), "--all", expect=0)
    assert git(repo, "diff", "main", "HEAD") == ""
    assert (repo / "app" / "old.py").stat().st_mode & 0o100


def test_one_deletion_is_taken_back(done: Path) -> None:
    codemods(done, "rollback", str(done / "plan.yaml"), "--phase", "delete", expect=0)
    assert "DeprecationWarning" in (done / "app" / "old.py").read_text()


def test_the_preview_shows_each_step(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codemods(repo, "preview", str(repo / "plan.yaml"), "--json", expect=1)
    phases = json.loads(capsys.readouterr().out)["phases"]
    assert [(phase["name"], phase["does"]) for phase in phases] == [
        ("merge", "merge"),
        ("shim", "shim"),
        ("P0", "consumers"),
        ("P1", "consumers"),
        ("delete", "delete"),
    ]
    assert phases[-1]["units"] == [
        {"unit": "delete app.old", "files": ["app/old.py"], "removed": ["app/old.py"], "details": []}
    ]


def test_the_diff_of_a_preview_can_be_applied_by_git(
    repo: Path, git: Git, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    codemods(repo, "preview", str(repo / "plan.yaml"), expect=1)
    patch = tmp_path / "all.patch"
    patch.write_text(capsys.readouterr().out)
    git(repo, "apply", "--index", str(patch))
    assert "DeprecationWarning" in (repo / "app" / "old.py").read_text()
    assert "app/old.py goes" in patch.read_text()


def test_what_a_file_still_refers_to_is_not_deleted(
    make_repo: MakeRepo, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = make_repo({**FILES, "app/dynamic.py": "NAME = 'app.old'\n", "plan.yaml": PLAN})
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    assert "app/dynamic.py:1: " in capsys.readouterr().out
    assert subjects(repo, git)[-1] == "refactor: redirect app/other.py to app.new"
    assert (repo / "app" / "old.py").exists()


def test_a_file_that_is_rejected_keeps_what_it_needs(make_repo: MakeRepo, git: Git) -> None:
    check = 'import app.user\nassert "app.old" in open("app/user.py").read() or not app.user.LIMIT\n'
    repo = make_repo({**FILES, "check.py": check, "plan.yaml": PLAN.replace("check], on", "check]\n   , on")})
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    assert subjects(repo, git) == ["refactor: merge app.old into app.new", "refactor: leave a shim at app.old"]
    plan = PLAN.replace("check]}", "check], on_failure: skip}")
    (repo / "plan.yaml").write_text(plan)
    git(repo, "commit", "-qam", "skip")
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    assert subjects(repo, git)[-1] == "refactor: redirect app/other.py to app.new"
    assert (repo / "app" / "old.py").exists()


def test_a_rejected_merge_leaves_what_depends_on_it(make_repo: MakeRepo, git: Git) -> None:
    check = 'assert "only_here" not in open("app/new.py").read()\n'
    plan = PLAN.replace("phases:\n", "phases:\n  - {name: M, does: merge, with: [check], on_failure: skip}\n")
    plan = plan.replace("with: [imports, check]", "with: [imports]")
    repo = make_repo({**FILES, "check.py": check, "plan.yaml": plan})
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    # Nor the users of the duplicate: what a value of its class can do, nobody can tell from here.
    assert subjects(repo, git) == []
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    assert subjects(repo, git) == []
    assert (repo / "app" / "old.py").read_text() == OLD


WITHOUT_DELETE = PLAN.replace("delete:\n  - {module: app.old}\n", "")


def test_what_is_merged_and_forwards_already_is_left_alone(make_repo: MakeRepo, git: Git) -> None:
    repo = make_repo({**FILES, "plan.yaml": WITHOUT_DELETE})
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=0)
    after = (repo / "app" / "new.py").read_text()
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=0)
    assert (repo / "app" / "new.py").read_text() == after
    assert len(subjects(repo, git)) == 4
    codemods(repo, "preview", str(repo / "plan.yaml"), expect=0)


def test_what_a_shim_frees_is_for_the_next_run_and_nothing_goes_before(make_repo: MakeRepo, git: Git) -> None:
    # The package cannot let go of `old` while main.py reads it there, and can once main.py has changed.
    files = {
        "app/__init__.py": "from app.old import Engine\nfrom app import old\n__all__ = ['Engine', 'old']\n",
        "app/old.py": NEW,
        "app/new.py": NEW,
        "main.py": "import app\nfrom app import *\n\nprint(app.old.make_engine())\n",
        "plan.yaml": "schema: 1\nname: engines\nredirect: [{module: app.old, to: app.new, leave: shim}]\n"
        "delete: [{module: app.old}]\n",
    }
    repo = make_repo(files)
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    assert (repo / "app" / "old.py").exists()
    assert "from app import old" in (repo / "app" / "__init__.py").read_text()
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=0)
    assert not (repo / "app" / "old.py").exists()


UNDECIDED = {
    **FILES,
    "app/new.py": NEW.replace("started", "running"),
    "plan.yaml": PLAN,
}


def test_a_merge_that_is_undecided_keeps_what_only_the_duplicate_has(make_repo: MakeRepo, git: Git) -> None:
    unused = {path: text for path, text in UNDECIDED.items() if path not in ("app/user.py", "app/other.py")}
    plan = PLAN.replace("{name: P0, files: [app/user.py], with: [imports, check]}", "{name: P0, files: [check.py]}")
    plan = plan.replace("  check: {kind: command, run: [python, check.py]}\n", "").replace("validation:\n", "")
    for files in ({**unused, "plan.yaml": plan, "check.py": ""}, UNDECIDED):
        repo = make_repo(files)
        codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
        assert (repo / "app" / "old.py").read_text() == OLD
        assert git(repo, "log", "--format=%s", "main..HEAD") == ""
        repo.rename(repo.with_name(f"done{len(files)}"))


def test_what_a_rejected_deletion_needs_stays(make_repo: MakeRepo, git: Git) -> None:
    plan = """\
schema: 1
name: p
delete: [{module: app.a}, {module: app.b}, {module: app.c}]
phases:
  - {name: D, does: delete, with: [check], on_failure: skip}
validation:
  check: {kind: command, run: [python, check.py]}
"""
    files = {
        "app/__init__.py": "",
        "app/a.py": "import app.b\n",
        "app/b.py": "",
        "app/c.py": "",
        "check.py": "import os\nassert 'a.py' in os.listdir('app')\n",
        "plan.yaml": plan,
    }
    repo = make_repo(files)
    for _ in range(2):
        codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
        assert subjects(repo, git) == ["refactor: delete app.c"]
        assert sorted(path.name for path in (repo / "app").glob("*.py")) == ["__init__.py", "a.py", "b.py"]


def test_a_rejected_merge_does_not_stop_the_next_into_the_same_module(make_repo: MakeRepo, git: Git) -> None:
    plan = """\
schema: 1
name: p
merge: [{module: app.a, into: app.new}, {module: app.b, into: app.new}]
phases:
  - {name: M, does: merge, with: [check], on_failure: skip}
validation:
  check: {kind: command, run: [python, check.py]}
"""
    files = {
        "app/__init__.py": "",
        "app/a.py": "def a(): ...\n",
        "app/b.py": "def b(): ...\n",
        "app/new.py": "",
        "check.py": "assert 'def a' not in open('app/new.py').read()\n",
        "plan.yaml": plan,
    }
    repo = make_repo(files)
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    assert subjects(repo, git) == ["refactor: merge app.b into app.new"]
    assert (repo / "app" / "new.py").read_text() == "def b(): ...\n"


def test_a_shim_is_refused_where_somebody_sets_what_it_would_forward(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = "import app.old\n\napp.old.LIMIT = 10\nprint(app.old.LIMIT)\n"
    repo = make_repo({**FILES, "app/setting.py": setting, "plan.yaml": WITHOUT_DELETE})
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    assert "app/setting.py:3: `app.old.LIMIT` is set here" in capsys.readouterr().out
    assert "class Engine" in (repo / "app" / "old.py").read_text()


def test_a_kept_module_with_a_stub_gets_nothing(make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo = make_repo({**FILES, "app/new.pyi": "class Engine: ...\n", "plan.yaml": PLAN})
    codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
    assert "a stub stands beside the kept module" in capsys.readouterr().out
    assert (repo / "app" / "new.py").read_text() == NEW


class TestRollback:
    @pytest.mark.parametrize(("selection", "first"), [("merge", "P1"), ("shim", "delete"), ("P0", "delete")])
    def test_what_others_need_is_not_taken_back(
        self, done: Path, git: Git, selection: str, first: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        head = git(done, "rev-parse", "HEAD")
        codemods(done, "rollback", str(done / "plan.yaml"), "--phase", selection, expect=2)
        assert f"--phase {first}" in capsys.readouterr().err
        assert git(done, "rev-parse", "HEAD") == head

    def test_in_order_each_step_is_taken_back(self, done: Path, git: Git) -> None:
        for phase in ("delete", "P1", "P0", "shim", "merge"):
            codemods(done, "rollback", str(done / "plan.yaml"), "--phase", phase, expect=0)
        assert git(done, "diff", "main", "HEAD") == ""


def test_why_tells_of_each_step(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(repo / "plan.yaml")
    codemods(repo, "why", plan, "app/old.py", expect=0)
    assert "to be changed in shim: leave a shim at app.old" in capsys.readouterr().out
    codemods(repo, "apply", plan, expect=0)
    capsys.readouterr()
    codemods(repo, "why", plan, "app/old.py", expect=0)
    assert "(delete): delete app.old" in capsys.readouterr().out


def test_the_tracker_tells_how_far_it_is(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(repo / "plan.yaml")
    codemods(repo, "report", plan, "--markdown", expect=1)
    before = capsys.readouterr().out
    assert "| **compliance** | - | 0.0 % |" in before
    assert "- [ ] `app/user.py`" in before
    codemods(repo, "apply", plan, expect=0)
    capsys.readouterr()
    codemods(repo, "report", plan, "--markdown", expect=0)
    page = capsys.readouterr().out
    assert "| **compliance** | 0.0 % | 100.0 % |" in page
    assert "- [x] `app/user.py` `" in page
    assert f"codemods rollback {plan} --phase delete" in page
    codemods(repo, "report", plan, "--json", expect=0)
    assert json.loads(capsys.readouterr().out)["compliance"]["now"]["percent"] == 100.0


class TestKeep:
    def test_a_module_kept_as_it_is_does_not_change(self, make_repo: MakeRepo, git: Git) -> None:
        plan = PLAN.replace("keep:\n", "keep:\n  - {module: app.user, as_is: true}\n")
        repo = make_repo({**FILES, "plan.yaml": plan})
        codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
        assert (repo / "app" / "user.py").read_text() == FILES["app/user.py"]
        assert (repo / "app" / "old.py").exists()

    def test_a_kept_module_loses_no_name(self, make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]) -> None:
        drop = "rewrite:\n  - {name: drop, match: 'SPARE = 3', replace: ''}\n"
        new = NEW.replace("\n\n\n", "\n\nSPARE = 3\n\n\n", 1)
        files = {**FILES, "app/new.py": new, "app/spare.py": "SPARE = 3\nMORE = 4\n", "plan.yaml": PLAN + drop}
        repo = make_repo(files)
        codemods(repo, "apply", str(repo / "plan.yaml"), expect=1)
        assert "SPARE = 3" in (repo / "app" / "new.py").read_text()
        assert (repo / "app" / "spare.py").read_text() == "MORE = 4\n"
        assert "`app.new` is kept, and would lose `SPARE`" in capsys.readouterr().out


RULE_PLAN = """\
schema: 1
name: engines
rewrite:
  - name: named
    match: app.old.make_engine($NAME)
    replace: app.new.make_engine(str($NAME))
redirect:
  - {module: app.old, to: app.new, leave: shim, signatures: ignore}
phases:
  - {name: P0, files: [app/user.py], with: [imports]}
  - {name: P1, gate: manual, files: rest, with: [imports]}
"""


def test_a_rule_for_an_old_name_goes_on_once_the_shim_stands(make_repo: MakeRepo, git: Git) -> None:
    old = "def make_engine(name):\n    return name\n"
    new = old
    use = "from app.old import make_engine\n\nMADE = make_engine(1)\n"
    files = {"app/__init__.py": "", "app/old.py": old, "app/new.py": new, "app/user.py": use, "app/other.py": use}
    repo = make_repo({**files, "plan.yaml": RULE_PLAN})
    plan = str(repo / "plan.yaml")
    codemods(repo, "apply", plan, expect=1)
    assert "make_engine(str(1))" in (repo / "app" / "user.py").read_text()
    # What `app.old.make_engine` leads to by now is not what the rule names.
    codemods(repo, "apply", plan, "--phase", "P1", expect=0)
    assert "make_engine(str(1))" in (repo / "app" / "other.py").read_text()
    assert "make_engine(str(1))" in (repo / "app" / "user.py").read_text()
