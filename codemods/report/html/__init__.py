"""Self-contained pages: values to HTML that asks nothing of the network."""
