"""A day of the simulator for the daemons of the real market."""

import pytest

from tests.fakes.short_session import DIWALI
from tests.fakes.upstox_day import generated_upstox


@pytest.fixture
async def upstox(tmp_path, monkeypatch):
    """A generated day of three shares, played as fast as the daemon follows."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    async with generated_upstox(tmp_path) as upstox:
        yield upstox


@pytest.fixture
async def hour(tmp_path, monkeypatch):
    """The same on Diwali: for what needs a whole session, and not the hours of an ordinary one."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    async with generated_upstox(tmp_path, on=DIWALI) as upstox:
        yield upstox
