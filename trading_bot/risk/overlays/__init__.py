"""Overlays: what surrounds a trade makes entries fewer, smaller or rarer, and never the reverse."""
