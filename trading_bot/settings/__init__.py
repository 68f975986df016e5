"""TOML, .env and environment in; one frozen tree of settings out."""
