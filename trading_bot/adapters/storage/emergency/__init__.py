"""Rows for the hour when the database refuses."""
