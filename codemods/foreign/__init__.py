"""Codemods that teams already have, for LibCST and Bowler: run one file at a time, in a process of their own."""
