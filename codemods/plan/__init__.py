"""The plan: its schema, its loading with positions, and the checks that need no repository. Pure."""
