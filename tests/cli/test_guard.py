"""`codemods guard` on real repositories: what it prints, what it exits with, what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.cli.app import run
from tests.checks import BASE, plan_text
from tests.conftest import Files, run_git, write_files

MakeRepo = Callable[[Files], Path]
Guard = Callable[..., str]
HERE = Path(__file__).parent.parent.parent
OLD_USE = "from a.b import f\n\n\ndef make():\n    return f()\n"


@pytest.fixture
def repo(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one file that is migrated by half."""
    root = make_repo({**BASE, "plan.yaml": plan_text(rest="forbid: {classes: [Maker]}\n"), "u.py": OLD_USE})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def guard(capsys: pytest.CaptureFixture[str]) -> Guard:
    """The output of `codemods guard plan.yaml`, which has to end with the status expected."""

    def guard(*arguments: str, expect: int) -> str:
        status = run(["guard", "plan.yaml", *arguments])
        captured = capsys.readouterr()
        assert status == expect, captured
        return captured.out + captured.err

    return guard


def test_each_place_is_a_line_that_editors_read(repo: Path, guard: Guard) -> None:
    assert guard(expect=1) == (
        "u.py:1:17: imports `a.b.f`: use `c.d.g`\n"
        "u.py:5:12: uses `a.b.f`: use `c.d.g`\n"
        "7 file(s) checked by the plan test: 2 new violation(s).\n"
    )


def test_it_holds_where_nothing_is_old(repo: Path, guard: Guard) -> None:
    write_files(repo, {"u.py": "from c.d import g\n"})
    assert guard(expect=0) == "7 file(s) checked by the plan test: 0 new violation(s).\n"


def test_doubts_fail_when_asked_to(repo: Path, guard: Guard) -> None:
    write_files(repo, {"u.py": "x = 'a.b.f'\n"})
    note = "may refer to `a.b.f` (a string is its name): use `c.d.g`"
    output = guard(expect=0)
    assert f"u.py:1:5: note: {note}\n" in output
    assert "0 new violation(s), 1 note(s), which fail with --strict." in output
    assert f"u.py:1:5: {note}\n" in guard("--strict", expect=1)


def test_many_doubts_are_counted(repo: Path, guard: Guard) -> None:
    write_files(repo, {"u.py": "x = 'a.b.f'\n" * 23})
    output = guard(expect=0)
    assert output.count("note: ") == 20
    assert "… and 3 more notes; `--strict` lists all of them\n" in output


def test_json_holds_each_place(repo: Path, guard: Guard) -> None:
    values = json.loads(guard("--json", expect=1))
    assert (values["kind"], values["plan"], values["fails"], values["files_checked"]) == ("guard", "test", True, 7)
    assert values["new"][0] == {
        "path": "u.py",
        "line": 1,
        "column": 17,
        "kind": "import",
        "target": "a.b.f",
        "scope": "<module>",
        "certain": True,
        "message": "imports `a.b.f`: use `c.d.g`",
    }


