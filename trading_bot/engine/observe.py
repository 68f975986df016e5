"""The live state as a frozen snapshot for whoever looks: taken between two inputs, never shared."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import isfinite

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.position import Position
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.day import TradingDay
from trading_bot.engine.decisions.account.foreign import foreign_position
from trading_bot.engine.decisions.market import overlays
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.operation.panic import is_finished
from trading_bot.engine.decisions.positions import guard
from trading_bot.engine.decisions.positions.sizes import open_risk
from trading_bot.engine.market_view import Series
from trading_bot.engine.snapshot import (
    DayView,
    Notice,
    OrderView,
    RateBudget,
    RunHeader,
    Snapshot,
    SymbolView,
    WorkerView,
    order_view,
)
from trading_bot.engine.state import State
from trading_bot.engine.supervisor import Supervisor, WorkerHealth
from trading_bot.risk.sizing import exact

_MOST_NOTICES = 50

SymbolOf = Callable[[str], str]
"""What people call the instrument of a key."""
Reader = Callable[[str, AlertKind, str], None]
"""Is told level, kind and text of each notice; must not wait and must not fail."""


def _nobody_hears(_kind: AlertKind, _text: str) -> None:
    return


@dataclass(slots=True)
class NoticeBoard:
    """The newest messages for a person, and who passes them on."""

    notices: deque[Notice] = field(default_factory=lambda: deque(maxlen=_MOST_NOTICES))
    reader: Reader | None = None
    """Carries every notice out of the house, where a channel is configured."""
    shout: Callable[[AlertKind, str], None] = _nobody_hears
    """Carries a text out from any thread, while the event loop does not run."""

    def add(self, at_ms: int, level: str, text: str, kind: AlertKind = AlertKind.NOTICE) -> None:
        """Pin a message."""
        self.pin(at_ms, level, text)
        if self.reader is not None:
            self.reader(level, kind, text)

    def pin(self, at_ms: int, level: str, text: str) -> None:
        """Show a message here alone."""
        self.notices.append(Notice(at_ms=at_ms, level=level, text=text))


def snapshot_of(day: TradingDay, header: RunHeader, board: NoticeBoard, loop_time_s: float) -> Snapshot:
    """Everything that the surfaces show, at this moment."""
    state = day.engine.state
    head = head_of(day, header, board, loop_time_s)
    symbols = (*symbols_of(state, state.market), *unlisted_of(state))
    return replace(head, symbols=symbols, orders=_orders(state, state.market.symbol))


def symbols_of(state: State, chosen: Iterable[Series]) -> tuple[SymbolView, ...]:
    """The rows of some instruments."""
    return tuple(_symbol(state, series) for series in chosen)


def held_of(state: State, symbol_of: SymbolOf | None = None) -> tuple[SymbolView, ...]:
    """The rows of what is held; of an instrument that is not watched, what the book knows."""
    name = symbol_of or state.market.symbol
    return tuple(_held(state, position, name) for position in _open_positions(state))


def unlisted_of(state: State) -> tuple[SymbolView, ...]:
    """The rows of what is held and not watched: nobody measures whether a stop stands behind it."""
    watched = state.market.series
    return tuple(
        _unwatched(state, position, state.market.symbol)
        for position in _open_positions(state)
        if position.instrument_key not in watched
    )


def _open_positions(state: State) -> Iterator[Position]:
    return (position for position in state.book.positions.values() if not position.is_flat)


def _held(state: State, position: Position, symbol_of: SymbolOf) -> SymbolView:
    series = state.market.series.get(position.instrument_key)
    return _unwatched(state, position, symbol_of) if series is None else _symbol(state, series)


def _unwatched(state: State, position: Position, symbol_of: SymbolOf) -> SymbolView:
    key = position.instrument_key
    trade = state.book.trade_of(key)
    return SymbolView(
        symbol=symbol_of(key),
        quantity=position.quantity,
        entry_price=position.average_entry_price,
        stop=trade.stop_price if trade else None,
        target=trade.plan.target_price if trade else None,
    )


def head_of(day: TradingDay, header: RunHeader, board: NoticeBoard, loop_time_s: float) -> Snapshot:
    """The same without what is long: the instruments and the orders."""
    state = day.engine.state
    market = state.market
    return Snapshot(
        run=header,
        day=_day(state),
        budgets=tuple(
            RateBudget(window_s=use.length_s, used=use.used, limit=use.limit)
            for use in day.gate.use(state.now_ms)
        ),
        overlays=overlays.texts(state),
        workers=_workers(day.supervisor.health.values(), loop_time_s),
        is_confirmed_flat=is_finished(state),
        halts=_halts(state),
        notices=tuple(board.notices),
        feed_age_s=(state.now_ms - market.seen_at_ms) / MS_PER_SECOND if market.seen_at_ms else None,
        loop_lag_ms=day.lag.lag_s * MS_PER_SECOND,
    )


def resting_snapshot(
    state: State,
    supervisor: Supervisor,
    header: RunHeader,
    board: NoticeBoard,
    loop_time_s: float,
    *,
    symbol_of: SymbolOf | None = None,
) -> Snapshot:
    """What can be shown between sessions: the book and what stops it, no market and no account.

    `symbol_of` names instruments of an earlier day's list.
    """
    name = symbol_of or state.market.symbol
    return Snapshot(
        run=header,
        day=_day(state),
        symbols=held_of(state, name),
        orders=_orders(state, name),
        workers=_workers(supervisor.health.values(), loop_time_s),
        halts=halts.texts(state.book, name),
        notices=tuple(board.notices),
    )


def _day(state: State) -> DayView:
    book, risk = state.book, state.risk
    charges, net = state.charges(), halts.net_pnl(state)
    return DayView(
        gross=net + charges,
        charges=charges,
        net=net,
        trades=sum(1 for closed in book.closed_trades if closed.quantity),
        winning_trades=sum(1 for closed in book.closed_trades if closed.gross_pnl > 0),
        signals=book.signals_today,
        open_risk=open_risk(state),
        longest_unprotected_s=state.longest_bare_s,
        loss_limit=risk.sizing.base_capital * exact(risk.limits.max_daily_loss),
    )


def _symbol(state: State, series: Series) -> SymbolView:
    key = series.instrument.key
    trade = state.book.trade_of(key)
    position = state.book.position_of(key)
    price = series.last_price or None
    return SymbolView(
        symbol=series.instrument.symbol,
        last_price=price,
        previous_close=series.previous_close or None,
        last_price_age_s=(state.now_ms - series.seen_at_ms) / MS_PER_SECOND if series.seen_at_ms else None,
        candle_start_ms=series.evaluated.start_ms if series.evaluated else None,
        candle_close=series.evaluated.close if series.evaluated else None,
        trend=_leaning(_finite(series.score)),
        score=_finite(series.score),
        quantity=position.quantity,
        entry_price=position.average_entry_price,
        stop=trade.stop_price if trade else None,
        target=trade.plan.target_price if trade else None,
        unrealised=_unrealised(position.gross_pnl(price) if price else None, position.quantity),
        unprotected_s=_unprotected_s(state, series, trade, position),
        foreign_quantity=foreign_position(state, key),
        halt=_why_not(series),
    )


def _unprotected_s(state: State, series: Series, trade: Trade | None, position: Position) -> float | None:
    """Outside of the hours nobody counts the seconds: without a confirmed stop it is not known to be safe.

    In them the guard counts from its last look on, also what it will see at the next one.
    """
    if trade is None:
        return 0.0 if position.is_flat else None
    seconds = guard.bare_s(state, trade)
    if seconds or guard.is_protected(state, trade):
        return seconds
    if not series.hours.is_open(state.now_ms):
        return None
    return max(1, state.now_ms - (state.watched_at_ms or state.now_ms)) / MS_PER_SECOND


def _finite(score: float | None) -> float | None:
    """A strategy may have computed none."""
    return score if score is not None and isfinite(score) else None


def _leaning(score: float | None) -> Direction | None:
    if not score:
        return None
    return Direction.LONG if score > 0 else Direction.SHORT


def _unrealised(gross: Decimal | None, quantity: int) -> Decimal | None:
    return gross if quantity else None


def _why_not(series: Series) -> str:
    if not series.instrument.is_tradable:
        return "index"
    return "" if series.is_warm else "warming up"


def _orders(state: State, symbol_of: SymbolOf) -> tuple[OrderView, ...]:
    return tuple(
        order_view(order, symbol_of(order.request.instrument_key)) for order in state.book.orders.values()
    )


def _workers(health: Iterable[WorkerHealth], loop_time_s: float) -> tuple[WorkerView, ...]:
    return tuple(
        WorkerView(
            name=worker.name,
            state=worker.state,
            restarts=worker.failures,
            heartbeat_age_s=loop_time_s - worker.beat_at_s if worker.beats else None,
        )
        for worker in health
    )


def _halts(state: State) -> tuple[str, ...]:
    reasons = list(halts.texts(state.book, state.market.symbol))
    if not state.is_recovered:
        reasons.append("books are not reconciled yet")
    if not state.market.is_feed_up:
        reasons.append("no market data")
    return tuple(reasons)
