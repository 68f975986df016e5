"""The life of an order in words: one step for each journaled event that concerns it."""

from typing import NamedTuple

from trading_bot.domain import events as ev
from trading_bot.domain.money import grouped, rupees
from trading_bot.domain.order import OrderTerms

OrderEvent = (
    ev.OrderIntended
    | ev.OrderAdvanced
    | ev.OrderReported
    | ev.ModifyIntended
    | ev.CancelIntended
    | ev.ChangeResolved
    | ev.OrderFilled
    | ev.FillAnnulled
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
        case ev.OrderFilled(fill=fill) | ev.FillAnnulled(fill=fill):
            verb = "filled" if isinstance(event, ev.OrderFilled) else "annulled:"
            return (
                f"{verb} {grouped(fill.quantity, 0)} at {grouped(rupees(fill.price))} (trade {fill.trade_id})"
            )
        case _:
            return _outcome_text(event)


def _outcome_text(event: ev.OrderAdvanced | ev.ChangeResolved | ev.StopFailed) -> str:
    match event:
        case ev.StopFailed(reason=reason):
            return f"stop failed: {reason}"
        case ev.ChangeResolved(result=outcome, message=message):
            return _with_message(f"change {outcome.replace('_', ' ')}", message)
        case ev.OrderAdvanced(status=status, order_id=order_id, message=message):
            name = status.replace("_", " ")
            return _with_message(f"{name} as {order_id}" if order_id else name, message)


def _with_message(text: str, message: str) -> str:
    return f"{text}: {message}" if message else text


def terms_text(terms: OrderTerms) -> str:
    """Type, quantity and prices of an order in one phrase."""
    price = f" at {grouped(rupees(terms.price))}" if terms.price else ""
    trigger = f", trigger {grouped(rupees(terms.trigger_price))}" if terms.trigger_price else ""
    return f"{terms.order_type} {grouped(terms.quantity, 0)}{price}{trigger}"
