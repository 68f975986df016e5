"""Can this report be believed? What was checked, and every problem that was found."""

from collections.abc import Iterator
from dataclasses import dataclass

from trading_bot.domain.money import grouped, rupees
from trading_bot.report.day.result import DayResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The checks of a day. None means that a question could not be asked."""

    is_flat: bool
    is_reconciled: bool | None
    """Whether the broker's books agreed at the end; None when the day was not ended by the program."""
    is_ledger_equal: bool | None
    """Whether the simulator's ledger has the same net result to the paisa; None for a real broker."""
    problems: tuple[str, ...]
    """In words, worst first; empty when all is well."""


def verdict_of(result: DayResult) -> Verdict:
    """Return what the checks say."""
    record, ledger = result.record, result.facts.ledger_net_pnl
    return Verdict(
        is_flat=not record.positions,
        is_reconciled=record.closing.reconciled if record.closing else None,
        is_ledger_equal=None if ledger is None else ledger == result.net,
        problems=(
            *_ledger_problems(result),
            *_position_problems(result),
            *_closing_problems(result),
            *_order_problems(result),
        ),
    )


def _ledger_problems(result: DayResult) -> Iterator[str]:
    ledger = result.facts.ledger_net_pnl
    if ledger is None or ledger == result.net:
        return
    yield (
        f"LEDGER MISMATCH: the simulator's ledger says net {ledger:.2f}, this report {result.net:.2f}; "
        f"difference {result.net - ledger:+.2f}"
    )


def _position_problems(result: DayResult) -> Iterator[str]:
    for position in result.record.positions:
        yield f"position open at the end: {position.quantity:+d} {result.symbol(position.instrument_key)}"
    if result.record.is_panicking:
        yield "panic is latched: no entries until a person resumes"


def _closing_problems(result: DayResult) -> Iterator[str]:
    closing = result.record.closing
    if closing is None:
        yield "the program did not end the day: what follows is the state of its last record"
        return
    if not closing.reconciled:
        yield "broker and book did not agree when the day ended"
    ours = sum(trade.record.cash for trade in result.trades if trade.record.closed)
    if closing.gross_pnl != ours:
        yield (
            f"the day was closed with gross {grouped(rupees(closing.gross_pnl))} for its finished trades, "
            f"but their fills add up to {grouped(rupees(ours))}"
        )


def _order_problems(result: DayResult) -> Iterator[str]:
    for record in result.record.orders:
        order = record.order
        name = f"order {order.tag} ({result.symbol(order.request.instrument_key)})"
        if order.status.is_live:
            yield f"{name} is still {order.status.replace('_', ' ')}"
        if order.reported_filled_quantity > order.filled_quantity:
            yield (
                f"{name}: the broker reports {order.reported_filled_quantity} filled, "
                f"known are fills of {order.filled_quantity}"
            )
        if record.fills and record.trade_id is None:
            yield f"{name} belongs to no trade: its fills are not part of this result"
