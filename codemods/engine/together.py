"""What becomes of every file, and which files cannot be correct apart and so share a commit.

Two things tie files together. A local name that changes, with the files that reach it through that module (they import
it from there, or patch it there): all of them change, or none does and the name stays by an alias. And a patch target
that follows its redirect, with the files that look the name up when they are called and that the patching file uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import Struct, field

from codemods.engine.bounded import is_lasting
from codemods.engine.cycles import new_circles
from codemods.engine.loading import Loading
from codemods.engine.shares import Made, Shares, Snapshot
from codemods.index.summary import excerpt_words, summarise
from codemods.index.text import decode
from codemods.model import Changed, Disposition, Finding, Form, Outcome, Skipped, Unchanged, blocked
from codemods.transforms.redirect import concerns
from codemods.transforms.view import parse_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from codemods.engine.scan import Growth, Scan
    from codemods.engine.work import Work
    from codemods.index.summary import ModuleSummary
    from codemods.transforms.moves import Moves

Renames = dict[tuple[str, str], str]  # (module, old local name) to new local name
_PATCHING = (Form.PATCH, Form.MEMBER, Form.MODULE_STRING)
CIRCLE = "modules would import each other in a circle: "
STILL_LOOKED_UP = "still looks it up there"
_LOOKING_UP = (Form.ATTRIBUTE, Form.MEMBER, Form.MODULE_STRING, Form.FROM_IMPORT)


class Outcomes(Struct):
    """The outcome of each candidate by its path, and the sets of files that change together, each file in one set."""

    by_path: dict[str, Outcome]
    together: list[set[str]] = field(default_factory=list)

    def join(self, paths: Iterable[str]) -> None:
        """Say that `paths` change together."""
        joined = set(paths)
        apart = []
        for group in self.together:
            if group & joined:
                joined |= group
            else:
                apart.append(group)
        self.together = [*apart, joined]


def outcomes_of(
    found: Scan, work: Work, moves: Moves, may_change: Callable[[str], bool], meanwhile: Iterable[object] = ()
) -> Outcomes:
    """What the steps of `work` and then `moves` make of each candidate of `found`.

    Files that must not change are those that `may_change` denies. Where others do the work, `meanwhile` is gone through
    piece by piece, maybe not to its end.
    """
    with Shares(found, work, iter(meanwhile)) as shares:
        made = shares.of(_made, found.candidates, moves)
        outcomes = Outcomes({path: one.outcome for path, one in made.items()})
        _look_at_aliases(found, work, outcomes.by_path, moves)
        circular = _circular(found, outcomes.by_path)
        outcomes.by_path.update(circular)
        moves = _rename(shares, outcomes, moves, may_change, circular)
    _release(found, work, outcomes, moves, may_change)
    loading = Loading(found)
    _let_patches_wait(loading, work, outcomes.by_path, moves)
    _join_patches(loading, outcomes)
    return outcomes


def _rename(
    shares: Shares, outcomes: Outcomes, moves: Moves, may_change: Callable[[str], bool], circular: Collection[str]
) -> Moves:
    """Carry those renames out that can be, in all files that they tie together; `moves` with these."""
    found = shares.found
    renames = _wanted(found, outcomes.by_path)
    asked = set(renames)
    while renames:
        extended = moves.with_renames(renames)
        followers = {key: _followers(found, key) for key in renames}
        own = {key: found.modules[key[0]] for key in renames}
        affected = {*own.values(), *(path for paths in followers.values() for path in paths)}
        free = affected.intersection(found.candidates).difference(circular)
        renewed = shares.of(_renewed, sorted(free), extended)
        renewed_outcomes = {path: one.outcome for path, one in renewed.items()}
        further = {key: new for key, new in _wanted(found, renewed_outcomes).items() if key not in asked}
        if further:
            renames |= further
            asked |= set(further)
            continue
        refused = [
            key
            for key in renames
            if not all(map(may_change, (own[key], *followers[key])))
            or not _holds(found, key, renames[key], renewed, followers[key])
        ]
        if not refused:
            outcomes.by_path.update(renewed_outcomes)
            for key, paths in followers.items():
                outcomes.join((own[key], *paths))
            return extended
        renames = {key: new for key, new in renames.items() if key not in refused}
    return moves


def _made(found: Scan, work: Work, path: str, moves: Moves) -> Made:
    return Made(_transform(found, work, path, moves))


def _renewed(found: Scan, work: Work, path: str, moves: Moves) -> Made:
    """What is made of a file that reaches, or has, a name that is to change."""
    outcome = _transform(found, work, path, moves, surely=True)
    # Elsewhere all at once; here only once it is known that somebody asks.
    after = _summary_after(found, outcome) if isinstance(found, Snapshot) else None
    return Made(outcome, after, found.words if after is not None else None)


def _transform(found: Scan, work: Work, path: str, moves: Moves, *, surely: bool = False) -> Outcome:
    """What is made of one file; `surely` says that it is known to refer to what moves."""
    if found.facts is None or work.steps:
        return _transformed(found, work, path, moves, surely=surely)
    rest = (found.facts.place, moves.key, found.key(), found.state, work.fixed.get(path), surely)
    before = len(found.grown)
    if (fact := found.facts.of("outcome", path, rest)) is not None:
        outcome, grown, state = cast("tuple[Outcome, tuple[Growth, ...], int]", fact)
        found.grow(grown)
        # What was read for it then may be something else now.
        if found.state == state:
            return outcome
    outcome = _transformed(found, work, path, moves, surely=surely)
    if is_lasting(outcome):
        found.facts.put("outcome", path, rest, (outcome, tuple(found.grown[before:]), found.state))
    return outcome


def _transformed(found: Scan, work: Work, path: str, moves: Moves, *, surely: bool) -> Outcome:
    content = found.content(path)
    if content is None:
        return Skipped(path, "it cannot be read any more")
    if not surely and not work.may_change(path, content):
        summary = found.summaries[path]
        if not found.ask(lambda index: concerns(summary, moves, index)):
            found.trees.drop(path)
            return Unchanged(path)
    return work.outcome(found, path, content, moves)


def _look_at_aliases(found: Scan, work: Work, outcomes: dict[str, Outcome], moves: Moves) -> None:
    """Transform those files again whose names for modules others reach: what they spell of such a name is read now."""
    aliases: dict[str, str] = {}
    holders: list[tuple[str, str, str]] = []
    for path, outcome in outcomes.items():
        module = found.names.name_of(path)
        for local in outcome.aliases if isinstance(outcome, Changed) and module is not None else ():
            holders.append((path, module or "", local))
            if local not in found.words:
                aliases[local] = "" if local in aliases else (module or "").rpartition(".")[2]
    if not aliases:
        return
    found.widen(aliases)
    reached = {path for path, module, local in holders if _reached(found, module, local)}
    outcomes.update({path: _transform(found, work, path, moves) for path in sorted(reached)})


def _reached(found: Scan, module: str, local: str) -> bool:
    return found.ask(lambda index: index.reached_from(module, local)) is not None


def _circular(found: Scan, outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """The files that are blocked since they would import in a circle."""
    circular: dict[str, Outcome] = {}
    for path, circle in new_circles(found, outcomes).items():
        outcome = outcomes[path]
        if isinstance(outcome, Changed):
            reason = f"{path}:1: {CIRCLE}{circle}"
            circular[path] = blocked(path, outcome.findings, (reason,), needs_old=True)
    return circular


def _wanted(found: Scan, outcomes: Mapping[str, Outcome]) -> Renames:
    wanted: Renames = {}
    for path, outcome in outcomes.items():
        module = found.names.name_of(path)
        if isinstance(outcome, Changed) and module is not None:
            wanted.update({(module, old): new for old, new in outcome.held})
    return wanted


def _followers(found: Scan, key: tuple[str, str]) -> set[str]:
    return found.ask(lambda index: set(index.all_reaching(*key)))


def _holds(found: Scan, key: tuple[str, str], new: str, renewed: Mapping[str, Made], followers: set[str]) -> bool:
    """Whether the rename is carried out, and no follower reaches the old name any more: judged by the results."""
    module, old = key
    own = _after(found, renewed.get(found.modules[module]))
    if own is None or old in own.exports or new not in own.exports:
        return False
    for path in followers:
        after = _after(found, renewed.get(path))
        if after is None or _reaches(found, after, module, old):
            return False
    return True


def _reaches(found: Scan, summary: ModuleSummary, module: str, name: str) -> bool:
    return found.ask(lambda index: index.is_reached_by(summary, module, name))


def _after(found: Scan, made: Made | None) -> ModuleSummary | None:
    """The summary of what a file is changed to."""
    if made is None:
        return None
    return made.after if made.words == found.words else _summary_after(found, made.outcome)


def _summary_after(found: Scan, outcome: Outcome | None) -> ModuleSummary | None:
    if not isinstance(outcome, Changed):
        return None
    parsed = parse_for(decode(outcome.change.after).text.encode(), excerpt_words(found.words))
    is_excerpt = parsed.excerpt is not None
    return summarise(parsed.tree, outcome.path, found.names, found.words, is_excerpt=is_excerpt)


def _release(found: Scan, work: Work, outcomes: Outcomes, moves: Moves, may_change: Callable[[str], bool]) -> None:
    """Let go of names for modules that were kept for files which, once changed, do not reach them any more."""
    for path, outcome in list(outcomes.by_path.items()):
        module = found.names.name_of(path)
        kept = outcome.kept if isinstance(outcome, (Changed, Unchanged)) and module is not None else ()
        released: set[tuple[str, str]] = set()
        together = {path}
        for local in kept if may_change(path) else ():
            reaching = _followers(found, (module or "", local)) - {path}
            after = [_summary_after(found, outcomes.by_path.get(other)) for other in reaching]
            if all(summary and not _reaches(found, summary, module or "", local) for summary in after):
                released.add((module or "", local))
                together |= reaching
        if released:
            renewed = _transform(found, work, path, moves.with_released(frozenset(released)), surely=True)
            if isinstance(renewed, Changed):
                outcomes.by_path[path] = renewed
                outcomes.join(together)


def _let_patches_wait(loading: Loading, work: Work, outcomes: dict[str, Outcome], moves: Moves) -> None:
    """Leave the patches of a name where a file that the patching one uses still looks the old name up."""
    staying: dict[str, list[str]] = {}
    for path, outcome in outcomes.items():
        for finding in outcome.findings if not isinstance(outcome, Skipped) else ():
            is_stuck = finding.disposition in (Disposition.BLOCKED, Disposition.REVIEW)
            if is_stuck and finding.reference.form in (*_LOOKING_UP, Form.NAME, Form.MODULE_VALUE):
                staying.setdefault(finding.reference.target, []).append(path)
    for path, outcome in list(outcomes.items()):
        if not isinstance(outcome, Changed):
            continue
        waiting: dict[str, str] = {}
        for target in {f.reference.target for f in outcome.findings if _is_late(f, _PATCHING)}:
            # What a file does with the module as such may read any name of it.
            holders = (*staying.get(target, ()), *staying.get(target.rpartition(".")[0], ()))
            user = next((other for other in holders if other != path and loading.uses(path, other)), None)
            if user is not None:
                waiting[target] = f"{user} {STILL_LOOKED_UP}"
        if waiting:
            outcomes[path] = _transform(loading.found, work, path, moves.with_waiting(waiting))


def _join_patches(loading: Loading, outcomes: Outcomes) -> None:
    """Join files that patch a name with those that look it up when called, where the first use the second."""
    late = _by_target(outcomes.by_path, lambda finding: _is_late(finding, _LOOKING_UP))
    any_time = _by_target(outcomes.by_path, lambda finding: finding.disposition is Disposition.REWRITTEN)
    patching = _by_target(outcomes.by_path, lambda finding: _is_late(finding, _PATCHING))
    deep = _by_target(outcomes.by_path, lambda finding: finding.is_deep)
    # A patch below what moves, such as of a method, is seen also by those who took the class early.
    for patches, lookups in ((patching, late), (deep, any_time)):
        for target, paths in patches.items():
            for path in paths:
                used = {other for other in lookups.get(target, ()) if other != path and loading.uses(path, other)}
                if used:
                    outcomes.join({path, *used})


def _by_target(outcomes: Mapping[str, Outcome], wanted: Callable[[Finding], bool]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, outcome in outcomes.items():
        if isinstance(outcome, Changed):
            for target in {finding.reference.target for finding in outcome.findings if wanted(finding)}:
                found.setdefault(target, []).append(path)
    return found


def _is_late(finding: Finding, forms: tuple[Form, ...]) -> bool:
    """Whether the reference is one of `forms`, rewritten; an import counts where a function runs it."""
    reference = finding.reference
    if finding.disposition is not Disposition.REWRITTEN or reference.form not in forms:
        return False
    return reference.form is not Form.FROM_IMPORT or finding.is_late
