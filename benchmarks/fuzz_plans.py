"""Fuzzes the plan loader: real plans with parts changed, and YAML of all kinds.

A plan either loads or is refused with mistakes that have a place, in bounded time; anything else is a finding.

    python benchmarks/fuzz_plans.py --minutes 20
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from codemods.errors import PlanError
from codemods.plan import limits
from codemods.plan.expressions import is_git
from codemods.plan.load import LoadedPlan, load_plan
from codemods.plan.template import VARIABLES, render

if TYPE_CHECKING:
    import random

ROOT = Path(__file__).parents[1]
SECONDS = 5.0  # that one plan may take
PLANS = [path.read_text("utf-8") for path in sorted(ROOT.glob("migration_plans/**/*.yaml"))]
PLANS += [path.read_text("utf-8") for path in sorted(ROOT.glob("fixtures/**/plan.yaml"))]
VALUES = [YAML(typ="safe", pure=True).load(text) for text in PLANS]
HOSTILE: list[Any] = [
    *("", " ", "..", "../x", "/etc/passwd", "~", "~/x", ".git/hooks/x.py", "a/.GIT/x", "GIT~1/x", "-x", "--exec=x"),
    *("a\0b", "a\nb", "a\x1b[31mb", "\ud800", "\u202e", "\ufeff", "x" * 5_000, "a" + ".b" * 500, "(" * 150, "[" * 90),
    *(
        "$X",
        "$...",
        "...",
        "$...A, $...B, $...C",
        "f($...A, $...B, ..., $...C)",
        "{{ title }}",
        "{{",
        "{% x %}",
        "{{ a.b }}",
    ),
    *("(a+)+$", "(a|a)*", "[", "**/**/**/**", "*a*a*a*a*", "!", "!!", "a[", "[[:alpha:", "ext::sh -c x", "nan", "inf"),
    *("Codemods-Run: x", "title\n\nCodemods-Reverts: x", "# ------------------------ >8 ------------------------"),
    *("1" * 5_000, 10**50, -1, 0, 1e308, 5.5, True, False, None, [], {}, [[]], {"": ""}, {"a": {"b": {"c": 1}}}),
    *(
        "rest",
        "shim",
        "imports",
        "x: y",
        "f(x",
        "lambda: 0",
        "async def f(): ...",
        "if a:\n  b",
        "import x",
        "def",
        "$1",
        "$X.$X",
    ),
]
TOKENS = [
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "<<: *a",
    "- ",
    ": ",
    "? ",
    "|\n",
    ">-\n",
    "'",
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    "#",
    "\t",
    "\n",
]
TOKENS += [
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\r\n",
    "\x85",
    "\u2028",
    "\ufeff",
    "\0",
    '"\\x1b"',
    '"\\ud800"',
    '"\\UFFFFFFFF"',
    "0x",
    "~",
    "@",
    "`",
]

scalars = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none()
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def changed_values(draw: st.DrawFn) -> str:
    """A plan with values replaced, taken out, repeated or moved, as JSON, which is YAML."""
    value = json.loads(json.dumps(draw(st.sampled_from(VALUES))))
    for _ in range(draw(st.integers(1, 4))):
        parent, key = _place(value, draw(st.randoms(use_true_random=False)))
        action = draw(st.sampled_from(["replace", "replace", "remove", "repeat", "rename", "move", "wrap", "many"]))
        _change(parent, key, action, draw(anything), draw(st.randoms(use_true_random=False)), value)
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


def _place(value: Any, chance: random.Random) -> tuple[Any, Any]:
    """A random place in a tree: what holds it, and its key there."""
    holder, key = value, chance.choice(list(value))
    while isinstance(holder[key], (list, dict)) and holder[key] and chance.random() < 0.8:
        holder = holder[key]
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    return holder, key


def _change(parent: Any, key: Any, action: str, new: Any, chance: random.Random, whole: Any) -> None:
    if action == "replace":
        parent[key] = new
    elif action == "remove" and len(parent) > 1:
        del parent[key]
    elif action == "repeat" and isinstance(parent, list):
        parent.insert(key, parent[key])
    elif action == "rename" and isinstance(parent, dict):
        parent[str(new)[:200]] = parent.pop(key)
    elif action == "move":
        other, place = _place(whole, chance)
        other[place] = json.loads(json.dumps(parent[key]))
    elif action == "wrap":
        parent[key] = [parent[key]] if chance.random() < 0.5 else {str(new)[:20]: parent[key]}
    elif action == "many" and isinstance(parent, list):
        parent.extend(parent[key] for _ in range(chance.choice([10, 100, 400])))


@st.composite
def changed_text(draw: st.DrawFn) -> str:
    """A plan with pieces of its text put in, taken out, repeated or replaced."""
    text = draw(st.sampled_from(PLANS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 2, 5, 20, 100])))
        hostile = [word for word in HOSTILE if isinstance(word, str)]
        piece = draw(st.one_of(st.sampled_from(TOKENS), st.sampled_from(hostile), st.text(max_size=5)))
        again = draw(st.sampled_from([1, 1, 1, 2, 50]))
        text = text[:start] + piece * again + text[end:]
    return text


@st.composite
def any_yaml(draw: st.DrawFn) -> str:
    """Something of YAML's own words."""
    return "".join(draw(st.lists(st.one_of(st.sampled_from(TOKENS), st.text(max_size=3)), max_size=60)))


