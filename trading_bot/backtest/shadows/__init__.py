"""Other settings on the days that were traded, beside those that traded: a shadow and its baseline."""
