"""Files examined by other processes: the preview is the same to the byte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import codemods
from tests.cluster import cluster_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    MakeRepo = Callable[[Mapping[str, str]], Path]

# Redirects with names that others reach, a rule with a dictionary in its pattern, callers that cannot await.
PLAN = """\
schema: 1
name: many
rewrite:
  - {name: options, match: "lib.old.run({'a': $x, **$rest})", replace: "lib.old.run($x)"}
  - name: waits
    match: lib.old.wait($x)
    replace: await lib.new.wait($x)
redirect:
  - {symbol: lib.old.make, to: lib.new.build}
"""


# Nothing but redirects: of each file no more is looked at than can matter.
REDIRECTS = PLAN.partition("rewrite:")[0] + PLAN[PLAN.index("redirect:") :]


def files_of(count: int) -> dict[str, str]:
    files = {
        "lib/__init__.py": "",
        "lib/old.py": "def make():\n    pass\n\n\ndef run(x):\n    pass\n\n\ndef wait(x):\n    pass\n",
        "lib/new.py": "def build():\n    pass\n\n\nasync def wait(x):\n    pass\n",
        "lib/hub.py": "from lib.old import *\n",
        "lib/base.py": "from lib.old import run\n",
        "broken.py": "from lib.old import make\ndef\n",
        "notes.md": "Call `lib.old.make`, not `lib.old.other`.\n",
    }
    for number in range(count):
        files[f"use{number}.py"] = USES[number % len(USES)].replace("NUMBER", str(number))
    return files


USES = (
    "from lib.old import make\n\nMADE = make()\n",
    "from lib.hub import make\n\nMADE = make()\n",
    "from use0 import make\n\nMADE = make()\n",
    "import lib.old\n\nlib.old.run({'a': NUMBER, **{}})\n",
    "import lib.old\n\ndef f():\n    lib.old.wait(NUMBER)\n\ndef g():\n    f()\n",
    "from lib import old\n\nmake = old.make\nmaker = getattr(old, 'make')\n",
    "from unittest.mock import patch\n\nwith patch('lib.old.make'):\n    pass\n",
    "make = NUMBER\n",
    "from lib.base import make, run\n\nMADE = make()\n",
    "from use0 import *\n",
    "def f():\n    from lib.new import other\n    from lib.old import make\n    return make(other)\n",
)


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each preview finds all out for itself."""
    monkeypatch.setenv("CODEMODS_CACHE", "off")


@pytest.fixture
def repo(make_repo: MakeRepo, tmp_path: Path) -> Path:
    """A repository with many files that a plan concerns; the plan lies beside it."""
    (tmp_path / "plan.yaml").write_text(PLAN)
    return make_repo(files_of(160))


def check_same(repo: Path) -> str:
    """Processes make of many files what one makes of them: that."""
    alone = codemods(repo, "preview", "../plan.yaml", "--json", expect=1)
    assert codemods(repo, "preview", "../plan.yaml", "--json", "--jobs", "2", expect=1) == alone
    return alone


def test_processes_make_of_many_files_what_one_makes_of_them(repo: Path) -> None:
    told = check_same(repo)
    for part in ("from lib.new import build", "lib.old.run(3)", "called by", "broken.py", "notes.md"):
        assert part in told


def test_an_import_is_merged_wherever_the_file_is_looked_at(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(REDIRECTS)
    assert "+    from lib.new import other, build\\n" in check_same(repo)


# Files that reach the name by the one that is renamed, and what becomes of that where all of them can follow.
FOLLOWING = "from hub import make\n\n\ndef f():\n    return make()\n"
HUB = "from lib.old import make\n\n\ndef f():\n    return make()\n"


@pytest.mark.parametrize(("more", "is_renamed"), [({}, True), ({"other.py": "NAME = 'hub.make'\n"}, False)])
def test_many_files_follow_a_name_that_changes_or_none(
    make_repo: MakeRepo, tmp_path: Path, more: dict[str, str], is_renamed: bool
) -> None:
    (tmp_path / "plan.yaml").write_text(REDIRECTS)
    # A third of them ask for more than what the search has read.
    users = {f"u{number}.py": FOLLOWING + ("from apart import *\n" if number % 3 else "") for number in range(120)}
    files = {**files_of(0), "apart.py": "from further import *\n", "further.py": "X = 1\n", "hub.py": HUB, **users}
    told = json.loads(check_same(make_repo({**files, **more})))
    units = [set(unit["files"]) for phase in told["phases"] for unit in phase["units"]]
    changed = next(unit for unit in units if "hub.py" in unit)
    # A star may bring the name: there it stays.
    assert (len(changed) > 1) is is_renamed, units


def test_a_cluster_makes_of_many_files_what_one_process_makes_of_them(repo: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    alone = codemods(repo, "preview", "../plan.yaml", "--json", expect=1)
    with cluster_in(tmp_path / "cluster") as cluster:
        cluster.add_worker("one", {})
        there = codemods(repo, "preview", "../plan.yaml", "--json", "--executor", cluster.spec, expect=1)
    assert there == alone


def test_what_many_files_lack_is_read_for_all_of_them(make_repo: MakeRepo, tmp_path: Path) -> None:
    """Where something moves to holds none of the words that are searched for."""
    moved = [("one", "uno"), ("two", "due"), ("three", "tre")]
    redirects = [f"  - {{module: lib.{old}, to: lib.{new}}}\n" for old, new in moved]
    (tmp_path / "plan.yaml").write_text("schema: 1\nname: moves\nredirect:\n" + "".join(redirects))
    text = "def f():\n    pass\n"
    files = {"lib/__init__.py": "", **{f"lib/{name}.py": text for names in moved for name in names}}
    for number in range(150):
        files[f"use{number}.py"] = f"from lib.{moved[number % 3][0]} import f\n\nf()\n"
    told = json.loads(check_same(make_repo(files)))
    assert [phase["files_to_change"] for phase in told["phases"]] == [150]


def test_files_that_ask_more_than_was_read_at_first_are_shared_out_too(make_repo: MakeRepo, tmp_path: Path) -> None:
    """Each module asks who takes from it the name that its import needs no more."""
    rule = "rewrite:\n  - {name: env, match: lib.old.make(), replace: lib.new.build()}\n"
    (tmp_path / "plan.yaml").write_text(f"schema: 1\nname: asks\n{rule}")
    files = {"lib/__init__.py": "", "lib/old.py": "def make(): ...\n", "lib/new.py": "def build(): ...\n"}
    for number in range(500):
        files[f"a{number:03}.py"] = "from lib.old import make\n\nMADE = make()\n"
    files |= {f"z{number:03}.py": f"from a{number:03} import make\n" for number in range(0, 500, 50)}
    told = json.loads(check_same(make_repo(files)))
    assert [phase["files_to_change"] for phase in told["phases"]] == [500]
    kept = [file["path"] for file in told["phases"][0]["files"] if "\n-from lib.old import make\n" not in file["diff"]]
    assert kept == [f"a{number:03}.py" for number in range(0, 500, 50)]
