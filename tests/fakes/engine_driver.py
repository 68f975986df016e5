"""Drives the synchronous core by hand: one share, inputs in, events and commands out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from decimal import Decimal

from tests.fakes.one_share import DAY, KEY, PRICE, SESSION, SHARE, ScriptedStrategy
from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Instrument, Product
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle, Frame, Tick
from trading_bot.domain.order import (
    Fill,
    Order,
    OrderReport,
    OrderStatus,
    OrderTerms,
    OrderType,
    ReportedChange,
    Side,
)
from trading_bot.domain.outlook import DayOutlook
from trading_bot.domain.signal import Direction
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, CancelOrder, Command, ModifyOrder, PlaceOrder
from trading_bot.engine.core import Core, Step
from trading_bot.engine.ports import Accepted, BrokerPosition, Funds, JournalRow, Outcome
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.state import State
from trading_bot.risk.settings import RiskSettings

__all__ = ["DAY", "KEY", "PRICE", "SESSION", "SHARE", "EngineDriver"]

_TOLD = (ev.IncidentRecorded, ev.EntryDenied)


class EngineDriver:
    """A core with one share, at 10:00 on an ordinary day, recovered, funded, and with a fresh price."""

    def __init__(
        self,
        *,
        instrument: Instrument = SHARE,
        risk: RiskSettings | None = None,
        is_recovered: bool = True,
        provisional_interval_s: int = 0,
        indices: Sequence[Instrument] = (),
        outlook: DayOutlook | None = None,
    ) -> None:
        self.instrument = instrument
        self.indices = tuple(indices)
        self.outlook = outlook
        self.strategy = ScriptedStrategy(provisional_interval_s=provisional_interval_s)
        self.now_ms = ms_at(DAY, time(10, 0))
        self.rows: list[JournalRow] = []
        self.risk = risk or RiskSettings()
        self.events: list[ev.BookEvent] = []
        self.commands: list[Command] = []
        self.fills: list[Fill] = []
        self.core = self._new_core()
        self.start(is_recovered=is_recovered)

    def _new_core(self) -> Core:
        return Core(
            State(
                settings=EngineSettings(),
                risk=self.risk,
                strategies=(self.strategy,),
                charges_so_far=lambda _book: Decimal(0),
            )
        )

    def restarted(self, *, is_recovered: bool = False) -> "EngineDriver":
        """The same after the process was killed: the book comes from the rows, everything else is lost."""
        self.core = self._new_core()
        self.core.restore(self.rows)
        self.commands.clear()
        self.start(is_recovered=is_recovered)
        return self

    def start(self, *, is_recovered: bool = True) -> None:
        """Open the day as a process does when it starts."""
        self.take(
            inputs.DayOpened(
                at_ms=0,
                on=DAY,
                instruments=(self.instrument, *self.indices),
                sessions={one.key: SESSION for one in (self.instrument, *self.indices)},
                outlook=self.outlook,
            )
        )
        self.claim()
        self.take(inputs.WarmedUp(at_ms=0, instrument_key=self.instrument.key, candles=(), session_starts={}))
        if is_recovered:
            self.read_books()
            self.read_positions(0)
        self.take(
            inputs.AccountRead(
                at_ms=0,
                funds=Funds(available=Decimal(1_000_000), used_margin=Decimal(0)),
                margin_rates={self.instrument.key: Decimal("0.2")},
                bands={self.instrument.key: (126_000, 154_000)},
            )
        )
        self.price(PRICE)

    @property
    def book(self):
        return self.core.state.book

    def claim(self) -> Step:
        """Take the account over, as each process does when it starts."""
        return self.take(inputs.OwnershipClaimed(at_ms=0, program_version="0", settings_hash="-"))

    @property
    def series(self):
        """What is known of the share's market."""
        return self.core.state.market.series[self.instrument.key]

    def take(self, event: inputs.Input) -> Step:
        """Give one input at the driver's time; remember what it led to."""
        step = self.core.step(replace(event, at_ms=self.now_ms))
        before = len(self.events)
        self.rows.extend(step.rows)
        self.commands.extend(step.commands)
        self.events.extend(_decoded(step))
        self.new_events = self.events[before:]
        self._assert_that_people_read_symbols(step.commands)
        return step

    def _assert_that_people_read_symbols(self, commands: Sequence[Command]) -> None:
        """Whatever a test is about: alerts, incidents and denials never name the share by its key."""
        texts = [command.text for command in commands if isinstance(command, Alert)]
        texts += [event.detail for event in self.new_events if isinstance(event, _TOLD)]
        assert not [text for text in texts if self.instrument.key in text]

    def later(self, seconds: float) -> Step:
        """Let time pass, with one tick of the clock at its end."""
        self.now_ms += int(seconds * 1000)
        return self.take(inputs.ClockTicked(at_ms=0))

    def price(self, paise: int) -> Step:
        """A trade at a price."""
        tick = Tick(self.instrument.key, paise, self.now_ms, 1_000, paise - 10, 500, paise + 10, 500)
        return self.take(inputs.FrameReceived(at_ms=0, frame=Frame(self.now_ms, (tick,))))

    def index(self, key: str, value: int, previous_close: int = 0) -> Step:
        """An index is published."""
        tick = Tick(key, value, self.now_ms, previous_close=previous_close)
        return self.take(inputs.FrameReceived(at_ms=0, frame=Frame(self.now_ms, (tick,))))

    def signal(self, direction: Direction = Direction.LONG) -> Step:
        """Have the strategy raise a signal on a closed candle."""
        self.strategy.scripted.next_direction = direction
        candle = Candle(self.now_ms - 900_000, PRICE, PRICE + 100, PRICE - 100, PRICE, 10_000)
        return self.take(
            inputs.EvaluationDue(at_ms=0, instrument_key=self.instrument.key, timeframe_s=900, candle=candle)
        )

    def ask(self, wish: inputs.OperatorWish, subject: str = "") -> Step:
        """A person's wish."""
        return self.take(inputs.OperatorAsked(at_ms=0, wish=wish, asked_by="test", subject=subject))

    # --- the broker's side --------------------------------------------------------------------------

    def drain(self) -> list[Command]:
        """Take the commands so far."""
        commands, self.commands = self.commands, []
        return commands

    def incidents(self) -> list[str]:
        """Kinds of incidents so far, but for a feed that is silent because no test speaks for it."""
        kinds = [event.kind for event in self.events if isinstance(event, ev.IncidentRecorded)]
        return [kind for kind in kinds if kind != "feed_silent"]

    def places(self) -> list[PlaceOrder]:
        """Take the commands so far; only those that place."""
        return [command for command in self.drain() if isinstance(command, PlaceOrder)]

    def changes(self) -> list[ModifyOrder | CancelOrder]:
        """Take the commands so far; only those that change an order."""
        return [command for command in self.drain() if isinstance(command, ModifyOrder | CancelOrder)]

    def answer(self, tag: str, outcome: Outcome | None = None) -> None:
        """Send an order and answer it: accepted as `id-TAG` unless told otherwise."""
        self.take(inputs.SendStarted(at_ms=0, tag=tag))
        self.take(inputs.PlaceAnswered(at_ms=0, tag=tag, outcome=outcome or Accepted(f"id-{tag}")))

    def order(self, tag: str) -> Order:
        """The book's order."""
        return self.book.orders[tag]

    def report(self, tag: str, status: OrderStatus, /, **changes) -> OrderReport:
        """The broker's row of an order, at its present terms unless told otherwise."""
        order = self.order(tag)
        terms = changes.pop("terms", order.terms)
        fields = {
            "order_id": order.order_id or f"id-{tag}",
            "tag": tag,
            "instrument_key": order.request.instrument_key,
            "side": order.request.side,
            "product": Product.INTRADAY,
            "status": status,
            "terms": terms,
            "filled_quantity": order.filled_quantity,
            "average_price": None,
        }
        return OrderReport(**(fields | changes))

    def push(self, tag: str, status: OrderStatus, **changes) -> Step:
        """A row of the stream."""
        return self.take(inputs.OrderPushed(at_ms=0, report=self.report(tag, status, **changes)))

    def fill(self, tag: str, quantity: int, price: int, status: OrderStatus | None = None) -> None:
        """The order fills in part or whole, and the books are read."""
        order = self.order(tag)
        self._add_fill(tag, quantity, price)
        filled = order.filled_quantity + quantity
        done = OrderStatus.FILLED if filled == order.terms.quantity else OrderStatus.OPEN
        self.read_books(self.report(tag, status or done, filled_quantity=filled), *self._rows_but(tag))

    def _rows_but(self, tag: str) -> list[OrderReport]:
        """The other orders that the broker has shown, as they were; what was asked of them is under way."""
        return [
            self.report(
                other, order.status, change=ReportedChange.PENDING if order.is_change_pending else None
            )
            for other, order in self.book.orders.items()
            if order.order_id is not None and other != tag
        ]

    def _add_fill(self, tag: str, quantity: int, price: int) -> None:
        order = self.order(tag)
        request = order.request
        self._list_fill(order.order_id or f"id-{tag}", request.instrument_key, request.side, quantity, price)

    def _list_fill(self, order_id: str, key: str, side: Side, quantity: int, price: int) -> None:
        self.fills.append(
            Fill(
                trade_id=f"t{len(self.fills) + 1}",
                order_id=order_id,
                instrument_key=key,
                side=side,
                quantity=quantity,
                price=price,
                filled_at_ms=self.now_ms,
            )
        )

    def foreign_fill(
        self,
        side: Side,
        quantity: int,
        price: int,
        *,
        with_order: bool = True,
        placed_by: str = "",
        product: Product = Product.INTRADAY,
        beside: Sequence[OrderReport] = (),
    ) -> Step:
        """Somebody else trades the share, and the books are read; without the order only its trade shows."""
        order_id = f"foreign-{len(self.fills) + 1}"
        terms = OrderTerms(order_type=OrderType.LIMIT, quantity=quantity, price=price)
        self._list_fill(order_id, self.instrument.key, side, quantity, price)
        row = OrderReport(
            order_id=order_id,
            tag=None,
            instrument_key=self.instrument.key,
            side=side,
            product=product,
            status=OrderStatus.FILLED,
            terms=terms,
            filled_quantity=quantity,
            average_price=None,
            placed_by=placed_by,
        )
        return self.read_books(*beside, *((row,) if with_order else ()))

    def order_fills(self, *fills: tuple[str, int, int], with_rows: bool = True) -> Step:
        """Several orders trade (tag, quantity, price) before the books are read once."""
        for tag, quantity, price in fills:
            self._add_fill(tag, quantity, price)
        rows = (
            self.report(tag, OrderStatus.FILLED, filled_quantity=self.order(tag).filled_quantity + quantity)
            for tag, quantity, _ in fills
        )
        return self.read_books(*(rows if with_rows else ()))

    def read_all(self) -> Step:
        """A complete read that shows every order of ours that the broker has shown before."""
        known = [tag for tag, order in self.book.orders.items() if order.order_id is not None]
        return self.read_books(*(self.report(tag, self.order(tag).status) for tag in known))

    def read_books(self, *reports: OrderReport) -> Step:
        """A complete read that shows these rows and all fills so far."""
        return self.take(
            inputs.BooksRead(at_ms=0, asked_at_ms=self.now_ms, orders=tuple(reports), fills=tuple(self.fills))
        )

    def position_row(
        self,
        quantity: int,
        *,
        fills: Sequence[Fill] | None = None,
        product: Product = Product.INTRADAY,
    ) -> BrokerPosition:
        """The broker's position in the share, with what these trades bought and sold, or all so far."""
        known = self.fills if fills is None else fills
        return BrokerPosition(
            instrument_key=self.instrument.key,
            product=product,
            quantity=quantity,
            buy_quantity=sum(fill.quantity for fill in known if fill.side is Side.BUY),
            sell_quantity=sum(fill.quantity for fill in known if fill.side is Side.SELL),
        )

    def read_positions(self, quantity: int, *, fills: Sequence[Fill] | None = None) -> Step:
        """A complete read of the position in the share."""
        return self.read_position_rows(self.position_row(quantity, fills=fills))

    def read_position_rows(self, *rows: BrokerPosition) -> Step:
        """A complete read of positions."""
        return self.take(inputs.PositionsRead(at_ms=0, asked_at_ms=self.now_ms, positions=rows))

    # --- shortcuts ------------------------------------------------------------------------------------

    def enter(self, direction: Direction = Direction.LONG, price: int = PRICE) -> tuple[str, str]:
        """A signal, its entry filled whole, its stop resting: tags of entry and stop."""
        self.drain()
        self.signal(direction)
        (entry,) = self.places()
        tag = entry.request.tag
        self.answer(tag)
        self.fill(tag, entry.request.terms.quantity, price)
        (stop,) = self.places()
        self.rest(stop.request.tag)
        return tag, stop.request.tag

    def enter_in_parts(self, *quantities: int) -> tuple[str, str]:
        """Fill an entry in parts, the stop resting after the first; the tags of both."""
        self.signal()
        (entry,) = self.places()
        self.answer(entry.request.tag)
        self.fill(entry.request.tag, quantities[0], PRICE)
        (stop,) = self.places()
        self.rest(stop.request.tag)
        for quantity in quantities[1:]:
            self.fill(entry.request.tag, quantity, PRICE)
        return entry.request.tag, stop.request.tag

    def rest(self, tag: str) -> None:
        """An order is accepted and rests at the exchange."""
        self.answer(tag)
        has_trigger = self.order(tag).terms.order_type.has_trigger
        self.push(tag, OrderStatus.TRIGGER_PENDING if has_trigger else OrderStatus.OPEN)

    def confirm_modify(self, tag: str, status: OrderStatus = OrderStatus.OPEN) -> OrderTerms:
        """The broker carries out the pending modification."""
        terms = self.order(tag).requested_terms
        assert terms is not None
        self.push(tag, status, terms=terms)
        return terms


def _decoded(step: Step) -> list[ev.BookEvent]:
    from trading_bot.engine.records import decode_event

    return [decode_event(row.kind, row.payload) for row in step.rows]
