"""Duplicates merged into the module that is kept, as text."""
