"""From the bytes of one file to its outcome: rules, codemods from elsewhere, then redirects. Pure."""
