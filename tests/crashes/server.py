"""A process that has our code loaded and tries cases in forks of itself: requests and answers are lines of JSON.

A request names a scenario, for what it meets without a fault, or is a case, for its problems, or a command to `run`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codemods.cli import app
from tests.crashes.cases import Bench, Case
from tests.crashes.child import adopt_orphans, run_in_fork
from tests.crashes.points import KILL, NONE, Fault

_KEPT = ("PATH", "PYTHONPATH", "TMPDIR", "LD_LIBRARY_PATH")


def environment(home: Path) -> dict[str, str]:
    """What a server runs with: a home folder without settings, and the same person, date and hashes each time."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    (home / ".gitconfig").write_text("[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n")
    people = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "Ada"), ("EMAIL", "ada@example.invalid"), ("DATE", "2026-01-02T03:04:05Z"))
    }
    fixed = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "COLUMNS": "500"}
    return {**kept, **people, **fixed, "PYTHONHASHSEED": "0", "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class Server:
    """A server in a process of its own: a context manager that ends it and removes what it has written."""

    def __init__(self) -> None:
        """Start it; it loads while others go on."""
        fast = Path("/dev/shm")
        self.folder = tempfile.TemporaryDirectory(prefix="crashes-", dir=fast if fast.is_dir() else None)
        home = Path(self.folder.name, "home")
        home.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashes.server", self.folder.name],
            cwd=Path(__file__).parents[2],
            env=environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, request: dict[str, object]) -> dict[str, Any]:
        """The answer to a request. Raises RuntimeError where the server has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The server has ended at {request}.")
        answered: dict[str, Any] = json.loads(answer)
        return answered

    def __enter__(self) -> Server:
        """It is running already."""
        return self

    def __exit__(self, *error: object) -> None:
        """End it: it stops at the end of its input."""
        self.process.communicate()
        self.folder.cleanup()


def serve(folder: Path) -> None:
    """Answer requests from standard input until its end."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing that is printed is an answer
    adopt_orphans()
    app.command()  # for all forks
    bench = Bench(folder)
    for line in sys.stdin:
        request = json.loads(line)
        if "run" in request:
            answer: dict[str, object] = _ran(request, folder)
        elif "kind" in request:
            answer = {"problems": bench.problems(Case(**request))}
        else:
            known = bench.undisturbed(request["scenario"])
            answer = {"points": [asdict(point) for point in known.points], "problems": known.problems()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _ran(request: dict[str, Any], folder: Path) -> dict[str, object]:
    """Run a command in a repository; with `kill`, up to that point."""
    fault = Fault(KILL, request["kill"]) if request["kill"] else Fault(NONE)
    ran = run_in_fork(Path(request["root"]), tuple(request["run"]), request["attempt"], fault, folder, str)
    return {"status": ran.status, "output": ran.output, "struck": ran.struck}


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
