"""A plan held against the code: an item for each thing that it says or takes for granted."""
