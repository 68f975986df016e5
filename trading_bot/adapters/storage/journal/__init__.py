"""The journal in SQLite, what it adds up to, and the way to read it."""
