"""What most tests of a decision begin with."""

import pytest

from tests.fakes.engine_driver import EngineDriver


@pytest.fixture
def driver() -> EngineDriver:
    return EngineDriver()


@pytest.fixture
def entry(driver) -> str:
    """The tag of an entry that waits to be sent."""
    driver.signal()
    return driver.places()[0].request.tag
