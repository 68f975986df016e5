"""A closed candle meets its strategies: votes in, a signal or none out, always with the gate trace."""

from math import isfinite
from typing import Final

from pydantic import TypeAdapter

from trading_bot.domain import events as ev
from trading_bot.domain.deferred_evaluation import DeferredEvaluation
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Answer, Direction, Evaluation, Signal
from trading_bot.domain.trace import Trace
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.decisions.market import overlays
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.positions import entries
from trading_bot.engine.decisions.positions.exit_request import request_exit
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import EvaluationDue
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State

_tuple: Final = tuple.__new__  # half the cost of calling the NamedTuple
_WRITTEN: Final = TypeAdapter(Evaluation)
_ATR_MAX: Final = 1e12
"""In paise; no price comes near it."""


def on_evaluation_due(state: State, event: EvaluationDue, turn: Turn) -> None:
    """Let every strategy of the candle's timeframe speak; each signal is decided at once."""
    series = state.market.series[event.instrument_key]
    judge(state, series, event.timeframe_s, event.candle, turn, is_provisional=event.is_provisional)


def judge(
    state: State,
    series: Series,
    timeframe_s: int,
    candle: Candle,
    turn: Turn,
    *,
    is_provisional: bool = False,
) -> None:
    """The same for a candle at hand."""
    quote = series.quote()
    for strategy, evaluator in series.evaluators:
        if strategy.timeframe_s != timeframe_s or strategy.name in state.switched_off:
            continue
        if is_provisional and not strategy.provisional_interval_s:
            continue
        try:
            evaluation = (
                evaluator.peek(candle, quote) if is_provisional else evaluator.evaluate(candle, quote)
            )
            evaluation = _usable(series, evaluation)
        except Exception as error:  # noqa: BLE001  # sanctioned: a strategy's failure must not stop exits
            _switch_off(state, strategy.name, error, turn)
            continue
        series.score, series.evaluated = evaluation.score, candle
        if not isinstance(evaluation, DeferredEvaluation) and evaluation.signal is not None:
            evaluation = overlays.judged(state, series, strategy, evaluation, evaluation.signal)
        if state.keeps_traces and not is_provisional:
            turn.traces.append(_tuple(Trace, (evaluation, state.now_ms, series.seen_at_ms)))
        if not isinstance(evaluation, DeferredEvaluation) and evaluation.signal is not None:
            _take(state, evaluation, evaluation.signal, turn, is_provisional=is_provisional)


def _usable(series: Series, evaluation: Answer) -> Answer:
    """The same where it can be traded and journaled: a signal as it is read back from a row.

    What a gate measured in numpy's numbers is kept as text. Raises ValueError for what breaks the book.
    """
    if isinstance(evaluation, DeferredEvaluation) or evaluation.signal is None:
        return evaluation
    read = evaluation if _is_plain(evaluation, evaluation.signal) else _read_back(evaluation)
    signal = read.signal
    if signal is None or signal.instrument_key != series.instrument.key:
        raise ValueError(f"a signal for another share on a candle of {series.instrument.symbol}")
    if not 0 <= signal.atr_paise <= _ATR_MAX:
        raise ValueError(f"a signal with an ATR of {signal.atr_paise}")
    return read


def _read_back(evaluation: Evaluation) -> Evaluation:
    return _WRITTEN.validate_json(_WRITTEN.dump_json(evaluation, warnings=False, fallback=str))


def _is_plain(evaluation: Evaluation, signal: Signal) -> bool:
    """Whether all values are of Python's own kinds, and finite: a row gives them back as they are."""
    if type(signal.direction) is not Direction:
        return False
    for whole in (evaluation.candle_start_ms, signal.candle_start_ms, signal.reference_price):
        if type(whole) is not int:
            return False
    for number in (evaluation.score, signal.score, signal.atr_paise):
        if type(number) is not float or not isfinite(number):
            return False
    return all(type(gate.passed) is bool and _is_plain_measure(gate.measured) for gate in evaluation.gates)


def _is_plain_measure(measured: object) -> bool:
    if type(measured) is float:
        return isfinite(measured)
    return measured is None or type(measured) in (int, str)


def _take(state: State, evaluation: Evaluation, signal: Signal, turn: Turn, *, is_provisional: bool) -> None:
    turn.emit(ev.SignalRaised(at_ms=state.now_ms, evaluation=evaluation, is_provisional=is_provisional))
    trade = state.book.trade_of(signal.instrument_key)
    is_against = trade is not None and trade.direction is not signal.direction
    if trade is not None and is_against and state.risk.exits.on_opposite_signal:
        request_exit(state, trade, ExitReason.SIGNAL, turn)
    else:
        entries.enter(state, signal, turn)


def _switch_off(state: State, strategy: str, error: Exception, turn: Turn) -> None:
    text = f"{type(error).__name__}: {error}"
    state.switched_off[strategy] = text
    turn.failures.append(error)
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="strategy_failed", detail=f"{strategy}: {text}"))
    halts.raise_halt(turn, ev.HaltScope.STRATEGY, strategy, "strategy_failed", until_released=True)
