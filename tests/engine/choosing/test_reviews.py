"""What `preview --save` keeps, and that `apply --from` does exactly that, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import run
from tests.conftest import Files, copied, init_repo, run_git
from tests.engine.choosing.shop import ALL, FILES, PLAN, applied, commit, committed, saved, verb

MadeOnce = Callable[[str, Callable[[Path], object]], Path]
MakeRepo = Callable[[Files], Path]


def make(root: Path) -> None:
    init_repo(root, FILES)
    saved(root)


@pytest.fixture
def root(made_once: MadeOnce, tmp_path: Path) -> Path:
    """The shop, with a review of all of its plan in review.json."""
    return copied(made_once("reviewed", make), tmp_path / "repo")


def refused(root: Path, *arguments: str) -> str:
    """Why nothing was carried out; nothing was."""
    before = run_git(root, "for-each-ref"), run_git(root, "status", "--porcelain", "-b")
    completed = verb(root, "apply", "--from", "review.json", *arguments, expect=2)
    assert (run_git(root, "for-each-ref"), run_git(root, "status", "--porcelain", "-b")) == before
    return completed.stderr


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_review_has_the_edits_with_the_digests_of_both_sides(root: Path) -> None:
    review = json.loads((root / "review.json").read_bytes())
    assert (review["version"], review["kind"]) == (1, "review")
    assert review["plan"] == {"name": "shop", "digest": sha256(PLAN)}
    assert review["head"] == run_git(root, "rev-parse", "main")
    assert [unit["unit"] for unit in review["units"]] == ALL
    after = FILES["app/api/a.py"].replace("old", "new")
    assert review["units"][0]["files"] == [
        {
            "path": "app/api/a.py",
            "before": sha256(FILES["app/api/a.py"]),
            "after": sha256(after),
            "encoding": "utf-8",
            "edits": [{"line": 1, "old": "from app.old import f\n", "new": "from app.new import f\n"}],
        }
    ]
    assert review["units"][-1]["files"][-1]["after"] is None


def test_what_was_reviewed_lands(root: Path) -> None:
    review = json.loads((root / "review.json").read_bytes())
    assert applied(root, "--from", "review.json", expect=0) == dict.fromkeys(ALL, "committed")
    now = {path: sha256((root / path).read_text()) for path in FILES if (root / path).exists()}
    assert {
        file["path"]: file["after"] for unit in review["units"] for file in unit["files"] if file["after"]
    }.items() <= now.items()
    assert not (root / "app/old.py").exists()
    assert "Nothing to do" in verb(root, "apply", "--from", "review.json", expect=0).stdout


@pytest.mark.parametrize("edit", ["VALUE = 2\n", None])
def test_a_file_that_is_not_as_it_was_stops_it(root: Path, edit: str | None) -> None:
    if edit is None:
        run_git(root, "rm", "--quiet", "app/api/a.py")
        run_git(root, "commit", "--quiet", "--message", "gone")
    else:
        commit(root, "app/api/a.py", FILES["app/api/a.py"] + edit)
    told = refused(root)
    assert "1 file(s) are not as they were when this was reviewed:\n  app/api/a.py\n" in told
    assert "`codemods preview plan.yaml --save review.json`" in told


def test_a_file_that_the_review_is_not_about_may_change(root: Path) -> None:
    commit(root, "README", "more\n")
    assert set(applied(root, "--from", "review.json", expect=0).values()) == {"committed"}


def test_another_plan_stops_it(root: Path) -> None:
    commit(root, "plan.yaml", f"{PLAN}# more\n")
    assert "The plan plan.yaml has changed since it was reviewed." in refused(root)
    commit(root, "plan.yaml", PLAN.replace("name: shop", "name: stop", 1))
    assert "This is a review of the plan `shop`; plan.yaml is `stop`." in refused(root)


def test_another_set_of_units_stops_it(root: Path) -> None:
    commit(root, "app/late.py", "from app.old import f\n")
    assert "The plan now has what was not reviewed: app/late.py." in refused(root)


def test_a_unit_that_is_not_there_any_more_stops_it(root: Path) -> None:
    commit(root, "app/keep.py", "import importlib\n\nimportlib.import_module('app.ol' + input())\nX = 'app.old'\n")
    assert "has no change any more for delete app.old" in refused(root)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"new": "from app.new import f', '"new": "from app.new import g', "Its edits of app/api/a.py do not make"),
        ('"line": 1,', '"line": 99,', "Its edits of app/api/a.py do not make"),
        ('"version": 1', '"version": 2', "This review has version 2; this release of Codemods reads 1."),
        ('"kind": "review"', '"kind": "preview"', "This is no review: it is not JSON of the kind `review`."),
        ('"units": [', '"units": [7, ', "This is no review: `units` holds something that is not an object."),
        ('"head": "', '"heads": "', "This is no review: `head` is missing, or of another type."),
        ("{", "", "This is no review: it is not JSON."),
    ],
)
def test_a_review_that_somebody_has_changed_stops_it(root: Path, old: str, new: str, why: str) -> None:
    text = (root / "review.json").read_text()
    assert old in text
    (root / "review.json").write_text(text.replace(old, new, 1))
    assert why in refused(root)


def test_a_review_whose_digests_were_made_to_fit_stops_it(root: Path) -> None:
    review = json.loads((root / "review.json").read_text())
    file = review["units"][0]["files"][0]
    file["edits"][0]["new"] = "from app.new import f as g\n"
    file["after"] = sha256(FILES["app/api/a.py"].replace("from app.old import f\n", file["edits"][0]["new"]))
    (root / "review.json").write_text(json.dumps(review))
    assert "Its digest of app/api/a.py does not mean its files: somebody changed it." in refused(root)


def test_what_is_selected_has_to_be_something_to_be_saved(root: Path) -> None:
    told = verb(root, "preview", "--save", "none.json", "--select", "path:nowhere/**", expect=2).stderr
    assert "There is no unit to save." in told
    assert not (root / "none.json").exists()


def test_a_file_that_cannot_be_written_is_told(root: Path) -> None:
    told = verb(root, "preview", "--save", "no/such/folder.json", expect=2).stderr
    assert told.startswith("no/such/folder.json: It cannot be written: No such file or directory.\n")


def test_a_review_that_is_not_there_stops_it(root: Path) -> None:
    assert "There is no such file." in verb(root, "apply", "--from", "none.json", expect=2).stderr


def test_a_run_that_was_stopped_goes_on_with_the_rest_of_its_review(make_repo: MakeRepo) -> None:
    phases = PLAN.replace("{name: P1,", "{name: P1, gate: manual,")
    root = make_repo({**FILES, "plan.yaml": phases})
    saved(root)
    assert applied(root, "--from", "review.json", expect=1) == dict.fromkeys(ALL[:2], "committed")
    rest = applied(root, "--from", "review.json", "--phase", "P1", "--phase", "D", expect=0)
    assert rest == dict.fromkeys(ALL[2:], "committed")


def test_what_was_reviewed_lands_also_where_the_plan_would_do_it_in_another_way_by_now(make_repo: MakeRepo) -> None:
    phases = "phases:\n  - {name: P0, files: [app/util/*]}\n  - {name: P1, files: rest, gate: manual}\n"
    redirect = "redirect:\n  - {module: app.util.old, to: app.util.new}\n"
    files = {
        "plan.yaml": f"schema: 1\nname: shop\n{redirect}{phases}",
        "app/__init__.py": "",
        "app/util/__init__.py": "from app.util.other import other\n",
        "app/util/other.py": "from app.util.old import f\n\nother = f()\n",
        "app/util/old.py": "def f():\n    return 1\n",
        "app/util/new.py": "def f():\n    return 1\n",
        "app/use.py": "from app import util\n\nVALUE = util.old.f() + util.other\n",
    }
    root = make_repo(files)
    saved(root)
    review = json.loads((root / "review.json").read_bytes())
    applied(root, "--from", "review.json", expect=1)
    now = verb(root, "preview", "--json", expect=1).stdout
    assert applied(root, "--from", "review.json", "--phase", "P1", expect=0) == {"app/use.py": "committed"}
    (file,) = review["units"][-1]["files"]
    assert sha256((root / "app/use.py").read_text()) == file["after"]
    assert json.dumps(file["edits"][0]["new"])[1:-3] not in now


def test_what_a_validation_rejects_keeps_what_depends_on_it_from_being_done(make_repo: MakeRepo) -> None:
    check = "validation:\n  check: {kind: command, run: [sh, check]}\n"
    text = PLAN.replace('"app/api/**"]', '"app/api/**"], with: [check]') + check
    root = make_repo({**FILES, "plan.yaml": text, "check": "! grep -q new app/api/b.py\n"})
    saved(root)
    states = applied(root, "--from", "review.json", expect=1)
    assert states == {**dict.fromkeys([ALL[0], *ALL[2:4]], "committed"), ALL[1]: "rejected"}
    again = applied(root, "--from", "review.json", expect=1)
    assert again == {ALL[1]: "passed-over"}
    assert (root / "app/old.py").exists()


def test_what_a_hook_makes_of_a_reviewed_file_is_told(root: Path) -> None:
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\ngit diff --cached --quiet app/d.py || { echo '# seen' >> app/d.py; git add app/d.py; }\n"
    )
    hook.chmod(0o755)
    told = verb(root, "apply", "--from", "review.json", expect=1).stdout
    assert "A hook has made of app/d.py something else than was reviewed" in told


def test_bytes_that_are_no_utf_8_are_kept_as_they_are(make_repo: MakeRepo) -> None:
    source = "# coding: latin-1\nfrom app.old import f  # é\r\n".encode("latin-1")
    root = make_repo({**FILES, "app/api/a.py": source})
    (unit, *_) = saved(root)["units"]
    assert unit["files"][0]["encoding"] == "latin-1"
    applied(root, "--from", "review.json", expect=0)
    assert (root / "app/api/a.py").read_bytes() == source.replace(b"old", b"new")


def test_files_outside_python_are_reviewed_only_where_they_are_asked_for(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "setup.ini": "hook = app.old.f\n"})
    assert "setup.ini" in [unit["unit"] for unit in saved(root, "--non-python")["units"]]
    assert "`codemods apply plan.yaml --from review.json --non-python`" in refused(root)
    assert applied(root, "--from", "review.json", "--non-python", expect=0)["setup.ini"] == "committed"


def test_nothing_is_carried_out_from_what_is_no_file(root: Path) -> None:
    completed = run(root, "apply", "plan.yaml", "--from", ".", "--yes")
    assert (completed.returncode, committed(root)) == (2, [])
