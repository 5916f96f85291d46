"""A candidate commit holds what `git add` would have made of the files, and nobody else sees anything of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.candidates import commit_files, hold, let_go
from codemods.errors import RepositoryError
from codemods.vcs import Repository
from tests.conftest import run_git, write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILES = {"a.py": "A = 1\n", "pkg/__init__.py": "", "pkg/b.py": "B = 1\n", "run.sh": "#!/bin/sh\n", "data": "one\n"}


def made(root: Path, files: Mapping[str, bytes | None], base: str = "HEAD") -> str:
    repository = Repository.discover(root)
    return commit_files(repository, repository.rev(base) or "", files, "A candidate")


def check_as_added(root: Path, files: Mapping[str, bytes | None]) -> str:
    """The candidate has the tree that git makes of the same files in the work tree; the candidate."""
    candidate = made(root, files)
    for path, content in files.items():
        if content is None:
            (root / path).unlink()
        else:
            write_files(root, {path: content})
    run_git(root, "add", "--all", "--force")
    assert run_git(root, "rev-parse", f"{candidate}^{{tree}}") == run_git(root, "write-tree")
    return candidate


def test_files_are_changed_made_and_removed(make_repo: Callable[..., Path]) -> None:
    root = make_repo(FILES)
    candidate = check_as_added(root, {"a.py": b"A = 2\n", "pkg/b.py": None, "new/c.py": b"C = 1\n"})
    assert run_git(root, "show", "--no-renames", "--format=%P", "--name-status", candidate).split() == [
        *(run_git(root, "rev-parse", "HEAD"), "M", "a.py", "A", "new/c.py", "D", "pkg/b.py")
    ]


def test_a_candidate_that_changes_nothing_is_its_base(make_repo: Callable[..., Path]) -> None:
    root = make_repo(FILES)
    head = run_git(root, "rev-parse", "HEAD")
    assert (made(root, {}), made(root, {"a.py": b"A = 1\n", "gone.py": None})) == (head, head)


def test_a_program_stays_one_and_a_new_file_is_none(make_repo: Callable[..., Path]) -> None:
    root = make_repo(FILES)
    (root / "run.sh").chmod(0o755)
    run_git(root, "commit", "--quiet", "--all", "-m", "program")
    candidate = check_as_added(root, {"run.sh": b"#!/bin/sh\necho\n", "new.sh": b"#!/bin/sh\n"})
    modes = run_git(root, "ls-tree", "--format=%(objectmode) %(path)", candidate, "run.sh", "new.sh").splitlines()
    assert modes == ["100644 new.sh", "100755 run.sh"]


def test_a_folder_takes_the_place_of_a_file(make_repo: Callable[..., Path]) -> None:
    root = make_repo(FILES)
    candidate = made(root, {"data": None, "data/one.txt": b"1\n"})
    assert run_git(root, "ls-tree", "-r", "--name-only", candidate, "data") == "data/one.txt"


def test_a_path_may_be_in_any_script(make_repo: Callable[..., Path]) -> None:
    root = make_repo({**FILES, "größe\n.py": "A = 1\n"})
    check_as_added(root, {"größe\n.py": b"A = 2\n", "neu é.py": b""})


@pytest.mark.parametrize("setting", ["", "core.autocrlf=true", "core.autocrlf=input", "core.safecrlf=true"])
@pytest.mark.parametrize("attributes", ["", "*.py text=auto\n", "*.py text eol=crlf\n", "*.py -text\n"])
def test_line_ends_are_those_that_git_would_store(
    make_repo: Callable[..., Path], setting: str, attributes: str
) -> None:
    root = make_repo({**FILES, "crlf.py": b"A = 1\r\n", "pkg/.gitattributes": attributes})
    if setting:
        run_git(root, "config", *setting.split("="))
    candidate = made(root, {"crlf.py": b"A = 2\r\n", "pkg/b.py": b"B = 2\r\n", "pkg/new.py": b"C = 1\r\n"})
    run_git(root, "config", "core.safecrlf", "false")  # git only refuses to add, the bytes are the same
    assert candidate == made(root, {"crlf.py": b"A = 2\r\n", "pkg/b.py": b"B = 2\r\n", "pkg/new.py": b"C = 1\r\n"})
    check_as_added(root, {"crlf.py": b"A = 2\r\n", "pkg/b.py": b"B = 2\r\n", "pkg/new.py": b"C = 1\r\n"})


def test_a_filter_is_applied_by_path(make_repo: Callable[..., Path]) -> None:
    root = make_repo({**FILES, ".gitattributes": "pkg/*.py filter=upper\n"})
    run_git(root, "config", "filter.upper.clean", "tr a-z A-Z")
    candidate = check_as_added(root, {"a.py": b"a = 2\n", "pkg/b.py": b"b = 2\n"})
    assert run_git(root, "show", f"{candidate}:a.py", f"{candidate}:pkg/b.py") == "a = 2\nB = 2"


def test_nobody_sees_a_candidate(make_repo: Callable[..., Path]) -> None:
    root = make_repo(FILES)
    (root / "a.py").write_text("A = 'of the user'\n")
    write_files(root, {"staged.py": ""})
    run_git(root, "add", "staged.py")
    files = [root / ".git" / name for name in ("HEAD", "index", "config", "logs/HEAD")]
    before = [file.read_bytes() for file in files], run_git(root, "status", "--porcelain")
    candidate = made(root, {"a.py": b"A = 2\n", "pkg/b.py": None})
    assert run_git(root, "show", f"{candidate}:a.py") == "A = 2"
    assert ([file.read_bytes() for file in files], run_git(root, "status", "--porcelain")) == before


def test_neither_an_author_nor_a_key_nor_a_hook_is_needed(
    make_repo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES)
    hooks = root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("pre-commit", "commit-msg", "post-commit"):
        (hooks / hook).write_text("#!/bin/sh\nexit 1\n")
        (hooks / hook).chmod(0o755)
    for key, value in (("commit.gpgSign", "true"), ("user.useConfigOnly", "true"), ("gpg.program", "false")):
        run_git(root, "config", key, value)
    for name in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"):
        monkeypatch.delenv(f"GIT_{name}")
    candidate = made(root, {"a.py": b"A = 2\n"})
    assert run_git(root, "log", "-1", "--format=%an %cn %s", candidate) == "codemods codemods A candidate"


def test_the_same_files_make_the_same_commit(make_repo: Callable[..., Path]) -> None:
    root = make_repo(FILES)
    first = made(root, {"a.py": b"A = 2\n"})
    assert first == made(root, {"a.py": b"A = 2\n"})
    assert first != made(root, {"a.py": b"A = 3\n"})


def test_a_candidate_is_made_from_a_linked_worktree_and_an_index_in_parts(make_repo: Callable[..., Path]) -> None:
    root = make_repo(FILES)
    run_git(root, "config", "core.splitIndex", "true")
    run_git(root, "worktree", "add", "--quiet", "--detach", "../linked")
    candidate = made(root.parent / "linked", {"a.py": b"A = 2\n"})
    assert candidate == made(root, {"a.py": b"A = 2\n"})
    assert not list(root.glob(".git/sharedindex.*"))


def test_git_keeps_a_candidate_while_it_is_held(make_repo: Callable[..., Path]) -> None:
    root = make_repo(FILES)
    repository = Repository.discover(root)
    first, second = made(root, {"a.py": b"A = 2\n"}), made(root, {"a.py": b"A = 3\n"})
    hold(repository, 1, (first, first))
    hold(repository, 2, (second,))
    run_git(root, "gc", "--quiet", "--prune=now")
    let_go(repository, 1)
    run_git(root, "gc", "--quiet", "--prune=now")
    assert (repository.rev(first), repository.rev(second)) == (None, second)
    let_go(repository)
    let_go(repository)
    assert run_git(root, "for-each-ref", "refs/codemods-candidates") == ""


def test_a_base_that_is_not_there_is_an_error(make_repo: Callable[..., Path]) -> None:
    with pytest.raises(RepositoryError, match="read-tree failed"):
        commit_files(Repository.discover(make_repo(FILES)), "0" * 40, {"a.py": b""}, "A candidate")
