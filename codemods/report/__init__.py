"""Values to text: terminal, diff, JSON. No decisions are taken here."""
