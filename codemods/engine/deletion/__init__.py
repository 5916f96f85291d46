"""What may be deleted from a tree, and what still refers to it."""
