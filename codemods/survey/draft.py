"""Writes a plan from findings: what to keep, where to redirect, with the reasons as comments.

What is decided becomes entries; what a person has to decide becomes comments. The plan loads as it is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.model import printable
from codemods.survey.findings import Kind
from codemods.survey.likeness import is_namesake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.survey.code_base import CodeBase
    from codemods.survey.findings import Finding, Place

_TITLES = {
    Kind.DUPLICATE: "is defined {places} times",
    Kind.NEAR: "and its near duplicates, {places} in all",
    Kind.CONCEPT: "has {places} definitions under several names",
    Kind.FORWARDER: "only forwards to others",
    Kind.PATHS: "is imported by {places} paths",
}


class _Draft(Struct):
    """The parts of a plan as lines. `kept` are the symbols that stay by their modules, with the `reasons`; `moved` are
    the old names, `targets` the names and modules that others move to."""

    code: CodeBase
    takes_namesakes: bool
    kept: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    redirects: list[str] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    deletions: list[str] = field(default_factory=list)
    open_questions: list[str] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)


def draft(
    findings: Sequence[Finding],
    code: CodeBase,
    *,
    name: str,
    roots: Sequence[str],
    exclude: Sequence[str],
    takes_namesakes: bool,
) -> str:
    """The text of a plan called `name` for `findings`, which have to be one or more, in detail.

    Definitions that have only their name in common with the kept one are redirected where `takes_namesakes`.
    """
    made = _Draft(code, takes_namesakes)
    for finding in findings:
        _add(made, finding)
    if not made.kept:
        # A plan has to say something: it keeps what is used most until a person has decided.
        first = findings[0].places[0]
        _keep(made, first.module, [first.name] if first.name else [], "Undecided, see below.")
    return "\n".join(_lines(made, findings, name, roots, exclude)) + "\n"


def slug(text: str) -> str:
    """`text` as the name of a plan."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "plan"


def _lines(
    made: _Draft, findings: Sequence[Finding], name: str, roots: Sequence[str], exclude: Sequence[str]
) -> Iterator[str]:
    yield "# A draft: read the reasons, change what is wrong, then run `codemods preview` on it."
    yield "schema: 1"
    yield f"name: {slug(name)}"
    yield f"title: {json.dumps(f'One of each: {_titles(findings)}', ensure_ascii=False)}"
    if tuple(roots) != (".",):
        yield f"source_roots: {json.dumps(list(roots))}"
    if exclude:
        yield f"exclude: {json.dumps(list(exclude), ensure_ascii=False)}"
    yield ""
    yield "keep:"
    for module, symbols in made.kept.items():
        yield from (f"  # {_comment(reason)}" for reason in made.reasons[module])
        yield f"  - module: {module}"
        if symbols:
            yield f"    symbols: [{', '.join(symbols)}]"
    is_active = any(not line.startswith("  #") for line in made.redirects)
    redirects = made.redirects if is_active else [f"# {line.strip(' #')}" for line in made.redirects]
    for key, lines in (
        ("redirect:" if is_active else "# No redirect:", redirects),
        ("# merge:", made.merges),
        ("# delete:  # once nothing refers to them", made.deletions),
    ):
        if lines:
            yield from ("", key, *lines)
    if made.open_questions:
        yield ""
        yield "# To be decided by a person:"
        yield from made.open_questions


def _titles(findings: Sequence[Finding]) -> str:
    names = list(dict.fromkeys(printable(finding.name) for finding in findings))
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _comment(text: str) -> str:
    return printable(text).replace("\n", " ")


def _add(made: _Draft, finding: Finding) -> None:
    names = finding.names or (finding.name,)
    title = _TITLES[finding.kind].format(places=len(finding.places))
    heading = f"{', '.join(names[:6])}{' …' if len(names) > 6 else ''} {title}. {_sentence(finding.reason)}"
    kept = finding.places[0]
    symbols = _symbols(finding, kept)
    if not finding.is_decided or finding.kind is Kind.NEAR or _is_taken(made, kept.module, symbols):
        made.open_questions += [f"# - {_comment(heading)}", *(f"#     {_facts(place)}" for place in finding.places)]
        return
    _keep(made, kept.module, symbols, heading)
    if finding.kind is Kind.FORWARDER:
        _redirect_module(made, finding.places[-1], kept)
        return
    for place in finding.places[1:]:
        if finding.kind is Kind.DUPLICATE and is_namesake(place) and not made.takes_namesakes:
            made.redirects.append(f"  # left alone, since other code under that name: {_facts(place)}")
        elif finding.kind is Kind.DUPLICATE:
            _redirect_duplicate(made, names, kept, place)
        elif place.notes:
            _redirect_path(made, kept, place)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _symbols(finding: Finding, kept: Place) -> list[str]:
    if finding.kind is Kind.FORWARDER:
        return []
    return list(finding.names) if finding.kind is Kind.DUPLICATE and finding.names else [kept.name]


