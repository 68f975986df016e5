"""Answers of the broker, spoiled with knowledge of how they are built, through everything that reads them."""
