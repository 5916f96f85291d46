"""What must not come back: the rules that a plan implies, what breaks them, and these rules for other tools. Pure."""
