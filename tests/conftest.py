"""Fixtures that every kind of test may ask for."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market data that lies beside the project; the test is skipped where it is absent."""
    folder = Path(os.environ.get("TRADING_BOT_SHARED_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no market data at {folder}: set TRADING_BOT_SHARED_DATA to the folder that holds it")
    return folder
