"""Market-wide halts: by the breaker's table, by the exchange's word, and the quiet time after both."""

from datetime import time

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, EngineDriver
from trading_bot.adapters.history.naming import made_instrument
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle, MarketPhase
from trading_bot.domain.outlook import DayOutlook
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert
from trading_bot.risk.overlays.settings import CircuitSettings, OverlaySettings
from trading_bot.risk.settings import RiskSettings

_NIFTY, _SENSEX = made_instrument("NIFTY"), made_instrument("SENSEX")
_CLOSE = 2_500_000
_OUTLOOK = DayOutlook(breaker=load_market_rules().breakers[0])
_ENTRIES = ev.HaltScope.ENTRIES


def _driver(*, indices=(_NIFTY,), outlook: DayOutlook = _OUTLOOK, **circuits) -> EngineDriver:
    risk = RiskSettings(overlays=OverlaySettings(circuits=CircuitSettings(**circuits)))
    return EngineDriver(risk=risk, indices=indices, outlook=outlook)


def _at(driver: EngineDriver, text: str) -> None:
    """Go to a time, with one tick of the clock."""
    driver.now_ms = ms_at(DAY, time.fromisoformat(text))
    driver.later(0)


def _falls(driver: EngineDriver, move: float, key: str = _NIFTY.key) -> None:
    value = round(_CLOSE * (1 + move))
    driver.index(key, value, _CLOSE)
    driver.later(0)
    driver.index(key, value + 1, _CLOSE)
    driver.now_ms += 1_000
    driver.index(key, value, _CLOSE)
    driver.later(0)


def _halts(driver: EngineDriver) -> list[str]:
    return [reason for scope, subject, reason in driver.book.halts if (scope, subject) == (_ENTRIES, "")]


def _says(driver: EngineDriver, phase: MarketPhase) -> None:
    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": phase}))


# --- the breaker --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "move", "released"),
    [
        ("10:30", -0.10, "11:45:00"),
        ("10:30", 0.10, "11:45:00"),
        ("13:10", -0.10, "13:55:00"),
        ("10:30", -0.15, "12:45:01"),
    ],
)
def test_a_level_halts_entries_through_halt_auction_and_quiet_time(at, move, released):
    """45 minutes of halt, 15 of the call auction, 15 in which prices find themselves."""
    driver = _driver()
    _at(driver, at)
    _falls(driver, move)
    assert _halts(driver) == [f"market_breaker_{abs(move):.0%}"]

    driver.now_ms = ms_at(DAY, time.fromisoformat(released)) - 1_000
    driver.later(0)
    assert _halts(driver) == [f"market_breaker_{abs(move):.0%}"]
    driver.later(1)
    assert _halts(driver) == []


def test_a_level_for_the_rest_of_the_day_is_not_released_in_it():
    driver = _driver()
    _at(driver, "10:30")
    _falls(driver, -0.2)
    _at(driver, "15:14")

    assert "market_breaker_20%" in _halts(driver)


@pytest.mark.parametrize("move", [-0.0999, 0.05, 0.0])
def test_below_every_level_nothing_is_halted(move):
    driver = _driver()
    _falls(driver, move)

    assert _halts(driver) == []


def test_a_level_without_a_halt_raises_none():
    driver = _driver()
    _at(driver, "14:31")
    _falls(driver, -0.1)

    assert _halts(driver) == []


def test_a_level_halts_once_however_long_the_index_stays_there():
    driver = _driver()
    _at(driver, "10:30")
    _falls(driver, -0.11)
    _at(driver, "11:46")
    _falls(driver, -0.12)

    assert _halts(driver) == []


def test_the_next_level_halts_anew():
    driver = _driver()
    _at(driver, "10:30")
    _falls(driver, -0.1)
    _at(driver, "11:46")
    _falls(driver, -0.15)

    assert _halts(driver) == ["market_breaker_15%"]


def test_the_halt_is_known_after_a_restart_and_ends_at_its_time():
    """V17: a restart changes nothing."""
    driver = _driver()
    _at(driver, "10:30")
    _falls(driver, -0.1)
    _at(driver, "11:00")
    driver = driver.restarted(is_recovered=True)
    assert _halts(driver) == ["market_breaker_10%"]

    _at(driver, "11:45:00")
    assert _halts(driver) == []


def test_a_person_is_told_and_a_signal_is_denied():
    driver = _driver()
    _at(driver, "10:30")
    driver.drain()
    _falls(driver, -0.1)

    told = [command.text for command in driver.drain() if isinstance(command, Alert)]
    assert "entries halted (entries): market_breaker_10%" in told
    driver.price(PRICE)
    driver.signal()
    assert [event.reason for event in driver.events if isinstance(event, ev.EntryDenied)] == [
        "halted_entries"
    ]


def test_candles_of_the_index_are_enough():
    driver = _driver()
    _at(driver, "10:30")
    driver.core.state.market.series[_NIFTY.key].previous_close = _CLOSE
    low = _CLOSE * 85 // 100
    candle = Candle(driver.now_ms - 60_000, low, low, low, low, None)
    driver.take(inputs.BarsClosed(at_ms=0, timeframe_s=60, bars=((_NIFTY.key, candle),)))

    assert _halts(driver) == ["market_breaker_15%"]


def test_without_a_previous_close_nothing_is_concluded():
    driver = _driver()
    driver.index(_NIFTY.key, 1)
    driver.later(0)

    assert _halts(driver) == []


def test_it_can_be_switched_off():
    driver = _driver(market_wide=False)
    _at(driver, "10:30")
    _falls(driver, -0.2)
    _says(driver, MarketPhase.PRE_OPEN_START)
    driver.later(60)

    assert _halts(driver) == []


