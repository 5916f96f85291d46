"""Commits of many units in one go are the same as one by one; what comes in between is seen, and nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.engine.streaming import Message, commit_together, parts
from codemods.model import Change, Removal, Unit
from codemods.vcs import Repository, cleaned
from tests.cli.commands import run, run_forked
from tests.conftest import copied, examples, init_repo, run_git, write_files
from tests.engine.running.migration import any_of, migration, names, units
from tests.git.situation import program

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.running.migration import Migration

    MakeRepo = Callable[[dict[str, str]], Path]
    MadeOnce = Callable[[str, Callable[[Path], object]], Path]

ATTRIBUTES = """\
auto/* text=auto
crlf/* text eol=crlf
rot/* filter=rot
ident/* ident
utf16/* text working-tree-encoding=UTF-16
"""
PATHS = (
    *("plain.py", "auto/lf.py", "auto/mixed.py", "crlf/a.py", "rot/a.py", "ident/a.py", "utf16/a.py"),
    *("run.py", 'odd/a "b" \\c.py', "odd/n\new.py", "ö/ü.py", "deep/er/a.py"),
)


def _make(root: Path) -> None:
    write_before = dict.fromkeys(PATHS, "a = 1\n") | {"auto/mixed.py": "a = 1\r\n", "other.py": "b = 1\n"}
    init_repo(root, write_before)
    rot = "tr A-Za-z N-ZA-Mn-za-m"
    for name, value in {"filter.rot.clean": rot, "filter.rot.smudge": rot}.items():
        run_git(root, "config", name, value)
    (root / "utf16/a.py").write_bytes("a = 1\n".encode("utf-16"))
    (root / "run.py").chmod(0o755)
    write_files(root, {".gitattributes": ATTRIBUTES})
    run_git(root, "add", ".gitattributes", "--renormalize", ".")
    run_git(root, "add", "run.py")
    run_git(root, "commit", "--quiet", "-m", "attributes")
    run_git(root, "rm", "--cached", "-r", "--quiet", ".")
    run_git(root, "reset", "--quiet", "--hard")
    # Staged by the user for a commit of his own.
    write_files(root, {"other.py": "b = 2\n"})
    run_git(root, "add", "other.py")


MESSAGES = st.text(st.sampled_from(" \t\n\r\v\f#aé~"), max_size=30)


@st.composite
def _units(draw: st.DrawFn) -> list[tuple[tuple[str, ...], bool, str]]:
    """Some of the files, in units: their paths, whether they go, and the message."""
    chosen = draw(st.permutations(PATHS))[: draw(st.integers(2, len(PATHS)))]
    found, place = [], 0
    while place < len(chosen):
        size = draw(st.integers(1, 3))
        found.append((tuple(chosen[place : place + size]), draw(st.booleans()), draw(MESSAGES)))
        place += size
    return found


def _change(root: Path, path: str, goes: bool) -> Change | Removal:
    before = (root / path).read_bytes()
    if goes:
        return Removal(path, before)
    encoding = "utf-16" if path.startswith("utf16") else "utf-8"
    return Change(path, before, before.decode(encoding).replace("a", "changed").encode(encoding))


def _write(root: Path, unit: Unit) -> None:
    for change in unit.changes:
        if change.after is None:
            (root / change.path).unlink()
        else:
            (root / change.path).write_bytes(change.after)


@settings(max_examples=examples(0.15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=_units())
def test_the_commits_are_those_of_git_commit(
    made_once: MadeOnce, drawn: list[tuple[tuple[str, ...], bool, str]]
) -> None:
    template = made_once("streamed", _make)
    with tempfile.TemporaryDirectory() as folder:
        roots = [copied(template, Path(folder) / name) for name in ("stream", "single")]
        made = [
            Unit(f"u{number}", "P0", tuple(_change(template, path, goes) for path in paths))
            for number, (paths, goes, _) in enumerate(drawn)
        ]
        messages = [f"x{text}\n\nCodemods-Unit: u{number}\n" for number, (_, _, text) in enumerate(drawn)]
        for root in roots:
            for unit in made:
                _write(root, unit)
        stream, single = (Repository.discover(root) for root in roots)
        given_ = [Message(unit, text) for unit, text in zip(made, messages, strict=True)]
        shas = commit_together(stream, stream.head() or "", given_, "refs/codemods/t/way-back", "test")
        one_by_one = tuple(single.commit(unit.paths, text, {}) for unit, text in zip(made, messages, strict=True))
        assert shas == one_by_one
        looks = (("rev-parse", "HEAD"), ("ls-files", "-s"), ("status", "--porcelain"), ("for-each-ref",))
        assert [run_git(roots[0], *look) for look in looks] == [run_git(roots[1], *look) for look in looks]
        assert run_git(roots[0], "status", "--porcelain", "-uno") == "M  other.py"
        run_git(roots[0], "fsck", "--strict")


@settings(max_examples=examples(0.4))
@given(MESSAGES)
def test_messages_are_cleaned_as_git_does_it(text: str) -> None:
    done = subprocess.run(["git", "stripspace"], input=f"x{text}".encode(), capture_output=True, check=True)
    assert cleaned(f"x{text}").encode() == done.stdout


def _unit(name: str, *paths: str, size: int = 1) -> Unit:
    return Unit(name, "P0", tuple(Change(path, b"", b"x" * size) for path in paths))


class TestParts:
    def test_units_that_share_a_file_are_apart(self) -> None:
        made = [_unit("1", "a.py"), _unit("2", "b.py"), _unit("3", "c.py", "a.py"), _unit("4", "d.py")]
        assert [[unit.id for unit in part] for part in parts(made, signed=False)] == [["1", "2"], ["3", "4"]]

    def test_a_file_that_is_a_folder_to_another_is_apart(self) -> None:
        made = [_unit("1", "a/b.py"), _unit("2", "a"), _unit("3", "a/c.py"), _unit("4", "ab.py")]
        assert [[unit.id for unit in part] for part in parts(made, signed=False)] == [["1"], ["2"], ["3", "4"]]

    def test_none_is_too_large(self) -> None:
        made = [_unit(str(number), f"{number}.py") for number in range(500)]
        assert [len(part) for part in parts(made, signed=False)] == [200, 200, 100]
        assert {len(part) for part in parts(made, signed=True)} == {20}
        large = [_unit(str(number), f"{number}.py", size=20_000_000) for number in range(3)]
        assert [len(part) for part in parts(large, signed=False)] == [1, 1, 1]

    def test_of_none_there_is_none(self) -> None:
        assert list(parts([], signed=False)) == []


UNSEEN = "  - {name: P0, files: rest, entry: [check]}\n"
BATCH = "  - {name: P0, files: rest, validate: batch, with: [check]}\n"
PHASES = pytest.mark.parametrize("phases", [UNSEEN, BATCH], ids=["without validations", "a batch"])


def _files_of_commits(root: Path) -> list[str]:
    return run_git(root, "log", "--reverse", "--format=", "--name-only", "main..HEAD").splitlines()


def _is_streamed(root: Path) -> bool:
    """Whether HEAD has moved once for all commits."""
    moves = run_git(root, "reflog", "show", "--format=%gs", "HEAD").splitlines()
    return moves[0].startswith("codemods: ") and not moves[1].startswith("commit")


@PHASES
def test_a_run_makes_a_commit_for_each_unit(make_repo: MakeRepo, tmp_path: Path, phases: str) -> None:
    many = migration(make_repo, tmp_path, 4, any_of([]), phases)
    many.apply(expect=0)
    assert _is_streamed(many.root)
    assert _files_of_commits(many.root) == [f"app/{name}.py" for name in names(4)]
    shas = run_git(many.root, "rev-list", "--reverse", "main..HEAD").splitlines()
    assert [event["sha"] for event in many.events("unit-committed")] == shas
    assert run_git(many.root, "status", "--porcelain") == ""
    assert run(many.root, "rollback", "plan.yaml", "--file", "app/u01.py").returncode == 0
    assert many.changed() == {"u00", "u02", "u03"}
    assert [run(many.root, "undo").returncode for _ in range(2)] == [0, 0]
    assert run_git(many.root, "diff", "main") == ""


@pytest.mark.parametrize("hook", ["a file", "a setting"])
def test_where_a_hook_looks_at_each_they_are_made_one_by_one(make_repo: MakeRepo, tmp_path: Path, hook: str) -> None:
    many = migration(make_repo, tmp_path, 3, any_of([]), UNSEEN)
    if hook == "a file":
        program(many.root / ".git/hooks/commit-msg", f"echo >> {tmp_path}/seen\n")
    else:
        # As newer releases of git have them.
        run_git(many.root, "config", "hook.look.event", "commit-msg")
        run_git(many.root, "config", "hook.look.command", "true")
    many.apply(expect=0)
    assert not _is_streamed(many.root)
    assert _files_of_commits(many.root) == [f"app/{name}.py" for name in names(3)]
    assert hook != "a file" or (tmp_path / "seen").read_text() == "\n" * 3


def _filtered(root: Path, path: str, script: str) -> None:
    """Have git run `script` when it takes the changed file `path` into its index."""
    clean = f"input=$(cat; echo .)\ncase $input in *app.new*) {script};; esac\n" + 'printf %s "${input%.}"\n'
    program(root / ".git/clean", clean)
    run_git(root, "config", "filter.look.clean", ".git/clean")
    write_files(root, {".gitattributes": f"{path} filter=look\n"})
    run_git(root, "add", "--all")
    run_git(root, "commit", "--quiet", "-m", "attributes")


def _interfering(many: Migration, script: str) -> None:
    """Have git run `script` once, when it takes the first of the changed files into the index that is to be."""
    flag = many.root.parent / "interfered"
    _filtered(
        many.root,
        "app/u00.py",
        f'[ -z "$GIT_INDEX_FILE" ] || [ -e {flag} ] || {{ touch {flag}; {{ {script}; }} >&2; }}',
    )


@PHASES
def test_an_edit_in_between_is_not_committed_and_not_lost(make_repo: MakeRepo, tmp_path: Path, phases: str) -> None:
    many = migration(make_repo, tmp_path, 4, any_of([]), phases)
    _interfering(many, "echo '# mine' >> app/u02.py")
    if phases == BATCH:
        report = many.apply(expect=1)
        assert units(report, "committed") == ["u00", "u01"]
        assert units(report, "undecided") == ["u02"]
    else:
        completed = run(many.root, "apply", "--yes", "plan.yaml")
        assert completed.returncode == 2
        assert "app/u02.py has changed since the run began." in completed.stderr
        assert _files_of_commits(many.root) == ["app/u00.py", "app/u01.py"]
    assert run_git(many.root, "status", "--porcelain") == "M app/u02.py"
    assert (many.root / "app/u02.py").read_text().endswith("# mine\n")
    assert "# mine" not in run_git(many.root, "log", "-p", "--all", "--format=")


def test_a_commit_of_somebody_elses_in_between_stands(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 3, any_of([]), UNSEEN)
    _interfering(many, "git update-ref HEAD $(git commit-tree 'HEAD^{tree}' -p HEAD -m mine)")
    completed = run(many.root, "apply", "--yes", "plan.yaml")
    assert completed.returncode == 2
    assert "HEAD has moved" in completed.stderr
    assert run_git(many.root, "log", "--format=%s", "main..HEAD") == "mine"
    assert run_git(many.root, "status", "--porcelain") == ""
    many.apply(expect=0)
    assert many.changed() == set(names(3))


@pytest.mark.parametrize("signal", ["INT", "KILL"])
def test_an_interruption_in_between_leaves_nothing_half_done(make_repo: MakeRepo, tmp_path: Path, signal: str) -> None:
    many = migration(make_repo, tmp_path, 7, any_of([]), UNSEEN)
    _interfering(many, f"kill -{signal} $(ps -o ppid= -p $PPID)")
    ended = run_forked(many.root, "apply", "--yes", "plan.yaml")
    assert ended.returncode == (130 if signal == "INT" else -9)
    assert run_git(many.root, "log", "--format=%s", "main..HEAD") == ""
    if signal == "INT":
        assert run_git(many.root, "status", "--porcelain") == ""
    told = run(many.root, "apply", "--yes", "plan.yaml").stdout
    assert signal == "INT" or "7 units were half done when the run was killed; they were taken back: " in told
    assert _files_of_commits(many.root) == [f"app/{name}.py" for name in names(7)]
    assert run_git(many.root, "status", "--porcelain") == ""


def test_what_git_refuses_ends_the_run_at_its_unit(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 3, any_of([]), UNSEEN)
    _filtered(many.root, "app/u01.py", "exit 1")
    run_git(many.root, "config", "filter.look.required", "true")
    completed = run(many.root, "apply", "--yes", "plan.yaml")
    assert completed.returncode == 2
    assert "app/u01.py: clean filter 'look' failed" in completed.stderr
    assert _files_of_commits(many.root) == ["app/u00.py"]
    assert many.changed() == {"u00"}


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
def test_each_is_signed(make_repo: MakeRepo, tmp_path: Path) -> None:
    many = migration(make_repo, tmp_path, 3, any_of([]), UNSEEN)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, capture_output=True)
    (tmp_path / "allowed").write_text(f"ada@example.invalid {key.with_suffix('.pub').read_text()}")
    settings_ = {"gpg.format": "ssh", "user.signingKey": str(key), "commit.gpgSign": "true"}
    for name, value in (settings_ | {"gpg.ssh.allowedSignersFile": str(tmp_path / "allowed")}).items():
        run_git(many.root, "config", name, value)
    run_git(many.root, "config", "i18n.commitEncoding", "latin-1")
    many.apply(expect=0)
    assert _is_streamed(many.root)
    assert run_git(many.root, "log", "--format=%G?%e", "main..HEAD").split() == ["G"] * 3
