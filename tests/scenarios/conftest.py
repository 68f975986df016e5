import logging

import pytest
import structlog

from tests.fakes.virtual_days import generated, traded


@pytest.fixture(autouse=True, scope="session")
def quiet_logs():
    """Days log tens of thousands of lines."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def generated_day(quiet_logs):
    """A generated day of three shares, traded into memory."""
    return traded(generated())
