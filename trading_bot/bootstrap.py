"""The composition root: the only module that knows the mode and every adapter."""
