"""Rollback and undo on real repositories."""
