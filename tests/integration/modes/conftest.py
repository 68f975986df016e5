"""A day of the simulator for the daemons of the real market."""

import pytest

from tests.fakes.upstox_day import SEED, SYMBOLS, TOKEN, UPDATES_PER_MINUTE, Upstox
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.replaying.simulator_program import new_venue, server_settings
from trading_bot.settings.options import SimulatorOptions
from trading_bot.simulator.market.day_plan import plan_of
from trading_bot.simulator.market.generated import DEFAULT_DAY, GeneratedMarket
from trading_bot.simulator.server.dated_rules import DatedRules
from trading_bot.simulator.server.run import serve
from trading_bot.simulator.venue.settings import VenueSettings


@pytest.fixture
async def upstox(tmp_path, monkeypatch):
    """A generated day of three shares, played as fast as the daemon follows."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    rules = load_market_rules()
    source = GeneratedMarket(
        plan_of(rules.calendar, DEFAULT_DAY),
        symbols=SYMBOLS,
        seed=SEED,
        updates_per_minute=UPDATES_PER_MINUTE,
        with_index=False,  # it alone would speak every second
    )
    settings = server_settings(SimulatorOptions(port=0, speed=0.0, token=TOKEN), source.on, rules)
    server = await serve(
        new_venue(source, rules, VenueSettings(), SEED), source, settings, rules=DatedRules(rules)
    )
    yield Upstox(server, tmp_path, [])
    await server.close()
