"""The language of rules: Python snippets with `$X` for what may be anything, parsed and matched. Pure."""
