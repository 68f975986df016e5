"""Values as JSON: amounts as decimal strings, and the status document in small pieces."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from time import perf_counter
from typing import Any

from trading_bot.engine.snapshot import OrderView
from trading_bot.report.status import document_of, status_document
from trading_bot.web.stage import Stage
from trading_bot.web.views import Watched

_ROWS_AT_ONCE = 10
"""A fifth of a millisecond."""


def json_bytes(value: Any) -> bytes:
    """A value of ours as JSON. Raises ValueError for what JSON does not know: infinity and NaN."""
    return _ENCODER.encode(value).encode()


def _plain(value: Any) -> Any:
    kind = type(value)
    if is_dataclass(kind):
        return {name: getattr(value, name) for name in _names(kind)}
    if isinstance(value, (Decimal, date)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind))


_ENCODER = json.JSONEncoder(default=_plain, separators=(",", ":"), allow_nan=False)


@dataclass(slots=True)
class StatusEncoder:
    """Makes the status document a few rows at a time, so that a tick between them does not wait.

    A row is what it was when it was read; the rows of one document may lie some milliseconds apart.
    """

    stage: Stage
    pause: Callable[[], Any]
    """Awaited between two pieces, so that other work gets its turn."""
    now_s: Callable[[], float] = perf_counter
    _orders: dict[str, tuple[OrderView, bytes]] = field(default_factory=dict)
    _paused_s: float = 0.0

    async def encoded(self) -> tuple[bytes, float]:
        """The whole document, and the seconds that it took of the loop."""
        started_s, self._paused_s = self.now_s(), 0.0
        document = await self._document()
        return document, self.now_s() - started_s - self._paused_s

    async def _document(self) -> bytes:
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
            views = watched.symbols(first, min(count, first + _ROWS_AT_ONCE))
            yield json_bytes([document_of(view) for view in views])[1:-1]
            await self._turn()

    async def _order_rows(self, orders: Sequence[OrderView]) -> AsyncIterator[bytes]:
        known, self._orders = self._orders, {}
        for number, view in enumerate(orders, 1):
            before = known.get(view.tag)
            row = before[1] if before is not None and before[0] is view else json_bytes(document_of(view))
            self._orders[view.tag] = (view, row)
            yield row
            if not number % _ROWS_AT_ONCE:
                await self._turn()

    async def _turn(self) -> None:
        since_s = self.now_s()
        await self.pause()
        self._paused_s += self.now_s() - since_s


def _array(rows: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(rows) + b"]"
