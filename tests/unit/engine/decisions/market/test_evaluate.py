import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.gate import Gate
from trading_bot.domain.market_data import Candle
from trading_bot.engine import inputs


@dataclass(slots=True)
class BrokenEvaluator:
    """Fails at every candle."""

    calls: list[Candle] = field(default_factory=list)

    def evaluate(self, candle, quote):
        self.calls.append(candle)
        raise ZeroDivisionError("volume")


def due(timeframe_s: int = 900) -> inputs.EvaluationDue:
    candle = Candle(0, PRICE, PRICE, PRICE, PRICE, 1)
    return inputs.EvaluationDue(at_ms=0, instrument_key=KEY, timeframe_s=timeframe_s, candle=candle)


def break_strategy(driver: EngineDriver) -> BrokenEvaluator:
    series = driver.core.state.market.series[KEY]
    broken = BrokenEvaluator()
    series.evaluators = ((driver.strategy, broken),)
    return broken


def test_each_evaluation_leaves_its_trace(driver):
    step = driver.take(due())

    assert [trace.answer.strategy for trace in step.traces] == ["scripted"]
    assert step.rows == ()


def test_a_trace_tells_when_it_was_made_and_of_when_its_data_was(driver):
    seen_at_ms = driver.now_ms
    driver.later(7)

    (trace,) = driver.take(due()).traces

    assert (trace.at_ms, trace.seen_at_ms) == (seen_at_ms + 7_000, seen_at_ms)


def test_a_strategy_sees_only_its_own_timeframe(driver):
    assert driver.take(due(300)).traces == ()


def test_a_signal_is_journaled_before_what_follows_from_it(driver):
    driver.signal()

    assert [type(event) for event in driver.new_events] == [
        ev.SignalRaised,
        ev.TradePlanned,
        ev.OrderIntended,
    ]


def test_a_strategy_that_fails_is_switched_off_and_exits_go_on(driver):
    """Fault 114."""
    _, stop = driver.enter()
    broken = break_strategy(driver)

    step = driver.take(due())
    driver.take(due())

    assert len(broken.calls) == 1
    assert isinstance(step.failures[0], ZeroDivisionError)
    assert list(driver.book.halts) == [(ev.HaltScope.STRATEGY, "scripted", "strategy_failed")]
    driver.fill(stop, 35, PRICE - 100)
    assert driver.book.trades == {}


@pytest.mark.parametrize(
    "flaw",
    [
        {"atr_paise": math.nan},
        {"atr_paise": math.inf},
        {"atr_paise": -700.0},
        {"atr_paise": 1e300},
        {"score": math.nan},
        {"reference_price": 1400.5},
        {"direction": "upwards"},
        {"instrument_key": "NSE_EQ|INE000000000"},
    ],
)
def test_a_signal_that_no_journal_could_hold_switches_its_strategy_off(driver, monkeypatch, flaw):
    """Fault 114, V17, V19: the engine lives on, and the rows can be read at the next start."""
    evaluator = driver.strategy.scripted
    said = type(evaluator).evaluate

    def flawed(evaluator, candle, quote):
        evaluation = said(evaluator, candle, quote)
        return replace(evaluation, signal=replace(evaluation.signal, **flaw))

    monkeypatch.setattr(type(evaluator), "evaluate", flawed)

    driver.signal()

    assert driver.places() == []
    assert list(driver.book.halts) == [(ev.HaltScope.STRATEGY, "scripted", "strategy_failed")]
    assert driver.restarted().book.halts


@pytest.mark.parametrize(("measured", "kept"), [(np.int64(3), "3"), (np.float64(3), 3.0), (math.nan, None)])
def test_what_a_gate_measured_is_kept_as_the_row_can_hold_it(driver, monkeypatch, measured, kept):
    """Fault 114, V17: it was found out when the row was written, and the engine ended with what it held."""
    evaluator = driver.strategy.scripted
    said = type(evaluator).evaluate

    def counted(evaluator, candle, quote):
        return replace(said(evaluator, candle, quote), gates=(Gate("count", True, measured, "> 2"),))

    monkeypatch.setattr(type(evaluator), "evaluate", counted)

    step = driver.signal()

    assert driver.new_events[0].evaluation.gates[0].measured == kept
    assert step.traces[0].answer.gates[0].measured == kept
    assert len(driver.places()) == 1
