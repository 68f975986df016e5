"""Why the fills of a trade differ between the sides."""

from collections.abc import Iterator
from typing import NamedTuple

from trading_bot.backtest.parity.differences import Cause, Difference
from trading_bot.backtest.parity.legs import Leg, is_same, is_same_moment, leg_of
from trading_bot.backtest.parity.played import PlayedDay, time_text
from trading_bot.backtest.parity.quotes import Quotes, Span
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Fill, Side
from trading_bot.report.day.record import TradeRecord
from trading_bot.report.wording import price

_DECISION_MS = 5 * MS_PER_SECOND
"""Two sides that ask for the same thing do it within this; what lies further apart was decided otherwise."""
_ARRIVAL_MS = 3 * MS_PER_SECOND
"""After this an order is at the exchange on either side."""


class Why(NamedTuple):
    """A cause and its words."""

    cause: Cause
    text: str


def leg_differences(
    one: PlayedDay, other: PlayedDay, ours: TradeRecord, theirs: TradeRecord, quotes: Quotes
) -> Iterator[Difference]:
    """The lines of a trade that both sides made."""
    entries = leg_of(one, ours, is_entry=True), leg_of(other, theirs, is_entry=True)
    exits = leg_of(one, ours, is_entry=False), leg_of(other, theirs, is_entry=False)
    entered_alike = is_same(*entries)
    if not entered_alike:
        yield _line(*entries, _why_entry(*entries, quotes))
    if (exits[0].fills or exits[1].fills) and not (is_same(*exits) and _reason(ours) == _reason(theirs)):
        yield _line(*exits, _why_exit(*exits, quotes, entered_alike=entered_alike))


def _line(ours: Leg, theirs: Leg, why: Why) -> Difference:
    times = [leg.filled_at_ms for leg in (ours, theirs) if leg.fills]
    return Difference(
        at_ms=min(times),
        instrument_key=ours.trade.trade.instrument_key,
        what="entry" if ours.is_entry else "exit",
        cause=why.cause,
        text=f"{_told(ours)}, {_told(theirs)}: {why.text}",
    )


def _told(leg: Leg) -> str:
    if not leg.fills:
        return f"nothing {leg.day.where}"
    average = price(round(leg.value / leg.quantity))
    at = time_text(leg.filled_at_ms, leg.day.resolution_ms)
    verb = "bought" if leg.side is Side.BUY else "sold"
    return f"{verb} {leg.quantity} at {average} at {at} {leg.day.where}"


def _reason(trade: TradeRecord) -> str:
    return "" if trade.closed is None else trade.closed.exit_reason.value


# --- why --------------------------------------------------------------------------------------------------


def _why_entry(ours: Leg, theirs: Leg, quotes: Quotes) -> Why:
    return (
        _refused(ours, theirs)
        or _unoffered(ours, theirs, quotes)
        or (_other_quantity(ours, theirs, quotes) if ours.quantity != theirs.quantity else None)
        or _other_moment(ours, theirs)
    )


def _why_exit(ours: Leg, theirs: Leg, quotes: Quotes, *, entered_alike: bool) -> Why:
    entered = ours.trade.entered_quantity, theirs.trade.entered_quantity
    if ours.quantity != theirs.quantity:
        if (ours.quantity, theirs.quantity) == entered:
            return Why(Cause.FOLLOWS, "each closed what it had entered")
        return Why(Cause.UNEXPLAINED, "one of them did not close what it had entered")
    decided = _decided(ours, theirs)
    return (
        _refused(ours, theirs)
        or _unoffered(ours, theirs, quotes)
        or (_other_decision(ours, theirs, decided, entered_alike=entered_alike) if decided else None)
        or _other_moment(ours, theirs)
    )


def _decided(ours: Leg, theirs: Leg) -> str:
    """What the sides wanted differently; empty when they wanted the same."""
    reasons = _reason(ours.trade), _reason(theirs.trade)
    if reasons[0] != reasons[1]:
        return f"{reasons[0]} and {reasons[1]}"
    if ours.trigger_price != theirs.trigger_price:
        return f"the stop stood at {price(ours.trigger_price)} and {price(theirs.trigger_price)}"
    if not ours.trigger_price and abs(ours.asked_at_ms - theirs.asked_at_ms) > _DECISION_MS:
        return f"asked for at {time_text(ours.asked_at_ms)} and {time_text(theirs.asked_at_ms)}"
    return ""


def _refused(ours: Leg, theirs: Leg) -> Why | None:
    if bool(ours.refusals) == bool(theirs.refusals):
        return None
    leg = ours if ours.refusals else theirs
    return Why(Cause.REJECT, f"not taken {leg.day.where}: {leg.refusals[0]}")


