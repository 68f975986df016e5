import pytest
import structlog

from tests.fakes.quiet import be_quiet
from tests.fakes.virtual_days import generated, traded


@pytest.fixture(autouse=True)
def _quiet_logs():
    be_quiet()


@pytest.fixture(scope="session")
def generated_day():
    """A generated day of three shares, traded into memory."""
    before = structlog.get_config()
    be_quiet()
    try:
        return traded(generated())
    finally:
        structlog.configure(**before)
