"""Measures how fast `codemods apply` commits, against a `git commit` loop over the same files, and a rollback.

    python -m benchmarks.commits [--files 14500] [--units 500] [--slow-units 50] [--times 1] [--work FOLDER]

In a generated repository, without validation: as it is; with a pre-commit hook that does nothing; with signed commits
(an ssh key is made on the spot). Then with a validation that does nothing, after each file. A preview of the same plan
is measured, too, and taken off apply's figures, since the loop is told what to write. After each run work tree, index
and HEAD have to agree, and the loop's tree has to be apply's. The rollbacks are of all commits, by `git revert`'s way
and by `--reset`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.generated import make_tree, plan_of
from benchmarks.measuring import Cost, environment_of_machine, expect, in_turn, median, run_measured
from benchmarks.repositories import clone, git, isolated

if TYPE_CHECKING:
    from collections.abc import Callable

# $1 is the folder with what to write, $2 the list of files, $3 the validation.
_LOOP = (
    'while read -r f; do cat "$1/$f" > "$f" && $3 && git commit --quiet --message "$f" -- "$f" || exit 1; done < "$2"'
)
_VALIDATION = "true"
_HOOK = "#!/bin/sh\nexit 0\n"
_CODEMODS = (sys.executable, "-m", "codemods")


@dataclass(frozen=True, slots=True)
class Setting:
    """How a repository is set up, and how many units are committed there."""

    name: str
    units: int
    prepare: Callable[[Path], None]
    is_signed: bool = False
    is_validated: bool = False


class Bench:
    """Trees, plans and clones in one folder."""

    def __init__(self, work: Path, files: int) -> None:
        self.work = work
        self.files = files
        self.plan = work / "plan.yaml"
        self.made = ""  # the tree that the last apply has made

    def origin(self, units: int) -> Path:
        place = self.work / f"origin-{self.files}-{units}"
        return place if place.exists() else make_tree(place, self.files, units)

    def clone(self, setting: Setting) -> Path:
        tree = clone(self.origin(setting.units), self.work / "clone")
        setting.prepare(tree)
        self.plan.write_text(plan_of(1, (_VALIDATION,) if setting.is_validated else ()), encoding="utf-8")
        return tree

    def run(self, name: str, tree: Path, *command: str | Path) -> Cost:
        """Measure a command that has to end well, and to leave nothing uncommitted."""
        output = self.work / f"{name}.txt"
        settings = isolated({"HOME": str(self.work)})
        cost = expect(run_measured(command, tree, output, settings), output, 0, 1)
        if left := git(tree, "status", "--porcelain"):
            sys.exit(f"{name}: not committed:\n{left}")
        return cost

    def codemods(self, name: str, tree: Path, verb: str, *options: str) -> Cost:
        return self.run(name, tree, *_CODEMODS, verb, self.plan, "--repo", tree, *options)

    def apply(self, setting: Setting) -> Cost:
        """Apply in a fresh clone, and keep what it writes for the loop."""
        tree = self.clone(setting)
        base = git(tree, "rev-parse", "HEAD").strip()
        cost = self.codemods("apply", tree, "apply", "--yes", "--here")
        self._check(tree, base, setting)
        self.made = git(tree, "rev-parse", "HEAD^{tree}")
        changed = git(tree, "diff", "--name-only", base).splitlines()
        kept = self.work / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        for path in changed:
            (kept / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tree / path, kept / path)
        (self.work / "files").write_text("".join(f"{path}\n" for path in changed), encoding="utf-8")
        return cost

    def loop(self, setting: Setting) -> Cost:
        tree = self.clone(setting)
        base = git(tree, "rev-parse", "HEAD").strip()
        cost = self.run("loop", tree, "sh", "-c", _LOOP, "loop", self.work / "kept", self.work / "files", _VALIDATION)
        self._check(tree, base, setting)
        if git(tree, "rev-parse", "HEAD^{tree}") != self.made:
            sys.exit(f"{setting.name}: the loop has not made the tree that apply makes")
        return cost

    def preview(self, setting: Setting) -> Cost:
        return self.codemods("preview", self.clone(setting), "preview", "--summary")

    def rollback(self, setting: Setting, *options: str) -> Cost:
        tree = self.clone(setting)
        before = git(tree, "rev-parse", "HEAD^{tree}")
        self.codemods("apply", tree, "apply", "--yes", "--here")
        cost = self.codemods("rollback", tree, "rollback", "--all", *options)
        if git(tree, "rev-parse", "HEAD^{tree}") != before:
            sys.exit("the rollback has not brought the tree back")
        return cost

    def _check(self, tree: Path, base: str, setting: Setting) -> None:
        made = int(git(tree, "rev-list", "--count", f"{base}..HEAD"))
        if made != setting.units:
            sys.exit(f"{setting.name}: {made} commits instead of {setting.units}")
        if setting.is_signed != ("\ngpgsig " in git(tree, "cat-file", "commit", "HEAD")):
            sys.exit(f"{setting.name}: signed where it should not be, or not where it should")


def prepare_hook(tree: Path) -> None:
    hook = tree / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_HOOK, encoding="utf-8")
    hook.chmod(0o755)


def signing(work: Path) -> Callable[[Path], None]:
    """Sets signing up with a key of its own. Raises CalledProcessError."""
    key = work / "key"
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)

    def prepare(tree: Path) -> None:
        for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(key)), ("commit.gpgsign", "true")):
            git(tree, "config", name, value)

    return prepare


def measure(bench: Bench, setting: Setting, times: int) -> None:
    """Measure one setting and print its rows."""
    found: dict[str, list[Cost]] = {"preview": [], "apply": [], "loop": []}
    for number in range(times):
        for name in in_turn(list(found), number):  # in the first round apply comes first: the loop writes what it wrote
            ways = {"preview": bench.preview, "apply": bench.apply, "loop": bench.loop}
            found[name].append(ways[name](setting))
    preview, apply, loop = (median(found[name]) for name in ("preview", "apply", "loop"))
    net = Cost(apply.cpu - preview.cpu, apply.wall - preview.wall, apply.peak, apply.status)
    for title, cost in (("apply", apply), ("apply, less a preview", net), ("`git commit` loop", loop)):
        # Too few commits, or too busy a machine, and less than nothing is left of apply.
        parts = (setting.units, cost.wall), (setting.units, cost.cpu), (loop.cpu, cost.cpu)
        figures = " | ".join(f"{part / whole:.1f}" if whole > 0 else "" for part, whole in parts)
        cells = f"{cost.cpu:.2f} | {cost.wall:.2f} | {cost.peak:.0f} | {figures}"
        print(f"| {setting.name} | {title} | {setting.units} | {cells} |", flush=True)


def measure_rollbacks(bench: Bench, setting: Setting, times: int) -> None:
    print(
        f"\nA rollback of {setting.units} commits:\n\n| way | CPU s | wall s | peak MB |\n| --- | ---: | ---: | ---: |"
    )
    for title, options in (("revert commits", ()), ("--reset", ("--reset",))):
        cost = median([bench.rollback(setting, *options) for _ in range(times)])
        print(f"| {title} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.peak:.0f} |", flush=True)


def main() -> int:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="where the repositories go (a temporary folder)")
    parser.add_argument("--files", type=int, default=14_500, help="modules of the repository (14500)")
    parser.add_argument("--units", type=int, default=500, help="commits without hooks, and to be taken back (500)")
    parser.add_argument("--slow-units", type=int, default=50, help="commits with a hook, signed, and validated (50)")
    parser.add_argument("--times", type=int, default=1, help="how often each is measured (1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.work or Path(temporary)).absolute()
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(work, options.files)
        settings = [
            Setting("plain", options.units, lambda _: None),
            Setting("a hook that does nothing", options.slow_units, prepare_hook),
        ]
        if shutil.which("ssh-keygen"):
            settings.append(Setting("signed", options.slow_units, signing(work), is_signed=True))
        else:
            print("ssh-keygen is not here: signing is left out")
        settings.append(Setting("validated one by one", options.slow_units, lambda _: None, is_validated=True))
        print("| setting | way | commits | CPU s | wall s | peak MB | commits/s | commits/CPU s | loop's CPU, times |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
        for setting in settings:
            measure(bench, setting, options.times)
        measure_rollbacks(bench, settings[0], options.times)
    print(f"\n{options.files} modules. {environment_of_machine()}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
