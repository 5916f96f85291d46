"""The trees to measure on: a project from PyPI, pinned by its hash, or any checkout, as a repository of one commit."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from benchmarks.repositories import clone, git, make_repository

# 5,989 Python files, 890,000 lines, and a function that 481 of them name in many forms.
PROJECT = "homeassistant==2023.7.3"
SHA256 = "c184bb1b7003d46ed4cd77eb271ac71a941304b2456bb4259f5554d2975c36ba"
OLD = "homeassistant.helpers.aiohttp_client.async_get_clientsession"
NEW = "homeassistant.helpers.http_session.async_shared_session"


def fetch_project(folder: Path) -> Path:
    """The repository of the pinned project, made on the first call. Raises CalledProcessError, SystemExit."""
    place = folder / PROJECT.replace("==", "-")
    if not (folder / f"{place.name}.ready").exists():
        print(f"fetching {PROJECT}", flush=True)
        shutil.rmtree(place, ignore_errors=True)
        _unpack(_download(folder), place)
        _add_new_home(place)
        make_repository(place, PROJECT)
        (folder / f"{place.name}.ready").touch()
    return place


def _download(folder: Path) -> Path:
    """The sdist, by pip, which refuses any other bytes than the pinned ones."""
    target = folder / "sdist"
    with tempfile.TemporaryDirectory() as name:
        requirements = Path(name) / "requirements.txt"
        requirements.write_text(f"{PROJECT} --hash=sha256:{SHA256}\n", encoding="utf-8")
        options = ["--no-deps", "--no-binary", PROJECT.partition("==")[0], "--ignore-requires-python"]
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-qq",
            *options,
            "--dest",
            target,
            "-r",
            requirements,
        ]
        subprocess.run(command, check=True)
    (archive,) = target.glob("*.tar.gz")
    return archive


def _unpack(archive: Path, place: Path) -> None:
    with tempfile.TemporaryDirectory(dir=place.parent) as name, tarfile.open(archive) as opened:
        if hasattr(tarfile, "data_filter"):
            opened.extractall(name, filter="data")
        else:
            opened.extractall(name)  # an archive that is known by its hash
        (unpacked,) = Path(name).iterdir()
        shutil.move(unpacked, place)


def _add_new_home(place: Path) -> None:
    """Copy the old module to where the new symbol is to live, with the function renamed: a redirect needs both."""
    old, new = (place / f"{symbol.rpartition('.')[0].replace('.', '/')}.py" for symbol in (OLD, NEW))
    text = old.read_text(encoding="utf-8")
    new.write_text(text.replace(OLD.rpartition(".")[2], NEW.rpartition(".")[2]), encoding="utf-8")


def copy_tree(tree: Path, folder: Path) -> Path:
    """A repository of one commit that holds what `tree`, a checkout, has committed. Raises CalledProcessError."""
    place = clone(tree, folder / "tree")
    shutil.rmtree(place / ".git")
    make_repository(place, "The tree to measure on")
    return place


def tell(origin: Path) -> str:
    """How large a tree is, for the heading of a table."""
    tracked = git(origin, "ls-files", "-z").split("\0")[:-1]
    python = [path for path in tracked if path.endswith(".py")]
    size = sum((origin / path).stat().st_size for path in python if (origin / path).is_file())
    return f"{len(python):,} Python files, {size / 1e6:,.1f} MB; {len(tracked):,} tracked files"
