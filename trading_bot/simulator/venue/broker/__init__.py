"""The pretend broker: what it refuses, blocks, keeps, sends on and closes by itself."""
