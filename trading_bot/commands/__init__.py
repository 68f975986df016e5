"""One function for each command: parsed arguments and a context in, exit code out."""
