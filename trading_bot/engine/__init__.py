"""The one door: takes an event, decides, applies, journals, and releases commands once they are durable."""
