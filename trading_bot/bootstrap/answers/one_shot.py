"""What commands that do one thing and end share: the clock, and silence."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

ASKED_BY = "command line"


def wall_now_ms() -> int:
    """The time of day in epoch milliseconds."""
    return time.time_ns() // 1_000_000


@contextmanager
def silence() -> Iterator[None]:
    """Keep the parts' log lines off standard output, which belongs to the answer: what matters is raised."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        yield
    finally:
        structlog.reset_defaults()
