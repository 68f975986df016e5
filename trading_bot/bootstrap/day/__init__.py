"""What a trading day is made of, and what is left of it."""
