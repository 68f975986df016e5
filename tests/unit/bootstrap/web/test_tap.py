"""What the dashboard keeps of a day, from the rows and evaluations that pass by the engine."""

import pytest

from tests.fakes.engine_driver import KEY, EngineDriver
from trading_bot.bootstrap.web import tap as tap_module
from trading_bot.bootstrap.web.tap import DayTap
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.signal import Direction, Evaluation
from trading_bot.domain.trace import Trace
from trading_bot.engine.inputs import OperatorWish


class Ticking:
    """A counter that moves on by a millisecond with each look."""

    now_ns = 0

    def __call__(self) -> int:
        self.now_ns += 1_000_000
        return self.now_ns


@pytest.fixture
def tap() -> DayTap:
    return DayTap(Ticking())


@pytest.fixture
def driver() -> EngineDriver:
    driver = EngineDriver()
    driver.start()
    return driver


def trace(number: int, strategy: str = "scripted") -> Trace:
    said = Evaluation(
        strategy=strategy, instrument_key=KEY, candle_start_ms=number * 60_000, score=0.1, gates=()
    )
    return Trace(said, at_ms=number * 60_000 + 60_000)


def test_a_signal_that_became_a_trade_says_so(tap, driver):
    driver.enter()
    tap.take_rows(driver.rows)

    assert [outcome.word for outcome in tap.outcomes.values()] == ["traded"]
    assert tap.signals == {"scripted": 1}
    assert tap.orders == {"entry": 1, "stop": 1}
    assert tap.fills == 1


def test_a_signal_that_was_denied_says_why(tap, driver):
    driver.ask(OperatorWish.PAUSE)
    driver.signal()
    tap.take_rows(driver.rows)

    outcome = next(iter(tap.outcomes.values()))
    assert (outcome.word, outcome.detail) == ("denied", "halted_entries: paused")
    assert tap.denials == {("scripted", "halted_entries"): 1}


def test_the_time_from_a_signal_to_the_acknowledgement_of_its_entry_is_tallied_once(tap, driver):
    tag, _ = driver.enter()
    tap.take_rows(driver.rows)

    assert driver.order(tag).status is OrderStatus.FILLED
    assert tap.signal_to_ack["scripted"].count == 1
    assert tap.signal_to_ack["scripted"].total_ns == 1_000_000
    assert (tap._by_trade, tap._by_tag) == ({}, {})


def test_what_goes_by_is_handed_on_first(tap):
    order: list[str] = []

    tap.market_sink(lambda candles, traces: order.append(f"{len(candles)} {len(traces)} {tap.candles}"))(
        ((KEY, Candle(0, 1, 1, 1, 1, 1)),), (trace(1),)
    )
    tap.row_sink(lambda rows: order.append(f"{len(rows)} rows"))(())

    assert order == ["1 1 0", "0 rows"]
    assert tap.candles == 1


def test_evaluations_are_numbered_as_they_come(tap):
    tap.take_market((), [trace(1), trace(2, "other")])
    tap.take_market((), [trace(3)])

    assert [number for number, _ in tap.answers] == [1, 2, 3]
    assert tap.answers_by_strategy == {"scripted": 2, "other": 1}


def test_minutes_are_kept_by_instrument(tap):
    first, second = Candle(0, 1, 1, 1, 1, 1), Candle(60_000, 2, 2, 2, 2, 2)

    tap.take_market([(KEY, first), ("other", first)], ())
    tap.take_market([(KEY, second)], ())

    assert tap.minutes == {KEY: [first, second], "other": [first]}


def test_nothing_is_kept_without_bound(tap, monkeypatch):
    """V22."""
    monkeypatch.setattr(tap_module, "_MOST_OUTCOMES", 3)
    tap.take_market((), [trace(number) for number in range(6_000)])
    for number in range(10):
        tap._note(("scripted", KEY, number), tap_module.Outcome("signal"))

    assert len(tap.answers) == 5_000
    assert [start_ms for _, _, start_ms in tap.outcomes] == [7, 8, 9]


def test_a_short_signal_counts_as_well(tap, driver):
    driver.signal(Direction.SHORT)
    tap.take_rows(driver.rows)

    assert tap.signals == {"scripted": 1}
