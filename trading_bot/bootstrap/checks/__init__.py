"""The lines of `check` that need adapters: one traffic light for everything that can stop the day."""
