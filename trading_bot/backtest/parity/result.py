"""What a comparison of a day amounts to, for every way in which it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from trading_bot.backtest.parity.compare import Comparison
from trading_bot.backtest.parity.legs import leg_of
from trading_bot.backtest.parity.played import Key, PlayedDay, in_order
from trading_bot.backtest.parity.signals import alike
from trading_bot.domain.money import ZERO, rupees


class Figures(NamedTuple):
    """One side in numbers; money in rupees."""

    name: str
    signals: int
    denials: int
    orders: int
    fills: int
    trades: int
    gross: Decimal
    charges: Decimal
    net: Decimal


class InputCheck(NamedTuple):
    """Whether the inputs that one process recorded give its journal again."""

    is_equal: bool
    text: str


class Cell(NamedTuple):
    """One side of a trade; prices are averages in paise, None where nothing was traded."""

    quantity: int
    entry_price: int | None
    entered_at_ms: int | None
    exit_price: int | None
    exited_at_ms: int | None
    reason: str
    gross: Decimal


class TradeRow(NamedTuple):
    """One trade on every side; None where it was not made."""

    key: Key
    symbol: str
    direction: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityResult:
    """A day on every side, its differences, and what the recorded inputs say."""

    on: date
    data: str
    seed: int
    comparison: Comparison | None
    """None where there was no data to play the day again."""
    candles: PlayedDay | None = None
    """The day at candle fidelity: shown beside, and never expected to be the same."""
    inputs: tuple[InputCheck, ...] = ()
    symbol_of: Callable[[str], str] = str

    @property
    def sides(self) -> tuple[PlayedDay, ...]:
        """Everything that was played, in the order of the columns."""
        if self.comparison is None:
            return ()
        third = () if self.candles is None else (self.candles,)
        return (self.comparison.one, self.comparison.other, *third)

    @property
    def is_proven(self) -> bool:
        """Whether signals are identical, every difference has a cause, and inputs give their journal."""
        compared = self.comparison is None or self.comparison.is_explained
        return compared and all(check.is_equal for check in self.inputs)

    @property
    def source(self) -> str:
        """Where the day comes from; a seed only where it was played again."""
        return self.data if self.comparison is None else f"{self.data}, seed {self.seed}"

    @property
    def verdict(self) -> str:
        """What is shown, or what is not, in one sentence."""
        is_compared, same = self.comparison is not None, "the recorded inputs give the same journal"
        if not self.is_proven:
            why = (
                "signals differ, or a difference is unexplained, or the recorded inputs give another journal"
            )
            return f"NOT PROVEN: {why if is_compared else 'the recorded inputs do not give this journal'}."
        if not is_compared:
            return f"{same[0].upper()}{same[1:]}, byte for byte."
        return f"Signals identical, every difference explained{f', and {same}' if self.inputs else ''}."

    @property
    def candle_signals_alike(self) -> int | None:
        """Signals of the backtest that candle fidelity gives as well; None where that was not played."""
        if self.comparison is None or self.candles is None:
            return None
        return alike(self.comparison.other, self.candles)

    def trade_rows(self) -> tuple[TradeRow, ...]:
        """Every trade of every side, in the order of the first side."""
        keys: list[Key] = []
        for side in self.sides:
            keys = in_order(keys, side.trades)
        return tuple(self._row(key) for key in sorted(keys, key=lambda key: key.candle_start_ms))

    def _row(self, key: Key) -> TradeRow:
        directions = [side.trades[key].trade.direction.value for side in self.sides if key in side.trades]
        return TradeRow(
            key=key,
            symbol=self.symbol_of(key.instrument_key),
            direction=directions[0],
            cells=tuple(_cell(side, key) for side in self.sides),
        )


def figures_of(side: PlayedDay) -> Figures:
    """One side in numbers."""
    record = side.record
    gross = rupees(sum(trade.cash for trade in record.trades if trade.closed is not None))
    charges = ZERO if record.closing is None else record.closing.charges
    return Figures(
        name=side.name,
        signals=len(record.signals),
        denials=sum(1 for signal in record.signals if signal.denied is not None),
        orders=len(record.orders),
        fills=sum(len(order.fills) for order in record.orders),
        trades=sum(1 for trade in record.trades if trade.has_traded),
        gross=gross,
        charges=charges,
        net=gross - charges,
    )


def _cell(side: PlayedDay, key: Key) -> Cell | None:
    trade = side.trades.get(key)
    if trade is None:
        return None
    entry, out = leg_of(side, trade, is_entry=True), leg_of(side, trade, is_entry=False)
    return Cell(
        quantity=entry.quantity,
        entry_price=round(entry.value / entry.quantity) if entry.quantity else None,
        entered_at_ms=trade.entered_at_ms,
        exit_price=round(out.value / out.quantity) if out.quantity else None,
        exited_at_ms=trade.exited_at_ms,
        reason="" if trade.closed is None else trade.closed.exit_reason.value,
        gross=rupees(trade.cash) if trade.closed is not None else ZERO,
    )
