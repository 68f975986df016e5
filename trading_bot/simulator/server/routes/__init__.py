"""Upstox's REST paths, one module for each group of them."""
