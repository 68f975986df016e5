"""What the account holds: our fills, what others do in it, and whether both sides agree."""
