"""Git repositories to measure on: made from folders, cloned afresh, and out of reach of anybody's settings."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# `gc.auto` would start a collection in the middle of a measurement.
_SETTINGS = {
    "user.name": "Benchmark",
    "user.email": "benchmark@example.com",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "core.autocrlf": "false",
}


def isolated(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which git reads no settings but a repository's own."""
    return {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **(more or {})}


def git(repository: Path, *arguments: str | Path) -> str:
    """What git prints. Raises CalledProcessError."""
    command = ["git", "-C", repository, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=isolated()).stdout


def configure(repository: Path) -> None:
    for key, value in _SETTINGS.items():
        git(repository, "config", key, value)


def make_repository(folder: Path, message: str) -> None:
    """Turn `folder` into a repository of one commit that holds all of its files."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    configure(folder)
    git(folder, "add", "--all", "--force", ".")
    git(folder, "commit", "--quiet", "--message", message)


def clone(origin: Path, place: Path, commit: str = "HEAD") -> Path:
    """A fresh clone of `origin` at `commit`, on the branch `main`, in the place of what is there."""
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    # Objects are borrowed: they are only read, and a copy of them would be most of the work.
    git(place.parent, "clone", "--quiet", "--shared", "--no-checkout", origin, place)
    configure(place)
    git(place, "checkout", "--quiet", "-B", "main", git(origin, "rev-parse", commit).strip())
    # Files as young as the index are hashed by whoever asks first: let that not be who is measured.
    git(place, "update-index", "-q", "--really-refresh")
    return place


def spelling(repository: Path, *words: str) -> list[str]:
    """The Python files of HEAD in which one of the words stands. Raises CalledProcessError where git fails."""
    patterns = [option for word in words for option in ("-e", word)]
    command = ["git", "-C", str(repository), "grep", "-l", "-z", "-w", "-F", *patterns, "HEAD", "--", "*.py"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, env=isolated())
    if done.returncode > 1:  # 1: none
        done.check_returncode()
    return [path.removeprefix("HEAD:") for path in done.stdout.split("\0") if path]
