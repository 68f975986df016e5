"""A day's result: what each trade earned and cost, and what the day amounts to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle
from trading_bot.domain.money import ZERO, rupees
from trading_bot.report.day.charging import Charger, DayCosts, TradeFills
from trading_bot.report.day.equity import EquityPoint, equity_curve, max_drawdown
from trading_bot.report.day.facts import RunFacts
from trading_bot.report.day.record import DayRecord, TradeRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeResult:
    """What a trade earned and cost, in rupees."""

    record: TradeRecord
    instrument: Instrument
    gross: Decimal
    """Before charges; what is still held is valued at its newest price."""
    charges: Mapping[str, Decimal]
    """By kind."""

    @property
    def total_charges(self) -> Decimal:
        """All its charges."""
        return sum(self.charges.values(), ZERO)

    @property
    def net(self) -> Decimal:
        """After charges."""
        return self.gross - self.total_charges


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """Everything that a report shows."""

    record: DayRecord
    facts: RunFacts
    instruments: Mapping[str, Instrument]
    trades: tuple[TradeResult, ...]
    """Those that bought or sold anything, by number."""
    costs: DayCosts
    curve: tuple[EquityPoint, ...]

    @property
    def started_at_ms(self) -> int:
        """Session time of the beginning, whichever process saw it."""
        return min(self.facts.started_at_ms, self.record.started_at_ms)

    @property
    def ended_at_ms(self) -> int:
        """Session time of the end."""
        return max(self.facts.ended_at_ms, self.record.ended_at_ms)

    @property
    def gross(self) -> Decimal:
        """Rupees before charges."""
        return sum((trade.gross for trade in self.trades), ZERO)

    @property
    def net(self) -> Decimal:
        """Rupees after charges."""
        return self.gross - self.costs.total

    @property
    def max_drawdown(self) -> Decimal:
        """Largest fall of the net result from its highest point so far, in rupees, not negative."""
        return max_drawdown(self.curve)

    @property
    def unfilled(self) -> tuple[TradeRecord, ...]:
        """Trades whose entry never filled."""
        return tuple(trade for trade in self.record.trades if not trade.has_traded)

    @property
    def closed(self) -> tuple[TradeResult, ...]:
        """Trades that are flat again."""
        return tuple(trade for trade in self.trades if not trade.record.open_quantity)

    @property
    def wins(self) -> tuple[Decimal, ...]:
        """Net results above zero of trades that are flat again."""
        return tuple(trade.net for trade in self.closed if trade.net > 0)

    @property
    def losses(self) -> tuple[Decimal, ...]:
        """Net results below zero of trades that are flat again."""
        return tuple(trade.net for trade in self.closed if trade.net < 0)

    @property
    def win_rate(self) -> float | None:
        """Share of flat trades that won, 0 to 1; None without any."""
        return fmean(trade.net > 0 for trade in self.closed) if self.closed else None

    @property
    def profit_factor(self) -> Decimal | None:
        """Sum of wins over sum of losses, to two places; None when nothing was lost."""
        lost = -sum(self.losses, ZERO)
        return (sum(self.wins, ZERO) / lost).quantize(Decimal("0.01")) if lost else None

    def symbol(self, instrument_key: str) -> str:
        """The symbol of an instrument, or its key where nothing is known of it."""
        instrument = self.instruments.get(instrument_key)
        return instrument.symbol if instrument else instrument_key

    def named(self, text: str) -> str:
        """The text with symbols instead of the keys of instruments that it names."""
        longest_first = sorted(self.instruments, key=len, reverse=True)
        keys = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        return keys.sub(lambda found: self.instruments[found[0]].symbol, text)


def day_result(
    record: DayRecord,
    facts: RunFacts,
    *,
    instruments: Mapping[str, Instrument],
    candles: Mapping[str, Sequence[Candle]],
    charger: Charger,
) -> DayResult:
    """Return the day's result; `candles` are minute candles by instrument key.

    Raises UnknownInstrumentError when an instrument that was traded is not among the given ones.
    """
    traded = [trade for trade in record.trades if trade.has_traded]
    costs = charger(record.on, [_trade_fills(trade, instruments) for trade in traded])
    prices = {trade.trade.instrument_key: _last_price(trade, facts, candles) for trade in traded}
    trades = tuple(
        TradeResult(
            record=trade,
            instrument=_instrument(trade, instruments),
            gross=rupees(trade.cash + trade.open_quantity * prices[trade.trade.instrument_key]),
            charges=charges,
        )
        for trade, charges in zip(traded, costs.parts, strict=True)
    )
    span = min(facts.started_at_ms, record.started_at_ms), max(facts.ended_at_ms, record.ended_at_ms)
    shares = [(trade.record, trade.total_charges) for trade in trades]
    return DayResult(
        record=record,
        facts=facts,
        instruments=instruments,
        trades=trades,
        costs=costs,
        curve=equity_curve(shares, candles, span, prices),
    )


def _trade_fills(trade: TradeRecord, instruments: Mapping[str, Instrument]) -> TradeFills:
    return TradeFills(
        instrument=_instrument(trade, instruments), product=trade.trade.product, fills=trade.fills
    )


def _instrument(trade: TradeRecord, instruments: Mapping[str, Instrument]) -> Instrument:
    key = trade.trade.instrument_key
    if key not in instruments:
        raise UnknownInstrumentError(
            f"report: trade {trade.trade.trade_id} is in {key}, which is not among the day's instruments: "
            "hand over the instruments of the day that is reported"
        )
    return instruments[key]


def _last_price(trade: TradeRecord, facts: RunFacts, candles: Mapping[str, Sequence[Candle]]) -> int:
    """The newest known price: as told, else the last candle's close, else the last fill's."""
    key = trade.trade.instrument_key
    if key in facts.last_prices:
        return facts.last_prices[key]
    if candles.get(key):
        return candles[key][-1].close
    return trade.fills[-1].price if trade.fills else trade.trade.reference_price
