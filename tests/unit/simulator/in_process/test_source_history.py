"""The history of a day that is under way: what is over is known, what is not is not."""

import asyncio
from datetime import timedelta

from tests.fakes.scripted_market import ON, SBIN, ScriptedMarket, at, moment, update
from trading_bot.domain.market_data import Candle
from trading_bot.simulator.in_process.market import SourceHistory

FIRST = Candle(at("11:00"), 80_000, 80_050, 80_000, 80_050, 150)
SECOND = Candle(at("11:01"), 79_900, 79_900, 79_900, 79_900, 100)


class Asked:
    """A day of three minutes, asked at different times."""

    def __init__(self):
        self._now_ms = 0
        source = ScriptedMarket(
            (
                moment("11:00:05", update(SBIN, "11:00:05", 80_000, volume=100)),
                moment("11:00:40", update(SBIN, "11:00:40", 80_050, volume=150)),
                moment("11:01:10", update(SBIN, "11:01:10", 79_900, volume=250)),
                moment("11:02:10", update(SBIN, "11:02:10", 79_950, volume=300)),
            )
        )
        self._history = SourceHistory(source, lambda: self._now_ms)

    def today(self, clock):
        """Candles of the day as its feed shows them, as of a time."""
        self._now_ms = at(clock)
        found = asyncio.run(self._history.minute_candles(SBIN.key, ON, ON))
        return tuple(candle for candle in found if candle.start_ms >= at("11:00"))


def test_a_minute_of_today_is_there_once_it_is_over():
    """V21: after a gap in the feed, the day so far is asked for, as it is of the broker."""
    day = Asked()

    assert day.today("11:00:59.999") == ()
    assert day.today("11:01:00") == (FIRST,)
    assert day.today("11:01:59") == (FIRST,)
    assert day.today("11:02:00") == (FIRST, SECOND)


def test_nothing_of_today_is_given_where_earlier_days_are_asked_for():
    history = SourceHistory(ScriptedMarket(), lambda: at("12:00"))
    before = ON - timedelta(days=1)

    found = asyncio.run(history.minute_candles(SBIN.key, before, before))

    assert len(found) == 2
    assert all(candle.start_ms < at("00:00") for candle in found)


def test_closes_are_those_of_earlier_sessions_only():
    history = SourceHistory(ScriptedMarket(), lambda: at("12:00"))
    before = ON - timedelta(days=1)

    closes = asyncio.run(history.day_closes(SBIN.key, before, ON))

    assert [close.on for close in closes] == [before]
    assert closes[0].close == asyncio.run(history.minute_candles(SBIN.key, before, before))[-1].close
