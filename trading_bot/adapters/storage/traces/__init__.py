"""Traces of evaluations: packed, kept, read and counted."""
