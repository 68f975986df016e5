"""One day as one side played it, with what has to be looked up in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from trading_bot.domain.ist import MS_PER_SECOND, datetime_of
from trading_bot.report.day.record import DayRecord, OrderRecord, SignalRecord, TradeRecord

_WIRE = "wire"


class Key(NamedTuple):
    """What makes a signal, or its trade, the same on both sides: the candle that led to it."""

    strategy: str
    instrument_key: str
    candle_start_ms: int
    """0 for a trade without a signal."""
    number: int
    """A candle may lead to more than one while it forms."""


@dataclass(frozen=True, kw_only=True)
class PlayedDay:
    """A day's record, under the name of how it was played."""

    name: str
    """One word: ``wire``, ``backtest``."""
    record: DayRecord

    @property
    def where(self) -> str:
        """As it stands in sentences."""
        return f"over the {self.name}" if self.name == _WIRE else f"in the {self.name}"

    @cached_property
    def signals(self) -> Mapping[Key, SignalRecord]:
        """Signals by what makes them the same, in the order in which they were raised."""
        found: dict[Key, SignalRecord] = {}
        for signal in self.record.signals:
            said = signal.evaluation
            found[_next_key(found, said.strategy, said.instrument_key, said.candle_start_ms)] = signal
        return found

    @cached_property
    def trades(self) -> Mapping[Key, TradeRecord]:
        """Trades by what makes them the same, by number."""
        of_signal = {one.trade_id: key for key, one in self.signals.items() if one.trade_id is not None}
        found: dict[Key, TradeRecord] = {}
        for record in self.record.trades:
            trade = record.trade
            key = of_signal.get(trade.trade_id) or _next_key(found, trade.strategy, trade.instrument_key, 0)
            found[key] = record
        return found

    @cached_property
    def positions_in_line(self) -> Mapping[Key, int]:
        """Which signal of the day each one was: the first, the second."""
        return {key: number for number, key in enumerate(self.signals)}

    @cached_property
    def resolution_ms(self) -> int:
        """How finely fills are timed: brokers give whole seconds."""
        times = [fill.filled_at_ms for order in self.record.orders for fill in order.fills]
        return MS_PER_SECOND if times and not any(at_ms % MS_PER_SECOND for at_ms in times) else 1

    def orders_of(self, trade: TradeRecord) -> tuple[OrderRecord, ...]:
        """The orders of a trade, by their intents."""
        return tuple(one for one in self.record.orders if one.trade_id == trade.trade.trade_id)

    def held_at(self, judged: Key) -> frozenset[Key]:
        """Trades that were under way when a signal was judged."""
        signal, line = self.signals[judged], self.positions_in_line
        return frozenset(
            key
            for key, trade in self.trades.items()
            if (
                line[key] < line[judged]
                if key in line
                else key != judged and trade.trade.planned_at_ms <= signal.at_ms
            )
            and (trade.closed is None or trade.closed.closed_at_ms > signal.at_ms)
        )


def _next_key(found: Iterable[Key], strategy: str, instrument_key: str, candle_start_ms: int) -> Key:
    same = sum(1 for key in found if key[:3] == (strategy, instrument_key, candle_start_ms))
    return Key(strategy, instrument_key, candle_start_ms, same)


def in_order(first: Iterable[Key], second: Iterable[Key]) -> list[Key]:
    """Every key of two sides once, those of the first side first."""
    return list(dict.fromkeys((*first, *second)))


def time_text(at_ms: int, resolution_ms: int = 1) -> str:
    """A time of the day, as finely as it is known."""
    at = datetime_of(at_ms)
    if resolution_ms >= MS_PER_SECOND:
        return f"{at:%H:%M:%S}"
    return f"{at:%H:%M:%S}.{at.microsecond // MS_PER_SECOND:03d}"
