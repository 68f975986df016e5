"""The daemon as the dashboard sees it: in a trading day, and at rest between two."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.web.day_chart import DayCharts
from trading_bot.bootstrap.web.earlier_runs import earlier_runs
from trading_bot.bootstrap.web.equity import EquityWorker
from trading_bot.bootstrap.web.tap import DayTap, Outcome
from trading_bot.domain import events as ev
from trading_bot.domain.gate import Gate
from trading_bot.domain.order import Order
from trading_bot.domain.signal import Answer, Direction
from trading_bot.domain.trade import ClosedTrade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.engine.day import TradingDay
from trading_bot.engine.decisions.operation.operator import STOPPED
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.engine.latency import LatencyTally
from trading_bot.engine.observe import SymbolOf, held_of, symbols_of, unlisted_of
from trading_bot.engine.records import decode_event, event_kind
from trading_bot.engine.snapshot import OrderView, Snapshot, SymbolView, order_view
from trading_bot.engine.state import State
from trading_bot.engine.supervisor import Supervisor
from trading_bot.report.day.order_life import OrderEvent, step_of
from trading_bot.strategies.strategy import Strategy
from trading_bot.web.figures import Figures
from trading_bot.web.views import (
    RUNNING,
    WAITING,
    Chart,
    EquityPoint,
    GateView,
    LifeStep,
    RunView,
    SignalQuery,
    SignalView,
    StrategyView,
    TradeView,
)

_LIFE = {event_kind(kind) for kind in OrderEvent.__args__}
_PLACES = Decimal("0.0001")
_NO_OUTCOME = Outcome("no signal")


@dataclass(slots=True, kw_only=True, eq=False)
class AtRest:
    """What can be seen without a market: the book, and what stops entries."""

    engine: Engine
    supervisor: Supervisor
    strategies_of: Sequence[Strategy]
    """Those that run, or will."""
    header: Callable[[], Snapshot]
    """The snapshot without instruments and orders."""
    database: Path
    reports: Path
    pin: Callable[[str], None]
    """Tells a person."""
    symbol_of: SymbolOf
    """Names what is held and was ordered."""
    _views: dict[str, tuple[Order, OrderView]] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The state that is read between two awaits."""
        return self.engine.state

    def head(self) -> Snapshot:
        """The snapshot without its symbols and orders."""
        return self.header()

    @property
    def is_trading(self) -> bool:
        """Whether anything can be sent to the broker."""
        return False

    def symbol_count(self) -> int:
        """How many rows there are: nothing is watched, and what is held is shown."""
        return len(self.held())

    def symbols(self, first: int, beyond: int) -> Sequence[SymbolView]:
        """Some of them."""
        return self.held()[first:beyond]

    def held(self) -> Sequence[SymbolView]:
        """What is held, whether its instrument is watched or not."""
        return held_of(self.state, self.symbol_of)

    def orders(self) -> Sequence[OrderView]:
        """The day's orders; the views of those that have not changed are kept."""
        known, self._views = self._views, {}
        for tag, order in self.state.book.orders.items():
            before = known.get(tag)
            is_same = before is not None and before[0] is order
            view = before[1] if before is not None and is_same else self._view(order)
            self._views[tag] = (order, view)
        return tuple(view for _, view in self._views.values())

    def strategies(self) -> Sequence[StrategyView]:
        """The strategies that will run: none of them does now."""
        views = (_strategy(self.state, one, DayTap()) for one in self.strategies_of)
        return tuple(replace(view, state=WAITING) if view.state == RUNNING else view for view in views)

    def trades(self) -> Sequence[TradeView]:
        """The day's closed trades, oldest first."""
        closed = (one for one in self.state.book.closed_trades if one.quantity)
        return tuple(_trade(one, self.symbol_of) for one in closed)

    def signals(self, query: SignalQuery) -> Sequence[SignalView]:
        """Evaluations: none."""
        del query
        return ()

    def equity(self) -> Sequence[EquityPoint]:
        """The day's result over time: nobody looks."""
        return ()

    def figures(self) -> Figures:
        """What is counted at rest."""
        return Figures(failures=_failures(self.supervisor))

    async def runs(self) -> Sequence[RunView]:
        """Earlier runs, newest first."""
        return await asyncio.to_thread(earlier_runs, self.reports)

    async def order_life(self, tag: str) -> Sequence[LifeStep]:
        """What happened to an order, oldest first. Raises StorageError."""
        return await asyncio.to_thread(_life, self.database, tag)

    async def chart(self, symbol: str, timeframe_s: int | None) -> Chart | None:
        """Candles: none are watched."""
        del symbol, timeframe_s
        return None

    async def ask(self, wish: OperatorWish, asked_by: str, subject: str = "") -> None:
        """Carry out a wish; returns once it is on disk. Raises StorageError."""
        await self.engine.handle(OperatorAsked(at_ms=0, wish=wish, asked_by=asked_by, subject=subject))

    def tell(self, text: str) -> None:
        """Tell a person something that the dashboard noticed."""
        self.pin(text)

    def _view(self, order: Order) -> OrderView:
        return order_view(order, self.symbol_of(order.request.instrument_key))


