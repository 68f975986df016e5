"""The one-screen view of a run."""
