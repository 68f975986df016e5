"""The equity curve: the day's result at every fill and every minute's close, what is held at its last price.

The charges of a trade are taken in proportion to the value it has traded so far, so that the curve ends at
the exact net result without a jump.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.market_data import Candle
from trading_bot.domain.money import paise, rupees
from trading_bot.report.day.record import TradeRecord

_MARK, _FLOW = range(2)


class EquityPoint(NamedTuple):
    """The day's result at a moment, in paise."""

    at_ms: int
    gross: int
    charges: int

    @property
    def net(self) -> int:
        """Paise after charges."""
        return self.gross - self.charges


class _Change(NamedTuple):
    """A minute's close, or units that changed hands."""

    at_ms: int
    order: int
    """At the same moment the minute closes first."""
    key: str
    price: int
    quantity: int = 0
    """Signed units."""
    cash: int = 0
    """Signed paise."""
    charges: int = 0
    """Paise that this flow adds."""


def equity_curve(
    trades: Sequence[tuple[TradeRecord, Decimal]],
    candles: Mapping[str, Sequence[Candle]],
    span: tuple[int, int],
    last_prices: Mapping[str, int],
) -> tuple[EquityPoint, ...]:
    """Return the curve of trades with their charges (rupees), from the span's start to its end in epoch ms.

    Positions still open are valued at `last_prices` (paise) at the end.
    """
    changes = sorted(_changes(trades, candles))
    account = _Account()
    first_ms = min(span[0], changes[0].at_ms) if changes else span[0]
    points = [EquityPoint(first_ms, 0, 0), *map(account.take, changes)]
    account.prices.update(last_prices)
    points.append(account.point(max(span[1], points[-1].at_ms)))
    return tuple({point.at_ms: point for point in points}.values())


def drawdowns(curve: Iterable[EquityPoint]) -> list[int]:
    """Paise below the highest net result so far, at each point; the start of the day (0) counts."""
    falls, peak = [], 0
    for point in curve:
        peak = max(peak, point.net)
        falls.append(peak - point.net)
    return falls


def max_drawdown(curve: Iterable[EquityPoint]) -> Decimal:
    """The largest fall from a peak of net result, in rupees, not negative."""
    return rupees(max(drawdowns(curve), default=0))


def _changes(
    trades: Sequence[tuple[TradeRecord, Decimal]], candles: Mapping[str, Sequence[Candle]]
) -> Iterator[_Change]:
    for key in {record.trade.instrument_key for record, _ in trades}:
        for candle in candles.get(key, ()):
            yield _Change(candle.start_ms + MS_PER_MINUTE, _MARK, key, candle.close)
    for record, charges in trades:
        yield from _flows(record, paise(charges))


def _flows(record: TradeRecord, charges: int) -> Iterator[_Change]:
    key = record.trade.instrument_key
    if record.brought:
        at_ms, quantity, cash = record.brought
        yield _Change(at_ms, _FLOW, key, abs(cash // quantity) if quantity else 0, quantity, cash)
    total = sum(fill.value for fill in record.fills)
    traded = taken = 0
    for fill in record.fills:
        traded += fill.value
        due = charges * traded // total
        signed = fill.side.sign * fill.quantity
        yield _Change(fill.filled_at_ms, _FLOW, key, fill.price, signed, -signed * fill.price, due - taken)
        taken = due


class _Account:
    """Cash, units and prices while the changes pass by."""

    def __init__(self) -> None:
        self.cash = 0
        self.charges = 0
        self.units: dict[str, int] = {}
        self.prices: dict[str, int] = {}

    def take(self, change: _Change) -> EquityPoint:
        self.prices[change.key] = change.price
        self.units[change.key] = self.units.get(change.key, 0) + change.quantity
        self.cash += change.cash
        self.charges += change.charges
        return self.point(change.at_ms)

    def point(self, at_ms: int) -> EquityPoint:
        value = sum(units * self.prices[key] for key, units in self.units.items() if units)
        return EquityPoint(at_ms, self.cash + value, self.charges)
