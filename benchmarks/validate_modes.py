"""Measures what validation costs in its modes: `codemods apply` of 64 units on a project from PyPI.

    python benchmarks/validate_modes.py [--work FOLDER] [--modes each,batch] [--culprits 0,1,3] [--naive-units 8]

Each case is a fresh clone, with culprits planted in it (`validate_project.py` says how); the real command runs there,
and has to reject exactly the culprits. Runs of pytest are counted from outside, by a plugin in the project's own
environment: whole (as many tests as the baseline) or partial. A case appends a line to FOLDER/results.jsonl, and all
that stand there are printed at the end as a table; a case that is there already is not measured again.

With --naive-units only so many units, the culprits among them and the others evenly spread, are measured in the modes
of `each`, and the figures for all 64 are computed from them: the table says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from validate_project import CONVERTERS, CULPRITS, LEFT_OUT, PROJECT, TESTS, UNITS, Project


@dataclass(frozen=True, slots=True)
class Mode:
    """How a case validates: words of its plan, and options of `codemods apply`; without `size` a batch is the phase."""

    validate: str
    select: str
    options: tuple[str, ...] = ()
    size: int = 0


MODES = {
    "each": Mode("each", "all"),
    "batch": Mode("batch", "all"),
    "batch+selection": Mode("batch", "affected"),
    "batch --jobs 2": Mode("batch", "all", ("--jobs", "2")),
    "batches of 16": Mode("batch", "all", size=16),
    "batches of 16 --jobs 2": Mode("batch", "all", ("--jobs", "2"), size=16),
    "each+selection": Mode("each", "affected"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One case: what was measured of `units`, and the figures for all 64 (the same where all were measured).

    `seconds` is the wall time of the command; `wrong` names the units that it judged wrongly.
    """

    mode: str
    culprits: int
    units: int
    seconds: float
    whole: int
    partial: int
    cut_short: int
    tests: int
    seconds_of_all: float
    whole_of_all: int
    partial_of_all: int
    wrong: tuple[str, ...]


# One case


def plan_of(mode: Mode, units: list[str]) -> dict[str, object]:
    """The plan, which JSON writes as YAML that everybody reads."""
    arguments = [TESTS, "-q", "--forked", *(f"--ignore={TESTS}/{path}" for path in LEFT_OUT)]
    files = [f"lib/ansible/{path}" for path in units]
    rule = {
        "name": "native-text",
        "match": f"{CONVERTERS}.to_native($...ARGS)",
        "replace": f"{CONVERTERS}.native_text($...ARGS)",
        "files": files,
    }
    phase: dict[str, object] = {
        "name": "P0",
        "files": files,
        "validate": mode.validate,
        "with": ["units"],
        "on_failure": "skip",
    }
    if mode.size:
        phase["batch"] = mode.size
    suite = {"kind": "pytest", "args": arguments, "timeout": 1800, "select": mode.select}
    return {
        "schema": 1,
        "name": "native-text",
        "source_roots": ["lib", "test"],
        "rewrite": [rule],
        "phases": [phase],
        "validation": {"units": suite},
    }


