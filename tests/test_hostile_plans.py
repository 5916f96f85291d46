"""Plans that mean harm: each is refused with its message, in a moment and with little memory, and touches nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.demo import fixtures
from codemods.plan import limits
from codemods.plan.load import load_plan
from tests.conftest import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.conftest import Files

    MakeRepo = Callable[[Files], Path]
    Git = Callable[..., str]

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="limits of memory, pipes and devices are those of POSIX"),
    pytest.mark.timeout(400),  # what counts is the time of each plan
]
PLANS = fixtures() / "hostile" / "plans"
_MARK = "# expects: "
_SECONDS = 60.0  # of processor time, for one plan and one verb: what takes longer would not end at all
_MEMORY = 1_500_000_000  # bytes of address space; the command itself needs a third of it
_VERBS = (("audit",), ("preview",), ("guard",), ("status",), ("apply", "--yes"))
_CHILD = f"""
import contextlib, io, json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
from codemods.cli.app import run
verbs, plans = json.load(sys.stdin)
for plan in plans:
    for verb, *options in verbs:
        out, err, started = io.StringIO(), io.StringIO(), time.process_time()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run([verb, plan, *options])
        told = [plan, verb, status, time.process_time() - started, out.getvalue(), err.getvalue()]
        print(json.dumps(told), flush=True)
