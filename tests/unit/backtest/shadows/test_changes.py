"""Why a signal is not the same: the gate that failed, with what it measured and needed."""

from trading_bot.backtest.shadows.changes import failed_gates
from trading_bot.backtest.shadows.day import TraceKey, Traces
from trading_bot.domain.deferred_evaluation import DeferredEvaluation
from trading_bot.domain.gate import Gate
from trading_bot.domain.trace import Trace


def deferred(score, *gates, candle=0):
    return DeferredEvaluation("confluence", "KEY", candle, score, lambda: gates)


def test_only_the_gates_that_failed_are_told_with_their_condition():
    said = deferred(
        0.6,
        Gate("ready", True, 300, ">= 220 candles"),
        Gate("score", False, 0.66667, ">= 0.9 or <= -0.9; RSI 55 long"),
        Gate("trigger", False, None, "a trigger for long within 3 candles"),
        Gate("rolling", False, None, "> 0: close above both; 60 of 200 complete days are known"),
    )

    assert failed_gates(said) == (
        "score was 0.6667, needs >= 0.9 or <= -0.9",
        "trigger was nothing, needs a trigger for long within 3 candles",
        "rolling was unknown (60 of 200 complete days are known), needs > 0: close above both",
    )


def test_a_trace_is_found_by_its_candle_and_the_newest_counts():
    traces = Traces()

    traces.take([Trace(deferred(0.1), 1), Trace(deferred(0.2), 2), Trace(deferred(0.3, candle=900), 3)])

    assert traces.of(TraceKey("confluence", "KEY", 0)).score == 0.2
    assert traces.of(TraceKey("confluence", "KEY", 1_800)) is None
    assert (len(traces), traces.instruments) == (2, {"KEY"})