def check(text: str) -> bool:
    """Load one plan; whether it was taken. Raises where it does not end as it has to."""
    started = time.process_time()
    try:
        loaded = load_plan(text, "plan.yaml")
    except PlanError as error:
        _check_mistakes(error, text)
        loaded = None
    seconds = time.process_time() - started
    assert seconds < SECONDS, f"it took {seconds:.1f} seconds"
    if loaded is not None:
        _check_plan(loaded)
    return loaded is not None


def _check_mistakes(error: PlanError, text: str) -> None:
    assert 0 < len(error.mistakes) <= limits.MISTAKES + 1, "a refusal without mistakes, or with too many"
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 1
    for mistake in error.mistakes:
        assert 1 <= mistake.line <= lines + 1, f"there is no such line: {mistake}"
        assert mistake.column >= 1, f"there is no such column: {mistake}"
        assert mistake.message, f"nothing is said: {mistake}"
        assert mistake.message.isprintable(), f"it is more than a line: {mistake}"


def _check_plan(loaded: LoadedPlan) -> None:
    plan = loaded.plan
    listed = [path for phase in plan.phases if phase.files != "rest" for path in phase.files]
    for path in (*plan.exclude, *plan.source_roots, *plan.forbid.files, *listed):
        parts = path.removeprefix("!").split("/")
        assert not path.startswith(("/", "-", "~")), path
        assert ".." not in parts, path
        assert not any(is_git(part) for part in parts), path
    for value in ("x", "", "Codemods-Reverts: x", "y\nCodemods-Run: x"):
        message = render(plan.commit.message, {**dict.fromkeys(VARIABLES, value), "summary": "s"})
        assert message.strip(), "an empty message"
        assert not any(line.lower().lstrip().startswith("codemods-") for line in message.splitlines()), message
    msgspec.json.encode(plan)


def main() -> None:
    """Fuzz until the time is up, then tell the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=20, help="of processor time")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    figures = {"cases": 0, "loaded": 0, "slowest": 0.0}
    findings: dict[str, str] = {}
    number = asked.seed

    def run(text: str) -> None:
        figures["cases"] += 1
        before = time.process_time()
        figures["loaded"] += check(text)
        figures["slowest"] = max(figures["slowest"], time.process_time() - before)

    while time.process_time() < asked.minutes * 60:
        number += 1
        for strategy in (changed_values(), changed_text(), any_yaml()):
            quiet = settings(
                max_examples=300,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate, Phase.shrink],
                report_multiple_bugs=False,
            )
            try:
                seed(number)(quiet(given(strategy)(run)))()
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                lines = traceback.format_exc().splitlines()
                place = next((line for line in reversed(lines) if "/codemods/" in line), lines[-1])
                kind = f"{place} {error!r:.60}"
                if kind not in findings:
                    findings[kind] = repr(error)
                    print("FINDING", place.strip(), "\n".join(lines[-25:]), sep="\n", flush=True)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{time.process_time():.0f} s, {figures}, {len(findings)} findings, {memory} MB", flush=True)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
