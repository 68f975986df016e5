"""What a backtest amounts to: its trades with their exact costs, its equity, and what was merely held."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from trading_bot.backtest.outcome import DayOutcome
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.money import ZERO, grouped, paise, rupees
from trading_bot.report.day.charging import Charger
from trading_bot.report.day.facts import RunFacts
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.result import DayResult, TradeResult, day_result
from trading_bot.research.trades import ClosedTrades


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestTrade:
    """One trade and the day on which it was made."""

    on: date
    result: TradeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Days that have rows and were not played, for one reason."""

    reason: str
    days: int
    first: date
    last: date

    def __str__(self) -> str:
        """In words."""
        span = f"{self.first}" if self.days == 1 else f"from {self.first} to {self.last}"
        return f"{grouped(self.days, 0)} {'day' if self.days == 1 else 'days'} {span}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestResult:
    """Everything that a report of a backtest shows."""

    data: str
    """Where the market comes from, in words."""
    fidelity: str
    symbols: tuple[str, ...]
    cash: Decimal
    """Rupees at the beginning."""
    days: tuple[date, ...]
    trades: tuple[BacktestTrade, ...]
    charges: Mapping[str, Decimal]
    """Rupees by kind."""
    at_ms: npt.NDArray[np.int64]
    equity: npt.NDArray[np.int64]
    """Paise after charges at each of these times: at every fill and at the end of every day."""
    closes: Mapping[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]
    """By symbol: times (epoch ms) and closes in paise of each day, for buying and holding."""
    signals: int
    denials: Mapping[str, int]
    """Signals that were not traded, by reason."""
    bars: int
    problems: tuple[str, ...]
    """Why the result is not to be believed as it stands; empty when it is."""
    alerts: Mapping[str, int] = field(default_factory=dict)
    """What a person would have been told, and how often; figures in the texts are left out."""
    notices: Mapping[str, int] = field(default_factory=dict)
    """What charges assumed where no rate of a day is on record, and on how many days."""
    assumptions: Mapping[str, str] = field(default_factory=dict)
    """What was assumed of the market, in words by subject; empty when nobody said it."""
    left_out: tuple[LeftOut, ...] = ()
    """Days that were asked for, have rows, and were not played."""
    of_data: tuple[str, ...] = ()
    """What was done with the data on the way, in sentences."""

    @property
    def net(self) -> Decimal:
        """Rupees after charges."""
        return rupees(int(self.equity[-1])) - self.cash if self.equity.size else ZERO

    def closed_trades(self) -> ClosedTrades:
        """The trades that are flat again, as the figures want them."""
        flat = [one.result for one in self.trades if not one.result.record.open_quantity]
        records = [one.record for one in flat]
        return ClosedTrades(
            entered_ms=np.array([record.entered_at_ms for record in records], dtype=np.int64),
            exited_ms=np.array([record.exited_at_ms for record in records], dtype=np.int64),
            net=np.array([float(one.net) for one in flat]),
            traded=np.array(
                [float(rupees(record.entered_value + record.exited_value)) for record in records]
            ),
        )


