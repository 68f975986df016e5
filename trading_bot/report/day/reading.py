"""Reads a day out of journal rows: the book is rebuilt from them, and their story is kept beside it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from trading_bot.domain import events as ev
from trading_bot.domain.errors import StorageError
from trading_bot.domain.order import Fill
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trade import ClosedTrade, Trade
from trading_bot.engine.book import Book
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import decode_event
from trading_bot.report.day.notices import notice_of
from trading_bot.report.day.order_life import OrderEvent, OrderStep, step_of, tag_of
from trading_bot.report.day.record import (
    Brought,
    DayRecord,
    Notice,
    OrderRecord,
    SignalRecord,
    StopLevel,
    TradeRecord,
)


def day_record(rows: Iterable[JournalRow]) -> DayRecord:
    """Return the last day that the rows hold.

    The rows begin where the book was empty: at the day's `DayStarted`, or earlier when something was carried
    into the day. Raises StorageError for rows that do not fit together and ValueError when no day started.
    """
    reader = _Reader()
    for row in rows:
        reader.read(row)
    return reader.finished()


@dataclass(slots=True)
class _TradeDraft:
    planned: Trade
    stops: list[StopLevel]
    evaluation: Evaluation | None = None
    fills: list[Fill] = field(default_factory=list)
    closed: ClosedTrade | None = None
    brought: Brought | None = None

    def bring(self, brought: Brought) -> None:
        """Units come, or go, without a fill."""
        if self.brought is not None:
            _, quantity, cash = self.brought
            brought = Brought(brought.at_ms, brought.quantity + quantity, brought.cash + cash)
        self.brought = brought


@dataclass(slots=True)
class _OrderDraft:
    trade_id: int | None
    steps: list[OrderStep] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    late_fills: list[Fill] = field(default_factory=list)
    """Fills after the end of its trade: they belong to the trade that takes the order up."""


class _Reader:
    """Collects a day while its rows pass by; a new day starts it afresh."""

    def __init__(self) -> None:
        self._book = Book()
        self._started: ev.DayStarted | None = None
        self._closing: ev.DayClosed | None = None
        self._last_ms = 0
        self._owner: ev.OwnershipTaken | None = None
        self._restarts = 0
        self._is_day_fresh = False
        self._trades: dict[int, _TradeDraft] = {}
        self._orders: dict[str, _OrderDraft] = {}
        self._signals: list[SignalRecord] = []
        self._notices: list[Notice] = []

    def read(self, row: JournalRow) -> None:
        """Take the next row."""
        try:
            event = decode_event(row.kind, row.payload)
            self._book.apply(event)
        except (KeyError, ValueError) as error:
            raise StorageError(
                f"journal row {row.sequence} ({row.kind}) cannot be read after those before it: {error}"
            ) from error
        self._last_ms = max(self._last_ms, event.at_ms)
        take = _TAKE.get(type(event))
        if take is not None:
            take(self, event)
        self._is_day_fresh = isinstance(event, ev.DayStarted)
        notice = notice_of(event)
        if notice is not None:
            self._notices.append(notice)

    def finished(self) -> DayRecord:
        """The day so far."""
        if self._started is None:
            raise ValueError("the journal rows hold no start of a day: there is nothing to report")
        owner = self._owner
        positions = sorted(self._book.positions.items())
        return DayRecord(
            on=self._started.on,
            started_at_ms=self._started.at_ms,
            ended_at_ms=self._last_ms,
            restarts=self._restarts,
            program_version=owner.program_version if owner else "",
            settings_hash=owner.settings_hash if owner else "",
            trades=tuple(self._trade_record(trade_id) for trade_id in sorted(self._trades)),
            signals=tuple(self._signals),
            orders=tuple(self._order_record(tag) for tag in self._orders),
            notices=tuple(self._notices),
            positions=tuple(position for _, position in positions if not position.is_flat),
            is_panicking=self._book.is_panicking,
            closing=self._closing,
        )

    def _trade_record(self, trade_id: int) -> TradeRecord:
        draft = self._trades[trade_id]
        newest = draft.closed.trade if draft.closed else self._book.trades[trade_id]
        return TradeRecord(
            trade=newest,
            fills=tuple(sorted(draft.fills, key=lambda fill: fill.filled_at_ms)),
            stops=tuple(draft.stops),
            closed=draft.closed,
            evaluation=draft.evaluation,
            brought=draft.brought,
        )

    def _order_record(self, tag: str) -> OrderRecord:
        draft = self._orders[tag]
        return OrderRecord(
            order=self._book.orders[tag],
            trade_id=draft.trade_id,
            steps=tuple(draft.steps),
            fills=tuple(draft.fills),
        )

    # --- one method per kind of event ---------------------------------------------------------------

    def start_day(self, event: ev.DayStarted) -> None:
        """Forget the day before, but for what is carried into this one."""
        self._started, self._closing, self._last_ms = event, None, event.at_ms
        self._restarts, self._is_day_fresh = 0, True
        self._signals, self._notices = [], []
        self._orders = {tag: self._orders[tag] for tag in self._book.orders}
        self._trades = {trade_id: self._carried(trade_id, event.at_ms) for trade_id in self._book.trades}

    def _carried(self, trade_id: int, at_ms: int) -> _TradeDraft:
        draft = self._trades[trade_id]
        position = self._book.position_of(draft.planned.instrument_key)
        draft.brought = None if position.is_flat else Brought(at_ms, position.quantity, position.cash)
        draft.fills = []
        draft.stops = [StopLevel(at_ms, self._book.trades[trade_id].stop_price)]
        return draft

    def end_day(self, event: ev.DayClosed) -> None:
        """Keep how the day ended."""
        self._closing = event

    def take_owner(self, event: ev.OwnershipTaken) -> None:
        """Count the restarts: the process that opens the day takes the book over right after it."""
        self._owner = event
        if not self._is_day_fresh:
            self._restarts += 1
            self._notices.append(Notice(event.at_ms, "restart", f"epoch {event.epoch} took the book over"))

    def take_signal(self, event: ev.SignalRaised) -> None:
        """Keep a signal; what became of it follows."""
        self._signals.append(
            SignalRecord(at_ms=event.at_ms, evaluation=event.evaluation, trade_id=None, denied=None)
        )

    def deny(self, event: ev.EntryDenied) -> None:
        """The newest signal of the strategy was not traded."""
        self._settle_signal(event.strategy, event.instrument_key, denied=event)

    def plan(self, event: ev.TradePlanned) -> None:
        """The newest signal of the strategy became a trade."""
        trade = event.trade
        evaluation = self._settle_signal(trade.strategy, trade.instrument_key, trade_id=trade.trade_id)
        self._trades[trade.trade_id] = _TradeDraft(
            trade, [StopLevel(event.at_ms, trade.plan.stop_price)], evaluation
        )

    def _settle_signal(self, strategy: str, instrument_key: str, **outcome: Any) -> Evaluation | None:
        for index in range(len(self._signals) - 1, -1, -1):
            signal = self._signals[index]
            evaluation = signal.evaluation
            if (evaluation.strategy, evaluation.instrument_key) != (strategy, instrument_key):
                continue
            if signal.trade_id is None and signal.denied is None:
                self._signals[index] = replace(signal, **outcome)
                return evaluation
            return None
        return None

    def adopt(self, event: ev.PositionAdopted) -> None:
        """Panic took over what somebody else opened."""
        brought = Brought(event.at_ms, event.quantity, -event.quantity * event.price)
        self._trades[event.trade.trade_id] = _TradeDraft(event.trade, [], brought=brought)

    def return_adoption(self, event: ev.AdoptionReturned) -> None:
        """What panic had taken over was ours: it goes from the trade that has the fills."""
        trade_id = self._book.trade_id_by_instrument[event.instrument_key]
        self._trades[trade_id].bring(Brought(event.at_ms, -event.quantity, event.quantity * event.price))

    def rescue(self, event: ev.RescuePlanned) -> None:
        """A trade takes up an order that outlived its own."""
        self._trades[event.trade.trade_id] = _TradeDraft(event.trade, [])

    def reassign(self, event: ev.OrderReassigned) -> None:
        """An order, and what it filled since its trade ended, go over to another trade."""
        order = self._orders[event.tag]
        order.trade_id = event.trade_id
        self._trades[event.trade_id].fills += order.late_fills
        order.late_fills = []

    def intend_order(self, event: ev.OrderIntended) -> None:
        """An order begins its life."""
        self._orders[event.request.tag] = _OrderDraft(event.trade_id, [step_of(event)])

    def add_step(self, event: OrderEvent) -> None:
        """An order lives on."""
        self._orders[tag_of(event)].steps.append(step_of(event))

    def fill(self, event: ev.OrderFilled) -> None:
        """A fill belongs to its order and to that order's trade; a closed trade takes none any more."""
        self.add_step(event)
        order = self._orders[event.tag]
        order.fills.append(event.fill)
        if order.trade_id in self._trades:
            trade = self._trades[order.trade_id]
            (trade.fills if trade.closed is None else order.late_fills).append(event.fill)

    def annul_fill(self, event: ev.FillAnnulled) -> None:
        """A fill counts no more. Where its trade has closed with it, another has what it leaves."""
        self.add_step(event)
        order, fill = self._orders[event.tag], event.fill
        order.fills.remove(fill)
        signed = fill.side.sign * fill.quantity
        trade_id = self._book.trade_id_by_instrument.get(fill.instrument_key)
        ended = self._trades.get(order.trade_id or 0)
        if ended is not None and fill in ended.fills:
            ended.fills.remove(fill)
            if ended.closed is None:
                return
            ended.bring(Brought(event.at_ms, signed, -signed * fill.price))
        if trade_id is not None:
            self._trades[trade_id].bring(Brought(event.at_ms, -signed, signed * fill.price))

    def take_foreign_fill(self, event: ev.ForeignFillTaken) -> None:
        """Somebody else closed a part of the trade that is open in the instrument."""
        trade_id = self._book.trade_id_by_instrument[event.fill.instrument_key]
        self._trades[trade_id].fills.append(event.fill)

    def move_stop(self, event: ev.StopMoved) -> None:
        """A stop tightened."""
        self._trades[event.trade_id].stops.append(StopLevel(event.at_ms, event.stop_price))

    def settle(self, event: ev.DifferenceSettled) -> None:
        """A trade that is written off has no result on this day, nor on any other."""
        self._trades.pop(event.written_off, None)

    def close(self, event: ev.TradeClosed) -> None:
        """A trade is over."""
        self._trades[event.closed.trade.trade_id].closed = event.closed


