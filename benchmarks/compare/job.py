"""What every tool is asked to do: one symbol of one tree gets another module and another name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.repositories import git, spelling

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Job:
    """Redirect `old` to `new`, in the repository `origin`.

    `files` are those that spell the old symbol's last name, but for the modules that define the two symbols: found once
    with `git grep`, and given alike to every tool that does not look for itself.
    """

    title: str
    origin: Path
    old: str
    new: str
    roots: tuple[str, ...]
    files: tuple[str, ...]
    old_file: str

    @property
    def old_module(self) -> str:
        return self.old.rpartition(".")[0]

    @property
    def old_name(self) -> str:
        return self.old.rpartition(".")[2]

    @property
    def new_module(self) -> str:
        return self.new.rpartition(".")[0]

    @property
    def new_name(self) -> str:
        return self.new.rpartition(".")[2]

    @property
    def renamed_in_place(self) -> str:
        """What the old symbol is called by a tool that renames, and cannot redirect."""
        return f"{self.old_module}.{self.new_name}"

    def plan(self) -> str:
        """The job as a plan. It is JSON, which is YAML."""
        values: dict[str, object] = {"schema": 1, "name": "compare"}
        if self.roots != (".",):
            values["source_roots"] = list(self.roots)
        values["redirect"] = [{"symbol": self.old, "to": self.new}]
        return json.dumps(values, indent=2) + "\n"


def make_job(title: str, origin: Path, old: str, new: str, roots: tuple[str, ...]) -> Job:
    """Find the job's files. Raises SystemExit where a module is not in the tree."""
    tracked = git(origin, "ls-files", "-z", "*.py").split("\0")
    defining = [module_file(symbol.rpartition(".")[0], roots, set(tracked)) for symbol in (old, new)]
    files = tuple(path for path in spelling(origin, old.rpartition(".")[2]) if path not in defining)
    return Job(title, origin, old, new, roots, files, defining[0])


def module_file(module: str, roots: tuple[str, ...], tracked: set[str]) -> str:
    """The path of `module` below one of the source roots. Raises SystemExit where there is none."""
    inner = module.replace(".", "/")
    for root in roots:
        start = "" if root == "." else f"{root}/"
        for path in (f"{start}{inner}.py", f"{start}{inner}/__init__.py"):
            if path in tracked:
                return path
    raise SystemExit(f"no file of the tree is the module {module}: is a --source-root missing?")
