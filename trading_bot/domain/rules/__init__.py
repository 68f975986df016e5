"""What the market rules, by date: days, hours, contracts, halts, corporate actions."""
