"""What a program of the team's finds in its environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# A commit hook's view of the repository must not reach the team's tests.
_DROPPED = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")
_ADDED = {
    # Python takes a .pyc for current by the second and the size: after a quick rewrite of equal length
    # it would run the old code, so none may be written.
    "PYTHONDONTWRITEBYTECODE": "1",
    # Else the output of a program that is killed would be lost in its buffers.
    "PYTHONUNBUFFERED": "1",
    "CODEMODS": "1",
}


def child_environment(extra: Mapping[str, str | None]) -> dict[str, str]:
    """What a program of the team's finds in its environment: ours and `extra`, without what would disturb it.

    A None in `extra` takes a variable out.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    merged = {**kept, **_ADDED, **extra}
    return {name: value for name, value in merged.items() if value is not None}