@dataclass(slots=True, kw_only=True, eq=False)
class InDay(AtRest):
    """A trading day under way."""

    day: TradingDay
    tap: DayTap
    charts: DayCharts
    equities: EquityWorker
    broker_calls: dict[str, LatencyTally]

    @property
    def is_trading(self) -> bool:
        """Whether anything can be sent to the broker."""
        return True

    def symbol_count(self) -> int:
        """How many instruments are watched, or held though they are not watched."""
        return len(self.state.market.series) + len(unlisted_of(self.state))

    def symbols(self, first: int, beyond: int) -> Sequence[SymbolView]:
        """Some of them, by position."""
        watched = len(self.state.market.series)
        rows = symbols_of(self.state, islice(self.state.market, first, beyond))
        return (
            rows
            if beyond <= watched
            else (*rows, *unlisted_of(self.state)[max(0, first - watched) : beyond - watched])
        )

    def strategies(self) -> Sequence[StrategyView]:
        """The strategies that run."""
        return tuple(_strategy(self.state, one, self.tap) for one in self.strategies_of)

    def signals(self, query: SignalQuery) -> Sequence[SignalView]:
        """Evaluations, newest first; those of this process, up to some thousands."""
        found = (
            self._signal(number, answer)
            for number, answer in reversed(self.tap.answers)
            if self._is_asked_for(number, answer, query)
        )
        return tuple(islice(found, query.limit))

    def equity(self) -> Sequence[EquityPoint]:
        """The day's result over time, that before a restart included."""
        return tuple(self.equities.points)

    def figures(self) -> Figures:
        """Counts and durations since the process started."""
        tap = self.tap
        return Figures(
            ticks=self.state.market.ticks,
            candles=tap.candles,
            fills=tap.fills,
            signals=tap.signals,
            denials=tap.denials,
            orders=tap.orders,
            outcomes=tap.steps,
            failures=_failures(self.supervisor),
            in_doubt=len(self.state.doubts),
            drawdown=self.equities.drawdown,
            latencies=self.engine.latencies,
            signal_to_ack=tap.signal_to_ack,
            broker_calls=self.broker_calls,
        )

    async def chart(self, symbol: str, timeframe_s: int | None) -> Chart | None:
        """Candles of an instrument; None for one that is not watched."""
        return await self.charts.chart(symbol, timeframe_s)

    def tell(self, text: str) -> None:
        """Tell a person something that the dashboard noticed."""
        self.engine.outbox.put_alert(Alert(kind=AlertKind.DASHBOARD, level="warning", text=text))

    def _is_asked_for(self, number: int, answer: Answer, query: SignalQuery) -> bool:
        return (
            (query.before is None or number < query.before)
            and query.strategy in (None, answer.strategy)
            and (query.symbol is None or query.symbol == self.state.market.symbol(answer.instrument_key))
            and (answer.signal is not None or not query.raised)
        )

    def _signal(self, number: int, answer: Answer) -> SignalView:
        spoken = (answer.strategy, answer.instrument_key, answer.candle_start_ms)
        outcome = _NO_OUTCOME if answer.signal is None else self.tap.outcomes.get(spoken, Outcome("signal"))
        direction: Direction | None = None if answer.signal is None else answer.signal.direction
        return SignalView(
            number=number,
            time_ms=answer.candle_start_ms,
            strategy=answer.strategy,
            symbol=self.state.market.symbol(answer.instrument_key),
            score=_finite(answer.score),
            direction=direction,
            outcome=outcome.word,
            detail=outcome.detail,
            gates=tuple(map(_gate, answer.gates)),
        )


