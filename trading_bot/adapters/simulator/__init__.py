"""A running simulator as seen by a daemon that attaches to it: its clock, its instruments, its ledger."""
