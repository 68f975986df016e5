"""Orders and positions as the broker tells them."""
