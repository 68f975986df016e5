"""What the broker says of orders of ours, and what follows when it says nothing."""
