"""What becomes of duplicates: merged into what is kept, forwarded from their old path, deleted. Pure."""
