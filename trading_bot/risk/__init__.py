"""Sizes, limits, exits and halts: an order request, or a denial with its reason."""
