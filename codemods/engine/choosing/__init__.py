"""Which units of a plan are carried out: those of a selection, of a saved review, or that somebody agrees to."""
