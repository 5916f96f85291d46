"""`python -m codemods` is the `codemods` command."""

from codemods.cli.app import main

if __name__ == "__main__":
    main()
