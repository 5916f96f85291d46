"""Signed commits: what the user has set is honoured, and where nothing can be signed nothing is committed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_git
from tests.git.situation import (
    AFTER,
    BEFORE,
    FILES,
    PLAN,
    USER,
    MakeRepo,
    check_whole_way,
    configure,
    in_git,
    is_clean,
    program,
    refuse,
    states,
    succeed,
    told,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path

# As much of gpg as git needs to sign.
SIGNS = """\
cat > /dev/null
printf '\\n[GNUPG:] SIG_CREATED D 1 8 00 0 0\\n' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nnot really\\n-----END PGP SIGNATURE-----\\n'
"""


def is_signed(root: Path, rev: str = "HEAD") -> bool:
    """Whether a commit has a signature."""
    return "\ngpgsig " in run_git(root, "cat-file", "commit", rev)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
def test_with_a_key_of_ssh(repo: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, capture_output=True)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ada@example.invalid {key.with_suffix('.pub').read_text()}")
    configure(repo, "gpg.format=ssh", f"user.signingKey={key}", "commit.gpgSign=true")
    configure(repo, f"gpg.ssh.allowedSignersFile={allowed}", "log.showSignature=true")
    check_whole_way(repo)
    assert run_git(repo, "log", "--no-show-signature", "--format=%G?", "main..HEAD") == "G\nG"


def test_with_a_program(repo: Path) -> None:
    program(repo / ".git/gpg", SIGNS)
    configure(repo, "gpg.program=.git/gpg", "commit.gpgSign=true", "log.showSignature=true")
    check_whole_way(repo)
    assert is_signed(repo)
    assert is_signed(repo, "HEAD^")


def test_not_where_it_is_not_asked_for(repo: Path) -> None:
    configure(repo, "gpg.program=/nonexistent", "tag.gpgSign=true")
    check_whole_way(repo)
    assert not is_signed(repo)


FAILING = {
    "it fails": "echo 'signing failed: No secret key' >&2\nexit 2\n",
    "it says nothing": "cat > /dev/null\nexit 0\n",
    "it asks": "read pin < /dev/tty || { echo 'signing failed: no terminal' >&2; exit 2; }\n",
}


@pytest.mark.parametrize("script", FAILING.values(), ids=FAILING)
def test_a_program_that_does_not_sign_stops_the_run(make_repo: MakeRepo, script: str) -> None:
    root = make_repo({**FILES, "app/zuser.py": BEFORE, "plan.yaml": PLAN % ", on_failure: skip"})
    program(root / ".git/gpg", script)
    configure(root, "gpg.program=.git/gpg", "commit.gpgSign=true")
    before = tree(root)
    ran = told(root, "apply", "plan.yaml")
    assert ran.status == 2, ran.text
    assert "could not sign the commit" in ran.text
    assert "rejected" not in ran.text
    assert tree(root) == before
    assert is_clean(root)
    assert run_git(root, "rev-list", "--count", "main..") == "0"
    # Nothing is held against the units: once it signs, they are committed without --retry.
    program(root / ".git/gpg", SIGNS)
    assert states(root, expect=0) == {USER: "committed", "app/zuser.py": "committed"}


def test_a_program_that_is_missing(repo: Path) -> None:
    configure(repo, "gpg.program=/nonexistent/gpg", "commit.gpgSign=true")
    before = tree(repo)
    ran = told(repo, "apply", "plan.yaml")
    assert ran.status == 2, ran.text
    assert "could not sign the commit" in ran.text
    assert tree(repo) == before
    assert is_clean(repo)


def test_a_key_that_is_missing(repo: Path) -> None:
    configure(repo, "gpg.format=ssh", "user.signingKey=/nonexistent/key", "commit.gpgSign=true")
    ran = told(repo, "apply", "plan.yaml")
    assert ran.status == 2, ran.text
    assert "could not sign the commit" in ran.text
    assert (repo / USER).read_text() == BEFORE
    assert is_clean(repo)


def test_it_stops_signing_in_the_middle(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "app/zuser.py": BEFORE})
    program(root / ".git/gpg", f"[ -f .git/signed ] && exit 2\ntouch .git/signed\n{SIGNS}")
    configure(root, "gpg.program=.git/gpg", "commit.gpgSign=true")
    assert told(root, "apply", "plan.yaml").status == 2
    assert in_git(root, USER) == AFTER.encode()
    assert (root / "app/zuser.py").read_text() == BEFORE
    assert is_clean(root)
    (root / ".git/signed").unlink()
    assert states(root, expect=0) == {"app/zuser.py": "committed"}


def test_a_rollback_that_cannot_be_signed(repo: Path) -> None:
    succeed(repo, "apply", "plan.yaml")
    program(repo / ".git/gpg", "exit 2\n")
    configure(repo, "gpg.program=.git/gpg", "commit.gpgSign=true")
    refuse(repo, "rollback", "plan.yaml", "--all", saying="could not sign the commit")
    assert is_clean(repo)
    program(repo / ".git/gpg", SIGNS)
    succeed(repo, "rollback", "plan.yaml", "--all")
    assert (repo / USER).read_text() == BEFORE
    assert is_signed(repo)


def test_a_hook_that_speaks_of_signing_is_a_hook(repo: Path) -> None:
    program(repo / ".git/hooks/pre-commit", "echo 'error: gpg failed to sign the data' >&2\nexit 1\n")
    text = succeed(repo, "apply", "plan.yaml", expect=1)
    assert "app/user.py rejected" in text
