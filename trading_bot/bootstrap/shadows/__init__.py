"""Shadows put together: where a day comes from, how it is played, and what is kept of it."""
