"""The changes that a plan can ask for. Each is found over one parsed module and yields edits of byte spans. Pure."""
