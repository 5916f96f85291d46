"""What a repository holds after a command: commits, refs, index, files, and what its journal says."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from codemods.journal import Journal, replay

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from codemods.journal import Operation

State = dict[str, dict[str, str]]

_RUN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
_SHA = re.compile(r"\b[0-9a-f]{40}\b")
_WAITING = ("MERGE_HEAD", "REVERT_HEAD", "CHERRY_PICK_HEAD", "BISECT_LOG", "rebase-merge", "rebase-apply", "sequencer")


def git(root: Path, *arguments: str) -> str:
    """The output of git in `root`."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}  # looking changes nothing
    completed = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True, env=environment)
    return completed.stdout.decode("utf-8", "surrogateescape")


def fingerprint(root: Path) -> str:
    """A digest of all that is on the disk under `root`, also in the git directory."""
    found = hashlib.sha256()
    for name, content in sorted(_tree(root, ("",)).items()):
        found.update(f"{name}\0{content}\0".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def state_of(root: Path, *, same_runs: bool) -> State:
    """All of `root` that has to be the same after a crash, by topic. Unless `same_runs`, ids of runs do not count."""
    identities = _identities(root, same_runs=same_runs)
    head = (root / ".git/HEAD").read_text().strip()
    return {
        "HEAD": {"HEAD": identities.get(head, head)},
        "commits": {
            f"number {number}": identities[sha]
            for number, sha in enumerate(git(root, "rev-list", "--reverse", "HEAD").split())
        },
        "refs": _refs(root, identities, same_runs=same_runs),
        "status": {line[3:]: line[:2] for line in _lines(root, "status", "--porcelain", "--ignored", "-uall")},
        "index": {line.partition("\t")[2]: line.partition("\t")[0] for line in _lines(root, "ls-files", "-s")},
        "files": _tree(root, (".git",)),
        "left over": left_over(root),
        "journal": replayed(root, identities),
    }


def differences(expected: State, actual: State, topics: tuple[str, ...] = ()) -> list[str]:
    """Where `actual` is another state, as lines that start with the topic; of these `topics`, or of all."""
    return [
        f"{topic}: {name}: {_short(before.get(name))}, became {_short(actual[topic].get(name))}"
        for topic, before in expected.items()
        if not topics or topic in topics
        for name in sorted(before.keys() | actual[topic].keys())
        if before.get(name) != actual[topic].get(name)
    ]


def _short(value: str | None) -> str:
    return "nothing" if value is None else repr(value if len(value) < 100 else f"{value[:100]}...")


def left_over(root: Path) -> dict[str, str]:
    """What a command may not leave: files beside others, locks of git's, operations of git's that wait."""
    found = {}
    for file in root.rglob("*"):
        name = file.relative_to(root).as_posix()
        is_lock = name.startswith(".git/") and file.suffix == ".lock"
        if file.name.startswith(".codemods-") or is_lock or (name.startswith(".git/") and file.name in _WAITING):
            found[name] = "there"
    return found


def under_way(root: Path) -> list[str]:
    """The units, and the other operations, that the journal knows as begun and not settled."""
    found: list[str] = []
    for operation in _operations(root):
        found += operation.writing
        found += [operation.id] if operation.move or (operation.is_under_way and operation.kind != "apply") else []
    return found


def replayed(root: Path, identities: Mapping[str, str]) -> dict[str, str]:
    """What the journal says: the operations, and what has become of each unit in them."""
    found = {}
    for operation in _operations(root):
        ends = " to ".join(identities.get(sha, sha) for sha in (operation.before, operation.after))
        name, undone = f"{operation.kind} {operation.id}", f", undone by {operation.undone_by}"
        found[name] = f"{operation.result}, {ends}{undone if operation.undone_by else ''}"
        for record in operation.units.values():
            of = f"{record.state} {identities.get(record.sha, record.sha)} {record.reason}"
            found[f"{name}, {record.phase}, {record.unit}"] = of.strip()
    return found


def _operations(root: Path) -> list[Operation]:
    journal = Journal(root / ".git" / "codemods", lambda: datetime.now(timezone.utc))
    return [operation for operation in replay(journal.events()).values() if operation.before or operation.writing]


def _identities(root: Path, *, same_runs: bool) -> dict[str, str]:
    """What each commit is told apart by: its hash, or what it is without the ids of runs."""
    found: dict[str, str] = {}
    log = git(root, "log", "--all", "--topo-order", "--reverse", "--format=%H%x00%P%x00%T%x00%an%ae%at%cn%ct%x00%B%x01")
    for record in log.split("\1\n"):
        if not record.strip():
            continue
        sha, parents, tree, people, text = record.split("\0")
        text = _SHA.sub(lambda match: found.get(match[0], match[0]), _RUN.sub("RUN", text))
        parts = "\0".join((*(found[parent] for parent in parents.split()), tree, people, text))
        masked = hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        found[sha] = sha if same_runs else f"{masked} {text.partition(chr(10))[0]}"
    return found


def _refs(root: Path, identities: Mapping[str, str], *, same_runs: bool) -> dict[str, str]:
    refs = (line.split(" ") for line in git(root, "for-each-ref", "--format=%(refname) %(objectname)").splitlines())
    # Two runs have more checkpoints than one.
    return {name: identities.get(sha, sha) for name, sha in refs if same_runs or not name.startswith("refs/codemods/")}


def _lines(root: Path, *arguments: str) -> list[str]:
    return [line for line in git(root, *arguments, "-z").split("\0") if line]


def _tree(root: Path, without: tuple[str, ...]) -> dict[str, str]:
    """The mode and content of each file under `root`, but for these folders at its top."""
    found = {}
    folders = [root]
    while folders:
        for file in folders.pop().iterdir():
            name = file.relative_to(root).as_posix()
            if name in without:
                continue
            if file.is_symlink():
                found[name] = f"link to {file.readlink()}"
            elif file.is_dir():
                folders.append(file)
                found[name] = "folder"
            else:
                content = file.read_bytes()
                shown = content.decode("latin-1") if len(content) < 80 else hashlib.sha256(content).hexdigest()
                found[name] = f"{file.stat().st_mode:o} {shown}"
    return found
