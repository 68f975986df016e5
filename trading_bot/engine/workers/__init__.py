"""Coroutines that turn the outside into events, or commands into deeds."""