def spread(count: int, culprits: tuple[str, ...]) -> list[str]:
    """So many units: the culprits, and of the others some that stand evenly among them."""
    others = [path for path in UNITS if path not in culprits]
    wanted = max(0, min(count, len(UNITS)) - len(culprits))
    chosen = {others[number * len(others) // wanted] for number in range(wanted)}
    return [path for path in UNITS if path in chosen or path in culprits]


def measure(project: Project, name: str, culprits: int, units: list[str]) -> Measured:
    """Carry a plan out in a fresh clone. Raises SystemExit where the command does not come to its end."""
    mode, folder = MODES[name], project.folder / "case"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "home").mkdir(parents=True)
    project.clone(folder / "clone", CULPRITS[culprits])
    (folder / "plan.yaml").write_text(json.dumps(plan_of(mode, units), indent=2), encoding="utf-8")
    project.sessions.unlink(missing_ok=True)
    command = [sys.executable, "-m", "codemods", "apply", "--yes", str(folder / "plan.yaml"), "--json", *mode.options]
    started = time.monotonic()
    with (folder / "progress.txt").open("w", encoding="utf-8") as progress:
        environment = project.settings(folder / "home")
        done = subprocess.run(
            command, cwd=folder / "clone", env=environment, stdout=subprocess.PIPE, stderr=progress, text=True
        )
    seconds = time.monotonic() - started
    (folder / "apply.json").write_text(done.stdout, encoding="utf-8")
    if done.returncode not in (0, 1) or not done.stdout:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{(folder / 'progress.txt').read_text()}")
    return judged(name, culprits, units, seconds, json.loads(done.stdout)["units"], sessions_in(project.sessions))


def sessions_in(log: Path) -> list[dict[str, float]]:
    """The runs of pytest in `log`, in the order in which they started."""
    found: dict[str, dict[str, float]] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        found.setdefault(values.pop("run"), {}).update(values)
    return list(found.values())


def judged(
    name: str,
    culprits: int,
    units: list[str],
    seconds: float,
    results: list[dict[str, object]],
    sessions: list[dict[str, float]],
) -> Measured:
    """What a case has shown; where not all units were measured, what all 64 would take.

    A unit that holds takes the mean time of those that did, and one run; the rest is paid once.
    """
    guilty = {f"lib/ansible/{path}" for path in CULPRITS[culprits]}
    states = {str(result["unit"]): result["state"] for result in results}
    right = {f"lib/ansible/{path}": "committed" for path in units} | dict.fromkeys(guilty, "rejected")
    wrong = sorted(path for path in states.keys() | right if states.get(path) != right.get(path))
    tests = [int(session.get("tests", 0)) for session in sessions]
    finished = [number for number, session in zip(tests, sessions, strict=True) if "seconds" in session]
    whole = sum(number == max(finished) for number in finished)
    partial = len(sessions) - whole
    left = len(UNITS) - len(units)
    held = [float(str(result["seconds"])) for result in results if result["state"] == "committed"]
    selects = MODES[name].select == "affected"
    return Measured(
        mode=name,
        culprits=culprits,
        units=len(units),
        seconds=seconds,
        whole=whole,
        partial=partial,
        cut_short=sum("seconds" not in session for session in sessions),
        tests=sum(tests),
        seconds_of_all=seconds + (left * sum(held) / len(held) if left else 0),
        whole_of_all=whole + (0 if selects else left),
        partial_of_all=partial + (left if selects else 0),
        wrong=tuple(wrong),
    )


# The table


def table(cases: list[Measured]) -> None:
    print(f"\n{PROJECT}, Python {platform.python_version()}, {os.cpu_count()} cores; {len(UNITS)} units\n")
    print("| mode | culprits | wall time | whole runs | partial runs | tests run | rejected |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    for case in sorted(cases, key=lambda case: (list(MODES).index(case.mode), case.culprits)):
        print(f"| {case.mode} | {case.culprits} | {figures(case)} | {verdict(case)} |")


def figures(case: Measured) -> str:
    if case.units < len(UNITS):
        measured = f"computed from {case.units} units in {clock(case.seconds)}"
        return f"{clock(case.seconds_of_all)} ({measured}) | {case.whole_of_all} | {case.partial_of_all} | -"
    ended = f" ({case.cut_short} of these cut short)" if case.cut_short else ""
    return f"{clock(case.seconds)} | {case.whole} | {case.partial}{ended} | {case.tests:,}"


def verdict(case: Measured) -> str:
    if case.wrong:
        return f"wrong: {', '.join(case.wrong)}"
    return "exactly the culprits" if case.culprits else "none"


def clock(seconds: float) -> str:
    """Such as `1:02:03` or `2:03`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def stored(file: Path) -> list[Measured]:
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [Measured(**{**values, "wrong": tuple(values["wrong"])}) for values in lines]


def main() -> int:
    """Read the arguments, measure what is not measured yet, print; 1 where a unit was judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    place = Path(tempfile.gettempdir()) / "codemods-validate-modes"
    parser.add_argument("--work", type=Path, default=place, help=f"where the project and the figures go ({place})")
    parser.add_argument("--python", default=sys.executable, help="the Python of the project, 3.10 to 3.12")
    parser.add_argument("--modes", default=",".join(MODES), help=f"some of: {', '.join(MODES)}")
    parser.add_argument("--culprits", default="0,1,3", help="some of: 0, 1, 3")
    parser.add_argument(
        "--naive-units", type=int, default=len(UNITS), help="how many units the modes of `each` measure"
    )
    options = parser.parse_args()
    modes, numbers = options.modes.split(","), [int(number) for number in options.culprits.split(",")]
    if unknown := [name for name in modes if name not in MODES] + [n for n in numbers if n not in CULPRITS]:
        parser.error(f"unknown: {unknown}")
    if options.naive_units <= max(CULPRITS):
        parser.error(f"--naive-units has to be more than {max(CULPRITS)}, so that some unit holds")
    project, file = Project(options.work.absolute(), options.python), options.work.absolute() / "results.jsonl"
    project.make()
    for name in modes:
        count = options.naive_units if MODES[name].validate == "each" else len(UNITS)
        for culprits in numbers:
            units = spread(count, CULPRITS[culprits])
            if (name, culprits, len(units)) in {(case.mode, case.culprits, case.units) for case in stored(file)}:
                continue
            print(f"{name}, {culprits} culprit(s), {len(units)} units", flush=True)
            case = measure(project, name, culprits, units)
            with file.open("a", encoding="utf-8") as opened:
                opened.write(json.dumps(asdict(case)) + "\n")
    table(stored(file))
    return 1 if any(case.wrong for case in stored(file)) else 0


if __name__ == "__main__":
    sys.exit(main())
