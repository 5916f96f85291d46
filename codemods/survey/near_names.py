"""Names that may stand for one concept: `ExecutionEngineFactory`, `ExecutionFactory`, `execution_engine_factory`."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ENOUGH = 0.5  # of the weight of the words of a name
_FEW = 5
_OTHER_KIND = 0.15  # off, where the last words differ


def words_of(name: str) -> tuple[str, ...]:
    """The words that `name` is made of, in lower case: those of `HTTPClient` and `http_client` are the same."""
    return tuple(word.lower() for word in _WORD.findall(name))


def competing(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """Those of `others` that may be a second name for what `name` is, in order: they end in the same word, have all its
    words but one (of two, both), and one word more, or two where three are the same. `name` itself is none."""
    mine = words_of(name)
    return tuple(sorted({other for other in others if other != name and _competes(mine, words_of(other))}))


def _competes(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if len(mine) < 2 or len(theirs) < 2 or mine[-1] != theirs[-1]:
        return False
    shared = len(set(mine) & set(theirs))
    return shared >= max(2, len(set(mine)) - 1) and len(set(theirs)) - shared <= (2 if shared > 2 else 1)


class Likeness:
    """How much names of one kind say the same. A word that many of them have says little, the last one says what kind
    of thing it is.

    In: all names there are, such as the last names of all modules.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.words = {name: words_of(name) for name in set(names)}
        self.counts = Counter(word for words in self.words.values() for word in set(words))

    def nearest(self, wanted: str, limit: int = _FEW) -> tuple[str, ...]:
        """The names that say most of what `wanted` says, the likest first: half of it by weight or more, with what
        they say besides counted against them."""
        scores = {name: self._score(words_of(wanted), words) for name, words in self.words.items()}
        likely = sorted((-score, name) for name, score in scores.items() if score >= _ENOUGH)
        return tuple(name for _, name in likely[:limit])

    def _score(self, wanted: tuple[str, ...], words: tuple[str, ...]) -> float:
        letters = "".join(words)
        weights: dict[str, float] = {word: 1 / (1 + self.counts.get(word, 0)) ** 0.25 for word in set(wanted)}
        # By letters: `websocket` is in `web_socket`.
        shared = [word for word in weights if word in letters]
        if len(shared) < min(2, len(weights)):
            return 0.0
        share = sum(weights[word] for word in shared) / (sum(weights.values()) or 1)
        more = min(0.3, (len(letters) - sum(map(len, shared))) / 100)
        return share - more - (0 if words[-1:] == wanted[-1:] else _OTHER_KIND)
