"""A plan in several branches, each with the units of some owners or of a folder, and each correct by itself."""
