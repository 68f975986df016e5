"""The outside world behind the engine's ports; adapters never import each other."""
