"""The composition root: the only place that knows the mode and every adapter."""
