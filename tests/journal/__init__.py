"""The journal: what it holds after crashes, and what replaying gives."""