def _unoffered(ours: Leg, theirs: Leg, quotes: Quotes) -> Why | None:
    """A price that the market did not offer at its time explains nothing, and is not explained."""
    for leg in (ours, theirs):
        for fill in leg.fills:
            last_ms = fill.filled_at_ms + leg.day.resolution_ms - 1
            span = quotes.offered(fill.instrument_key, fill.side, fill.filled_at_ms, last_ms)
            if span is None or not (span.low <= fill.price <= span.high or _at_its_limit(leg, fill, span)):
                offered = "nothing is known" if span is None else f"{price(span.low)} to {price(span.high)}"
                at = time_text(fill.filled_at_ms, leg.day.resolution_ms)
                return Why(
                    Cause.UNEXPLAINED,
                    f"the market did not offer {price(fill.price)} of the {leg.day.name} at {at} ({offered})",
                )
    return None


def _at_its_limit(leg: Leg, fill: Fill, span: Span) -> bool:
    """What rests trades at its own limit, however far beyond it the market has come."""
    is_reached = span.low <= fill.price if fill.side is Side.BUY else fill.price <= span.high
    limits = (one.order.terms.price for one in leg.orders if fill in one.fills)
    return is_reached and fill.price in limits


def _other_quantity(ours: Leg, theirs: Leg, quotes: Quotes) -> Why:
    planned = ours.trade.trade.planned_quantity, theirs.trade.trade.planned_quantity
    if planned[0] != planned[1]:
        return Why(Cause.FOLLOWS, f"planned {planned[0]} and {planned[1]}")
    less = ours if ours.quantity < theirs.quantity else theirs
    if less.quantity:
        return Why(Cause.PARTIAL, f"{less.quantity} of {planned[0]} could be had {less.day.where}")
    return _never_reached(less, quotes)


def _never_reached(leg: Leg, quotes: Quotes) -> Why:
    """An order that rested without a fill: the market may at most have touched its limit meanwhile."""
    if not leg.orders:
        return Why(Cause.UNEXPLAINED, f"no order left the {leg.day.name}")
    order = leg.orders[-1].order
    limit, asked_ms = order.terms.price, order.intended_at_ms
    from_ms = asked_ms + _ARRIVAL_MS
    ended = f"{order.status.value.replace('_', ' ')} {leg.day.where}"
    span = quotes.offered(order.request.instrument_key, leg.side, from_ms, max(from_ms, order.changed_at_ms))
    is_beyond = span is not None and (span.low >= limit if leg.side is Side.BUY else span.high <= limit)
    if not is_beyond or not limit:
        return Why(Cause.UNEXPLAINED, f"{ended}, though the market was better than its limit {price(limit)}")
    return Why(Cause.QUEUE, f"it rested at {price(limit)} from {time_text(asked_ms)} on and was {ended}")


def _other_decision(ours: Leg, theirs: Leg, text: str, *, entered_alike: bool) -> Why:
    """Exits for other reasons follow from another entry or another stop, or are not explained."""
    stops = [tuple(level.price for level in leg.trade.stops) for leg in (ours, theirs)]
    if stops[0] != stops[1]:
        moved = f"the stop moved {len(stops[0]) - 1} and {len(stops[1]) - 1} times"
        return Why(Cause.FOLLOWS, f"{text}; {moved}")
    if not entered_alike:
        return Why(Cause.FOLLOWS, f"{text}; the entries differed")
    if ours.trade.trade.plan != theirs.trade.trade.plan:
        return Why(Cause.FOLLOWS, f"{text}; the plans differed")
    return Why(Cause.UNEXPLAINED, text)


def _other_moment(ours: Leg, theirs: Leg) -> Why:
    if is_same_moment(ours, theirs):
        return Why(Cause.PRICE, "the quotes moved within the moment")
    if ours.trigger_price or theirs.trigger_price:
        return Why(Cause.QUEUE, "the stop had its turn at another moment")
    if ours.has_rested or theirs.has_rested:
        slow = ours if ours.has_rested else theirs
        return Why(Cause.QUEUE, f"it rested {slow.day.where} from {time_text(slow.asked_at_ms)} on")
    late, early = (ours, theirs) if ours.filled_at_ms > theirs.filled_at_ms else (theirs, ours)
    asked = f"asked for at {time_text(late.asked_at_ms)} and {time_text(early.asked_at_ms)}"
    same = ", at the same price" if late.value == early.value else ""
    later_s = (late.filled_at_ms - early.filled_at_ms) / MS_PER_SECOND
    return Why(
        Cause.LATENCY, f"it reached the exchange {later_s:.1f} s later {late.day.where}, {asked}{same}"
    )
