"""What still refers to a module or symbol, and its removal where nothing does."""
