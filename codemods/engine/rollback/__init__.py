"""Rollback and undo, as operations that people ask for: what is chosen, by which way, validated, as a script."""
