"""Values as JSON: amounts as decimal strings, and the status document in small pieces."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from trading_bot.engine.snapshot import OrderView
from trading_bot.report.status import document_of, status_document
from trading_bot.web.stage import Stage
from trading_bot.web.views import Watched

_ROWS_AT_ONCE = 20


def json_bytes(value: Any) -> bytes:
    """A value of ours as JSON. Raises ValueError for what JSON does not know: infinity and NaN."""
    return json.dumps(value, default=_plain, separators=(",", ":"), allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {part.name: getattr(value, part.name) for part in fields(value)}
    if isinstance(value, (Decimal, date)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@dataclass(slots=True)
class StatusEncoder:
    """Makes the status document a few rows at a time, so that a tick between them does not wait.

    A row is what it was when it was read; the rows of one document may lie some milliseconds apart.
    """

    stage: Stage
    pause: Callable[[], Any]
    """Awaited between two pieces, so that other work gets its turn."""
    _orders: dict[str, tuple[OrderView, bytes]] = field(default_factory=dict)

    async def encoded(self) -> bytes:
        """The whole document."""
        watched = self.stage.watched
        document = status_document(watched.head())
        symbols = [row async for row in self._symbol_rows(watched)]
        orders = [row async for row in self._order_rows(watched.orders())]
        parts = {name: json_bytes(value) for name, value in document.items()}
        parts |= {"symbols": _array(symbols), "orders": _array(orders)}
        return b"{" + b",".join(b'"%s":%s' % (name.encode(), text) for name, text in parts.items()) + b"}"

    async def _symbol_rows(self, watched: Watched) -> AsyncIterator[bytes]:
        count = watched.symbol_count()
        for first in range(0, count, _ROWS_AT_ONCE):
            for view in watched.symbols(first, min(count, first + _ROWS_AT_ONCE)):
                yield json_bytes(document_of(view))
            await self.pause()

    async def _order_rows(self, orders: Sequence[OrderView]) -> AsyncIterator[bytes]:
        known, self._orders = self._orders, {}
        for number, view in enumerate(orders, 1):
            before = known.get(view.tag)
            row = before[1] if before is not None and before[0] is view else json_bytes(document_of(view))
            self._orders[view.tag] = (view, row)
            yield row
            if not number % _ROWS_AT_ONCE:
                await self.pause()


def _array(rows: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(rows) + b"]"
