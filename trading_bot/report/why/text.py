"""An explanation as plain text for a terminal or a chat."""

from collections.abc import Iterator, Sequence

from trading_bot.domain.gate import Gate
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.money import grouped, rupees
from trading_bot.report.text_table import aligned
from trading_bot.report.why.changes import gap_text
from trading_bot.report.why.denials import reason_of
from trading_bot.report.why.explanation import (
    EvaluationView,
    Explanation,
    GateView,
    TradeView,
    Verdict,
    side_of,
)
from trading_bot.report.why.facts import OrderStory
from trading_bot.report.wording import (
    MINUS,
    clock_time,
    duration,
    mean_price,
    money,
    price,
    signed_money,
    signed_ratio,
    words,
)

_HEADLINES = {
    Verdict.NOT_EVALUATED: "not evaluated",
    Verdict.NO_SIGNAL: "not traded: no signal",
    Verdict.DENIED: "not traded: the risk rules denied the signal",
    Verdict.REFUSED: "not traded: the entry was not taken",
    Verdict.NOT_FILLED: "not traded: the entry did not fill",
    Verdict.PENDING: "the entry is on its way",
    Verdict.TRADED: "traded",
    Verdict.CLOSED_OPPOSITE: "the signal closed the open trade on the other side",
}
_MARKS = {True: "passed", False: "FAILED"}


def text_of(explanation: Explanation) -> str:
    """The explanation in lines."""
    lines = [_head(explanation), *_quiet(explanation)]
    for view in explanation.views:
        lines += ["", *_view(explanation, view)]
    if explanation.open_trade is not None:
        lines += ["", "open at that moment:", *_trade(explanation.open_trade)]
    if explanation.asked_ms is None:
        lines += ["", *_points(explanation)]
    return "\n".join(lines).replace(MINUS, "-")  # terminals, and what reads them, know the hyphen


def asked_text(asked_ms: int) -> str:
    """The moment that was asked for; the end of a minute is the minute."""
    text = clock_time(asked_ms)
    return text[:5] if asked_ms % MS_PER_MINUTE >= MS_PER_MINUTE - MS_PER_SECOND else text


def headline(verdict: Verdict) -> str:
    """What became of it, in a few words."""
    return _HEADLINES[verdict]


def _head(explanation: Explanation) -> str:
    at = "" if explanation.asked_ms is None else f" at {asked_text(explanation.asked_ms)}"
    where = f"{explanation.symbol} on {explanation.on:%-d %B %Y}{at} (mode {explanation.mode})"
    return f"{where}: {headline(explanation.verdict)}"


def _quiet(explanation: Explanation) -> Iterator[str]:
    if not explanation.quiet:
        return
    yield "No evaluation at that moment:" if explanation.asked_ms is not None else "No evaluation:"
    for reason in explanation.quiet:
        yield f"  {reason}"


def _view(explanation: Explanation, view: EvaluationView) -> Iterator[str]:
    kept = view.kept
    passed = len(view.gates) - len(view.failed)
    yield (
        f"{kept.strategy}, candle of {clock_time(kept.candle_start_ms)[:5]}{_spoken(explanation, view)}: "
        f"{headline(view.verdict)}, {passed} of {len(view.gates)} gates passed"
    )
    side = side_of(kept.direction, kept.score)
    yield f"  score {signed_ratio(kept.score)}, leaning {side}; {_age(view)}"
    yield from _gates(view.gates)
    yield from _signal(view)
    if view.trade is not None:
        yield from _trade(view.trade)
    if view.changes:
        yield "  What would have changed the answer:"
        yield from (f"    {change}" for change in view.changes)


def _spoken(explanation: Explanation, view: EvaluationView) -> str:
    at_ms = view.kept.at_ms
    if at_ms is None:
        return ""
    asked_ms = explanation.asked_ms
    is_nearest = asked_ms is not None and asked_ms // MS_PER_MINUTE != at_ms // MS_PER_MINUTE
    return f", evaluated at {clock_time(at_ms)}" + (", the nearest before" if is_nearest else "")


def _age(view: EvaluationView) -> str:
    age_ms = view.kept.data_age_ms
    if age_ms is None:
        return "how old the data was is not on record"
    return f"the newest message about it was {age_ms / MS_PER_SECOND:.1f} s old"


