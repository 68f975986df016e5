"""Whether the daemon is well, and who is told when it is not."""
