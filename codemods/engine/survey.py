"""Surveys a repository: reads every Python file once, parses only those whose definitions are shown in detail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.phases import included
from codemods.engine.survey_texts import Texts
from codemods.engine.watching import each, stage
from codemods.index.names import ModuleNames, is_python
from codemods.index.text import UndecodableError, decode
from codemods.model import Skipped
from codemods.survey.code_base import CodeBase
from codemods.survey.context import Context
from codemods.survey.details import details, lacking
from codemods.survey.findings import Finding, Kind, LeftOut, Place
from codemods.survey.likeness import Bodies, is_namesake
from codemods.survey.outline import named_part
from codemods.survey.packed import packed, unpacked
from codemods.survey.roots import source_roots
from codemods.survey.sketch import sketch
from codemods.survey.survey import survey
from codemods.survey.usage import count_users
from codemods.transforms.view import UnparsableError, parse

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Collection, Iterable

    from codemods.engine.facts import Facts
    from codemods.survey.outline import Part
    from codemods.survey.packed import Packed
    from codemods.survey.sketch import Sketch

_COMPARED = 8  # places of one finding
_PARSED = 200  # files that hold a name


class Wish(Struct, frozen=True):
    """What is asked of a survey. `roots` are the source roots, guessed where there are none; `exclude` patterns of
    files that are not looked at; `names` and `paths` keep the findings that concern one of them."""

    roots: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = tuple(Kind)
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    include_tests: bool = False
    include_private: bool = False


_EVERYTHING = Wish()


class Survey(Struct):
    """What is there more than once. `findings` are ranked within each kind; `files` is how many were read; `unknown`
    are names that were asked for and that nothing has. `details` are findings in detail, as far as they were asked for,
    each with the files that were skipped for it; `open_code` gives the code base."""

    wish: Wish
    roots: tuple[str, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]
    files: int
    open_code: Callable[[], CodeBase]
    read: Callable[[str], bytes]
    skipped: dict[str, Skipped] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    details: dict[Finding, tuple[Finding, tuple[Skipped, ...]]] = field(default_factory=dict)
    trees: dict[str, ast.Module | None] = field(default_factory=dict)

    @property
    def code(self) -> CodeBase:
        """All modules."""
        return self.open_code()

    def of_kind(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind is kind)

    def detailed(self, finding: Finding) -> Finding:
        """`finding` with how its places differ from the first one: this parses their modules.

        Of those that have only the name in common, this is told where a name was asked for.
        """
        if finding.kind not in (Kind.DUPLICATE, Kind.NEAR):
            return finding
        if finding not in self.details:
            kept, *others = finding.places
            compared = (self._compared(kept, place) for place in others[:_COMPARED])
            made = replace(finding, places=(kept, *compared, *others[_COMPARED:]))
            paths = dict.fromkeys(place.path for place in finding.places)
            self.details[finding] = made, tuple(self.skipped[p] for p in paths if self.trees.get(p, self) is None)
        made, skipped = self.details[finding]
        self.skipped.update({item.path: item for item in skipped})
        return made

    def _compared(self, kept: Place, place: Place) -> Place:
        if is_namesake(place) and not self.wish.names:
            return replace(place, differences=("only the name is the same",))
        our, their = self._part(kept), self._part(place)
        if our is None or their is None:
            return place
        return replace(place, differences=details(our, their), extra=lacking(our, their))

    def _part(self, place: Place) -> Part | None:
        """The definition at `place`; None, and listed as skipped, where its file cannot be parsed."""
        if place.path not in self.trees:
            try:
                content = self.read(place.path)
                self.trees[place.path] = within_limits(lambda: parse(decode(content).text.encode()))
            except (OSError, UndecodableError, UnparsableError, BeyondError) as error:
                self.skipped[place.path] = Skipped(place.path, str(error))
                self.trees[place.path] = None
        tree = self.trees[place.path]
        return named_part(tree, place.name) if tree is not None else None


def survey_files(
    tracked: Iterable[str], read: Callable[[str], bytes], wish: Wish = _EVERYTHING, facts: Facts | None = None
) -> Survey:
    """Survey the Python files among `tracked`, whose bytes `read` gives; files that cannot be read are skipped.
    `facts` are what is known of them."""
    paths = [path for path in included(tracked, wish.exclude) if is_python(path)]
    text = Texts(read, facts)
    roots, sketches = _sketches(paths, text, wish.roots)
    stage("Counting users")
    code = CodeBase(sketches)
    context = Context(
        code,
        count_users(code, text, text.recalled),
        Bodies(text),
        include_tests=wish.include_tests,
        include_private=wish.include_private,
    )
    stage("Comparing definitions")
    findings = survey(context, wish.kinds)
    wanted = tuple(finding for finding in findings if _is_wanted(finding, code, wish.names, wish.paths))
    _tell_unparsable(paths, wish.names, text, read)
    unknown = tuple(name for name in wish.names if not (code.is_known(name) or _is_path(name, wanted)))
    left_out = context.all_left_out
    return Survey(wish, roots, wanted, left_out, len(paths), lambda: code, read, text.skipped, unknown)


def _is_path(name: str, findings: Iterable[Finding]) -> bool:
    """Whether something is imported under `name`, though nothing is defined so."""
    places = (place for finding in findings for place in finding.places)
    return any(f".{place.dotted}".endswith(f".{name}") for place in places)


def code_of(
    tracked: Iterable[str], read: Callable[[str], bytes], wish: Wish = _EVERYTHING, facts: Facts | None = None
) -> CodeBase:
    """The code base that a survey of the same files is about."""
    paths = [path for path in included(tracked, wish.exclude) if is_python(path)]
    return CodeBase(_sketches(paths, Texts(read, facts), wish.roots)[1])


def _tell_unparsable(paths: Iterable[str], names: tuple[str, ...], text: Texts, read: Callable[[str], bytes]) -> None:
    """List the files as skipped that hold one of `names` and cannot be parsed: what they define is seen in part only.

    All others are not parsed, which would take longer than all the rest.
    """
    if not names:
        return
    held = re.compile("|".join(rf"\b{re.escape(name.rpartition('.')[2])}\b" for name in names))
    holding = [path for path in paths if path not in text.skipped and held.search(text(path))][:_PARSED]
    for path in each("Parsing", holding, len(holding)):
        if reason := _why_unparsable(path, read):
            text.skip(path, reason)


def _why_unparsable(path: str, read: Callable[[str], bytes]) -> str:
    try:
        content = read(path)
        within_limits(lambda: parse(decode(content).text.encode()))
    except (OSError, UndecodableError, UnparsableError, BeyondError) as error:
        return str(error)
    return ""


def _sketches(paths: list[str], text: Texts, roots: tuple[str, ...]) -> tuple[tuple[str, ...], list[Sketch]]:
    """The source roots, guessed where none are given, and the sketches of all files by them."""
    names = ModuleNames(roots or (".",))
    sketches = [_sketch(text, path, names) for path in each("Reading", paths, len(paths))]
    if roots:
        return roots, sketches
    roots = source_roots(paths, ({item.module for item in made.imports if not item.level} for made in sketches))
    inside = tuple(f"{root}/" for root in roots[1:])
    names = ModuleNames(roots)
    return roots, [_sketch(text, s.path, names) if s.path.startswith(inside) else s for s in sketches]


def _sketch(text: Texts, path: str, names: ModuleNames) -> Sketch:
    made: list[Sketch] = []

    def find() -> Packed:
        try:
            made.append(within_limits(lambda: sketch(text(path), path, names)))
        except BeyondError as error:
            text.skip(path, str(error))
            made.append(sketch("", path, names))
        return packed(made[0])

    values = text.recalled("sketch", path, names.source_roots, find)
    return made[0] if made else unpacked(values, path, names.name_of(path))


def _is_wanted(finding: Finding, code: CodeBase, names: Collection[str], paths: Collection[str]) -> bool:
    if not (names or paths):
        return True
    concerned = {finding.name, *finding.names}
    if finding.kind is Kind.FORWARDER:
        concerned |= set(code.public_names(finding.name))
    for place in finding.places:
        concerned |= {place.name, place.dotted, place.module, place.module.rpartition(".")[2]}
    if concerned.intersection(names):
        return True
    return any(place.path == path or place.path.startswith(f"{path}/") for place in finding.places for path in paths)
