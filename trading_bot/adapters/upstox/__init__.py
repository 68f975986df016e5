"""Upstox behind the ports: login, REST, market feed, order stream, instruments."""
