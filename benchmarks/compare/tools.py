"""The tools, and how each is told to do the job: commands that write nothing (dry), and commands that change files."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks.compare import ast_grep_rules, sed_recipe

if TYPE_CHECKING:
    from benchmarks.compare.job import Job

DRIVERS = Path(__file__).with_name("drivers")
Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tool runs: `tree` is the clone to work on, below `notes`, a folder for what the tool is told.

    `files` are the ones to look at, relative to the clone; `.` alone is the whole tree.
    """

    tree: Path
    notes: Path
    files: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return self.files == (".",)


class Writes(Protocol):
    """Makes the command for a job, and the files beside it that the command reads."""

    def __call__(self, job: Job, place: Place, program: Path) -> Command: ...


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool of the table, and what to know of it.

    `program` is what has to be installed, `module` a package that its Python has to have. `redirects` is False where it
    renames in place: it is then judged by the old module and the new name. `finds_files` is True where the tool looks
    for its files itself, so that it has no run with given ones; `has_warm` where a second run may know what the first
    one found. Where it `is_told_where` the tree is, it runs beside it. `statuses` are how a run that went well ends.
    """

    name: str
    program: str
    dry: Writes | None
    apply: Writes
    module: str = ""
    redirects: bool = True
    finds_files: bool = False
    has_warm: bool = False
    is_told_where: bool = False
    can_whole: bool = True
    statuses: tuple[int, ...] = (0,)
    note: str = ""


# Ours


def _codemods(verb: str, *options: str) -> Writes:
    def write(job: Job, place: Place, program: Path) -> Command:
        plan = place.notes / "plan.yaml"
        plan.write_text(job.plan(), encoding="utf-8")
        return (str(program), "-m", "codemods", verb, str(plan), "--repo", str(place.tree), *options)

    return write


# Peers


def _libcst(*options: str) -> Writes:
    def write(job: Job, place: Place, program: Path) -> Command:
        # It is looked for in the folders above, too: nothing is added to the clone.
        root = place.tree / job.roots[0] if len(job.roots) == 1 else place.tree
        (place.notes / ".libcst.codemod.yaml").write_text(json.dumps({"repo_root": str(root)}), encoding="utf-8")
        names = ("--old_name", job.old, "--new_name", f"{job.new_module}:{job.new_name}")
        command = (str(program), "-m", "libcst.tool", "codemod", "rename.RenameCommand", *names, "--no-format")
        return (*command, "--hide-progress", *options, *place.files)

    return write


def _ast_grep(*options: str) -> Writes:
    def write(job: Job, place: Place, program: Path) -> Command:
        rules = place.notes / "rules.yaml"
        rules.write_text(ast_grep_rules.rules_for(job.old, job.new), encoding="utf-8")
        return (str(program), "scan", "--rule", str(rules), *options, *place.files)

    return write


def _driver(name: str, mode: str) -> Writes:
    def write(job: Job, place: Place, program: Path) -> Command:
        files = () if place.is_whole else (*place.files, job.old_file)
        told = place.notes / "job.json"
        values = {"old_file": job.old_file, "old_name": job.old_name, "new_name": job.new_name, "files": files}
        told.write_text(json.dumps({**values, "roots": job.roots}), encoding="utf-8")
        return (str(program), str(DRIVERS / f"{name}.py"), str(told), mode)

    return write


def _sed(mode: str) -> Writes:
    def write(job: Job, place: Place, program: Path) -> Command:
        script, names = place.notes / "recipe.sed", place.notes / "files"
        script.write_text(sed_recipe.script_for(job.old, job.new), encoding="utf-8")
        names.write_text("".join(f"{path}\0" for path in place.files), encoding="utf-8")
        return ("sh", "-c", sed_recipe.SHELL[mode], "sed", str(program), str(script), str(names))

    return write


OURS = Tool(
    "codemods",
    sys.executable,
    dry=_codemods("preview"),
    apply=_codemods("apply", "--yes", "--here"),
    module="codemods",
    finds_files=True,
    has_warm=True,
    is_told_where=True,
    statuses=(0, 1),
    note="finds its files itself; apply makes a git commit per file",
)
PEERS = (
    Tool(
        "sed", "sed", dry=_sed("dry"), apply=_sed("apply"), can_whole=False, note="a recipe of three lines; text only"
    ),
    Tool("ast-grep", "ast-grep", dry=_ast_grep(), apply=_ast_grep("-U"), statuses=(0, 1), note="patterns, no scopes"),
    Tool(
        "rope",
        "python",
        dry=_driver("rename_with_rope", "dry"),
        apply=_driver("rename_with_rope", "apply"),
        module="rope",
        redirects=False,
        note="renames in place: judged as that",
    ),
    Tool(
        "Bowler",
        "python",
        dry=_driver("rename_with_bowler", "dry"),
        apply=_driver("rename_with_bowler", "apply"),
        module="bowler",
        redirects=False,
        note="renames in place: judged as that",
    ),
    Tool(
        "LibCST RenameCommand",
        "python",
        dry=_libcst("-u", "3"),
        apply=_libcst(),
        module="libcst",
        note="its command line tool, all cores",
    ),
)
TOOLS = (OURS, *PEERS)
