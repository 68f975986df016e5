"""One instrument's story of a day, from the day's journal rows; what is about others is not even decoded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from trading_bot.domain import events as ev
from trading_bot.domain.errors import StorageError
from trading_bot.domain.order import Fill, OrderStatus
from trading_bot.domain.trade import Trade
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import decode_event, event_kind
from trading_bot.report.day.notices import notice_of
from trading_bot.report.day.order_life import OrderEvent, OrderStep, step_of, tag_of
from trading_bot.report.day.record import Notice, SignalRecord, StopLevel, TradeRecord
from trading_bot.report.why.facts import OrderStory, Story

_FOR_ALL = frozenset(
    event_kind(kind)
    for kind in (
        ev.DayStarted,
        ev.DayClosed,
        ev.OwnershipTaken,
        ev.HaltRaised,
        ev.HaltCleared,
        ev.PanicLatched,
        ev.PanicReleased,
        ev.IncidentRecorded,
    )
)
_TOLD = (ev.HaltRaised, ev.HaltCleared, ev.PanicLatched, ev.PanicReleased, ev.IncidentRecorded, ev.StopFailed)


def story_of(rows: Iterable[JournalRow], instrument_key: str) -> Story:
    """Return the story that the rows of one day tell. Raises StorageError for rows that cannot be read."""
    teller = _Teller(instrument_key)
    for row in rows:
        teller.pass_by(row)
    return teller.story()


@dataclass(slots=True)
class _TradeDraft:
    trade: Trade
    signal: SignalRecord | None = None
    fills: list[Fill] = field(default_factory=list)
    stops: list[StopLevel] = field(default_factory=list)
    closed: Any = None


class _Teller:
    """Collects what rows say about the instrument, its trades and its orders."""

    def __init__(self, instrument_key: str) -> None:
        self._key = instrument_key
        self._marks = [f'"{instrument_key}"']
        """Texts of which one stands in every row that concerns the instrument."""
        self._signals: list[SignalRecord] = []
        self._trades: dict[int, _TradeDraft] = {}
        self._orders: dict[str, OrderStory] = {}
        self._exits: dict[int, ev.ExitRequested] = {}
        self._notices: list[Notice] = []
        self._starts: list[int] = []
        self._closing: ev.DayClosed | None = None
        self._span: tuple[int, int] | None = None

    def pass_by(self, row: JournalRow) -> None:
        """Take a row, if it is one of ours."""
        self._span = (self._span[0] if self._span else row.at_ms, row.at_ms)
        if row.kind not in _FOR_ALL and not any(mark in row.payload for mark in self._marks):
            return
        try:
            event = decode_event(row.kind, row.payload)
        except (KeyError, ValueError) as error:
            raise StorageError(f"journal row {row.sequence} ({row.kind}) cannot be read: {error}") from error
        take = _TAKE.get(type(event))
        if take is not None:
            take(self, event)
        if isinstance(event, _TOLD) and self._concerns_us(event):
            notice = notice_of(event)
            self._notices += [notice] if notice else []

    def story(self) -> Story:
        """What came together."""
        return Story(
            signals=tuple(self._signals),
            trades=tuple(self._told_trades()),
            orders=tuple(self._orders.values()),
            exits=self._exits,
            notices=tuple(self._notices),
            starts_ms=tuple(self._starts),
            first_ms=self._span[0] if self._span else None,
            last_ms=self._span[1] if self._span else None,
            closing=self._closing,
        )

    def _told_trades(self) -> Iterator[TradeRecord]:
        for draft in self._trades.values():
            yield TradeRecord(
                trade=draft.trade,
                fills=tuple(sorted(draft.fills, key=lambda fill: fill.filled_at_ms)),
                stops=tuple(draft.stops),
                closed=draft.closed,
                evaluation=None if draft.signal is None else draft.signal.evaluation,
            )

    def _concerns_us(self, event: ev.BookEvent) -> bool:
        if isinstance(event, ev.HaltRaised | ev.HaltCleared):
            return event.scope is not ev.HaltScope.INSTRUMENT or event.subject == self._key
        return True

    # --- one method per kind of event ---------------------------------------------------------------

    def start(self, event: ev.OwnershipTaken) -> None:
        """A process began."""
        self._starts.append(event.at_ms)

    def carry(self, event: ev.DayStarted) -> None:
        """Halts of earlier days go on."""
        for halt in event.carried.halts if event.carried else ():
            notice = notice_of(halt) if self._concerns_us(halt) else None
            self._notices += [notice] if notice else []

    def end(self, event: ev.DayClosed) -> None:
        """The day is over."""
        self._closing = event

    def take_signal(self, event: ev.SignalRaised) -> None:
        """A signal; what became of it follows."""
        if event.evaluation.instrument_key == self._key:
            self._signals.append(
                SignalRecord(at_ms=event.at_ms, evaluation=event.evaluation, trade_id=None, denied=None)
            )

    def deny(self, event: ev.EntryDenied) -> None:
        """The newest signal of the strategy was not traded."""
        self._settle(event.strategy, denied=event)

    def plan(self, event: ev.TradePlanned) -> None:
        """The newest signal of the strategy became a trade."""
        trade = event.trade
        if trade.instrument_key != self._key:
            return
        signal = self._settle(trade.strategy, trade_id=trade.trade_id)
        levels = [StopLevel(event.at_ms, trade.plan.stop_price)]
        self._trades[trade.trade_id] = _TradeDraft(trade, signal, stops=levels)
        self._mark_trade(trade.trade_id)

    def adopt(self, event: ev.PositionAdopted | ev.RescuePlanned) -> None:
        """A trade without a signal."""
        self._trades[event.trade.trade_id] = _TradeDraft(event.trade)
        self._mark_trade(event.trade.trade_id)

    def intend(self, event: ev.OrderIntended) -> None:
        """An order begins its life."""
        request = event.request
        self._marks.append(f'"{request.tag}"')
        self._orders[request.tag] = OrderStory(
            tag=request.tag,
            trade_id=event.trade_id,
            purpose=request.purpose,
            side=request.side,
            terms=request.terms,
            status=OrderStatus.INTENDED,
            message="",
            steps=(step_of(event),),
        )

    def advance(self, event: ev.OrderAdvanced) -> None:
        """An order entered its next status."""
        self.step(event)
        order = self._orders.get(event.tag)
        if order is None:
            return
        self._orders[event.tag] = replace(order, status=event.status, message=event.message)

    def step(self, event: OrderEvent) -> None:
        """An order lives on."""
        order = self._orders.get(tag_of(event))
        if order is not None:
            steps: tuple[OrderStep, ...] = (*order.steps, step_of(event))
            self._orders[order.tag] = replace(order, steps=steps)

    def fill(self, event: ev.OrderFilled) -> None:
        """A fill of an order, and of its trade."""
        self.step(event)
        draft = self._trade_of(event.tag)
        if draft is not None:
            draft.fills.append(event.fill)

    def annul(self, event: ev.FillAnnulled) -> None:
        """A fill counts no more."""
        self.step(event)
        draft = self._trade_of(event.tag)
        if draft is not None and event.fill in draft.fills:
            draft.fills.remove(event.fill)

    def take_foreign(self, event: ev.ForeignFillTaken) -> None:
        """Somebody else closed a part of what is open."""
        open_drafts = [draft for draft in self._trades.values() if draft.closed is None]
        if event.fill.instrument_key == self._key and open_drafts:
            open_drafts[-1].fills.append(event.fill)

    def move_stop(self, event: ev.StopMoved) -> None:
        """A stop tightened."""
        if event.trade_id in self._trades:
            self._trades[event.trade_id].stops.append(StopLevel(event.at_ms, event.stop_price))

    def ask_exit(self, event: ev.ExitRequested) -> None:
        """A trade is to be closed."""
        if event.trade_id in self._trades:
            self._exits[event.trade_id] = event

    def close(self, event: ev.TradeClosed) -> None:
        """A trade is over; one of an earlier day is met here first."""
        trade = event.closed.trade
        if trade.instrument_key != self._key:
            return
        draft = self._trades.setdefault(trade.trade_id, _TradeDraft(trade))
        draft.trade, draft.closed = trade, event.closed

    def _trade_of(self, tag: str) -> _TradeDraft | None:
        order = self._orders.get(tag)
        return None if order is None else self._trades.get(order.trade_id or 0)

    def _mark_trade(self, trade_id: int) -> None:
        self._marks += [f'"trade_id":{trade_id},', f'"trade_id":{trade_id}' + "}"]

    def _settle(self, strategy: str, **outcome: Any) -> SignalRecord | None:
        for index in range(len(self._signals) - 1, -1, -1):
            signal = self._signals[index]
            if signal.evaluation.strategy != strategy:
                continue
            if signal.trade_id is None and signal.denied is None:
                self._signals[index] = replace(signal, **outcome)
                return self._signals[index]
            return None
        return None


_TAKE: dict[type[ev.BookEvent], Callable[[_Teller, Any], None]] = {
    ev.DayStarted: _Teller.carry,
    ev.DayClosed: _Teller.end,
    ev.OwnershipTaken: _Teller.start,
    ev.SignalRaised: _Teller.take_signal,
    ev.EntryDenied: _Teller.deny,
    ev.TradePlanned: _Teller.plan,
    ev.PositionAdopted: _Teller.adopt,
    ev.RescuePlanned: _Teller.adopt,
    ev.OrderIntended: _Teller.intend,
    ev.OrderAdvanced: _Teller.advance,
    ev.OrderReported: _Teller.step,
    ev.ModifyIntended: _Teller.step,
    ev.CancelIntended: _Teller.step,
    ev.ChangeResolved: _Teller.step,
    ev.StopFailed: _Teller.step,
    ev.OrderFilled: _Teller.fill,
    ev.FillAnnulled: _Teller.annul,
    ev.ForeignFillTaken: _Teller.take_foreign,
    ev.StopMoved: _Teller.move_stop,
    ev.ExitRequested: _Teller.ask_exit,
    ev.TradeClosed: _Teller.close,
}
