"""Which signals of a day the shadow changed, and by which gate or rule."""

from collections.abc import Iterator

from trading_bot.backtest.parity.played import Key, in_order
from trading_bot.backtest.shadows.day import Change, PlayedSide, TraceKey
from trading_bot.domain.gate import Gate
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.signal import Answer
from trading_bot.report.day.record import SignalRecord
from trading_bot.report.day.result import TradeResult
from trading_bot.report.why.denials import REASONS
from trading_bot.report.wording import reason_name, signed_money

_NOT_EVALUATED = "no candle that ended then was evaluated: another length of candle, or no history yet"


def changes_of(baseline: PlayedSide, shadow: PlayedSide) -> tuple[Change, ...]:
    """Every signal that only one of the two raised, or that went another way, by the time of its candle."""
    return tuple(sorted(_changes(baseline, shadow)))


def _changes(baseline: PlayedSide, shadow: PlayedSide) -> Iterator[Change]:
    ours, theirs = baseline.played.signals, shadow.played.signals
    for key in in_order(ours, theirs):
        one, other = ours.get(key), theirs.get(key)
        if one is None:
            assert other is not None
            yield _change(key, other, shadow, "only the shadow", _missing(baseline, key, "the baseline"))
        elif other is None:
            yield _change(key, one, baseline, "only the baseline", _missing(shadow, key, "the shadow"))
        elif text := _another_way((baseline, one), (shadow, other)):
            yield _change(key, one, baseline, "another way", text)


def _change(key: Key, signal: SignalRecord, side: PlayedSide, what: str, why: str) -> Change:
    wish = signal.evaluation.signal
    became = "" if what == "another way" else f"{_became(side, signal)}. "
    return Change(
        candle_start_ms=key.candle_start_ms,
        symbol=side.result.symbol(key.instrument_key),
        strategy=key.strategy,
        direction="" if wish is None else wish.direction.value,
        what=what,
        why=f"{became}{why}",
    )


def _missing(side: PlayedSide, key: Key, name: str) -> str:
    """Why one side raised no such signal."""
    said = side.traces.of(TraceKey(key.strategy, key.instrument_key, key.candle_start_ms))
    if said is None:
        return f"For {name}, {_NOT_EVALUATED}"
    failed = failed_gates(said)
    return f"For {name}, {'; '.join(failed)}" if failed else f"For {name}, it was on the other side"


def failed_gates(said: Answer) -> tuple[str, ...]:
    """The gates that kept an evaluation from a signal, with what they measured and needed."""
    return tuple(_gate_text(gate) for gate in said.gates if not gate.passed)


def _gate_text(gate: Gate) -> str:
    measured = f"{gate.measured:.4g}" if isinstance(gate.measured, float) else gate.measured
    needed, _, more = gate.needed.partition(";")
    if measured is None and more:
        return f"{gate.name} was unknown ({more.strip()}), needs {needed}"
    return f"{gate.name} was {'nothing' if measured is None else measured}, needs {needed}"


def _another_way(one: tuple[PlayedSide, SignalRecord], other: tuple[PlayedSide, SignalRecord]) -> str:
    """What became of the same signal where that differs; empty where it does not.

    Fills of the same trade may differ by a few paise: the pretend exchange's delays are drawn anew after an
    order that only one side has sent.
    """
    if _way(*one) == _way(*other):
        return ""
    return f"Baseline: {_became(*one)}. Shadow: {_became(*other)}"


def _way(side: PlayedSide, signal: SignalRecord) -> tuple[object, ...]:
    """What became of a signal, but for the exact prices and moments."""
    trade = None if signal.trade_id is None else _trade(side, signal.trade_id)
    if trade is None:
        denied = signal.denied
        return (None if denied is None else denied.reason, signal.trade_id is None)
    record = trade.record
    ended = None if record.closed is None else record.closed.exit_reason
    minute = None if record.exited_at_ms is None else record.exited_at_ms // MS_PER_MINUTE
    return (record.entered_quantity, ended, minute)


def _became(side: PlayedSide, signal: SignalRecord) -> str:
    if signal.denied is not None:
        known = REASONS.get(signal.denied.reason)
        return f"denied, {known.words if known else signal.denied.reason}"
    if signal.trade_id is None:
        return "not judged"
    trade = _trade(side, signal.trade_id)
    if trade is None:
        return "planned, never filled"
    record = trade.record
    ended = "still open" if record.closed is None else reason_name(record.closed.exit_reason.value).lower()
    return f"traded {record.entered_quantity} units, {ended}, net {signed_money(trade.net)}"


def _trade(side: PlayedSide, trade_id: int) -> TradeResult | None:
    return next((one for one in side.result.trades if one.record.trade.trade_id == trade_id), None)
