"""The journal in SQLite: one writing connection, group commit, migrations."""