def _gates(gates: Sequence[GateView]) -> list[str]:
    """Those that failed first."""
    if not gates:
        return ["    the strategy names no gates"]
    ordered = sorted(gates, key=lambda view: view.gate.passed)
    return aligned([_gate_cells(view) for view in ordered], indent="    ")


def _gate_cells(view: GateView) -> tuple[str, ...]:
    needed = f"needs {view.condition}" if not view.condition.startswith("skipped") else view.condition
    notes = "; ".join(note for note in (gap_text(view), view.detail) if note)
    return (_MARKS[view.gate.passed], words(view.gate.name), measured_text(view.gate), needed, notes)


def measured_text(gate: Gate) -> str:
    """What a gate measured."""
    if gate.measured is None:
        return "nothing"
    return f"{gate.measured:.4g}" if isinstance(gate.measured, float) else str(gate.measured)


def _signal(view: EvaluationView) -> Iterator[str]:
    signal = view.signal
    if signal is None:
        return
    if signal.denied is not None:
        denied = signal.denied
        yield f"  {clock_time(denied.at_ms)} signal denied: {reason_of(denied.reason).words}: {denied.detail}"
    elif view.trade is None:
        yield f"  {clock_time(signal.at_ms)} signal: {headline(view.verdict)}"


def _trade(view: TradeView) -> Iterator[str]:
    record, trade, plan = view.record, view.record.trade, view.record.trade.plan
    target = "no target" if plan.target_price is None else f"target {price(plan.target_price)}"
    bound = f", size limited by {words(trade.size_limited_by)}" if trade.size_limited_by else ""
    yield (
        f"  {clock_time(trade.planned_at_ms)} trade {trade.trade_id}: {trade.direction} "
        f"{grouped(trade.planned_quantity, 0)} at {price(trade.reference_price)}, "
        f"stop {price(plan.stop_price)}, {target}{bound}"
    )
    for order in view.orders:
        yield f"    {_order(order)}"
    if len(record.stops) > 1:
        moved = record.stops[-1]
        times = len(record.stops) - 1
        yield f"    stop moved {times} times, last to {price(moved.price)} at {clock_time(moved.at_ms)}"
    yield from _ending(view)


def _order(order: OrderStory) -> str:
    first, last = order.steps[0], order.steps[-1]
    said = f": {order.message}" if order.message else ""
    terms = first.text.removeprefix("intended: ")
    span = clock_time(first.at_ms)
    if clock_time(last.at_ms) != span:
        span += f" to {clock_time(last.at_ms)}"
    return f"{span} {order.purpose} {order.side.lower()} {terms}: {words(order.status)}{said}"


def _ending(view: TradeView) -> Iterator[str]:
    record = view.record
    mean = mean_price(record.entered_value, record.entered_quantity)
    if mean is not None and record.entered_at_ms is not None:
        entered = f"{grouped(record.entered_quantity, 0)} at {money(mean)} on average"
        yield f"    {clock_time(record.entered_at_ms)} in: {entered}"
    if record.closed is None:
        yield "    open" if record.has_traded else "    nothing filled yet"
        return
    if view.exit_asked_at_ms is not None:
        yield f"    {clock_time(view.exit_asked_at_ms)} exit asked for"
    yield f"    {clock_time(record.closed.closed_at_ms)} closed: {view.exit_words}{_result(view)}"


def _result(view: TradeView) -> str:
    record = view.record
    out = mean_price(record.exited_value, record.exited_quantity)
    if out is None or record.closed is None:
        return ""
    held = ""
    if record.entered_at_ms is not None and record.exited_at_ms is not None:
        held = f", held {duration(record.exited_at_ms - record.entered_at_ms)}"
    gross = signed_money(rupees(record.closed.gross_pnl))
    return f"; out at {money(out)} on average{held}, gross {gross} before charges"


def _points(explanation: Explanation) -> Iterator[str]:
    if not explanation.points:
        yield "The day's turning points: none"
        return
    yield "The day's turning points:"
    for point in explanation.points:
        yield f"  {clock_time(point.at_ms)} {point.text}"