def test_a_new_day_forgets_what_the_index_had_reached():
    driver = _driver()
    _at(driver, "10:30")
    _falls(driver, -0.1)
    driver.core.state.begin_day()

    assert driver.core.state.market.standstill.moves == {}


def test_an_index_whose_price_nobody_knows_has_not_fallen():
    """Unknown is not zero: a close of yesterday alone is no move of minus one hundred percent."""
    driver = _driver()
    _at(driver, "10:30")
    driver.core.state.market.series[_NIFTY.key].previous_close = _CLOSE
    driver.later(1)

    assert _halts(driver) == []


def test_one_index_that_stands_still_does_not_hide_another_that_falls():
    driver = _driver(indices=[_NIFTY, _SENSEX])
    _at(driver, "10:30")
    driver.index(_NIFTY.key, _CLOSE, _CLOSE)
    _falls(driver, -0.1, _SENSEX.key)

    assert _halts(driver) == ["market_breaker_10%"]


def test_the_close_that_the_feed_names_outranks_one_of_before():
    driver = _driver()
    _at(driver, "10:30")
    driver.core.state.market.series[_NIFTY.key].previous_close = _CLOSE * 2
    driver.index(_NIFTY.key, _CLOSE, _CLOSE)
    driver.later(0)

    assert _halts(driver) == []


def test_a_day_without_a_rule_of_the_breaker_knows_no_level():
    driver = _driver(outlook=DayOutlook())
    _at(driver, "10:30")
    _falls(driver, -0.2)

    assert _halts(driver) == []


def test_a_level_that_is_reached_after_the_close_halts_nothing():
    driver = _driver()
    _at(driver, "15:31")
    _falls(driver, -0.15)

    assert _halts(driver) == []


def test_a_halt_ends_at_its_time_where_its_index_is_not_watched_any_more():
    """After a restart with other symbols; else entries would stay halted to the end of the day."""
    driver = _driver()
    _at(driver, "10:30")
    _falls(driver, -0.1)
    driver.indices = ()
    driver = driver.restarted(is_recovered=True)

    _at(driver, "11:44:59")
    assert _halts(driver) == ["market_breaker_10%"]
    _at(driver, "11:45:00")
    assert _halts(driver) == []


def test_each_of_two_levels_ends_at_its_own_time():
    driver = _driver()
    _at(driver, "10:30")
    _falls(driver, -0.1)
    _at(driver, "10:40")
    _falls(driver, -0.15)
    _at(driver, "11:46")

    assert _halts(driver) == ["market_breaker_15%"]


# --- the exchange's word ------------------------------------------------------------------------------------


def test_the_exchanges_own_halt_outlives_it_by_the_quiet_time():
    driver = _driver(after_halt_minutes=10)
    _at(driver, "10:30")
    _says(driver, MarketPhase.PRE_OPEN_START)
    driver.later(1)
    driver.later(29)
    assert _halts(driver) == []
    driver.later(1)
    assert _halts(driver) == ["market_halted"]

    _says(driver, MarketPhase.NORMAL_OPEN)
    driver.later(1)
    driver.later(599)
    assert _halts(driver) == ["market_halted"]
    driver.later(1)
    assert _halts(driver) == []


def test_a_second_halt_begins_the_quiet_time_anew():
    driver = _driver(after_halt_minutes=10)
    _at(driver, "10:30")
    _says(driver, MarketPhase.PRE_OPEN_START)
    driver.later(1)
    driver.later(30)
    _says(driver, MarketPhase.NORMAL_OPEN)
    driver.later(300)
    _says(driver, MarketPhase.PRE_OPEN_START)
    driver.later(1)
    _says(driver, MarketPhase.NORMAL_OPEN)
    driver.later(1)
    driver.later(599)

    assert _halts(driver) == ["market_halted"]


def test_a_second_standstill_is_believed_as_late_as_the_first():
    """Not at once, as if it had lasted since the first."""
    driver = _driver(after_halt_minutes=1)
    _at(driver, "10:30")
    for _ in range(2):
        _says(driver, MarketPhase.PRE_OPEN_START)
        driver.later(1)
        driver.later(29)
        assert _halts(driver) == []
        driver.later(1)
        assert _halts(driver) == ["market_halted"]
        _says(driver, MarketPhase.NORMAL_OPEN)
        driver.later(1)
        driver.later(60)
        assert _halts(driver) == []


def test_a_word_that_trades_belie_is_no_halt():
    """The word of an opening may be lost; what trades has opened."""
    driver = _driver()
    _at(driver, "10:30")
    _says(driver, MarketPhase.PRE_OPEN_END)
    for _ in range(10):
        driver.now_ms += 6_000
        driver.price(PRICE)
        driver.later(0)

    assert _halts(driver) == []


def test_hours_in_which_nothing_is_entered_are_no_halt():
    driver = _driver()
    _at(driver, "15:10")
    _says(driver, MarketPhase.CLOSING_START)
    driver.later(1)
    driver.later(60)

    assert _halts(driver) == []


def test_a_segment_that_nobody_trades_says_nothing():
    driver = _driver()
    _at(driver, "10:30")
    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_INDEX": MarketPhase.NORMAL_CLOSE}))
    driver.later(1)
    driver.later(60)

    assert _halts(driver) == []


def test_a_position_keeps_its_stop_through_a_halt():
    driver = _driver()
    _at(driver, "10:30")
    driver.price(PRICE)
    driver.signal()
    entry = driver.places()[0].request.tag
    driver.answer(entry)
    driver.fill(entry, driver.order(entry).terms.quantity, PRICE)
    trade = driver.book.trade_of(KEY)
    (stop,) = driver.places()
    _falls(driver, -0.2)

    assert driver.book.trade_of(KEY).exit_reason is None
    assert stop.request.terms.trigger_price == trade.stop_price