class Collector:
    """Adds up the days of a backtest as they end; only trades and points of equity are kept."""

    def __init__(self, cash: Decimal, charger: Charger) -> None:
        self._cash = cash
        self._charger = charger
        self._net = 0
        self._days: list[date] = []
        self._trades: list[BacktestTrade] = []
        self._charges: Counter[str] = Counter()
        self._points: dict[int, int] = {}
        self._closes: dict[str, list[tuple[int, int]]] = {}
        self._denials: Counter[str] = Counter()
        self._signals = self._bars = 0
        self._problems: list[str] = []
        self._alerts: Counter[str] = Counter()
        self._notices: Counter[str] = Counter()

    @property
    def equity(self) -> Decimal:
        """Rupees so far."""
        return self._cash + rupees(self._net)

    @property
    def trade_count(self) -> int:
        """Trades so far."""
        return len(self._trades)

    def add(self, outcome: DayOutcome) -> None:
        """Take a day that has ended."""
        self._days.append(outcome.on)
        self._bars += outcome.bars
        for instrument in outcome.instruments:
            close = outcome.last_prices.get(instrument.key, 0)
            if close:
                closes = self._closes.setdefault(instrument.symbol, [])
                closes.append((outcome.ended_at_ms, close))
        self._alerts.update(_without_figures(text) for text in outcome.alerts)
        result = _day_result(outcome, self._charger)
        self._signals += len(result.record.signals)
        self._denials.update(one.denied.reason for one in result.record.signals if one.denied is not None)
        base = paise(self._cash) + self._net
        if not self._points:
            self._points[midnight_ms(outcome.on)] = base
        self._points.update((point.at_ms, base + point.net) for point in result.curve)
        self._points[outcome.ended_at_ms] = base + paise(result.net)
        self._net += paise(result.net)
        self._trades += [BacktestTrade(on=outcome.on, result=trade) for trade in result.trades]
        self._charges.update({kind: paise(amount) for kind, amount in result.costs.lines.items()})
        self._problems += _problems(outcome, result)
        self._notices.update(text.removesuffix(f" for {outcome.on}") for text in result.costs.notices)

    def result(self, *, data: str, fidelity: str, symbols: tuple[str, ...]) -> BacktestResult:
        """What all of it amounts to."""
        times = sorted(self._points)
        return BacktestResult(
            data=data,
            fidelity=fidelity,
            symbols=symbols,
            cash=self._cash,
            days=tuple(self._days),
            trades=tuple(self._trades),
            charges={kind: rupees(amount) for kind, amount in self._charges.items()},
            at_ms=np.array(times, dtype=np.int64),
            equity=np.array([self._points[at_ms] for at_ms in times], dtype=np.int64),
            closes={
                symbol: (
                    np.array([at_ms for at_ms, _ in points], dtype=np.int64),
                    np.array([close for _, close in points], dtype=np.int64),
                )
                for symbol, points in self._closes.items()
            },
            signals=self._signals,
            denials=dict(self._denials.most_common()),
            bars=self._bars,
            problems=tuple(self._problems),
            alerts=dict(self._alerts.most_common()),
            notices=dict(self._notices.most_common()),
        )


def _day_result(outcome: DayOutcome, charger: Charger) -> DayResult:
    record = day_record(outcome.rows)
    facts = RunFacts(
        run_id=f"{outcome.on}",
        mode="backtest",
        data="",
        symbols=tuple(instrument.symbol for instrument in outcome.instruments),
        started_at_ms=record.started_at_ms,
        ended_at_ms=outcome.ended_at_ms,
        ticks=0,
        candles=outcome.bars,
        ledger_net_pnl=outcome.ledger_net_pnl,
        last_prices=outcome.last_prices,
    )
    instruments = {instrument.key: instrument for instrument in outcome.instruments}
    return day_result(record, facts, instruments=instruments, candles={}, charger=charger)


def _problems(outcome: DayOutcome, result: DayResult) -> list[str]:
    """What of a day has to be looked at by a person."""
    problems = []
    held = {trade.instrument.symbol: trade.record.open_quantity for trade in result.trades}
    for symbol, quantity in held.items():
        if quantity:
            problems.append(
                f"{outcome.on}: {quantity} units of {symbol} are still held at the end of the day"
            )
    if result.net != outcome.ledger_net_pnl and not any(held.values()):
        problems.append(
            f"{outcome.on}: net {result.net} differs from the venue's ledger {outcome.ledger_net_pnl}"
        )
    return problems


def _without_figures(text: str) -> str:
    """A text by which alerts of one kind are counted: words with figures are "…"."""
    return " ".join("…" if any(map(str.isdigit, word)) else word for word in text.split())
