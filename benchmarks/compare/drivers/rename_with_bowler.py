"""Rename a function with Bowler, in its module and in the files given, or in all. Runs in the peers' environment.

python rename_with_bowler.py JOB.json dry|apply        # in the tree
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bowler import Query


def main() -> None:
    """Read the job, rename; print the diff in a dry run."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    query = Query(job["files"] or ["."]).select_function(job["old_name"]).rename(job["new_name"])
    if sys.argv[2] == "apply":
        query.write()
    else:
        query.diff()


main()
