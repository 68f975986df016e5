"""`--panic-exit` without a daemon."""
