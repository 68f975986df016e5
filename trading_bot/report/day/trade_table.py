"""Closed trades as a table or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import grouped, round_to_paisa
from trading_bot.domain.signal import Direction

_HEADINGS = (
    "OPENED",
    "CLOSED",
    "SYMBOL",
    "SIDE",
    "QTY",
    "ENTRY",
    "EXIT",
    "GROSS",
    "CHARGES",
    "NET",
    "EXIT REASON",
)
_LEFT = frozenset({"OPENED", "CLOSED", "SYMBOL", "SIDE", "EXIT REASON"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """One trade, from flat to flat. Prices are means in rupees."""

    symbol: str
    strategy: str
    direction: Direction
    quantity: int
    opened_at_ms: int
    closed_at_ms: int
    entry_price: Decimal
    exit_price: Decimal
    gross: Decimal
    charges: Decimal
    exit_reason: str

    @property
    def net(self) -> Decimal:
        """Profit after charges, in rupees."""
        return self.gross - self.charges


def trades_text(rows: Sequence[TradeRow]) -> str:
    """One line for each trade and a sum."""
    if not rows:
        return "no trades"
    table = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEADINGS))]
    lines = ["  ".join(_aligned(line, widths)).rstrip() for line in table]
    gross, charges = (
        sum(amounts, Decimal(0)) for amounts in zip(*((r.gross, r.charges) for r in rows), strict=True)
    )
    count = "1 trade" if len(rows) == 1 else f"{len(rows)} trades"
    summary = f"{count}: gross {_money(gross)}, charges {_money(charges)}, net {_money(gross - charges)}"
    return "\n".join([*lines, summary])


def trades_json(rows: Sequence[TradeRow]) -> str:
    """A list of objects: money as decimal strings, times in India with their offset."""
    return json.dumps([_document(row) for row in rows], indent=2)


def _document(row: TradeRow) -> dict[str, object]:
    return {
        "symbol": row.symbol,
        "strategy": row.strategy,
        "direction": row.direction.value,
        "quantity": row.quantity,
        "opened_at": datetime_of(row.opened_at_ms).isoformat(timespec="milliseconds"),
        "closed_at": datetime_of(row.closed_at_ms).isoformat(timespec="milliseconds"),
        "entry_price": str(row.entry_price),
        "exit_price": str(row.exit_price),
        "gross_pnl": str(row.gross),
        "charges": str(row.charges),
        "net_pnl": str(row.net),
        "exit_reason": row.exit_reason,
    }


def _cells(row: TradeRow) -> tuple[str, ...]:
    return (
        f"{datetime_of(row.opened_at_ms):%Y-%m-%d %H:%M:%S}",
        f"{datetime_of(row.closed_at_ms):%H:%M:%S}",
        row.symbol,
        row.direction.value,
        grouped(row.quantity, 0),
        _money(row.entry_price),
        _money(row.exit_price),
        _money(row.gross),
        _money(row.charges),
        _money(row.net),
        row.exit_reason,
    )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.ljust(width) if heading in _LEFT else cell.rjust(width)
        for heading, cell, width in zip(_HEADINGS, cells, widths, strict=True)
    ]


def _money(amount: Decimal) -> str:
    return grouped(round_to_paisa(amount))
