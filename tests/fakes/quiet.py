import logging

import structlog


def be_quiet():
    """Log nothing below critical: days and campaigns would log tens of thousands of lines."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
