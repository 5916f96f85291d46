"""A preview that takes from the cache what it can tells what one without it tells, whatever has changed."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.cache import Cache
from tests.checks import BASE, plan_text
from tests.cli.commands import codemods, run
from tests.conftest import examples, run_git, write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Files

USE = "from a.b import f\n\n\ndef run():\n    return f()\n\n\ndef other():\n    return 1\n"
FILES = {
    **BASE,
    "app/__init__.py": "from .use import f\n",
    "app/use.py": USE,
    "app/more.py": "import a.b\n\n\ndef g():\n    return a.b.f(2)\n",
    "test_app.py": "from unittest.mock import patch\n\n\n@patch('app.use.f')\ndef test(f):\n    pass\n",
    "unrelated.py": "x = 1\n",
    "notes.md": "See `a.b.f`.\n",
    "broken.py": "from a.b import f\ndef\n",
    "plan.yaml": plan_text(),
}


@pytest.fixture
def root(make_repo: Callable[[Files], Path]) -> Path:
    return make_repo(FILES)


def told(root: Path, monkeypatch: pytest.MonkeyPatch, *, cache: bool) -> str:
    with monkeypatch.context() as patch:
        patch.setenv("CODEMODS_CACHE", "on" if cache else "off")
        return codemods(root, "preview", "plan.yaml", "--json", expect=1)


def folder(root: Path) -> Path:
    return root / ".git" / "codemods" / "cache"


def kept(root: Path) -> list[Path]:
    return sorted(folder(root).glob("*.cache"))


def age(root: Path) -> None:
    """Have the files be so old that their times tell all."""
    for path in root.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, (1_000_000_000, 1_000_000_000))


def check(root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """With the cache as it is, with what that has kept, and without it: all tell the same."""
    expected = told(root, monkeypatch, cache=False)
    assert told(root, monkeypatch, cache=True) == expected
    assert told(root, monkeypatch, cache=True) == expected
    return expected


def test_it_is_kept_in_the_git_directory_and_found_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(root, monkeypatch)
    before = {place: place.stat().st_mtime_ns for place in kept(root)}
    assert before
    told(root, monkeypatch, cache=True)
    assert {place: place.stat().st_mtime_ns for place in kept(root)} == before
    assert run_git(root, "status", "--porcelain") == ""


def test_nothing_is_kept_where_it_is_switched_off(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(root, monkeypatch, cache=False)
    assert not folder(root).exists()


EDITS = {
    "a file that matters": ("app/use.py", USE.replace("f()", "f(1)")),
    "an import goes": ("app/use.py", "def run():\n    return 1\n"),
    "a function that does not matter": ("app/use.py", USE.replace("return 1", "return 2")),
    "a file that did not matter": ("unrelated.py", "import a.b as old\nold.f()\n"),
    "what a package hands on": ("app/__init__.py", ""),
    "the new definition": ("c/d.py", "def g():\n    pass\n\n\nclass D:\n    pass\n"),
    "text": ("notes.md", "See `a.b.C`.\n"),
    "what could not be read": ("broken.py", "from a.b import f\n"),
    "the plan": ("plan.yaml", plan_text("  - {symbol: a.b.f, to: c.d.Z}\n")),
    "the plan's phases": ("plan.yaml", plan_text(rest="phases:\n  - {name: P0, files: rest}\n")),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("is_old", [False, True], ids=["just written", "written long ago"])
def test_after_an_edit(edit: str, is_old: bool, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_old:
        age(root)
    before = check(root, monkeypatch)
    path, text = EDITS[edit]
    write_files(root, {path: text})
    after = check(root, monkeypatch)
    assert (before == after) is (edit == "a function that does not matter")


def test_after_an_edit_that_leaves_times_and_size_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(root, monkeypatch)
    place = root / "app/more.py"
    about = place.stat()
    place.write_text(place.read_text().replace("a.b.f(2)", "a.b.K(2)"))
    os.utime(place, ns=(about.st_atime_ns, about.st_mtime_ns))
    check(root, monkeypatch)


def test_after_files_come_and_go(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = check(root, monkeypatch)
    write_files(root, {"new.py": "from a.b import C\n"})
    run_git(root, "add", "--intent-to-add", "new.py")
    added = check(root, monkeypatch)
    assert "new.py" in added
    run_git(root, "rm", "--quiet", "--cached", "new.py")
    assert check(root, monkeypatch) == before


def test_after_a_module_comes_that_another_file_names(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_text("  - {module: a.b, to: c.d, symbols: {f: g, C: D, K: Z, L: Z}}\n")
    use = "from a import b\n\n\ndef run():\n    return b.sub.f()\n"
    write_files(root, {"plan.yaml": plan, "app/sub.py": use, "app/use.py": use})
    run_git(root, "add", "--all")
    check(root, monkeypatch)
    age(root)
    check(root, monkeypatch)
    for name in ("a/b/__init__.py", "c/g.py", "app/f.py"):
        write_files(root, {name: ""})
        run_git(root, "add", name)
        check(root, monkeypatch)


def test_an_import_joins_another_one_in_a_function_also_where_summaries_are_known(
    make_repo: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = "    from m.old import keep, old_name\n    from m.new import other\n"
    files = {
        "m/__init__.py": "",
        "m/old.py": "keep = 1\n\n\ndef old_name(*a):\n    return a\n",
        "m/new.py": "other = 1\n\n\ndef new_name(*a):\n    return a\n",
        "use.py": f"def run():\n{imports}    return old_name(keep, other)\n",
        "notes.md": "Nothing of it.\n",
        "plan.yaml": plan_text("  - {symbol: m.old.old_name, to: m.new.new_name}\n"),
    }
    root = make_repo(files)
    age(root)
    assert "from m.new import other, new_name" in check(root, monkeypatch)
    run_git(root, "rm", "-q", "notes.md")
    assert "from m.new import other, new_name" in check(root, monkeypatch)


def test_files_that_were_written_anew_as_they_were_are_known(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(root, monkeypatch)
    age(root)
    write_files(root, {"unrelated.py": "x = 2\n"})
    check(root, monkeypatch)
    before = {place: place.stat().st_mtime_ns for place in kept(root)}
    told(root, monkeypatch, cache=True)
    assert {place: place.stat().st_mtime_ns for place in kept(root)} == before


def test_after_the_plan_leaves_out_other_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for left_out in ("notes.md", "app/use.py", "notes.md"):
        (root / "plan.yaml").write_text(plan_text(rest=f"exclude: [{left_out}]\n"))
        check(root, monkeypatch)
    (root / "plan.yaml").write_text(plan_text())
    check(root, monkeypatch)


def test_after_an_apply_and_a_rollback(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "plan.yaml").write_text(plan_text(rest="exclude: [broken.py]\n"))
    run_git(root, "commit", "--quiet", "--all", "--message", "exclude")
    before = check(root, monkeypatch)
    codemods(root, "apply", "plan.yaml", expect=0)
    codemods(root, "status", "plan.yaml", expect=0)
    codemods(root, "rollback", "plan.yaml", "--all", expect=0)
    assert check(root, monkeypatch) == before


class Harmful:
    """Runs something when it is read."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (self.mark,))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut off": lambda content: content[: len(content) // 2],
    "one byte": lambda content: content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
    "another head": lambda content: b"x" + content,
    "of another version": lambda content: content[:20] + b"\0" * 16 + content[36:],
    "no pickle": lambda content: content[:47] + b"nothing",
    "what is told about the rest": lambda content: content[:60] + bytes([content[60] ^ 1]) + content[61:],
    "a size that is too large": lambda content: content[:47] + b"\xff" * 8 + content[55:],
    "a size that is too small": lambda content: content[:47] + b"\0" * 8 + content[55:],
    "the first part alone": lambda content: content[: 55 + int.from_bytes(content[47:55], "big")],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_counts_as_missing(damage: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(root, monkeypatch)
    for place in kept(root):
        place.write_bytes(DAMAGES[damage](place.read_bytes()))
    check(root, monkeypatch)


def test_what_would_run_something_counts_as_missing(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    check(root, monkeypatch)
    cache, mark = Cache(folder(root)), tmp_path / "ran"
    for name in ("whole preview test", "parts preview test"):
        cache.keep(name, Harmful(str(mark)))
        assert cache.find(name) is None
    assert pickle.loads(pickle.dumps(Harmful(str(tmp_path / "shown")))) is None
    assert (tmp_path / "shown").exists()
    check(root, monkeypatch)
    assert not mark.exists()


def test_values_of_another_kind_count_as_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(folder(root))
    for name in ("whole preview test", "parts preview test"):
        cache.keep(name, {"whole": 1})
    check(root, monkeypatch)


def test_a_folder_that_cannot_be_written_is_no_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".git" / "codemods").mkdir()
    folder(root).write_text("in the way")
    check(root, monkeypatch)


@pytest.mark.skipif(os.name != "posix", reason="files are not held elsewhere")
def test_what_a_killed_process_has_left_goes_and_what_one_is_writing_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    check(root, monkeypatch)
    left, held = (folder(root) / f".codemods-{name}.tmp" for name in ("aaaaaaaa", "bbbbbbbb"))
    left.write_bytes(b"half")
    with held.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        told(root, monkeypatch, cache=True)
        assert (left.exists(), held.exists()) == (False, True)
    told(root, monkeypatch, cache=True)
    assert not held.exists()
    left.write_bytes(b"half")
    codemods(root, "rollback", "plan.yaml", "--all", expect=2)
    assert not left.exists()


def test_only_so_many_values_are_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number in range(40):
        cache.keep(str(number), number)
    assert 0 < len(list(tmp_path.iterdir())) < 20
    assert cache.find("39") == 39
    assert cache.find("0") is None


def test_what_is_told_about_a_value_decides_whether_it_is_read(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep("name", [1], ("about", 1))
    asked: list[object] = []

    def is_wanted(about: object) -> bool:
        asked.append(about)
        return about == ("about", 1)

    assert cache.find("name", is_wanted) == cache.find("name") == [1]
    cache.keep("name", [2], ("about", 2))
    assert cache.find("name", is_wanted) is None
    assert cache.find("name") == [2]
    assert asked == [("about", 1), ("about", 2)]
    (place,) = tmp_path.iterdir()
    place.write_bytes(place.read_bytes()[:-1])
    assert cache.find("name", lambda _: True) is None


def test_what_is_too_large_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep("name", 1)
    cache.keep("name", bytes(65 * 1024 * 1024))
    assert cache.find("name") == 1
    assert len(list(tmp_path.iterdir())) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(FILES)), st.sampled_from(sorted(text for _, text in EDITS.values()))), max_size=4
)


