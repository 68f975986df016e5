"""Plans and orders of the trades that both sides made."""

from collections import Counter
from collections.abc import Iterable, Iterator

from trading_bot.backtest.parity.differences import Cause, Difference
from trading_bot.backtest.parity.played import PlayedDay, time_text
from trading_bot.domain.order import OrderStatus, OrderTerms, Purpose
from trading_bot.report.day.order_life import terms_text
from trading_bot.report.day.record import TradeRecord
from trading_bot.report.wording import price

_NOT_TAKEN = frozenset({OrderStatus.REJECTED, OrderStatus.REFUSED})


def plan_differences(
    one: PlayedDay, other: PlayedDay, ours: TradeRecord, theirs: TradeRecord, parted: Iterable[Difference]
) -> Iterator[Difference]:
    """Another size, another stop or target, another limit price of the entry, another number of orders."""
    known = list(parted)
    at_ms = min(ours.trade.planned_at_ms, theirs.trade.planned_at_ms)
    told = _told_plan(ours, theirs) + _told_entry(one, other, ours, theirs)
    if told:
        cause, why = _why_planned(ours, theirs, [found for found in known if found.at_ms < at_ms])
        yield _line(at_ms, ours, "plan", cause, f"{'; '.join(told)}: {why}")
    counts = _purposes(one, ours), _purposes(other, theirs)
    if counts[0] != counts[1]:
        cause, why = _why_counted(one, other, ours, theirs, known)
        yield _line(
            at_ms, ours, "orders", cause, f"{_counted(counts[0])} and {_counted(counts[1])} orders: {why}"
        )


def _line(at_ms: int, trade: TradeRecord, what: str, cause: Cause, text: str) -> Difference:
    return Difference(
        at_ms=at_ms, instrument_key=trade.trade.instrument_key, what=what, cause=cause, text=text
    )


def _told_plan(ours: TradeRecord, theirs: TradeRecord) -> list[str]:
    mine, yours = ours.trade, theirs.trade
    told = []
    if mine.planned_quantity != yours.planned_quantity:
        told.append(f"{mine.planned_quantity} and {yours.planned_quantity} units")
    if mine.plan != yours.plan:
        told.append(f"stop {price(mine.plan.stop_price)} and {price(yours.plan.stop_price)}")
    if mine.reference_price != yours.reference_price:
        told.append(f"planned at {price(mine.reference_price)} and {price(yours.reference_price)}")
    return told


def _told_entry(one: PlayedDay, other: PlayedDay, ours: TradeRecord, theirs: TradeRecord) -> list[str]:
    terms = _entry_terms(one, ours), _entry_terms(other, theirs)
    if terms[0] == terms[1] or None in terms:
        return []
    return [" and ".join(terms_text(one) for one in terms if one is not None)]


def _entry_terms(day: PlayedDay, trade: TradeRecord) -> OrderTerms | None:
    requests = [one.order.request for one in day.orders_of(trade) if one.purpose is Purpose.ENTRY]
    return requests[0].terms if requests else None


def _why_planned(ours: TradeRecord, theirs: TradeRecord, before: list[Difference]) -> tuple[Cause, str]:
    mine, yours = ours.trade, theirs.trade
    if mine.reference_price != yours.reference_price and mine.planned_at_ms != yours.planned_at_ms:
        times = f"{time_text(mine.planned_at_ms)} and {time_text(yours.planned_at_ms)}"
        return Cause.LATENCY, f"decided at {times}"
    if before and mine.planned_quantity != yours.planned_quantity:
        limits = f"{mine.size_limited_by or 'nothing'} and {yours.size_limited_by or 'nothing'}"
        return Cause.FOLLOWS, f"limited by {limits} after {len(before)} earlier differences"
    return Cause.UNEXPLAINED, "nothing that differs before leads to it"


def _purposes(day: PlayedDay, trade: TradeRecord) -> Counter[Purpose]:
    return Counter(one.purpose for one in day.orders_of(trade))


def _counted(counts: Counter[Purpose]) -> str:
    return " + ".join(f"{number} {purpose}" for purpose, number in sorted(counts.items())) or "no"


def _why_counted(
    one: PlayedDay, other: PlayedDay, ours: TradeRecord, theirs: TradeRecord, known: list[Difference]
) -> tuple[Cause, str]:
    refused = [
        (day, found.order.message or found.order.status.value)
        for day, trade in ((one, ours), (other, theirs))
        for found in day.orders_of(trade)
        if found.order.status in _NOT_TAKEN
    ]
    if refused:
        day, message = refused[0]
        return Cause.REJECT, f"not taken {day.where}: {message}"
    alike = [found for found in known if found.instrument_key == ours.trade.instrument_key]
    if alike:
        return Cause.FOLLOWS, f"the {alike[0].what} differed at {time_text(alike[0].at_ms)}"
    return Cause.UNEXPLAINED, "the fills are the same"
