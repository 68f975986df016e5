"""Facts in, an explanation out: what passed, what failed and by how much, and what followed."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.domain.trace import KeptEvaluation
from trading_bot.domain.trade import ExitReason
from trading_bot.report.day.record import SignalRecord, TradeRecord
from trading_bot.report.why.changes import changes_of
from trading_bot.report.why.distance import distance_of
from trading_bot.report.why.endings import exit_words
from trading_bot.report.why.explanation import EvaluationView, Explanation, GateView, TradeView, Verdict
from trading_bot.report.why.facts import Story, WhyFacts
from trading_bot.report.why.points import turning_points
from trading_bot.report.why.quiet import quiet_reasons

_NOT_TAKEN = frozenset({OrderStatus.REFUSED, OrderStatus.REJECTED})
_LATE_MS = 2 * MS_PER_MINUTE


def explain(facts: WhyFacts) -> Explanation:
    """Explain the newest evaluation of each strategy up to the moment, or why there is none."""
    views = tuple(_view(facts.story, kept) for kept in _chosen(facts.evaluations, facts.asked_ms))
    return Explanation(
        mode=facts.mode,
        symbol=facts.symbol,
        instrument_key=facts.instrument_key,
        on=facts.on,
        asked_ms=facts.asked_ms,
        views=views,
        open_trade=_open_trade(facts, views),
        quiet=() if facts.around is None else quiet_reasons(facts, facts.around),
        points=turning_points(facts.story),
    )


def _chosen(evaluations: Sequence[KeptEvaluation], asked_ms: int | None) -> list[KeptEvaluation]:
    newest: dict[str, KeptEvaluation] = {}
    for kept in evaluations:
        if asked_ms is None or _spoken_ms(evaluations, kept) <= asked_ms:
            newest.setdefault(kept.strategy, kept)
    return sorted(newest.values(), key=lambda kept: (-kept.candle_start_ms, kept.strategy))


def _spoken_ms(evaluations: Sequence[KeptEvaluation], kept: KeptEvaluation) -> int:
    """When it was evaluated; where that was not kept, when its candle must have ended."""
    if kept.at_ms is not None:
        return kept.at_ms
    return kept.candle_start_ms + _usual_gap_ms(evaluations, kept.strategy)


def is_quiet(facts: WhyFacts) -> bool:
    """Whether the moment has no evaluation of its own: none at all, or the next one was due since.

    Its surroundings are needed then.
    """
    chosen = _chosen(facts.evaluations, facts.asked_ms)
    if not chosen:
        return True
    if facts.asked_ms is None:
        return False
    return all(
        facts.asked_ms - _spoken_ms(facts.evaluations, kept)
        >= _usual_gap_ms(facts.evaluations, kept.strategy) + _LATE_MS
        for kept in chosen
    )


def _usual_gap_ms(evaluations: Sequence[KeptEvaluation], strategy: str) -> int:
    """The least time between two candles of a strategy, as far as the day shows."""
    starts = [kept.candle_start_ms for kept in evaluations if kept.strategy == strategy]
    gaps = [later - earlier for later, earlier in pairwise(starts)]
    return min(gaps, default=0)


def _view(story: Story, kept: KeptEvaluation) -> EvaluationView:
    signal = next((one for one in story.signals if _is_of(one, kept)), None)
    trade = None
    if signal is not None and signal.trade_id is not None:
        trade = next((view for view in _trades(story) if view.record.trade.trade_id == signal.trade_id), None)
    gates = tuple(_gate_views(kept))
    verdict = _verdict(story, signal, trade)
    return EvaluationView(
        kept=kept,
        gates=gates,
        verdict=verdict,
        signal=signal,
        trade=trade,
        changes=changes_of(verdict, gates, signal, trade),
    )


def _is_of(signal: SignalRecord, kept: KeptEvaluation) -> bool:
    evaluation = signal.evaluation
    return (evaluation.strategy, evaluation.candle_start_ms) == (kept.strategy, kept.candle_start_ms)


def _gate_views(kept: KeptEvaluation) -> Iterator[GateView]:
    for gate in kept.gates:
        condition, _, detail = gate.needed.partition("; ")
        yield GateView(gate, condition, detail, distance_of(gate))


def _verdict(story: Story, signal: SignalRecord | None, trade: TradeView | None) -> Verdict:
    if signal is None:
        return Verdict.NO_SIGNAL
    if signal.denied is not None:
        return Verdict.DENIED
    if trade is None:
        asked = story.exits.values()
        is_exit = any(one.reason is ExitReason.SIGNAL and one.at_ms == signal.at_ms for one in asked)
        return Verdict.CLOSED_OPPOSITE if is_exit else Verdict.PENDING
    return _entry_verdict(trade)


def _entry_verdict(trade: TradeView) -> Verdict:
    if trade.record.has_traded:
        return Verdict.TRADED
    entries = [order for order in trade.orders if order.purpose is Purpose.ENTRY]
    if any(order.status in _NOT_TAKEN for order in entries):
        return Verdict.REFUSED
    return Verdict.PENDING if trade.record.closed is None else Verdict.NOT_FILLED


def _trades(story: Story) -> Iterator[TradeView]:
    for record in story.trades:
        trade_id = record.trade.trade_id
        asked = story.exits.get(trade_id)
        yield TradeView(
            record,
            tuple(order for order in story.orders if order.trade_id == trade_id),
            None if asked is None else asked.at_ms,
            exit_words(record),
        )


def _open_trade(facts: WhyFacts, views: Sequence[EvaluationView]) -> TradeView | None:
    """The trade that was open at the moment, unless it is one that the views tell of."""
    told = {view.trade.record.trade.trade_id for view in views if view.trade is not None}
    at_ms = facts.asked_ms if facts.asked_ms is not None else facts.story.last_ms or 0
    for view in _trades(facts.story):
        if view.record.trade.trade_id not in told and _is_open(view.record, at_ms):
            return view
    return None


def _is_open(record: TradeRecord, at_ms: int) -> bool:
    closed_ms = None if record.closed is None else record.closed.closed_at_ms
    return record.trade.planned_at_ms <= at_ms and (closed_ms is None or closed_ms > at_ms)
