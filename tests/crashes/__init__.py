"""Kills the command at each step that it makes on disk, or lets that step fail, and looks at what becomes of it."""
