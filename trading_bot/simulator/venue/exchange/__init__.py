"""The pretend exchange: hours, price bands, our orders in its books, and what trades."""
