"""What a code base has under names near those of a module or class that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.auditing.defined import is_test
from codemods.engine.auditing.items import Evidence
from codemods.survey.near_names import Likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.engine.auditing.defined import Definitions
    from codemods.errors import Mistake


def lacking_words(mistake: Mistake, near: tuple[Evidence, ...]) -> str:
    """What a mistake says; without the nearest word by its letters where better ones are `near`."""
    return mistake.message.partition("; did you mean")[0] if near else mistake.message


class Equivalents(Struct):
    """Finds them among the modules (dotted name to file) and the classes that are no tests. Made when asked."""

    modules: Mapping[str, str]
    definitions: Definitions
    by_last: dict[str, list[str]] = field(default_factory=dict)
    likeness: Likeness | None = None
    of_classes: Likeness | None = None

    def of_module(self, module: str, symbols: Iterable[str] = ()) -> tuple[Evidence, ...]:
        """The modules with the likest names, the classes of exactly the wanted names, then those of like names."""
        last = module.rpartition(".")[2]
        found = [
            Evidence(self.modules[dotted], 0, f"module `{dotted}`")
            for name in self._modules().nearest(last)
            for dotted in self.by_last[name]
        ]
        for name in (*symbols, last):
            found += self.of_class(name)
        return tuple(dict.fromkeys(found))

    def of_class(self, name: str) -> tuple[Evidence, ...]:
        """The classes called `name` or nearly so."""
        if self.of_classes is None:
            self.of_classes = Likeness(name for name, places in self._classes().items() if places)
        near = dict.fromkeys((*((name,) if name in self._classes() else ()), *self.of_classes.nearest(name)))
        return tuple(
            Evidence(path, line, f"class `{other}`") for other in near for path, line in self._classes()[other]
        )

    def _modules(self) -> Likeness:
        if self.likeness is None:
            for dotted, path in sorted(self.modules.items()):
                if path and not is_test(path):
                    self.by_last.setdefault(dotted.rpartition(".")[2], []).append(dotted)
            self.likeness = Likeness(self.by_last)
        return self.likeness

    def _classes(self) -> dict[str, list[tuple[str, int]]]:
        return {
            name: kept
            for name, places in self.definitions.classes().items()
            if (kept := [place for place in places if not is_test(place[0])])
        }
