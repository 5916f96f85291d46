"""Every form of reference, by every kind of mapping: executed before and with the old name gone; and its twins."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from codemods.engine.preview import preview
from codemods.model import Blocked, Changed, Disposition, Finding, Outcome, Unit
from codemods.plan.load import load_plan
from tests.checks import check_accounted, plan_text, with_disposition
from tests.conftest import write_files
from tests.transforms.matrix import (
    BESIDE,
    BESIDE_MODULE,
    ENTRIES,
    KINDS,
    STILL_OLD,
    TWIN_MODULES,
    TWINS,
    Entry,
    Kind,
    Twin,
    base,
    filled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemods.plan.load import LoadedPlan

RUNNER = Path(__file__).with_name("matrix_runner.py")
Verdicts = dict[str, dict[str, str]]

form = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@dataclass(frozen=True, slots=True)
class Migrated:
    """What the preview makes of a project: its files after, what became of each, and the findings."""

    files: dict[str, str]
    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    units: tuple[Unit, ...]

    @property
    def changed(self) -> set[str]:
        """The paths of the files that change."""
        return {outcome.path for outcome in self.outcomes if isinstance(outcome, Changed)}


@cache
def loaded_plan(kind: Kind, root: str) -> LoadedPlan:
    return load_plan(plan_text(kind.redirect(root)), "plan.yaml")


def migrate(kind: Kind, entry: Entry, sources: Mapping[str, str], others: Mapping[str, str] | None = None) -> Migrated:
    """Preview the migration of `sources` beside the modules that hold the definitions, old and new."""
    contents = {path: text.encode() for path, text in {**base(kind, entry), **(others or {}), **sources}.items()}
    shown = preview(loaded_plan(kind, entry.root), sorted(contents), contents.__getitem__)
    outcomes = (*(o for phase in shown.phases for o in phase.outcomes), *shown.outside, *shown.skipped)
    after = {o.path: o.change.after.decode() for o in outcomes if isinstance(o, Changed)}
    return Migrated({**sources, **after}, outcomes, shown.findings, shown.units)


@cache
def migrated(kind: Kind, entry_id: str) -> Migrated:
    """The migration of one form, computed once."""
    entry = next(entry for entry in ENTRIES if entry.id == entry_id)
    return migrate(kind, entry, entry.sources(kind))


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Kind], Verdicts]:
    """Executes all forms of a kind, at every stage of the migration; what went wrong, by stage and form.

    One interpreter runs all projects of a stage, so that the suite stays quick. The stages: before, after each of the
    commits, at the end (`beside` the old name), and after the old name is gone.
    """

    @cache
    def execute(kind: Kind) -> Verdicts:
        folder = tmp_path_factory.mktemp(kind.name)
        trees = {entry.id: stages(kind, entry) for entry in ENTRIES}
        verdicts = {}
        for stage in sorted({stage for tree in trees.values() for stage in tree}):
            verdicts[stage] = _execute(folder / stage, {key: t[stage] for key, t in trees.items() if stage in t})
        return verdicts

    return execute


def stages(kind: Kind, entry: Entry) -> dict[str, dict[str, str]]:
    """The trees of one project on its way, each with the definitions beside it."""
    result, with_old = migrated(kind, entry.id), base(kind, entry)
    trees = {"before": {**with_old, **entry.sources(kind)}}
    done: dict[str, str] = trees["before"]
    for number, unit in enumerate(result.units[:-1], 1):
        done = done | {change.path: change.after.decode() for change in unit.changes}
        trees[f"commit {number}"] = done
    return {
        **trees,
        "beside": {**with_old, **result.files},
        "after": {**base(kind, entry, old=False), **result.files},
    }


def _execute(folder: Path, trees: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    projects = {}
    checks = {entry.id: entry.check for entry in ENTRIES}
    for key, files in trees.items():
        write_files(folder / key, files)
        projects[key] = (str(folder / key), checks[key])
    completed = subprocess.run(
        [sys.executable, "-I", str(RUNNER)], input=json.dumps(projects), capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    verdicts: dict[str, str] = json.loads(completed.stdout)
    return verdicts


@kinds
@form
def test_form_runs_with_the_old_name_gone(entry: Entry, kind: Kind, executed: Callable[[Kind], Verdicts]) -> None:
    """It runs before; nothing of it is blocked; it runs after, beside the old name and without; and stays as it is."""
    verdicts = {stage: verdict[entry.id] for stage, verdict in executed(kind).items() if entry.id in verdict}
    result = migrated(kind, entry.id)
    shown = text_of(result)
    assert not verdicts["before"], f"the table is wrong:\n{verdicts['before']}"
    check_accounted_each(result)
    assert not result.changed & base(kind, entry).keys(), "the definitions themselves change"
    assert not not_handled(result), (not_handled(result), shown)
    doubled = set(doubled_imports(result.files)) - set(doubled_imports(entry.sources(kind)))
    assert not doubled, (doubled, shown)
    assert not verdicts["beside"], f"{shown}\n{verdicts['beside']}"
    assert not migrate(kind, entry, result.files).changed, "applying the plan again changes the result"
    if kind.name in entry.review:
        assert with_disposition(result.findings, Disposition.REVIEW), "nothing is listed for review"
        assert verdicts["after"], "it runs with the old name gone: it needs no review in the table"
        return
    assert not verdicts["after"], f"{shown}\n{verdicts['after']}"
    for held in entry.holds:
        assert filled(held, kind) in shown, (filled(held, kind), shown)
    remaining = {name.partition(": ")[0] for name in old_names(kind, entry, result.files)}
    listed = {finding.reference.path for finding in with_disposition(result.findings, Disposition.REVIEW)}
    assert remaining <= listed, (old_names(kind, entry, result.files), shown)


@kinds
@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if len(entry.files) > 1], ids=lambda entry: entry.id)
def test_form_runs_after_each_commit(entry: Entry, kind: Kind, executed: Callable[[Kind], Verdicts]) -> None:
    """Files that cannot be correct apart are one commit: between two commits, what ran before still runs."""
    for stage, verdicts in executed(kind).items():
        if stage.startswith("commit"):
            units = [unit.paths for unit in migrated(kind, entry.id).units]
            assert not verdicts.get(entry.id), (stage, units, verdicts[entry.id])


def check_accounted_each(result: Migrated) -> None:
    """Each reference of each file stands once."""
    for path in {finding.reference.path for finding in result.findings}:
        check_accounted(tuple(finding for finding in result.findings if finding.reference.path == path))


def not_handled(result: Migrated) -> list[Outcome]:
    """The files that are blocked or skipped."""
    return [outcome for outcome in result.outcomes if not hasattr(outcome, "findings") or isinstance(outcome, Blocked)]


def text_of(result: Migrated) -> str:
    """The migrated project as one text."""
    return "".join(f"# {path}\n{text}\n" for path, text in result.files.items())


def doubled_imports(files: Mapping[str, str]) -> list[str]:
    """What one block of statements of `files` imports twice; a module also by two names."""
    found = []
    for path, source in files.items():
        for node in ast.walk(ast.parse(source)):
            body = getattr(node, "body", [])
            block = body if isinstance(body, list) else []
            statements = [statement for statement in block if isinstance(statement, (ast.Import, ast.ImportFrom))]
            names = [f"{path}: {_imports(statement, alias)}" for statement in statements for alias in statement.names]
            found += sorted({name for name in names if names.count(name) > 1})
    return found


def _imports(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if isinstance(statement, ast.Import):
        return f"import {alias.name}"
    return f"from {'.' * statement.level}{statement.module} import {alias.name} as {alias.asname}"


def old_names(kind: Kind, entry: Entry, files: Mapping[str, str]) -> list[str]:
    """Where `files` still name the old symbol or module, by a dotted name or an import."""
    prefix = f"{entry.root}." if entry.root else ""
    old = r"a\.b" if kind.whole else r"a\.b[.:]X"
    dotted = re.compile(rf"(?<![\w.])(?:{re.escape(prefix)}|\.\.)?{old}(?!\w)")
    found = []
    for path, source in files.items():
        found += [f"{path}: {match.group()}" for match in dotted.finditer(source)]
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom):
                found += [f"{path}: {name}" for name in _imported(node, path) if _is_old(name, prefix, kind)]
    return found


def _imported(node: ast.ImportFrom, path: str) -> list[str]:
    above = list(Path(path).parts[: -node.level]) if node.level else []
    return [".".join([*above, *(node.module or "").split("."), alias.name]) for alias in node.names]


def _is_old(name: str, prefix: str, kind: Kind) -> bool:
    old = f"{prefix}a.b" if kind.whole else f"{prefix}a.b.X"
    return name.replace("..", ".") == old or (kind.whole and name.startswith(f"{old}."))


@kinds
@form
def test_twin_of_a_form_is_left_alone(entry: Entry, kind: Kind) -> None:
    """What only looks like the form comes out as it went in, and nothing of it counts as rewritten."""
    twins = {twin.name: sources for twin in TWINS if (sources := twin_of(twin, entry, kind))}
    assert twins
    others = twin_modules(entry, kind)
    for name, sources in twins.items():
        result = migrate(kind, entry, sources, others)
        assert not not_handled(result), (name, not_handled(result), sources)
        assert not result.changed, (name, sources, text_of(result))
        assert not with_disposition(result.findings, Disposition.REWRITTEN), (name, result.findings)


def twin_modules(entry: Entry, kind: Kind) -> dict[str, str]:
    """The modules that twins refer to, which hold what the old one holds; it too has the longer name."""
    folder = f"{entry.root}/" if entry.root else ""
    old = f"{folder}a/b/__init__.py" if entry.package else f"{folder}a/b.py"
    content = base(kind, entry)[old] + "\n\nclass Xtra:\n    value = 1\n"
    modules = {f"{folder}{module}": content for module in TWIN_MODULES}
    packages = {f"{folder}{Path(module).parent}/__init__.py": "" for module in TWIN_MODULES}
    return {**packages, **modules, old: content}


def twin_of(twin: Twin, entry: Entry, kind: Kind) -> dict[str, str]:
    """The files of the twin of a form; none where it has no such twin."""
    if twin.symbols_only and kind.whole:
        return {}
    beside = BESIDE_MODULE if kind.whole else BESIDE
    prefix = f"{entry.root}." if entry.root else ""
    beside = re.sub(r"\ba\.", f"{prefix}a.", beside)
    if twin.template:
        if not entry.use:
            return {}
        root = re.findall(r"[A-Za-z]\w*", entry.use)[0]
        return {"use.py": beside + dedent(twin.template).format(root=root, use=entry.use)}
    sources = {path: re.sub(twin.pattern, twin.replacement, dedent(text)) for path, text in entry.files.items()}
    if not twin.symbols_only and re.search(STILL_OLD, "\n".join(sources.values())):
        return {}
    return {path: filled(text.lstrip("\n"), kind) + beside for path, text in sources.items()}


PADDING = "\n\ndef _padding(a, b=')'):\n    # Not of any plan's.\n    return [a, b]\n"


@kinds
@form
def test_what_is_told_of_an_excerpt_is_what_the_whole_tells(
    entry: Entry, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = {path: text + PADDING if path.endswith(".py") else text for path, text in entry.sources(kind).items()}
    part = migrate(kind, entry, sources)
    monkeypatch.setattr("codemods.transforms.view.excerpt", lambda *_: None)
    whole = migrate(kind, entry, sources)
    assert part.outcomes == whole.outcomes
    assert part.units == whole.units
