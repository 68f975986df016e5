import logging

import structlog


def be_quiet():
    """Print nothing: days and campaigns would log tens of thousands of lines, alerts among them."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.ReturnLoggerFactory(),
    )
