"""What a trade costs."""
