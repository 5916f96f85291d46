"""Whether a review still says what there is to do: the same files, the same plan, the same units."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.choosing.asking import with_contents
from codemods.engine.choosing.choice import Choice, key_of
from codemods.engine.choosing.saved import edited
from codemods.engine.choosing.selection import selection_of
from codemods.engine.half_done import digest
from codemods.engine.recovery import change_digest, digest_of_files
from codemods.errors import CodemodsError
from codemods.files import file_bytes
from codemods.model import printable
from codemods.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemods.engine.choosing.saved import Review, ReviewedFile, ReviewedUnit
    from codemods.engine.shown import Preview
    from codemods.model import Unit
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

_NAMED = 20


class DriftError(CodemodsError):
    """What there is now is not what was reviewed; `files` are the paths of those that differ, if that is why."""

    def __init__(self, what: str, *, where: str, hint: str, files: tuple[str, ...] = ()) -> None:
        super().__init__(what, where=where, hint=hint)
        self.files = files


class Reviewed(Struct, frozen=True):
    """A review in the file `where`, to be carried out by the plan `loaded` on what `repository` has checked out."""

    review: Review
    where: str
    loaded: LoadedPlan
    repository: Repository

    @property
    def is_part(self) -> bool:
        """Whether it was made of some units of the plan only."""
        return bool(self.review.terms.select or self.review.terms.deselect)

    def changes_to_do(self) -> frozenset[str]:
        """The changes that are still to be made, by digest: those that are made already have their files as reviewed.

        Raises DriftError where the plan is another one, or a file is neither as it was before nor after.
        """
        self._require_plan()
        states = _States.of(self.review)
        tracked = set(self.repository.tracked_paths())
        contents = {path: file_bytes(self.repository.root, path) if path in tracked else None for path in states.after}
        places = {path: states.place(path, digest(content)) for path, content in contents.items()}
        drifted = [path for path, place in places.items() if place is None]
        to_do = []
        for number, unit in enumerate(self.review.units):
            done = {(places[file.path] or 0) > states.number[file.path, number] for file in unit.files}
            if len(done) == 1 and not done.pop():
                to_do.append(unit)
            elif done:
                drifted += [file.path for file in unit.files]
        if drifted:
            self._drifted(dict.fromkeys(drifted))
        self._require_edits(to_do, contents)
        return frozenset(unit.digest for unit in to_do)

    def as_reviewed(self, shown: Preview, to_do: frozenset[str]) -> dict[str, Unit]:
        """The units that are carried out as they were reviewed though the plan, all of which is `shown`, would do
        something else by now: by the digests of what it would do.

        None before the first unit is done. From then on what a file may rely on is not what it was: say, a module that
        is loaded by now.
        """
        if len(to_do) == len(self.review.units):
            return {}
        now = {key_of(unit): unit for unit in shown.units}
        made: dict[str, Unit] = {}
        for reviewed in self.review.units:
            unit = now.get((reviewed.phase, reviewed.id)) if reviewed.digest in to_do else None
            if unit is None or change_digest(unit) == reviewed.digest:
                continue
            edits = {file.path: file.edits for file in reviewed.files if file.after}
            contents = {c.path: edited(c.before, edits[c.path]) for c in unit.changes if c.path in edits}
            same = with_contents(unit, {path: content for path, content in contents.items() if content is not None})
            if change_digest(same) == reviewed.digest:
                made[change_digest(unit)] = same
        return made

    def require_same(self, shown: Preview, to_do: frozenset[str], choice: Choice) -> None:
        """Raise DriftError where the plan, all of which is `shown`, does not do exactly what was reviewed now.

        What depends on units that were turned down need not be there.
        """
        plan, terms = self.loaded.plan, self.review.terms
        keys = selection_of(terms.select, terms.deselect, plan, self.repository).keys(shown)
        meant = (unit for unit in shown.units if key_of(unit) in keys)
        units = {change_digest(unit): unit for unit in (choice.edited.get(change_digest(u), u) for u in meant)}
        more = [unit.id for digest_, unit in units.items() if digest_ not in to_do and not choice.is_passed_over(unit)]
        has_rejected = any(choice.is_passed_over(unit) for unit in shown.units)
        reviewed = [unit for unit in self.review.units if unit.digest in to_do]
        gone = [] if has_rejected else [unit.id for unit in reviewed if unit.digest not in units]
        other = [unit for unit in more if unit in gone]
        told = {
            "does something else than was reviewed to": other,
            "now has what was not reviewed:": [unit for unit in more if unit not in other],
            "has no change any more for": [unit for unit in gone if unit not in other],
        }
        parts = [f"{what} {_listed(units)}" for what, units in told.items() if units]
        if parts:
            raise self._error(f"The plan {'; it '.join(parts)}.{self._other_release()}")

    def _require_plan(self) -> None:
        review, plan = self.review, self.loaded.plan
        if review.plan != plan.name:
            raise self._error(f"This is a review of the plan `{review.plan}`; {self.loaded.where} is `{plan.name}`.")
        if review.digest != self.loaded.digest:
            raise self._error(f"The plan {self.loaded.where} has changed since it was reviewed.")
        if review.terms.non_python and plan.non_python != "rewrite":
            hint = f"Say so again: `codemods apply {self._plan} --from {shlex.quote(self.where)} --non-python`."
            raise DriftError("This was reviewed with --non-python.", where=self.where, hint=hint)

    def _require_edits(self, to_do: Sequence[ReviewedUnit], contents: dict[str, bytes | None]) -> None:
        """Raise DriftError where the edits, which somebody has read, do not make the bytes that the digests mean."""

        def is_right(file: ReviewedFile, before: bytes | None) -> bool:
            if not file.after:
                return not file.edits
            return before is not None and digest(edited(before, file.edits)) == file.after

        seen: set[str] = set()
        for file in (file for unit in to_do for file in unit.files):
            # What comes upon another unit of the same file has nothing to be held against yet.
            if file.path not in seen and digest(contents[file.path]) == file.before:
                seen.add(file.path)
                if not is_right(file, contents[file.path]):
                    what = (
                        f"Its edits of {printable(file.path)} do not make what its digests mean: somebody changed it."
                    )
                    raise self._error(what)
        for unit in to_do:
            if unit.digest != digest_of_files((file.path, file.before, file.after) for file in unit.files):
                raise self._error(f"Its digest of {printable(unit.id)} does not mean its files: somebody changed it.")

    def _drifted(self, files: Iterable[str]) -> None:
        names = tuple(files)
        listed = "".join(f"\n  {printable(name)}" for name in names[:_NAMED])
        more = f"\n  … and {len(names) - _NAMED} more" if names[_NAMED:] else ""
        raise self._error(f"{len(names)} file(s) are not as they were when this was reviewed:{listed}{more}", names)

    def _error(self, what: str, files: tuple[str, ...] = ()) -> DriftError:
        hint = f"Nothing was touched. Review again what there is now: `{self.again}`."
        return DriftError(what, where=self.where, hint=hint, files=files)

    def _other_release(self) -> str:
        release = self.review.release
        return f" Codemods {release} saved this; {VERSION} reads it." if release != VERSION else ""

    @property
    def _plan(self) -> str:
        return shlex.quote(self.loaded.where)

    @property
    def again(self) -> str:
        """The command that saves such a review again."""
        terms = self.review.terms
        words = ["codemods", "preview", self.loaded.where]
        words += [part for word in terms.select for part in ("--select", word)]
        words += [part for word in terms.deselect for part in ("--deselect", word)]
        words += ["--non-python"] if terms.non_python else []
        return shlex.join([*words, "--save", self.where])


class _States(Struct, frozen=True):
    """The states that each file goes through, one unit after another: `after` by path, the first is that before all;
    `number` is the place of a unit, by its number, among those of a file."""

    after: dict[str, list[str]]
    number: dict[tuple[str, int], int]

    @classmethod
    def of(cls, review: Review) -> _States:
        after: dict[str, list[str]] = {}
        number: dict[tuple[str, int], int] = {}
        for position, unit in enumerate(review.units):
            for file in unit.files:
                states = after.setdefault(file.path, [file.before])
                number[file.path, position] = len(states) - 1
                states.append(file.after)
        return cls(after, number)

    def place(self, path: str, now: str) -> int | None:
        """How many of the units of a file are done, by what it is `now`; None where it is something else."""
        return self.after[path].index(now) if now in self.after[path] else None


def _listed(units: Sequence[str]) -> str:
    named = ", ".join(map(printable, units[:_NAMED]))
    return f"{named} and {len(units) - _NAMED} more" if units[_NAMED:] else named
