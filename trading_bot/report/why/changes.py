"""What would have changed the answer: the gates that failed, or the rule that bound."""

from collections.abc import Sequence

from trading_bot.domain.order import Purpose
from trading_bot.report.day.record import SignalRecord
from trading_bot.report.why.denials import reason_of
from trading_bot.report.why.explanation import GateView, TradeView, Verdict
from trading_bot.report.wording import words


def changes_of(
    verdict: Verdict, gates: Sequence[GateView], signal: SignalRecord | None, trade: TradeView | None
) -> tuple[str, ...]:
    """One line for each thing that had to be different."""
    match verdict:
        case Verdict.NO_SIGNAL:
            return tuple(_gate_change(view) for view in gates if not view.gate.passed)
        case Verdict.DENIED if signal is not None and signal.denied is not None:
            return (_denial_change(signal.denied.reason, signal.denied.detail),)
        case Verdict.REFUSED | Verdict.NOT_FILLED if trade is not None:
            return _entry_changes(trade)
        case Verdict.TRADED:
            return _closest(gates)
    return ()


def gap_text(view: GateView) -> str:
    """How far a gate's value lay from its threshold; empty where that is no number."""
    distance = view.distance
    if distance is None:
        return ""
    amount = f"{distance.amount:.4g}"
    unit = f" {distance.unit}" if distance.unit else ""
    if view.gate.passed:
        return f"{amount}{unit} to spare"
    return f"{amount}{unit} too {'low' if distance.is_too_low else 'high'}"


def _gate_change(view: GateView) -> str:
    name, gap = words(view.gate.name), gap_text(view)
    return f"{name}: {view.condition}" + (f" ({gap})" if gap else "")


def _denial_change(code: str, detail: str) -> str:
    reason = reason_of(code)
    where = f"; the limit is {reason.setting}" if reason.setting else ""
    return f"{reason.remedy} ({detail}{where})" if detail else f"{reason.remedy}{where}"


def _entry_changes(trade: TradeView) -> tuple[str, ...]:
    said = [
        f"{words(order.status)}: {order.message}" if order.message else words(order.status)
        for order in trade.orders
        if order.purpose is Purpose.ENTRY
    ]
    return tuple(f"an entry that is taken and filled (it was {text})" for text in dict.fromkeys(said))


def _closest(gates: Sequence[GateView]) -> tuple[str, ...]:
    """The passed gate that was nearest to failing, by its distance as a part of its threshold."""
    measured = [
        (view.distance.amount / abs(view.distance.threshold), view)
        for view in gates
        if view.distance is not None and view.distance.threshold
    ]
    if not measured:
        return ()
    view = min(measured, key=lambda one: one[0])[1]
    return (f"{words(view.gate.name)} failing: it had {gap_text(view)} ({view.condition})",)
