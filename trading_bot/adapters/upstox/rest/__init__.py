"""Calls and their answers: orders out; books, market data and instruments in."""
