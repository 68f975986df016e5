"""The life of an order in words: one step for each journaled event that concerns it."""

from typing import NamedTuple

from trading_bot.domain import events as ev
from trading_bot.domain.money import rupees
from trading_bot.domain.order import OrderTerms

OrderEvent = (
    ev.OrderIntended
    | ev.OrderAdvanced
    | ev.OrderReported
    | ev.ModifyIntended
    | ev.CancelIntended
    | ev.ChangeResolved
    | ev.OrderFilled
    | ev.StopFailed
)


class OrderStep(NamedTuple):
    """One thing that happened to an order."""

    at_ms: int
    text: str


def tag_of(event: OrderEvent) -> str:
    """The tag of the order that an event concerns."""
    return event.request.tag if isinstance(event, ev.OrderIntended) else event.tag


def step_of(event: OrderEvent) -> OrderStep:
    """The event as a step in words."""
    return OrderStep(event.at_ms, _text(event))


def _text(event: OrderEvent) -> str:
    match event:
        case ev.OrderIntended(request=request):
            return f"intended: {terms_text(request.terms)}"
        case ev.OrderReported(terms=terms, reported_filled_quantity=filled):
            return f"the broker shows {terms_text(terms)}, {filled} filled"
        case ev.ModifyIntended(terms=terms):
            return f"change wanted: {terms_text(terms)}"
        case ev.CancelIntended():
            return "cancellation wanted"
        case ev.OrderFilled(fill=fill):
            return f"filled {fill.quantity} at {rupees(fill.price)} (trade {fill.trade_id})"
        case ev.StopFailed(reason=reason):
            return f"stop failed: {reason}"
        case _:
            return _outcome_text(event)


def _outcome_text(event: ev.OrderAdvanced | ev.ChangeResolved) -> str:
    if isinstance(event, ev.ChangeResolved):
        return _with_message(f"change {event.result.replace('_', ' ')}", event.message)
    status = event.status.replace("_", " ")
    return _with_message(f"{status} as {event.order_id}" if event.order_id else status, event.message)


def _with_message(text: str, message: str) -> str:
    return f"{text}: {message}" if message else text


def terms_text(terms: OrderTerms) -> str:
    """Type, quantity and prices of an order in one phrase."""
    price = f" at {rupees(terms.price)}" if terms.price else ""
    trigger = f", trigger {rupees(terms.trigger_price)}" if terms.trigger_price else ""
    return f"{terms.order_type} {terms.quantity}{price}{trigger}"
