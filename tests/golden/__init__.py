"""Whole backtests with every number that a trader reads pinned: what moves is seen, and explained."""
