import pytest
import structlog

from tests.simulation.campaign import be_quiet


@pytest.fixture(autouse=True)
def quiet():
    """The daemon's log would be most of a simulation's time."""
    kept = structlog.get_config()
    be_quiet()
    yield
    structlog.configure(**kept)