def _is_taken(made: _Draft, module: str, symbols: Iterable[str]) -> bool:
    return module in made.moved or any(f"{module}.{symbol}" in made.moved for symbol in symbols)


def _keep(made: _Draft, module: str, symbols: Iterable[str], reason: str) -> None:
    held = made.kept.setdefault(module, [])
    held += [symbol for symbol in symbols if symbol not in held]
    made.reasons.setdefault(module, []).append(reason)
    made.targets |= {module, *(f"{module}.{symbol}" for symbol in held)}


def _facts(place: Place) -> str:
    facts = [f"used by {place.users} file(s)", f"{place.lines} lines", *place.notes, *place.differences]
    return _comment(f"{place.dotted} ({place.path}:{place.line}): {'; '.join(facts)}")


def _redirect_duplicate(made: _Draft, names: Sequence[str], kept: Place, place: Place) -> None:
    """Every name that both modules define, from one place to the kept one; the whole module where it has no others."""
    made.redirects.append(f"  # {_facts(place)}")
    own, there = made.code.public_names(place.module), set(made.code.public_names(kept.module))
    shared = [*names, *(name for name in own if name in there and name not in names)]
    others = [name for name in own if name not in shared]
    if not others and _may_move(made, place.module):
        _module(made, place.module, kept.module, {})
    else:
        for name in shared:
            _symbol(made, f"{place.module}.{name}", f"{kept.module}.{name}")
        if others:
            made.redirects.append(f"  # what else {place.module} has stays there: {_listed(others)}")
    if place.extra:
        members = ", ".join(f"{place.name}.{name}" for name in place.extra)
        made.merges += [
            "#   # only this one has them; leave out what nobody needs",
            f"#   - {{module: {place.module}, into: {kept.module}, names: [{members}]}}",
        ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _redirect_path(made: _Draft, kept: Place, place: Place) -> None:
    if place.dotted in made.moved or place.module in made.moved:
        return
    made.redirects.append(f"  # {_facts(place)}")
    if not made.code.binds(place.module, place.name):
        made.redirects.append(f"  # left alone, since it comes there by a star import: {place.dotted}")
    else:
        _symbol(made, place.dotted, kept.dotted, is_definition=False)


def _is_moved(made: _Draft, dotted: str) -> bool:
    return dotted in made.moved or dotted.rpartition(".")[0] in made.moved


def _may_move(made: _Draft, module: str) -> bool:
    return not any(name == module or name.startswith(f"{module}.") for name in (*made.targets, *made.moved))


def _symbol(made: _Draft, old: str, new: str, *, is_definition: bool = True) -> None:
    if old in made.moved or old.rpartition(".")[0] in made.moved:
        made.redirects.append(f"  # moved by another entry: {old}")
    elif old in made.targets or _is_moved(made, new):
        made.redirects.append(f"  # not moved, since another entry keeps it or moves {new}: {old}")
    else:
        made.redirects += [f"  - symbol: {old}", f"    to: {new}"]
        made.moved.add(old)
        made.targets |= {new, new.rpartition(".")[0]}
        if is_definition:
            made.deletions.append(f"#   - symbol: {old}")


def _redirect_module(made: _Draft, place: Place, kept: Place) -> None:
    made.redirects.append(f"  # {_facts(place)}")
    if not _may_move(made, place.module):
        made.redirects.append(f"  # not moved, since another entry needs it: {place.module}")
        return
    symbols: dict[str, str] = {}
    for name in made.code.public_names(place.module):
        target = made.code.resolve(place.module, name)
        if target is not None and target[1] and target != (kept.module, name):
            symbols[name] = target[1] if target[0] == kept.module else ".".join(target)
    targets = [target if "." in target else f"{kept.module}.{target}" for target in symbols.values()]
    if any(_is_moved(made, target) for target in (*targets, kept.module)):
        made.redirects.append(f"  # not moved, since another entry moves what it forwards to: {place.module}")
        return
    _module(made, place.module, kept.module, symbols)


def _module(made: _Draft, old: str, new: str, symbols: dict[str, str]) -> None:
    made.redirects += [f"  - module: {old}", f"    to: {new}"]
    if symbols:
        made.redirects += ["    symbols:", *(f"      {name}: {target}" for name, target in symbols.items())]
    made.redirects.append("    # leave: shim  # forwards old imports with a DeprecationWarning, for code outside")
    made.moved.add(old)
    made.moved |= {f"{old}.{name}" for name in symbols}
    for target in symbols.values():
        dotted = target if "." in target else f"{new}.{target}"
        made.targets |= {dotted, dotted.rpartition(".")[0]}
    made.targets.add(new)
    made.deletions.append(f"#   - module: {old}")