class TestFiles:
    def test_only_those_asked_for_are_checked(self, repo: Path, guard: Guard) -> None:
        write_files(repo, {"p/new.py": "class Maker: ...\n", "p/fine.py": ""})
        assert guard("a/b.py", "p/fine.py", expect=0).startswith("2 file(s) checked")
        assert guard("p/new.py", "u.py", expect=1).count("\n") == 4

    def test_a_folder_stands_for_what_git_tracks_in_it(self, repo: Path, guard: Guard) -> None:
        write_files(repo, {"p/new.py": "class Maker: ...\n", "p/untracked.py": "class Maker: ...\n"})
        run_git(repo, "add", "p/new.py")
        assert guard("p", expect=1).startswith(
            "p/new.py:1:1: defines the class `Maker`, which the plan forbids\n1 file"
        )
        assert guard(".", expect=1).startswith("p/new.py:1:1")

    def test_they_are_found_from_a_folder_in_the_repository(
        self, repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(repo / "a")
        assert run(["guard", "../plan.yaml", "../u.py"]) == 1
        assert capsys.readouterr().out.startswith("u.py:1:17: imports")

    @pytest.mark.parametrize(
        ("file", "message"), [("gone.py", "There is no such file"), ("/", "It is not in the repository.")]
    )
    def test_what_is_not_there_is_an_error(self, repo: Path, guard: Guard, file: str, message: str) -> None:
        assert message in guard(file, expect=2)


class TestStaged:
    def test_links_submodules_and_what_is_only_to_be_added_later_are_not_staged_files(
        self, repo: Path, git: Callable[..., str], guard: Guard, tmp_path: Path
    ) -> None:
        (tmp_path / "outside.py").write_text("from a.b import f\n", encoding="utf-8")
        write_files(repo, {"later.py": "from a.b import f\n"})
        (repo / "inside.py").symlink_to("later.py")
        (repo / "out.py").symlink_to(tmp_path / "outside.py")
        (repo / "nowhere.py").symlink_to("gone.py")
        git(repo, "add", "inside.py", "out.py", "nowhere.py")
        git(repo, "add", "--intent-to-add", "later.py")
        git(repo, "update-index", "--add", "--cacheinfo", f"160000,{git(repo, 'rev-parse', 'HEAD')},vendor.py")
        assert guard("--staged", "--strict", expect=0) == "0 file(s) checked by the plan test: 0 new violation(s).\n"
        git(repo, "add", "later.py")
        assert guard("--staged", expect=1).startswith("later.py:1:17: imports `a.b.f`")

    def test_what_is_staged_counts_and_not_what_is_in_the_work_tree(self, repo: Path, guard: Guard) -> None:
        write_files(repo, {"new.py": "from a.b import f\n", "other.py": "from a.b import f\n"})
        run_git(repo, "add", "new.py")
        write_files(repo, {"new.py": "from c.d import g\n"})
        assert guard("--staged", expect=1).startswith("new.py:1:17: imports `a.b.f`: use `c.d.g`\n1 file(s) checked")
        run_git(repo, "add", "new.py")
        write_files(repo, {"new.py": "from a.b import f\n"})
        assert guard("--staged", expect=0) == "1 file(s) checked by the plan test: 0 new violation(s).\n"

    @pytest.mark.parametrize("hubs", [1, 8, 101])
    def test_so_do_the_modules_that_it_takes_names_from(self, repo: Path, guard: Guard, hubs: int) -> None:
        names = [f"hub{number}" for number in range(hubs)]
        write_files(repo, {f"{name}.py": "from a.b import f\n" for name in names})
        run_git(repo, "add", "--all")
        run_git(repo, "commit", "--quiet", "--message", "hubs")
        write_files(repo, {"new.py": "".join(f"from {name} import f as f_{name}\n" for name in names)})
        run_git(repo, "add", "new.py")
        found = guard("--staged", "--strict", expect=1)
        assert found.count("new.py:") == hubs
        write_files(repo, {f"{name}.py": "f = 1\n" for name in names})
        assert guard("--staged", "--strict", expect=1) == found
        run_git(repo, "add", "--all")
        assert "new.py:" not in guard("--staged", "--strict", expect=0)

    def test_so_does_each_of_a_chain_of_modules(self, repo: Path, guard: Guard) -> None:
        chain = {f"hub{number}.py": f"import a.b\nfrom hub{number + 1} import f\n" for number in range(7)}
        write_files(repo, {**chain, "hub7.py": "from a.b import f\n"})
        run_git(repo, "add", "--all")
        run_git(repo, "commit", "--quiet", "--message", "hubs")
        write_files(repo, {"new.py": "from hub0 import f\nfrom hub7 import f as g\n"})
        run_git(repo, "add", "new.py")
        found = guard("--staged", "--strict", expect=1)
        assert found.count("new.py:") == 2
        write_files(repo, {"hub6.py": "f = 1\n"})
        assert guard("--staged", "--strict", expect=1) == found
        run_git(repo, "add", "--all")
        assert guard("--staged", "--strict", expect=1).count("new.py:") == 1

    def test_a_hook_sees_what_commit_all_stages(self, repo: Path) -> None:
        hook = repo / ".git" / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        command = f'PYTHONPATH="{HERE}" "{sys.executable}" -m codemods guard plan.yaml --staged'
        hook.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        hook.chmod(0o755)
        write_files(repo, {"a/other.py": "from a.b import f\n"})
        done = subprocess.run(["git", "commit", "-qam", "x"], cwd=repo, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "a/other.py:1:17: imports `a.b.f`: use `c.d.g`\n1 file(s) checked" in done.stdout + done.stderr


class TestBaseline:
    def test_it_is_made_from_what_there_is_and_then_only_shrinks(self, repo: Path, guard: Guard) -> None:
        known = ("--baseline", "known.txt")
        assert "The baseline is written: 2 known.\n" in guard(*known, "--write-baseline", expect=0)
        made = (repo / "known.txt").read_text(encoding="utf-8")
        assert made.splitlines()[2:] == ["u.py :: import :: a.b.f :: <module>", "u.py :: use :: a.b.f :: make"]
        assert guard(*known, expect=0).endswith("0 new violation(s), 2 known.\n")

        write_files(repo, {"u.py": f"# above\n\n{OLD_USE}", "a/other.py": "from a.b import f\n"})
        output = guard(*known, "--write-baseline", expect=1)
        assert output.startswith("a/other.py:1:17: imports `a.b.f`")
        assert (repo / "known.txt").read_text(encoding="utf-8") == made

        write_files(repo, {"u.py": "from a.b import f\n"})
        assert "1 of the baseline fixed: run with --write-baseline to take them out.\n" in guard(*known, expect=1)
        assert "What is new is not added to it (1): it only shrinks.\n" in guard(*known, "--write-baseline", expect=1)
        written = (repo / "known.txt").read_text(encoding="utf-8")
        assert written.splitlines()[2:] == ["u.py :: import :: a.b.f :: <module>"]

    def test_it_follows_functions_and_files(self, repo: Path, guard: Guard) -> None:
        known = ("--baseline", "known.txt")
        guard(*known, "--write-baseline", expect=0)
        (repo / "p").mkdir()
        run_git(repo, "mv", "u.py", "p/u.py")
        assert guard(*known, expect=0).endswith("2 known.\n")
        assert guard(*known, "p/u.py", expect=0).endswith("2 known.\n")
        guard(*known, "--write-baseline", expect=0)
        write_files(repo, {"p/u.py": OLD_USE.replace("make", "build")})
        assert guard(*known, expect=0).endswith("2 known.\n")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--baseline", "none.txt"), "none.txt: There is no such baseline."),
            (("--baseline", "u.py"), "u.py: The baseline cannot be read: line 1: expected"),
            (("--baseline", "no/known.txt", "--write-baseline"), "The baseline cannot be written: No such file"),
            (("--write-baseline",), "It is not said which file to write."),
            (("--baseline", "known.txt", "--write-baseline", "u.py"), "from some files alone"),
        ],
    )
    def test_what_cannot_be_is_an_error(
        self, repo: Path, guard: Guard, arguments: tuple[str, ...], message: str
    ) -> None:
        assert message in guard(*arguments, expect=2)
        assert not (repo / "known.txt").exists()


def test_the_hook_names_the_command() -> None:
    hooks = (HERE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "entry: codemods guard\n" in hooks


def test_few_files_need_no_libcst(repo: Path) -> None:
    code = "import sys; from codemods.cli.app import run; run(sys.argv[1:]); print('libcst' in sys.modules)"
    command = [sys.executable, "-c", code, "guard", "plan.yaml", "u.py"]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(HERE)})
    assert done.stdout.endswith("2 new violation(s).\nFalse\n")
