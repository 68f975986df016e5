"""Values as JSON: amounts as decimal strings, and the status document in small pieces."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
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
_ANSWERED_AT_ONCE = 25
"""Half a millisecond of evaluations with their gates."""
Pause = Callable[[], Awaitable[None]]


async def _one_turn() -> None:
    await asyncio.sleep(0)


def json_bytes(value: Any) -> bytes:
    """A value of ours as JSON; infinity and NaN, which JSON does not know, as null: not known."""
    try:
        return _ENCODER.encode(value).encode()
    except ValueError:
        return _ENCODER.encode(_without_odd_numbers(value)).encode()


async def json_in_turns(value: Any, pause: Pause = _one_turn) -> bytes:
    """The same, some rows at a time, so that a tick between them does not wait for a large answer."""
    if isinstance(value, (list, tuple)):
        return _array([piece async for piece in _pieces(value, pause)])
    if isinstance(value, Mapping):
        members = [
            b"%s:%s" % (json_bytes(str(name)), await json_in_turns(member, pause))
            for name, member in value.items()
        ]
        return b"{" + b",".join(members) + b"}"
    if is_dataclass(type(value)):
        return await json_in_turns(_plain(value), pause)
    return json_bytes(value)


async def _pieces(rows: Sequence[Any], pause: Pause) -> AsyncIterator[bytes]:
    for first in range(0, len(rows), _ANSWERED_AT_ONCE):
        if first:
            await pause()
        yield json_bytes(rows[first : first + _ANSWERED_AT_ONCE])[1:-1]


def _without_odd_numbers(value: Any) -> Any:
    """The same in JSON's own kinds; walked through only where there is such a number."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _without_odd_numbers(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_odd_numbers(member) for member in value]
    return _without_odd_numbers(_plain(value)) if is_dataclass(type(value)) else value


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
