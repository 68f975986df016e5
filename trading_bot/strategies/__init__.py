"""Strategies: market data in, signal out. They know nothing of orders, sizes or each other."""
