"""Days, halts, wishes of a person, panic, and the rate of calls."""
