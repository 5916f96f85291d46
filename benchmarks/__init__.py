"""Scripts that measure; run from the root of the repository, as benchmarks/README.md says."""
