"""What the code base says, as values: module names, scopes, summaries and how names resolve. Pure."""
