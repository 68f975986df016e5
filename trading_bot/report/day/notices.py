"""Events that a reader of the report has to know about, in words."""

from trading_bot.domain import events as ev
from trading_bot.report.day.record import Notice


def notice_of(event: ev.BookEvent) -> Notice | None:
    """The event as a notice; None for the ordinary course of trading."""
    said = _halts(event) or _panic(event) or _incidents(event) or _differences(event)
    return None if said is None else Notice(event.at_ms, *said)


def _halts(event: ev.BookEvent) -> tuple[str, str] | None:
    match event:
        case ev.HaltRaised(until_released=until_released):
            until = ", until a person releases it" if until_released else ""
            return "halt", f"{_scope(event)}: {event.reason}{until}"
        case ev.HaltCleared():
            return "halt cleared", f"{_scope(event)}: {event.reason}"
    return None


def _scope(event: ev.HaltRaised | ev.HaltCleared) -> str:
    return f"{event.scope} {event.subject}".rstrip()


def _panic(event: ev.BookEvent) -> tuple[str, str] | None:
    match event:
        case ev.PanicLatched(asked_by=asked_by):
            return "panic", f"asked for by {asked_by}: everything is cancelled and flattened"
        case ev.PanicReleased(asked_by=asked_by):
            return "panic released", f"by {asked_by}"
        case ev.PositionAdopted(trade=trade, quantity=quantity):
            return "panic", f"took over {quantity:+d} of {trade.instrument_key}"
        case ev.ForeignCancelIntended(order_id=order_id, cause=cause):
            return cause, f"cancels {order_id}, an order of others"
        case ev.ForeignCancelResolved(order_id=order_id, result=result, message=message):
            return "cancellation", f"of {order_id}: {result.replace('_', ' ')}, {message}"
    return None


def _incidents(event: ev.BookEvent) -> tuple[str, str] | None:
    match event:
        case ev.IncidentRecorded(kind=kind, detail=detail):
            return "incident", f"{kind.replace('_', ' ')}: {detail}"
        case ev.StopFailed(trade_id=trade_id, reason=reason):
            return "stop failed", f"trade {trade_id}: {reason}"
        case ev.ForeignOrderSeen(order_id=order_id):
            what = f"{event.side} {event.quantity} of {event.instrument_key}"
            return "foreign order", f"{order_id}: {what}, placed by {event.placed_by or 'unknown'}"
    return None


def _differences(event: ev.BookEvent) -> tuple[str, str] | None:
    match event:
        case ev.DifferenceFound(instrument_key=key, our_quantity=ours, broker_quantity=theirs):
            return "difference", f"{key}: our position {ours}, the broker's {theirs}"
        case ev.DifferenceSettled(instrument_key=key, written_off=trade_id) if trade_id:
            return "difference settled", f"{key}: trade {trade_id} of an earlier day is written off"
        case ev.DifferenceSettled(instrument_key=key):
            return "difference settled", f"{key}: broker and book agree again"
        case ev.AdoptionReturned(tag=tag, quantity=quantity, instrument_key=key):
            return "difference settled", f"{key}: {quantity:+d} that were taken over are those of order {tag}"
    return None
