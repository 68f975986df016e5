"""The two WebSockets: market data and order states."""
