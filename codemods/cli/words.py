"""How words are offered to a shell that completes one; and the plans among the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Offer = Callable[[Any, str], list[str]]

_MOST = 500  # words: nobody reads more


def offering(words: Callable[[Any, str], Iterable[str]]) -> Offer:
    """What of `words` begins like what is typed; nothing where they cannot be told. Nothing may go wrong aloud."""

    def offered(ctx: Any, incomplete: str) -> list[str]:
        try:
            found = [word for word in dict.fromkeys(words(ctx, incomplete)) if word.startswith(incomplete)]
        except (CodemodsError, OSError, ValueError):
            return []
        return found[:_MOST]

    return offered


@offering
def plans(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """YAML files in the folder that is typed, and the folders in it."""
    typed = incomplete.rpartition("/")[0]
    head = f"{typed}/" if typed or incomplete.startswith("/") else ""
    for entry in sorted(Path(head or ".").iterdir()):
        if entry.is_dir() and not entry.name.startswith("."):
            yield f"{head}{entry.name}/"
        elif entry.suffix in (".yaml", ".yml"):
            yield f"{head}{entry.name}"
