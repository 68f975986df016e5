"""Days one after the other: what one leaves for the next."""

from dataclasses import replace
from datetime import timedelta

from tests.fakes.candle_days import SignalsAt, bar_run, bars_of, day_data
from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION
from tests.fakes.venue_day import market_rules
from trading_bot.backtest.bar_day import BarDay
from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.domain.signal import Direction
from trading_bot.engine.workers.warm_up import WarmUpPlan
from trading_bot.report.day.reading import day_record

FLAT = (PRICE, PRICE, PRICE, PRICE)


def on_the_next_day(data):
    """The same day again, one date later."""
    on, session = DAY + timedelta(days=1), tuple((a + MS_PER_DAY, b + MS_PER_DAY) for a, b in SESSION)
    warm_up = WarmUpPlan(first=on, last=on, sessions={KEY: {on: session[0]}})
    bars = tuple(
        replace(
            one,
            at_ms=one.at_ms + MS_PER_DAY,
            bars=tuple(
                (key, candle._replace(start_ms=candle.start_ms + MS_PER_DAY)) for key, candle in one.bars
            ),
        )
        for one in data.bars
    )
    plan = replace(data.plan, on=on, sessions={KEY: session}, warm_up=warm_up)
    return replace(data, plan=plan, bars=bars, warm_up={})


def test_a_day_that_ends_with_something_held_leaves_nothing_for_the_next(monkeypatch):
    """The venue of the next day knows nothing of it: an exit would open the opposite position."""
    monkeypatch.setattr(BarDay, "_offer_all", lambda *_: None)
    dry = bars_of(*[FLAT] * 327, first_minute=33, volume=0)
    first_day = day_data((*bars_of(*[FLAT] * 3), *dry))
    run = bar_run(SignalsAt(signals={30: Direction.LONG}), market_rules())

    first, second = run.days((first_day, on_the_next_day(first_day)))

    assert [position.quantity for position in day_record(first.rows).positions] != []
    assert day_record(second.rows).positions == ()
    assert not any("our position" in text for text in second.alerts)
