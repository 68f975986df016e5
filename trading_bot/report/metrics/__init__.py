"""Operating figures of sessions, for each strategy and in all; definitions stand in docs/metrics.md."""
