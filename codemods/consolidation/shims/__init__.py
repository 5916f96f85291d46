"""What is left behind at an old path: shims and aliases, as text."""
