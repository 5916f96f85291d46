"""The `codemods` command: one module per verb. Arguments in, one engine call, one report, an exit status."""
