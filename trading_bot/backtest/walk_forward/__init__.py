"""Walk-forward: numbers are chosen on one stretch of days and played on the next, again and again."""