_TAKE: dict[type[ev.BookEvent], Callable[[_Reader, Any], None]] = {
    ev.DayStarted: _Reader.start_day,
    ev.DayClosed: _Reader.end_day,
    ev.OwnershipTaken: _Reader.take_owner,
    ev.SignalRaised: _Reader.take_signal,
    ev.EntryDenied: _Reader.deny,
    ev.TradePlanned: _Reader.plan,
    ev.PositionAdopted: _Reader.adopt,
    ev.AdoptionReturned: _Reader.return_adoption,
    ev.RescuePlanned: _Reader.rescue,
    ev.OrderReassigned: _Reader.reassign,
    ev.OrderIntended: _Reader.intend_order,
    ev.OrderAdvanced: _Reader.add_step,
    ev.OrderReported: _Reader.add_step,
    ev.ModifyIntended: _Reader.add_step,
    ev.CancelIntended: _Reader.add_step,
    ev.ChangeResolved: _Reader.add_step,
    ev.StopFailed: _Reader.add_step,
    ev.OrderFilled: _Reader.fill,
    ev.FillAnnulled: _Reader.annul_fill,
    ev.ForeignFillTaken: _Reader.take_foreign_fill,
    ev.StopMoved: _Reader.move_stop,
    ev.DifferenceSettled: _Reader.settle,
    ev.TradeClosed: _Reader.close,
}
