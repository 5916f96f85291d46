"""Measures codemods and its peers at the same job, and judges what each of them makes of it.

    python -m benchmarks.compare [--install] [--times 5] [--whole] [--work FOLDER] [--tools sed,ast-grep]
    python -m benchmarks.compare --write-readme [--earlier RESULTS.json]
    python -m benchmarks.compare --tree CHECKOUT --symbol OLD --to NEW [--source-root src]

Without --tree, on a project from PyPI that is pinned by its hash. Each tool redirects the symbol, dry and then for
good, round after round and in turn; each run that writes has a fresh clone. Every peer gets the same files: those that
spell the symbol's last name. With --whole, each that can is run over the whole tree, too, once. Peers that are not
installed are left out, and named; --install puts pinned ones into FOLDER/peers. What a tool made is kept as a patch,
judged by `check_tree.py`, and written with the figures to FOLDER/results: table.md, plot.svg, results.json.

--write-readme also puts a short table into README.md, between its marks, and a picture beside the pages. --earlier
takes the tools that are not run now from a results.json: what takes long need not be run each time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.compare import corpus
from benchmarks.compare.job import Job, make_job
from benchmarks.compare.judge import Judge
from benchmarks.compare.plot import to_svg
from benchmarks.compare.runs import APPLY, DRY, Row, Runs, installed
from benchmarks.compare.shown import show_in
from benchmarks.compare.table import Line, costs_table, line_of, results_table
from benchmarks.compare.tools import OURS, TOOLS, Tool
from benchmarks.measuring import environment_of_machine
from benchmarks.repositories import clone, isolated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[2]
PEERS = ("libcst==1.9.0", "bowler==0.9.0", "rope==1.15.2", "ast-grep-cli==0.51.1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, measure, judge, write; 1 where our own result has broken a file or missed in silence."""
    options = read_arguments(arguments)
    work: Path = options.work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    environment = work / "peers"
    if options.install:
        install(environment)
    wanted = [tool for tool in TOOLS if not options.tools or tool.name in options.tools.split(",")]
    programs, missing = installed(wanted, environment if environment.exists() else None)
    for tool in missing:
        print(f"{tool.name} is not installed: left out (--install gets the peers)")
    job = job_of(options, work)
    kept = work / "results"
    kept.mkdir(exist_ok=True)
    runs = Runs(job, work, kept, programs)
    tools = [tool for tool in wanted if tool.name in programs]
    print(f"{job.title}: {job.old} to {job.new}, {len(job.files)} files spell it", flush=True)
    rows = runs.measure(tools, options.times, options.patience, whole=False)
    if options.whole:
        able = [tool for tool in tools if tool.can_whole and not tool.finds_files]
        rows += runs.measure(able, 1, options.patience, whole=True)
    earlier = earlier_lines(options.earlier, {tool.name for tool in tools}) if options.earlier else []
    lines = [*judged(job, rows, work, told_by_us(job, work, programs) if OURS in tools else {}), *earlier]
    write_results(job, lines, [tool for tool in missing if all(line.row.tool is not tool for line in lines)], kept)
    if options.write_readme:
        show_in(
            options.write_readme,
            lines,
            job,
            corpus.tell(job.origin),
            dict.fromkeys(one.row.tool.name for one in earlier),
        )
    ours = [line for line in lines if line.row.tool is OURS and line.verdict]
    return 1 if any(line.verdict and (line.verdict.broken or line.untold) for line in ours) else 0


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    place = Path(tempfile.gettempdir()) / "codemods-compare"
    parser.add_argument("--work", type=Path, default=place, help=f"where trees, peers and results go ({place})")
    parser.add_argument("--tree", type=Path, help="a checkout to measure on: what it has committed")
    parser.add_argument("--symbol", help="with --tree: the old symbol, as package.module.name")
    parser.add_argument("--to", help="with --tree: the symbol that takes its place, and is there already")
    parser.add_argument("--source-root", action="append", help="where dotted names start (again for more; default: .)")
    parser.add_argument("--times", type=int, default=5, help="how often each tool runs (5)")
    parser.add_argument("--patience", type=float, default=300, help="what takes longer, in seconds, runs once (300)")
    parser.add_argument("--whole", action="store_true", help="also run each peer that can over the whole tree, once")
    parser.add_argument("--tools", help=f"some of: {','.join(tool.name for tool in TOOLS)}")
    parser.add_argument("--install", action="store_true", help=f"install {', '.join(PEERS)}")
    parser.add_argument("--write-readme", type=Path, nargs="?", const=ROOT, help="put table and picture there")
    parser.add_argument("--earlier", type=Path, help="a results.json: its tools, where they are not run now")
    options = parser.parse_args(arguments)
    if bool(options.tree) != bool(options.symbol and options.to):
        parser.error("--tree, --symbol and --to belong together")
    unknown = {*(options.tools or OURS.name).split(",")} - {tool.name for tool in TOOLS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if options.times < 1:
        parser.error("--times has to be 1 or more")
    return options


def install(environment: Path) -> None:
    """Make the peers' environment. Raises CalledProcessError."""
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    subprocess.run([str(environment / "bin" / "python"), "-m", "pip", "install", "-qq", *PEERS], check=True)


def job_of(options: argparse.Namespace, work: Path) -> Job:
    roots = tuple(options.source_root or ["."])
    if options.tree:
        origin, title = corpus.copy_tree(options.tree.absolute(), work), options.tree.name
        return make_job(title, origin, options.symbol, options.to, roots)
    return make_job(corpus.PROJECT, corpus.fetch_project(work), corpus.OLD, corpus.NEW, (".",))


def told_by_us(job: Job, work: Path, programs: Mapping[str, Path]) -> Counter[str]:
    """How many references a preview says it leaves, with the reason, by file."""
    plan = work / "plan.yaml"
    plan.write_text(job.plan(), encoding="utf-8")
    command: list[str | Path] = [programs[OURS.name], "-m", "codemods", "preview", plan, "--repo", job.origin, "--json"]
    done = subprocess.run(command, check=False, cwd=work, env=isolated(), stdout=subprocess.PIPE, text=True)
    if done.returncode not in OURS.statuses:
        return Counter()
    return Counter(
        entry["path"]
        for phase in json.loads(done.stdout)["phases"]
        for entry in phase["files"]
        for reference in entry["references"]
        if reference["disposition"] != "rewritten"
    )


def judged(job: Job, rows: list[Row], work: Path, told: Mapping[str, int]) -> list[Line]:
    """Judge what was written, after all is measured: the checker's memory would be taken for a tool's."""
    judge = Judge(job, clone(job.origin, work / "judged"))
    lines = []
    for row in rows:
        verdict = None
        if row.patch is not None:
            print(f"judging {row.patch.name}", flush=True)
            verdict = judge.judge(row.patch, job.new if row.tool.redirects else job.renamed_in_place)
        untold = verdict.untold(told if row.tool is OURS else {}) if verdict else 0
        lines.append(Line(row, verdict, untold))
    return lines


def earlier_lines(file: Path, known: set[str]) -> list[Line]:
    """The lines of an earlier comparison, but for those of `known` tools. Raises OSError, KeyError."""
    rows = json.loads(file.read_text(encoding="utf-8"))["rows"]
    return [line_of(row) for row in rows if row["tool"] not in known]


def write_results(job: Job, lines: list[Line], missing: Sequence[Tool], kept: Path) -> None:
    """Write the table, the plot and the raw figures; print the table."""
    tree = corpus.tell(job.origin)
    references = max((line.verdict.references for line in lines if line.verdict), default=0)
    ours = {line.row.mode: line.cost for line in lines if line.row.tool is OURS}
    heading = f"{job.title}: {tree}. `{job.old}` to `{job.new}`: {references} references"
    notes = [f"- {tool.name}: {tool.note}" for tool in TOOLS if any(line.row.tool is tool for line in lines)]
    if missing:
        notes.append(f"- not installed: {', '.join(tool.name for tool in missing)}")
    unsteady = sorted({line.title for line in lines if len(line.row.results) > 1})
    notes += [f"- {title} does not make the same of it each time" for title in unsteady]
    for line in lines:
        notes += [f"- {line.title}, {line.row.mode}: ended with status {bad}" for bad in sorted(line.row.bad_statuses)]
    times = max(len(line.row.costs) for line in lines)
    about = f"Median of {times}; {len(job.files)} files given to the peers. {environment_of_machine()}."
    dry = [line for line in lines if line.row.mode != APPLY]
    wrote = [line for line in lines if line.row.mode == APPLY]
    sections = [heading + ".", about]
    sections += [f"Dry runs:\n\n{costs_table(dry, ours.get(DRY))}".rstrip()] if dry else []
    sections.append(f"Runs that write:\n\n{costs_table(wrote, ours.get(APPLY))}".rstrip())
    sections.append(f"What they made:\n\n{results_table(wrote)}".rstrip())
    text = "\n\n".join([*sections, "\n".join(notes)]) + "\n"
    (kept / "table.md").write_text(text, encoding="utf-8")
    (kept / "plot.svg").write_text(to_svg(lines, f"{job.title}: one symbol redirected"), encoding="utf-8")
    values = {"job": {"title": job.title, "old": job.old, "new": job.new, "tree": tree, "files": list(job.files)}}
    figures = {**values, "machine": environment_of_machine(), "rows": [line.to_json() for line in lines]}
    (kept / "results.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"\n{text}\nwritten to {kept}")


if __name__ == "__main__":
    sys.exit(main())
