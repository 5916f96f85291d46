"""What git makes of bytes on their way in and out: line ends, filters, encodings, pointers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_git, write_files
from tests.git.situation import (
    AFTER,
    BEFORE,
    FILES,
    OTHER,
    USER,
    MakeRepo,
    check_goes_back,
    check_migrates,
    check_whole_way,
    commit_all,
    configure,
    in_git,
    is_clean,
    program,
    states,
    succeed,
    told,
    tree,
    without,
)

if TYPE_CHECKING:
    from pathlib import Path

CRLF = BEFORE.replace("\n", "\r\n")
CRLF_AFTER = AFTER.replace("\n", "\r\n")
ROT13 = "tr A-Za-z N-ZA-Mn-za-m\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n".format("0" * 64)


def fresh(root: Path) -> None:
    """Check all files out again, as a new clone would have them."""
    run_git(root, "rm", "--cached", "-r", "--quiet", ".")
    run_git(root, "reset", "--quiet", "--hard")


@pytest.mark.parametrize(
    "settings",
    [
        ("core.autocrlf=true",),
        ("core.autocrlf=true", "core.safecrlf=true"),
        ("core.eol=crlf",),
        ("core.autocrlf=true", "core.eol=lf"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("attributes", ["", "* text=auto\n", "*.py text eol=crlf\n"], ids=["none", "auto", "crlf"])
def test_line_ends_that_git_converts(make_repo: MakeRepo, settings: tuple[str, ...], attributes: str) -> None:
    root = make_repo({**FILES, ".gitattributes": attributes})
    configure(root, *settings)
    fresh(root)
    is_converted = b"\r\n" in (root / USER).read_bytes()
    before, after = (CRLF, CRLF_AFTER) if is_converted else (BEFORE, AFTER)
    check_migrates(root, after=after, stored=AFTER.encode())
    check_goes_back(root, before=before, stored=BEFORE.encode())


def test_line_ends_that_git_converts_on_the_way_in_only(make_repo: MakeRepo) -> None:
    # CRLF in the work tree that git has taken for LF.
    root = make_repo(FILES)
    configure(root, "core.autocrlf=input")
    write_files(root, {USER: CRLF})
    run_git(root, "add", "--all")
    assert is_clean(root)
    check_migrates(root, after=CRLF_AFTER, stored=AFTER.encode())
    succeed(root, "rollback", "plan.yaml", "--all")
    assert in_git(root, USER) == BEFORE.encode()
    assert (root / USER).read_bytes() in (BEFORE.encode(), CRLF.encode())
    assert is_clean(root)


def test_carriage_returns_that_git_leaves_alone(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, USER: CRLF, ".gitattributes": "*.py -text\n"})
    configure(root, "core.autocrlf=true")
    check_migrates(root, after=CRLF_AFTER)
    check_goes_back(root, before=CRLF)


def test_carriage_returns_in_git_where_it_would_convert_them(make_repo: MakeRepo) -> None:
    # A repository that was never normalised: the next commit of the file would be.
    root = make_repo({**FILES, USER: CRLF})
    configure(root, "core.autocrlf=true")
    check_migrates(root, after=CRLF_AFTER)
    check_goes_back(root, before=CRLF)


def test_mixed_line_ends_that_git_refuses_to_convert(make_repo: MakeRepo) -> None:
    # Irreversible: `git add` refuses it under core.safecrlf, so it is not committed, and stays as it was.
    mixed = "from app.old import f\r\n\nVALUE = f()\n"
    root = make_repo({**FILES, USER: mixed})
    write_files(root, {".gitattributes": "*.py text\n"})
    # Whatever the times of the files are: git looks into those only that are as old as its index.
    run_git(root, "add", "--renormalize", ".")
    commit_all(root, {})
    write_files(root, {USER: mixed})
    run_git(root, "add", USER)
    configure(root, "core.safecrlf=true")
    before = tree(root)
    ran = told(root, "apply", "plan.yaml")
    if ran.status:
        assert tree(root) == before
        assert "LF" in ran.text
    else:
        assert in_git(root, USER) == AFTER.encode()
    assert is_clean(root)


def test_files_that_are_utf_16_in_the_work_tree(make_repo: MakeRepo) -> None:
    # Python cannot read that either: it is listed, and left as it is.
    root = make_repo({**FILES, ".gitattributes": "app/wide.py text working-tree-encoding=UTF-16\n"})
    commit_all(root, {"app/wide.py": BEFORE.encode("utf-16")})
    assert in_git(root, "app/wide.py") == BEFORE.encode()
    wide = (root / "app/wide.py").read_bytes()
    text = succeed(root, "apply", "plan.yaml", expect=0)
    assert (root / "app/wide.py").read_bytes() == wide
    assert (root / USER).read_text() == AFTER
    assert "app/wide.py" in text + succeed(root, "preview", "plan.yaml", "--summary", expect=0)


def test_an_encoding_that_python_declares_and_git_converts(make_repo: MakeRepo) -> None:
    head = "# -*- coding: latin-1 -*-\n# é\n"
    attributes = "app/user.py text working-tree-encoding=ISO-8859-1\n"
    root = make_repo({**FILES, ".gitattributes": attributes, USER: (head + BEFORE).encode("latin-1")})
    check_migrates(root, after=(head + AFTER).encode("latin-1"), stored=(head + AFTER).encode())
    check_goes_back(root, before=(head + BEFORE).encode("latin-1"), stored=(head + BEFORE).encode())


def test_the_id_that_git_writes_into_files(make_repo: MakeRepo) -> None:
    text = f"# $Id$\n{BEFORE}"
    root = make_repo({**FILES, USER: text, ".gitattributes": "*.py ident\n"})
    fresh(root)
    before = (root / USER).read_bytes()
    assert before.startswith(b"# $Id: ")
    succeed(root, "apply", "plan.yaml")
    assert in_git(root, USER) == f"# $Id$\n{AFTER}".encode()
    assert (root / USER).read_bytes().endswith(AFTER.encode())
    assert is_clean(root)
    succeed(root, "rollback", "plan.yaml", "--file", USER)
    assert (root / USER).read_bytes() == before
    assert is_clean(root)


class TestFilters:
    """As of git-crypt: what is in git is not what is in the work tree."""

    @pytest.fixture
    def root(self, make_repo: MakeRepo) -> Path:
        root = make_repo({"README": ""})
        program(root / ".git/rot13", ROT13)
        configure(root, "filter.rot.clean=.git/rot13", "filter.rot.smudge=.git/rot13", "filter.rot.required=true")
        commit_all(root, {**FILES, ".gitattributes": "app/user.py filter=rot\n"})
        assert in_git(root, USER).startswith(b"sebz nccbyq vzcbeg s".replace(b"ccb", b"cc.b"))
        return root

    def test_what_is_committed_is_filtered(self, root: Path) -> None:
        stored, stored_before = (
            text.translate(str.maketrans(_ALPHABET, _ALPHABET_13)).encode() for text in (AFTER, BEFORE)
        )
        check_migrates(root, stored=stored)
        check_goes_back(root, stored=stored_before)

    def test_the_guard_reads_what_is_staged_through_the_filter(self, root: Path) -> None:
        write_files(root, {USER: AFTER})
        succeed(root, "guard", "plan.yaml")
        succeed(root, "guard", "plan.yaml", "--staged")
        run_git(root, "add", USER)
        write_files(root, {USER: BEFORE})
        succeed(root, "guard", "plan.yaml", "--staged")
        run_git(root, "add", USER)
        write_files(root, {USER: AFTER})
        succeed(root, "guard", "plan.yaml", "--staged", USER, expect=1)

    def test_a_filter_that_is_required_and_fails(self, root: Path) -> None:
        before = tree(root)
        configure(root, "filter.rot.clean=false")
        ran = told(root, "apply", "plan.yaml")
        assert ran.status == 2
        assert "filter" in ran.text
        assert tree(root) == before
        assert run_git(root, "rev-list", "--count", "HEAD") == "2"
        program(root / ".git/rot13", ROT13)
        configure(root, "filter.rot.clean=.git/rot13")
        assert states(root, expect=0) == {USER: "committed"}

    def test_a_filter_that_is_required_and_missing_for_other_files(self, root: Path) -> None:
        write_files(root, {"secret.txt": "hidden\n"})
        os.utime(root / "secret.txt", (1e9, 1e9))  # or git would look at it again
        commit_all(root, {".gitattributes": "secret.txt filter=gone\n"})
        configure(root, "filter.gone.clean=/nonexistent/gone", "filter.gone.smudge=/nonexistent/gone")
        configure(root, "filter.gone.required=true")
        before = without(tree(root), USER)
        succeed(root, "apply", "plan.yaml", "--here")
        assert (root / USER).read_text() == AFTER
        assert without(tree(root), USER) == before

    def test_files_that_are_locked(self, root: Path) -> None:
        # A clone without the key: in the work tree is what git holds, which is no Python, and names nothing.
        configure(root, "filter.rot.clean=cat", "filter.rot.smudge=cat")
        fresh(root)
        locked = (root / USER).read_bytes()
        text = succeed(root, "preview", "plan.yaml", "--summary", expect=0)
        assert "no reference" in text.lower() or "nothing" in text.lower() or "0 file(s)" in text
        succeed(root, "apply", "plan.yaml")
        assert (root / USER).read_bytes() == locked


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ALPHABET_13 = "NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm"


class TestPointers:
    """A `.py` that is a pointer of Git LFS: what it stands for is not here."""

    DELETING = "schema: 1\nname: one\ndelete:\n  - module: app.old\n"

    def test_it_is_listed_with_the_command_to_get_it(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, "app/large.py": POINTER, ".gitattributes": "app/large.py -text\n"})
        text = succeed(root, "preview", "plan.yaml", expect=1)
        assert "app/large.py" in text
        assert "git lfs pull" in text
        check_whole_way(root)
        assert (root / "app/large.py").read_text() == POINTER

    def test_what_it_may_refer_to_is_not_deleted(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, USER: OTHER, "app/large.py": POINTER, "plan.yaml": self.DELETING})
        text = told(root, "apply", "plan.yaml").text
        assert "app/large.py" in text
        assert (root / "app/old.py").exists()

    def test_without_one_it_is_deleted(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, USER: OTHER, "plan.yaml": self.DELETING})
        succeed(root, "apply", "plan.yaml")
        assert not (root / "app/old.py").exists()

    def test_a_text_that_only_speaks_of_pointers(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, USER: f"{BEFORE}TEXT = '''\n{POINTER}'''\n"})
        check_migrates(root, after=f"{AFTER}TEXT = '''\n{POINTER}'''\n")


@pytest.mark.parametrize(
    "attributes",
    [
        "* export-ignore\n",
        "* export-subst\n",
        "*.py merge=ours\n",
        "*.py merge=union diff=python\n",
        "*.py -diff\n",
        "*.py binary\n",
        "*.py linguist-generated\n",
        "*.py whitespace=error\n",
        "*.py diff=nothing\n",
        "\x00\n",
    ],
    ids=ascii,
)
def test_attributes_that_say_nothing_of_bytes(make_repo: MakeRepo, attributes: str) -> None:
    root = make_repo({**FILES, ".gitattributes": attributes})
    configure(root, "merge.ours.driver=true", "diff.nothing.command=false", "diff.nothing.textconv=false")
    check_whole_way(root)


@pytest.mark.parametrize("driver", ["merge=keep", "merge=union", "merge=binary"])
def test_a_later_edit_stays_when_a_commit_is_taken_back_whatever_merges(make_repo: MakeRepo, driver: str) -> None:
    root = make_repo({**FILES, ".gitattributes": f"*.py {driver}\n", USER: f"{BEFORE}\n\n\nLATER = 0\n"})
    configure(root, "merge.keep.driver=true")
    check_migrates(root, after=f"{AFTER}\n\n\nLATER = 0\n")
    commit_all(root, {USER: f"{AFTER}\n\n\nLATER = 1\n"})
    check_goes_back(root, before=f"{BEFORE}\n\n\nLATER = 1\n")


def test_attributes_of_the_repository_itself(repo: Path) -> None:
    (repo / ".git/info").mkdir(exist_ok=True)
    (repo / ".git/info/attributes").write_text("*.py text eol=crlf\n")
    fresh(repo)
    check_migrates(repo, after=CRLF_AFTER, stored=AFTER.encode())
    check_goes_back(repo, before=CRLF, stored=BEFORE.encode())


def test_the_mode_of_a_program_stays(repo: Path) -> None:
    (repo / USER).chmod(0o755)
    run_git(repo, "commit", "--quiet", "-am", "mode")
    check_whole_way(repo)
    assert run_git(repo, "ls-files", "-s", USER).startswith("100755 ")


def test_a_mode_that_git_does_not_look_at(repo: Path) -> None:
    configure(repo, "core.fileMode=false")
    (repo / USER).chmod(0o755)
    check_whole_way(repo)
    assert run_git(repo, "ls-files", "-s", USER).startswith("100644 ")


def test_links_that_are_files_where_there_are_none(make_repo: MakeRepo) -> None:
    # core.symlinks=false: the work tree has a text with the place it leads to, which git knows as a link.
    root = make_repo(FILES)
    (root / "app/link.py").symlink_to("user.py")
    commit_all(root, {})
    configure(root, "core.symlinks=false")
    (root / "app/link.py").unlink()
    run_git(root, "checkout", "--", "app/link.py")
    assert (root / "app/link.py").read_bytes() == b"user.py"
    check_whole_way(root)