def _gate(gate: Gate) -> GateView:
    measured = _finite(gate.measured) if isinstance(gate.measured, float) else gate.measured
    return GateView(name=gate.name, passed=gate.passed, measured=measured, needed=gate.needed)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _strategy(state: State, strategy: Strategy, tap: DayTap) -> StrategyView:
    book, name = state.book, strategy.name
    closed = [one for one in book.closed_trades if one.trade.strategy == name and one.quantity]
    reasons = [reason for scope, subject, reason in book.halts if _is_of(scope, subject, name)]
    word = RUNNING
    if name in state.switched_off:
        word, reasons = "switched off", [state.switched_off[name]]
    elif reasons:
        word = "stopped" if STOPPED in reasons else "halted"
    return StrategyView(
        name=name,
        timeframe_s=strategy.timeframe_s,
        state=word,
        reason=", ".join(reasons),
        signals=tap.signals[name],
        trades=len(closed),
        open=sum(1 for trade in book.trades.values() if trade.strategy == name),
        gross=_rupees(sum(one.gross_pnl for one in closed)),
        winning_trades=sum(1 for one in closed if one.gross_pnl > 0),
        evaluations_seen=tap.answers_by_strategy[name],
    )


def _is_of(scope: ev.HaltScope, subject: str, strategy: str) -> bool:
    return scope is ev.HaltScope.STRATEGY and subject == strategy


def _trade(closed: ClosedTrade, symbol_of: SymbolOf) -> TradeView:
    trade = closed.trade
    return TradeView(
        trade_id=trade.trade_id,
        symbol=symbol_of(trade.instrument_key),
        strategy=trade.strategy,
        direction=trade.direction,
        quantity=closed.quantity,
        planned_at_ms=trade.planned_at_ms,
        closed_at_ms=closed.closed_at_ms,
        entry=_mean(closed.entry_value, closed.quantity),
        exit=_mean(closed.exit_value, closed.quantity),
        gross=_rupees(closed.gross_pnl),
        exit_reason=closed.exit_reason,
    )


def _mean(value: int, quantity: int) -> Decimal:
    return (Decimal(value).scaleb(-2) / quantity).quantize(_PLACES)


def _rupees(paise: int) -> Decimal:
    return Decimal(paise).scaleb(-2)


def _failures(supervisor: Supervisor) -> dict[str, int]:
    return {one.name: one.failures_ever for one in supervisor.health.values()}


def _life(database: Path, tag: str) -> tuple[LifeStep, ...]:
    """In a thread of its own: it reads the rows of the newest day."""
    with JournalReader(database) as reader:
        days = reader.days()
        rows = reader.rows(on=days[-1]) if days else iter(())
        told = [row for row in rows if row.kind in _LIFE and f'"{tag}"' in row.payload]
    steps = (step_of(decode_event(row.kind, row.payload)) for row in told)  # type: ignore[arg-type]  # of _LIFE
    return tuple(LifeStep(time_ms=step.at_ms, text=step.text) for step in steps)
