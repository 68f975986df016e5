"""Fixtures that every kind of test may ask for."""

import os
from pathlib import Path

import pytest

# Coverage and the fakes need the sources themselves; set it to nothing to test the compiled hot path.
os.environ.setdefault("HOT_PATH_INTERPRETED", "1")

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.market_rules import MarketRules

PROJECT = Path(__file__).resolve().parent.parent


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