"""
FILES = {
    "pkg/__init__.py": "",
    "pkg/old.py": "def f(): ...\n",
    "pkg/new.py": "def f(): ...\n",
    "use.py": "import pkg.old\n",
}
HEAD = "schema: 1\nname: hostile\n"
MOVE = "redirect:\n  - {module: pkg.old, to: pkg.new}\n"


def refusals(root: Path, plans: Mapping[str, str], verbs: tuple[tuple[str, ...], ...] = _VERBS) -> Iterator[str]:
    """What is wrong with how the verbs refuse `plans`, each with what has to be told about it."""
    asked = json.dumps([verbs, list(plans)])
    child = subprocess.run([sys.executable, "-c", _CHILD], cwd=root, input=asked, capture_output=True, text=True)
    if child.returncode:
        yield child.stderr
    answers = [json.loads(line) for line in child.stdout.splitlines()]
    if len(answers) != len(plans) * len(verbs):
        yield f"{len(answers)} answers"
    for plan, verb, status, seconds, out, err in answers:
        name = f"{verb} {Path(plan).name}"
        if status != 2 or out or plans[plan] not in err:
            yield f"{name}: status {status}, {out[:200]!r}, {err[:500]!r}"
        if seconds > _SECONDS:
            yield f"{name}: {seconds:.1f} seconds"
        if not all(line.isprintable() for line in err.splitlines()) or len(err) > 2 * limits.MISTAKES * limits.MESSAGE:
            yield f"{name}: more is told than a terminal should get"


def expected(plan: Path) -> str:
    """What the first line of a plan says that has to be told about it."""
    return plan.read_text(encoding="utf-8").partition("\n")[0].removeprefix(_MARK)


@pytest.fixture
def snapshot(git: Git) -> Callable[[Path], object]:
    """All that a verb might touch around a repository: its files, its refs, what lies beside it."""

    def take(root: Path) -> object:
        beside = {str(p): p.read_bytes() for p in root.parent.rglob("*") if p.is_file() and "index" not in p.name}
        return beside, git(root, "for-each-ref"), git(root, "status", "--porcelain")

    return take


def test_each_plan_of_the_corpus_is_refused_with_its_message(
    make_repo: MakeRepo, snapshot: Callable[[Path], object]
) -> None:
    root = make_repo(FILES)
    plans = {str(plan): expected(plan) for plan in sorted(PLANS.glob("*.yaml"))}
    assert len(plans) > 50
    assert all(plans.values())
    before = snapshot(root)
    assert not list(refusals(root, plans, (("audit",),)))
    # From the end: the first are those that take longest.
    chosen = dict(sample(list(plans.items())[::-1], 8))
    assert not list(refusals(root, chosen))
    assert snapshot(root) == before


def big_plans() -> dict[str, tuple[str | bytes, str]]:
    """Plans that are too big to be kept, each with what has to be told about it."""
    many = limits.BYTES // 100
    deep = "it is nested deeper than 40 levels"
    return {
        "fifty_megabytes": (HEAD + "#" * 50_000_000, "The plan has more than 1,000,000 bytes."),
        "nested_lists": (f"{HEAD}exclude: {'[' * 10_000}{']' * 10_000}\n", deep),
        "nested_mappings": (f"{HEAD}exclude: {'{a: ' * 10_000}{'}' * 10_000}\n", deep),
        "nested_blocks": (f"{HEAD}exclude:\n  {'- ' * 10_000}x\n", deep),
        "nested_without_end": (f"{HEAD}exclude: {'[' * 100_000}", deep),
        "a_million_digits": (f"{HEAD}issue: {'1' * 900_000}\n{MOVE}", "expected one line of at most 300"),
        "hexadecimal": (f"{HEAD}issue: 0x{'f' * 900_000}\n{MOVE}", "expected one line of at most 300"),
        "long_key": (f'{HEAD}? "{"k" * 900_000}"\n: 1\n{MOVE}', "unknown key `kkkk"),
        "long_line": (f"{HEAD}title: {'x' * 900_000}\n{MOVE}", "expected one line of at most 300"),
        "many_keys": (HEAD + "".join(f"key{n}: 1\n" for n in range(many)) + MOVE, "there are more"),
        "many_twice": (HEAD + "title: x\n" * many + MOVE, "the key `title` stands here twice"),
        "many_values": (HEAD + "exclude: [" + "x," * 150_000 + "]\n" + MOVE, "more than 50000 values"),
        "wide_table": (
            f"{HEAD}rewrite:\n  - name: r\n    match: f({'$T, ' * 4_000})\n    replace: g()\n    each:\n"
            + "".join(f"      - {{T: x{n}}}\n" for n in range(1_900)),
            "the table makes more than 2000000 characters",
        ),
        "many_rules": (
            HEAD + "rewrite:\n" + "".join(f" - {{name: r{n}, match: $A.f{n}(), replace: g()}}\n" for n in range(2_001)),
            "there are more than 2000 rules",
        ),
        "many_names": (
            HEAD
            + f"phases:\n  - {{name: P0, files: rest, with: [{', '.join(f'abcdefghij{n}' for n in range(5_000))}]}}\n"
            + "validation:\n"
            + "".join(f"  abcdefghik{n}: {{kind: imports}}\n" for n in range(5_000))
            + MOVE,
            "there is no validation `abcdefghij0`",
        ),
        "nul": ((HEAD + MOVE).encode() + b"title: a\0b\n", "5:9: this is not YAML: unacceptable character #x0000"),
        "long_chain": (
            HEAD + "redirect:\n" + "".join(f"  - {{symbol: a.b{n}, to: a.b{n + 1}}}\n" for n in range(8_000)),
            "is redirected itself",
        ),
        "blank_lines": (
            f"{HEAD}title: &a |\n{chr(10) * 400_000}exclude: [{'*a, ' * 40_000}]\n{MOVE}",
            "expected a path inside the repository",
        ),
        "latin_1": (HEAD.encode() + b"title: caf\xe9\n" + MOVE.encode(), "The plan is not UTF-8 text."),
        "utf_16": ((HEAD + MOVE).encode("utf-16"), "The plan is not UTF-8 text."),
        "escape": (HEAD + "\x1b]0;x\x07: 1\n", "3:1: this is not YAML: unacceptable character #x001b"),
    }


def test_plans_without_measure_are_refused_before_they_cost_much(
    make_repo: MakeRepo, tmp_path: Path, snapshot: Callable[[Path], object]
) -> None:
    root = make_repo(FILES)
    folder = tmp_path / "plans"
    folder.mkdir()
    plans = {}
    # Those that take longest are between the others.
    for name, (text, told) in sample(list(big_plans().items()), 3):
        (folder / f"{name}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        plans[str(folder / f"{name}.yaml")] = told
    before = snapshot(root)
    assert not list(refusals(root, plans, (("audit",),)))
    assert snapshot(root) == before


def test_what_is_no_file_is_not_waited_for(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo(FILES)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    plans = {
        "/dev/zero": "The plan is not a file.",
        str(tmp_path / "pipe"): "The plan is not a file.",
        str(tmp_path): "The plan is not a file.",
        str(tmp_path / "circle"): "The plan cannot be read",
        str(tmp_path / "nothing"): "The plan cannot be read: No such file or directory.",
    }
    assert not list(refusals(root, plans))


def test_a_large_plan_that_is_right_is_read() -> None:
    count = len(sample(range(10_000), 4))
    files = "".join(f"      - some/folder/of/a/large/repository/module_{number:05}.py\n" for number in range(count))
    text = f"{HEAD}{MOVE}phases:\n  - name: P0\n    files:\n{files}  - {{name: P1, files: rest}}\n"
    assert len(load_plan(text, "plan.yaml").plan.phases[0].files) == count
