from decimal import Decimal

import pytest

from trading_bot.backtest.report.assumptions import assumptions_of, market_assumptions
from trading_bot.backtest.settings import BacktestSettings
from trading_bot.simulator.venue.settings import VenueSettings


def test_values_are_those_of_the_settings():
    venue = VenueSettings(api_delay_ms=1, risk_delay_ms=2, exchange_delay_ms=3, slippage_bps=Decimal("1.5"))
    backtest = BacktestSettings(spread_bps=Decimal(7), participation=Decimal("0.25"))

    said = market_assumptions("candle", venue, backtest)

    assert said["Delay"].startswith("6 ms")
    assert said["Slippage"].startswith("1.5 basis points")
    assert said["Spread"].startswith("7 basis points")
    assert said["Liquidity"].startswith("25% of a candle's volume in all")


def test_spread_and_liquidity_of_candles_are_not_said_of_ticks():
    assert {"Spread", "Liquidity"}.isdisjoint(market_assumptions("tick", VenueSettings(), BacktestSettings()))


@pytest.mark.parametrize("fidelity", ["candle", "tick"])
def test_each_fidelity_says_how_prices_move_inside_a_candle(fidelity):
    assert "Path inside the candle" in assumptions_of(fidelity, {})


def test_values_that_nobody_handed_over_are_admitted():
    assert "does not carry their values" in assumptions_of("candle", {})["Delay, spread, slippage"]
    assert "Delay, spread, slippage" not in assumptions_of("candle", {"Delay": "1 ms"})


def test_an_unknown_fidelity_is_named_as_it_is():
    assert assumptions_of("order book", {})["Fidelity"] == "order book"
