"""A simulator as a program, as a child process, and as the world of a replayed day."""
