"""The schema's history: one numbered step per file in versions/, run by migrate.py."""
