"""Rewrite rules: where they match in a module, and what they make of it. Pure."""
