"""Upstox's REST API and WebSockets over a pure broker core and a market source."""
