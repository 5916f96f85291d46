"""Executes the checks of many small projects in one interpreter: a program, run by `test_matrix`.

Reads a JSON object from standard input (the folder of each project, and its check), and prints one: what went wrong
with each, empty where nothing did. Imports nothing of this repository.
"""

from __future__ import annotations

import importlib
import json
import sys
import traceback
from pathlib import Path


def run(root: str, check: str) -> str:
    """Execute `check` with the project in the folder `root` on the path, as if in a fresh interpreter."""
    own = {path.stem for path in Path(root).iterdir()}
    sys.path.insert(0, root)
    importlib.invalidate_caches()
    try:
        exec(compile(check, "<check>", "exec"), {"__name__": "check"})
    except BaseException:
        return traceback.format_exc()
    finally:
        sys.path.remove(root)
        sys.path_importer_cache.clear()
        for name in [name for name in sys.modules if name.partition(".")[0] in own]:
            del sys.modules[name]
    return ""


def main() -> None:
    """Run every check, in the order given."""
    sys.dont_write_bytecode = True
    projects: dict[str, list[str]] = json.load(sys.stdin)
    json.dump({name: run(root, check) for name, (root, check) in projects.items()}, sys.stdout)


if __name__ == "__main__":
    main()
