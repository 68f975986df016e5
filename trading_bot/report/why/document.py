"""An explanation as plain values: money as decimal strings, times in India with their offset."""

from typing import Any

from trading_bot.domain.money import rupees
from trading_bot.report.why.denials import reason_of
from trading_bot.report.why.explanation import EvaluationView, Explanation, GateView, TradeView, side_of
from trading_bot.report.why.facts import OrderStory
from trading_bot.report.why.text import headline
from trading_bot.report.wording import iso_time, mean_price


def document_of(explanation: Explanation) -> dict[str, Any]:
    """The explanation as `why --json` shows it."""
    open_trade = explanation.open_trade
    return {
        "symbol": explanation.symbol,
        "instrument_key": explanation.instrument_key,
        "mode": explanation.mode,
        "on": explanation.on.isoformat(),
        "asked_at": _time(explanation.asked_ms),
        "verdict": explanation.verdict.value,
        "headline": headline(explanation.verdict),
        "no_evaluation_because": list(explanation.quiet),
        "evaluations": [_evaluation(view) for view in explanation.views],
        "open_trade": None if open_trade is None else _trade(open_trade),
        "turning_points": [
            {"at": iso_time(point.at_ms), "kind": point.kind, "text": point.text}
            for point in explanation.points
        ],
    }


def _evaluation(view: EvaluationView) -> dict[str, Any]:
    kept, signal = view.kept, view.signal
    denied = None if signal is None else signal.denied
    return {
        "strategy": kept.strategy,
        "candle_start": iso_time(kept.candle_start_ms),
        "evaluated_at": _time(kept.at_ms),
        "data_age_ms": kept.data_age_ms,
        "score": kept.score,
        "side": side_of(kept.direction, kept.score),
        "verdict": view.verdict.value,
        "headline": headline(view.verdict),
        "gates": [_gate(gate) for gate in view.gates],
        "signal_at": None if signal is None else iso_time(signal.at_ms),
        "denied": None
        if denied is None
        else {
            "at": iso_time(denied.at_ms),
            "reason": denied.reason,
            "words": reason_of(denied.reason).words,
            "detail": denied.detail,
            "setting": reason_of(denied.reason).setting or None,
        },
        "trade": None if view.trade is None else _trade(view.trade),
        "would_have_changed": list(view.changes),
    }


def _gate(view: GateView) -> dict[str, Any]:
    gate, distance = view.gate, view.distance
    return {
        "name": gate.name,
        "passed": gate.passed,
        "measured": gate.measured,
        "needed": view.condition,
        "detail": view.detail or None,
        "threshold": None if distance is None else distance.threshold,
        "distance": None if distance is None else float(f"{distance.amount:.7g}"),
        "unit": None if distance is None else distance.unit or None,
    }


def _trade(view: TradeView) -> dict[str, Any]:
    record, trade, plan = view.record, view.record.trade, view.record.trade.plan
    closed = record.closed
    return {
        "trade_id": trade.trade_id,
        "strategy": trade.strategy,
        "direction": trade.direction.value,
        "planned_at": iso_time(trade.planned_at_ms),
        "planned_quantity": trade.planned_quantity,
        "size_limited_by": trade.size_limited_by or None,
        "reference_price": _price(trade.reference_price),
        "stop_price": _price(plan.stop_price),
        "target_price": _price(plan.target_price),
        "stops": [{"at": iso_time(level.at_ms), "price": _price(level.price)} for level in record.stops],
        "entered_at": _time(record.entered_at_ms),
        "entered_quantity": record.entered_quantity,
        "entry_price": _mean(record.entered_value, record.entered_quantity),
        "exited_at": _time(record.exited_at_ms),
        "exit_price": _mean(record.exited_value, record.exited_quantity),
        "exit_asked_at": _time(view.exit_asked_at_ms),
        "exit_reason": None if closed is None else closed.exit_reason.value,
        "exit_words": view.exit_words or None,
        "closed_at": None if closed is None else iso_time(closed.closed_at_ms),
        "gross_pnl": None if closed is None else str(rupees(closed.gross_pnl)),
        "orders": [_order(order) for order in view.orders],
    }


def _order(order: OrderStory) -> dict[str, Any]:
    return {
        "tag": order.tag,
        "purpose": order.purpose.value,
        "side": order.side.value,
        "status": order.status.value,
        "message": order.message or None,
        "steps": [{"at": iso_time(step.at_ms), "text": step.text} for step in order.steps],
    }


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso_time(at_ms)


def _price(amount_paise: int | None) -> str | None:
    return None if amount_paise is None else str(rupees(amount_paise))


def _mean(value_paise: int, quantity: int) -> str | None:
    mean = mean_price(value_paise, quantity)
    return None if mean is None else str(mean)
