"""TOML, .env and environment in; frozen settings objects out."""
