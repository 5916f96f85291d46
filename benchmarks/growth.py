"""Measures how the cost of a preview and an audit grows with the tree, and with the number of redirects of a plan.

    python -m benchmarks.growth [--sizes 1000,10000,100000] [--share 1] [--times 3] [--work FOLDER]

On generated trees in which so many percent of the files use what is moved. The figures to look at: CPU per further
file, which should not grow with the tree, and peak memory, which may only with the files that can matter. The plan of
200 redirects changes the same files as the one of a single one. Each measurement has a fresh clone, so that nothing is
known from before; `again` is the same command once more. With a memory disk, set TMPDIR to it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.generated import NAMES, make_tree, plan_of
from benchmarks.measuring import Cost, environment_of_machine, expect, median, run_measured
from benchmarks.repositories import clone, isolated

_CODEMODS = (sys.executable, "-m", "codemods")
_VERBS = {"preview": ("preview", "--summary"), "audit": ("audit",)}


def measure(work: Path, origin: Path, redirects: int, verb: str) -> tuple[Cost, Cost]:
    """A verb in a fresh clone, and the same again. Raises SystemExit where it ends with an error."""
    tree = clone(origin, work / "clone")
    plan, output = work / "plan.yaml", work / f"{verb}.txt"
    plan.write_text(plan_of(redirects), encoding="utf-8")
    name, *options = _VERBS[verb]
    command: list[str | Path] = [*_CODEMODS, name, plan, "--repo", tree, *options]
    settings = isolated({"HOME": str(work)})
    first, second = (expect(run_measured(command, work, output, settings), output, 0, 1) for _ in range(2))
    return first, second


def show(work: Path, origin: Path, files: int, redirects: int, verb: str, times: int) -> Cost:
    """Print the two rows of a verb; what the first run costs."""
    runs = [measure(work, origin, redirects, verb) for _ in range(times)]
    cold, warm = (median([run[number] for run in runs]) for number in (0, 1))
    for title, cost in ((verb, cold), (f"{verb}, again", warm)):
        figures = f"{cost.cpu:.2f} | {cost.cpu / files * 1e6:.0f} | {cost.wall:.2f} | {cost.peak:.0f}"
        print(f"| {files:,} | {redirects} | {title} | {figures} |", flush=True)
    return cold


def further(sizes: list[int], cpu: list[float]) -> str:
    """What a file more costs from each size to the next: the start of the program is not in it."""
    told = []
    for number in range(1, len(sizes)):
        cost = (cpu[number] - cpu[number - 1]) / (sizes[number] - sizes[number - 1])
        told.append(f"{cost * 1e6:.0f} µs up to {sizes[number]:,}")
    return ", ".join(told)


def main() -> int:
    """Read the arguments, make the trees, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="where the trees go (a temporary folder)")
    parser.add_argument("--sizes", default="1000,10000,100000", help="how many modules (1000,10000,100000)")
    parser.add_argument("--share", type=float, default=1, help="percent of the modules that use what is moved (1)")
    parser.add_argument("--times", type=int, default=3, help="how often each is measured (3)")
    options = parser.parse_args()
    sizes = sorted({int(size) for size in options.sizes.split(",")})
    print("| files | redirects | run | CPU s | CPU µs a file | wall s | peak MB |")
    print("| ---: | ---: | --- | ---: | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.work or Path(temporary)).absolute()
        work.mkdir(parents=True, exist_ok=True)
        found: dict[str, list[float]] = {verb: [] for verb in _VERBS}
        ratio = 0.0
        for files in sizes:
            origin = work / "origin"
            shutil.rmtree(origin, ignore_errors=True)
            make_tree(origin, files, max(1, round(files * options.share / 100)))
            costs = {verb: show(work, origin, files, 1, verb, options.times) for verb in _VERBS}
            for verb, cost in costs.items():
                found[verb].append(cost.cpu)
            if files == sizes[len(sizes) // 2]:
                many = show(work, origin, files, NAMES, "preview", options.times)
                ratio = many.cpu / costs["preview"].cpu
    for verb, cpu in found.items():
        print(f"\nA further file, {verb}: {further(sizes, cpu)}")
    print(f"\nA plan of {NAMES} redirects: {ratio:.2f} times the CPU of one redirect.\n\n{environment_of_machine()}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
