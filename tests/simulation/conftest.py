import pytest

from tests.fakes.quiet import be_quiet


@pytest.fixture(autouse=True)
def _quiet():
    """The daemon's log would be most of a simulation's time."""
    be_quiet()
