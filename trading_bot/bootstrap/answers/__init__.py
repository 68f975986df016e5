"""One-shot commands: what the program can say and do without running a day."""
