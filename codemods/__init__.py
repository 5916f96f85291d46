"""Codemods: a YAML plan carries out a code migration, one validated git commit per file."""
