"""`python -m codemods` is the `codemods` command."""

import os
import sys

if __name__ == "__main__":
    # `-m` puts the current folder first on the path: a repository that we only look at would be imported from.
    here = os.path.realpath(os.getcwd())  # noqa: PTH109 - nothing more is imported before
    ours = os.path.realpath(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120
    if sys.path and os.path.realpath(sys.path[0]) == here != ours:
        del sys.path[0]

    from codemods.cli.start import main

    main()
