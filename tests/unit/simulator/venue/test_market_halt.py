"""The market-wide breaker at the pretend exchange: NSE/CMTR/24709 of 11 October 2013."""

from datetime import time

import pytest

from tests.fakes.venue_day import ON, VenueDay, instant, market_rules
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.rules.dated import row_on
from trading_bot.simulator.venue.exchange.day_rules import breaker_halt
from trading_bot.simulator.venue.exchange.session_plan import MarketHalt

MORNING = "09:20 market SBIN 100.00 bid=50@99.95 ask=30@100.05 traded=10"
HALT = MarketHalt(start_ms=instant("11:00"), auction_ms=instant("11:45"), end_ms=instant("12:00"))


def _day(script):
    return VenueDay(script, halt=HALT)


def test_the_halt_cancels_whatever_rests_of_all_instruments():
    day = _day(
        f"""{MORNING}
        10:00 place stop SELL 5 SBIN SL price=97 trigger=98
        10:00 place limit BUY 5 PLAIN LIMIT price=99
        11:00"""
    )

    for name in ("stop", "limit"):
        assert day.row(name).status == "cancelled"
        assert "circuit breaker" in day.row(name).status_message


@pytest.mark.parametrize(
    ("clock", "order", "status"),
    [
        ("10:59:59", "LIMIT price=99", "cancelled"),
        ("11:00:00", "LIMIT price=99", "rejected"),
        ("11:44:00", "SL price=102 trigger=101", "rejected"),
        ("11:45:00", "LIMIT price=99", "open"),
        ("11:45:00", "SL price=102 trigger=101", "rejected"),
        ("11:45:00", "LIMIT price=99 validity=IOC", "rejected"),
        ("12:00:00", "SL price=102 trigger=101", "trigger pending"),
    ],
)
def test_what_is_taken_before_in_and_after_the_halt(clock, order, status):
    day = _day(f"{MORNING}\n{clock} place order BUY 5 SBIN {order}")
    day.venue.advance(day.venue.now_ms + 1_000)

    assert day.row("order").status == status


def test_an_order_of_the_call_auction_trades_at_its_price_when_trading_begins():
    day = _day(
        f"""{MORNING}
        11:46 place order BUY 5 SBIN LIMIT price=100.10
        11:59:59 market SBIN 100.00 bid=50@99.95 ask=30@100.05 traded=20"""
    )
    assert day.row("order").status == "open"

    day.play("12:00 market SBIN 100.00 bid=50@99.95 ask=30@100.05 traded=30")

    assert day.fills("order") == "5@100.10"


def test_the_halt_lasts_as_the_breaker_s_first_level_says():
    breaker = row_on(market_rules().breakers, ON)

    assert breaker_halt(breaker, ON, time(11)) == HALT
    late = breaker_halt(breaker, ON, time(13, 30))
    assert late.auction_ms == instant("13:45")
    assert late.end_ms == instant("14:00")


def test_a_time_at_which_the_level_halts_nothing_is_refused():
    breaker = row_on(market_rules().breakers, ON)

    with pytest.raises(SettingsError, match=r"14:45.*10%.*earlier"):
        breaker_halt(breaker, ON, time(14, 45))
