"""What a request has to pass: token, rate limits, address, service hours."""
