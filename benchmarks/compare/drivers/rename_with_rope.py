"""Rename a symbol with rope, in its module and in the files given, or in all. Runs in the peers' environment.

python rename_with_rope.py JOB.json dry|apply        # in the tree
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from rope.base.project import Project
from rope.refactor.rename import Rename


def main() -> None:
    """Read the job, rename; print the diff in a dry run."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    # Without `ignore_syntax_errors` the whole run ends at the first file that does not parse.
    roots = [root for root in job["roots"] if root != "."]
    settings = {"ropefolder": None, "ignore_syntax_errors": True, "source_folders": roots}
    # It would analyse each file that it writes, for a database that is thrown away: five times the work.
    project = Project(".", **settings, automatic_soa=False)
    resource = project.get_resource(job["old_file"])
    found = re.search(rf"^(?:async +def|def|class) +({job['old_name']})\b", resource.read(), re.MULTILINE)
    if not found:
        sys.exit(f"{job['old_file']} has no definition of {job['old_name']} at its top level")
    files = [project.get_resource(path) for path in job["files"]] or None
    changes = Rename(project, resource, found.start(1)).get_changes(job["new_name"], resources=files)
    if sys.argv[2] == "apply":
        project.do(changes)
    else:
        print(changes.get_description())
    project.close()


main()
