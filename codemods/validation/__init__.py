"""What must hold before a unit is committed: programs of the team's own, run without a shell, and judged."""
