"""The two WebSockets: ticks and order states."""