@settings(max_examples=examples(0.15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_edits(root: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str]]) -> None:
    write_files(root, FILES)
    for path, text in steps:
        if path.endswith(".py"):
            write_files(root, {path: text if not text.startswith("schema") else ""})
            with monkeypatch.context() as patch:
                patch.setenv("CODEMODS_CACHE", "off")
                expected = codemods_told(root)
            assert codemods_told(root) == expected


def codemods_told(root: Path) -> tuple[int, str]:
    from tests.cli.commands import run

    completed = run(root, "preview", "plan.yaml", "--json")
    return completed.returncode, completed.stdout + completed.stderr


def test_text_outside_python_follows_what_comes_and_goes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_text("  - {symbol: a.b.f, to: c.d.g}\n  - {module: old.place, to: new.place}\n")
    write_files(root, {"plan.yaml": plan, "old/place.py": "", "notes.toml": "x = 'old.place.late'\ny = 'a.b.f'\n"})
    run_git(root, "add", "--all")
    shown = set()
    for text in ("", "late = 1\n", "early = 1\n", "late = 1\n"):
        write_files(root, {"new/place.py": text})
        run_git(root, "add", "--all")
        age(root)
        shown.add(check(root, monkeypatch))
    assert len(shown) == 2


def test_after_a_change_of_a_file_that_holds_no_word_of_the_plan(
    make_repo: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "app/__init__.py": "",
        "app/legacy.py": "def beta(): pass\n\n\ndef delta(): pass\n",
        "app/fresh.py": "def beta(): pass\n\n\ndef delta(): pass\n",
        "t.py": "from app.legacy import delta\n",
        "u.py": "from app.legacy import beta\n",
        "plan.yaml": "schema: 1\nname: p\nredirect: [{module: app.legacy, to: app.fresh}]\n",
    }
    root = make_repo(files)
    shown = []
    for text in (files["app/fresh.py"], "def beta(): pass\n", "def delta(): pass\n", "(", files["app/fresh.py"]):
        write_files(root, {"app/fresh.py": text})
        age(root)
        with monkeypatch.context() as patch:
            patch.setenv("CODEMODS_CACHE", "off")
            shown.append(run(root, "preview", "plan.yaml", "--json").stdout)
            patch.setenv("CODEMODS_CACHE", "on")
            for _ in range(2):
                assert run(root, "preview", "plan.yaml", "--json").stdout == shown[-1]
    assert len(set(shown)) == 4
