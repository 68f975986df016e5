"""The command line: arguments in, exit code out."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    raise NotImplementedError(arguments)
