"""Streaming values with a batch twin, one file each, both from TA-Lib."""
