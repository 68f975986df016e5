"""What tests of journals that come home begin with."""

import pytest

from tests.fakes.engine_driver import EngineDriver


@pytest.fixture
def database(tmp_path):
    return tmp_path / "paper.db"


@pytest.fixture
def driver():
    """A long position with its stop at the exchange."""
    driver = EngineDriver()
    driver.enter()
    return driver
