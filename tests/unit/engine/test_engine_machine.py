"""Whatever broker, market and operator do in whatever order, what must always hold holds."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.hand_moved_exchange import HandMovedExchange
from tests.fakes.machines import machine_settings
from trading_bot.domain.events import AdoptionReturned, ForeignFillTaken, PositionAdopted
from trading_bot.domain.order import OrderStatus, Purpose, Side
from trading_bot.domain.signal import Direction
from trading_bot.engine import inputs
from trading_bot.engine.book import Book
from trading_bot.engine.commands import CancelOrder, ModifyOrder, PlaceOrder, SearchTag
from trading_bot.engine.decisions.operation.panic import is_finished
from trading_bot.engine.decisions.positions.protection import is_left_to_a_person
from trading_bot.engine.outbox import priority_of
from trading_bot.engine.ports import Accepted, Refused, Unknown
from trading_bot.risk.settings import LimitSettings, RiskSettings

LONGEST_INVISIBLE_MS = 20_000
RISK = RiskSettings(
    limits=LimitSettings(
        max_trades_per_day=1_000,
        max_trades_per_symbol_per_day=1_000,
        symbol_spacing_s=0,
        max_consecutive_losses=100,
        max_daily_loss=0.5,
    )
)
ANSWERS = ("accepted", "refused", "lost after", "lost before", "worker died", "worker died before")


class EngineMachine(RuleBasedStateMachine):
    """One share, our engine, and a world that does what it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.exchange = HandMovedExchange()
        self.driver = EngineDriver(risk=RISK)
        self.queue: list[PlaceOrder | ModifyOrder | CancelOrder] = []
        self.searches: set[str] = set()
        self.shadow = Book()
        self.events_applied = 0
        self.tags_sent: set[str] = set()
        self.stops = {}
        self.price_now = PRICE
        self._take_commands()

    # --- what the world does ------------------------------------------------------------------------------

    @rule(direction=st.sampled_from(Direction))
    def strategy_signals(self, direction):
        self.driver.price(self.price_now)
        self.driver.signal(direction)

    @rule(answer=st.sampled_from(ANSWERS), hidden=st.booleans())
    def worker_sends(self, answer, hidden):
        self._take_commands()
        if self.queue:
            self._send(answer, hidden_ms=LONGEST_INVISIBLE_MS if hidden else 0)

    @rule()
    def worker_sends_all(self):
        self._send_all()

    @rule(pick=st.integers(0, 9), quantity=st.sampled_from([1, 7, 1_000]))
    def exchange_fills(self, pick, quantity):
        live = self.exchange.live()
        if live:
            order_id = live[pick % len(live)].order_id
            self.exchange.fill(order_id, quantity, self.price_now, self.driver.now_ms)

    @rule(pick=st.integers(0, 9))
    def stop_triggers(self, pick):
        live = self.exchange.live()
        if live:
            self.exchange.trigger(live[pick % len(live)].order_id)

    @rule(pick=st.integers(0, 9), status=st.sampled_from([OrderStatus.CANCELLED, OrderStatus.REJECTED]))
    def exchange_ends_an_order(self, pick, status):
        live = self.exchange.live()
        if live:
            self.exchange.end(live[pick % len(live)].order_id, status)

    @rule(pick=st.integers(0, 99))
    def stream_repeats_any_row(self, pick):
        rows = self.exchange.rows_seen
        if rows:
            self.driver.take(inputs.OrderPushed(at_ms=0, report=rows[pick % len(rows)]))

    @rule()
    def stream_tells_all(self):
        self._push_all()

    @rule()
    def books_are_read(self):
        self._read_books()

    @rule(delay_ms=st.sampled_from([0, 50, 2_000]), data=st.data())
    def books_are_read_slowly(self, delay_ms, data):
        """Something happens between the broker's answer and its arrival."""
        asked_at_ms = self.driver.now_ms
        orders, fills = self.exchange.visible(asked_at_ms), tuple(self.exchange.fills)
        self.driver.now_ms += delay_ms
        if data.draw(st.booleans()):
            self._send_all()
            self._push_all()
        self.driver.take(inputs.BooksRead(at_ms=0, asked_at_ms=asked_at_ms, orders=orders, fills=fills))

    @rule()
    def positions_are_read(self):
        self._read_books()
        self.driver.read_positions(self.exchange.quantity, fills=self.exchange.fills)

    @rule(seconds=st.sampled_from([1, 2, 6, 20, 35]))
    def time_passes(self, seconds):
        self.driver.later(seconds)

    @rule(move=st.sampled_from([-3_000, -1_500, -200, 200, 1_500, 3_000]))
    def price_moves(self, move):
        self.price_now = max(100_000, self.price_now + move)
        self.driver.price(self.price_now)

    @rule(wish=st.sampled_from(inputs.OperatorWish))
    def operator_wishes(self, wish):
        self.driver.ask(wish)

    @rule(side=st.sampled_from(Side), quantity=st.sampled_from([5, 35]))
    def user_trades_by_hand(self, side, quantity):
        self.driver.now_ms += 1
        request = self.driver.book.orders
        template = next(iter(request.values()), None)
        if template is None:
            return
        terms = template.request.terms.__class__(
            order_type=template.request.terms.order_type.LIMIT, quantity=quantity, price=self.price_now
        )
        request = template.request.__class__(
            tag="",
            instrument_key=KEY,
            side=side,
            product=template.request.product,
            purpose=Purpose.ENTRY,
            terms=terms,
        )
        order_id = self.exchange.place(request, is_ours=False)
        self.exchange.fill(order_id, quantity, self.price_now, self.driver.now_ms)

    @rule()
    def process_is_killed_and_starts_again(self):
        self.queue.clear()
        self.driver.restarted()
        self._sync_shadow()
        self._take_commands()

    @rule(does_fill=st.booleans())
    def everything_is_well_for_two_minutes(self, does_fill):
        self._heal(does_fill=does_fill)

    @precondition(lambda self: self.driver.book.trades)
    @rule()
    def everything_is_well_while_a_trade_is_open(self):
        self._heal(does_fill=False)

    # --- what must hold -----------------------------------------------------------------------------------

    @invariant()
    def exits_never_exceed_the_position(self):
        held = self.exchange.own_quantity + self._adopted()
        for side in Side:
            most = max(0, -side.sign * held, -side.sign * (held + self._taken()))
            if most:
                assert self._resting_exits(side) - self._given_up(side) <= most

    @invariant()
    def the_journal_rebuilds_the_book(self):
        self._sync_shadow()
        assert self.shadow == self.driver.book

    @invariant()
    def stops_never_loosen(self):
        for trade_id, trade in self.driver.book.trades.items():
            before = self.stops.get(trade_id)
            if before is not None and before.direction is trade.direction:
                assert (trade.stop_price - before.stop_price) * trade.direction.sign >= 0
            self.stops[trade_id] = trade

    @invariant()
    def the_position_is_the_sum_of_the_fills(self):
        assert self.driver.book.position_of(KEY).quantity == self._book_total()

    @invariant()
    def each_position_has_a_trade(self):
        for key, position in self.driver.book.positions.items():
            assert position.is_flat or self.driver.book.trade_of(key) is not None

    def teardown(self):
        self._heal(does_fill=True)

    # --- how it is done -----------------------------------------------------------------------------------

    def _resting_exits(self, side: Side) -> int:
        """Units of our live exits: an entry on the same side belongs to a trade in the other direction."""
        ours = {order.order_id: order for order in self.driver.book.orders.values() if order.order_id}
        return sum(
            row.terms.quantity - row.filled_quantity
            for row in self.exchange.live()
            if row.side is side
            and row.order_id in self.exchange.own_ids
            and (row.order_id not in ours or ours[row.order_id].request.purpose is not Purpose.ENTRY)
        )

    def _given_up(self, side: Side) -> int:
        """Units whose withdrawal waits to be sent, after somebody else's fill made them too many."""
        if not self._taken():
            return 0
        waiting = (*self.queue, *self.driver.commands)
        left = {command.order_id: 0 for command in waiting if isinstance(command, CancelOrder)}
        left |= {
            command.order_id: command.terms.quantity
            for command in waiting
            if isinstance(command, ModifyOrder)
        }
        return sum(
            max(0, row.terms.quantity - max(row.filled_quantity, left[row.order_id]))
            for row in self.exchange.live()
            if row.side is side and row.order_id in left.keys() & self.exchange.own_ids
        )

    def _sync_shadow(self) -> None:
        for event in self.driver.events[self.events_applied :]:
            self.shadow.apply(event)
        self.events_applied = len(self.driver.events)

    def _take_commands(self) -> None:
        for command in self.driver.drain():
            if isinstance(command, PlaceOrder | ModifyOrder | CancelOrder):
                self.queue.append(command)
            elif isinstance(command, SearchTag):
                self.searches.add(command.tag)
        self.queue.sort(key=priority_of)

    def _send_all(self) -> None:
        self._take_commands()
        while self.queue:
            self._send("accepted")
            self._take_commands()

    def _send(self, answer: str, hidden_ms: int = 0) -> None:
        command = self.queue.pop(0)
        match command:
            case PlaceOrder():
                self._place(command, answer, hidden_ms)
            case ModifyOrder(tag=tag, order_id=order_id, terms=terms):
                assert order_id in self.exchange.own_ids
                self._change(
                    tag, answer, inputs.ModifyAnswered, lambda: self.exchange.modify(order_id, terms)
                )
            case CancelOrder(tag=tag, order_id=order_id):
                assert order_id in self.exchange.orders
                self._change(
                    tag,
                    answer,
                    inputs.CancelAnswered,
                    lambda: self.exchange.end(order_id, OrderStatus.CANCELLED),
                )
        self._take_commands()

    def _place(self, command: PlaceOrder, answer: str, hidden_ms: int) -> None:
        request = command.request
        self.driver.take(inputs.SendStarted(at_ms=0, tag=request.tag))
        if self.driver.order(request.tag).status is not OrderStatus.SENT:
            return
        assert request.tag not in self.tags_sent
        assert not (request.purpose is Purpose.ENTRY and self.driver.book.is_panicking)
        self.tags_sent.add(request.tag)
        order_id = ""
        if answer in ("accepted", "lost after", "worker died"):
            order_id = self.exchange.place(request, visible_at_ms=self.driver.now_ms + hidden_ms)
        outcomes = {
            "accepted": Accepted(order_id),
            "refused": Refused("UDAPI1", "no"),
            "lost after": Unknown("timed out"),
            "lost before": Unknown("timed out"),
        }
        if answer in outcomes:
            self.driver.take(inputs.PlaceAnswered(at_ms=0, tag=request.tag, outcome=outcomes[answer]))

    def _change(self, tag, answer, answered, deed) -> None:
        done = deed() if answer in ("accepted", "lost after", "worker died") else False
        if tag is None or answer.startswith("worker died"):
            return
        if answer.startswith("lost"):
            outcome = Unknown("timed out")
        else:
            outcome = Accepted("x") if done else Refused("UDAPI100041", "no")
        self.driver.take(answered(at_ms=0, tag=tag, outcome=outcome))

    def _push_all(self) -> None:
        for row in tuple(self.exchange.orders.values()):
            self.driver.take(inputs.OrderPushed(at_ms=0, report=row))

    def _read_books(self) -> None:
        now_ms = self.driver.now_ms
        visible = self.exchange.visible(now_ms)
        for tag in sorted(self.searches):
            rows = tuple(row for row in visible if row.tag == tag)
            self.driver.take(inputs.TagSearched(at_ms=0, asked_at_ms=now_ms, tag=tag, orders=rows))
        self.searches.clear()
        self.driver.take(
            inputs.BooksRead(at_ms=0, asked_at_ms=now_ms, orders=visible, fills=tuple(self.exchange.fills))
        )

    def _heal(self, *, does_fill: bool) -> None:
        """Two minutes without a fault: everything is reconciled, and protected or on its way out."""
        for _ in range(24):
            self.driver.later(5)
            self.driver.price(self.price_now)
            self._send_all()
            if does_fill:
                self._fill_working_orders()
            self._push_all()
            self._read_books()
            self.driver.read_positions(self.exchange.quantity, fills=self.exchange.fills)
            self._send_all()
            self.exits_never_exceed_the_position()
        state, book = self.driver.core.state, self.driver.book
        assert state.doubts == {}
        assert state.is_recovered
        ours = book.position_of(KEY).quantity
        assert ours == self.exchange.own_quantity + self._adopted() + self._taken()
        if does_fill:
            trade = book.trade_of(KEY)
            assert trade is None or not trade.is_exiting
            assert is_finished(state) or not book.is_panicking
        trade = book.trade_of(KEY)
        if trade is not None and is_left_to_a_person(state, trade):
            assert "stop_cancelled" in {reason for _, _, reason in book.halts}
        elif ours:
            side = Side.SELL if ours > 0 else Side.BUY
            assert self._resting_exits(side) == abs(ours)

    def _fill_working_orders(self) -> None:
        for row in self.exchange.live():
            if not row.terms.order_type.has_trigger:
                self.exchange.fill(row.order_id, 1_000, self.price_now, self.driver.now_ms)

    def _book_total(self) -> int:
        fills = self.driver.book.fills.values()
        return sum(fill.side.sign * fill.quantity for fill in fills) + self._adopted()

    def _adopted(self) -> int:
        """Signed units that panic took over, less those that proved to be ours."""
        events = self.driver.events
        taken = sum(event.quantity for event in events if isinstance(event, PositionAdopted))
        return taken - sum(event.quantity for event in events if isinstance(event, AdoptionReturned))

    def _taken(self) -> int:
        """Signed units of foreign fills that met our position."""
        taken = (event.fill for event in self.driver.events if isinstance(event, ForeignFillTaken))
        return sum(fill.side.sign * fill.quantity for fill in taken)


EngineMachine.TestCase.settings = machine_settings()
TestEngineMachine = EngineMachine.TestCase
