"""The venue and its market behind the engine's ports, without a wire between."""
