"""Codemods and its peers at the same job: `python -m benchmarks.compare`."""
