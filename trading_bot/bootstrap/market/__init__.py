"""Live, paper and alerts: a day on the real market, from waiting for a login to its end."""
