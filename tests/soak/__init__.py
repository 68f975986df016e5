"""Days back to back in one real process, with faults, and what it takes of the machine meanwhile."""
