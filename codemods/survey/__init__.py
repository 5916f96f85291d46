"""What a code base defines, and what of it is there more than once: pure, over trees of single modules."""
