"""The plain git commands that do what a rollback does, for whoever has only git."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.engine.rollback.way import Way

_AT_ONCE = 50  # commits in one command


def script_of(way: Way, branch: str | None) -> str:
    """A shell script, for any clone: it refuses where HEAD or the tree is not what it was written for, and stops at a
    conflict."""
    place = f"on {branch}" if branch else "on a detached HEAD"
    moved = '{ echo "HEAD has moved: write this script again." >&2; exit 1; }'
    dirty = '{ echo "Commit or stash your changes first." >&2; exit 1; }'
    head = [
        "#!/bin/sh",
        f"# Takes back {len(way.acts)} commit(s) {_spelled(place)}, newest first, with git alone.",
        "set -eu",
        'cd "$(git rev-parse --show-toplevel)"',
        f'test "$(git rev-parse HEAD)" = {way.head} || {moved}',
        f'test -z "$(git status --porcelain --untracked-files=no)" || {dirty}',
    ]
    if way.method == "reset":
        return "\n".join([*head, f"git reset --keep {way.target}", ""])
    commits = [step.act.commit for step in way.steps.steps if not step.is_empty]
    groups = [commits[start : start + _AT_ONCE] for start in range(0, len(commits), _AT_ONCE)]
    reverts = []
    for group in groups:
        reverts += [f"# {commit.sha[:12]} {_spelled(commit.subject)}" for commit in group]
        reverts.append("git -c revert.reference=false revert --no-edit " + " ".join(commit.sha for commit in group))
    advice = "# At a conflict: `git revert --abort`, or mend it and `git revert --continue`."
    return "\n".join([*head, advice, *reverts, ""])


def _spelled(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
