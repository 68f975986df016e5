"""Fixtures that every kind of test may ask for."""

import os
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

# Coverage and the fakes need the sources themselves; set it to nothing to test the compiled hot path.
os.environ.setdefault("HOT_PATH_INTERPRETED", "1")

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.rules.market_rules import MarketRules

# The suite tries the same examples each time; `make machines` and `make fuzz-api` ask for more and new ones.
settings.register_profile("suite", derandomize=True, database=None)
_ASKS_FOR_NEW = ("MACHINE_EXAMPLES", "API_EXAMPLES")
if settings.get_current_profile_name() == "default" and not any(name in os.environ for name in _ASKS_FOR_NEW):
    settings.load_profile("suite")

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _logs_as_they_were():
    """A command that starts the logs of the program leaves none of their settings to other tests."""
    before = structlog.get_config() if structlog.is_configured() else None
    yield
    if before is None:
        structlog.reset_defaults()
    else:
        structlog.configure(**before)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market data that lies beside the project; the test is skipped where it is absent."""
    folder = Path(os.environ.get("TRADING_BOT_SHARED_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no market data at {folder}: set TRADING_BOT_SHARED_DATA to the folder that holds it")
    return folder


@pytest.fixture(scope="session")
def market_rules() -> MarketRules:
    """The dated market rules that come with the project."""
    return load_market_rules(PROJECT / "config" / "market")
