"""A plain fill policy for comparisons: whatever is ordered trades whole at the next open of its instrument.

No spread, no slippage, no parts, no refusals, and a fee that is a fraction of the value. Results can then be
compared to the paisa with other engines; they say nothing of what could have been earned.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain

from trading_bot.backtest.collector import rare_collections
from trading_bot.domain.instrument import Instrument, Product
from trading_bot.domain.ist import MS_PER_DAY, date_of
from trading_bot.domain.money import ZERO, rupees
from trading_bot.domain.order import Fill, OrderReport, OrderRequest, OrderStatus
from trading_bot.domain.values import replace
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, Command, PlaceOrder, ReadBooks, ReadPositions
from trading_bot.engine.core import Core, Step
from trading_bot.engine.ports import Accepted, BrokerPosition, Funds, JournalRow

_YEARS_MS = 100 * 366 * MS_PER_DAY
_NO_LIMIT = 10**10
"""An upper price limit in paise: here everything trades at any price, which is known, not unknown."""
_ORDERS_A_DAY = 8
"""After so many orders, and one for two instruments, a new day is opened in the book: it holds the orders of
its day, and looks at all. The days are counted, not those of the calendar: one may begin at noon."""
_LAST_COUNTED = date(2080, 1, 1)
"""Later days do not fit into tags for long: from here on only those of the calendar begin."""


@dataclass(slots=True)
class _Pending:
    order_id: str
    request: OrderRequest


@dataclass(slots=True, kw_only=True)
class NextOpenRun:
    """Plays candles to a core, and is its broker."""

    core: Core
    instruments: tuple[Instrument, ...]
    cash: Decimal
    """Rupees at the beginning."""
    fee: Decimal
    """Of each fill, as a fraction of its value."""
    fills: list[Fill] = field(default_factory=list)
    """All of them, oldest first."""
    held: dict[str, int] = field(default_factory=dict)
    """Signed units, by instrument."""
    rows: list[JournalRow] = field(default_factory=list)
    """The journal."""
    _pending: list[_Pending] = field(default_factory=list)
    _rows: dict[str, OrderReport] = field(default_factory=dict)
    _today: list[Fill] = field(default_factory=list)
    _orders: int = 0
    _orders_today: int = 0

    def play(self, bars: Iterable[inputs.BarsClosed]) -> None:
        """Play candles in the order of their time, whatever days they are of."""
        self.core.state.keeps_traces = False
        waiting = iter(bars)
        with rare_collections():
            for first in waiting:
                self._play_on(first, waiting)

    def _play_on(self, first: inputs.BarsClosed, waiting: Iterator[inputs.BarsClosed]) -> None:
        """Play a candle and those that follow, up to the first that leads to anything."""
        if self._pending:
            self._fill_at(first)
        self._open_day_if_due(first)
        if self._pending:  # in an instrument that has no candle here: its next open is still to come
            self._take(self.core.step(first))
        else:
            self._take(self.core.step_run(chain((first,), waiting), first.at_ms))

    def _open_day_if_due(self, first: inputs.BarsClosed) -> None:
        """Begin a day of the book at the first candle, and again when it has become long.

        What waits for this candle has filled before: else a strategy that always has an order here would
        stay in one day, reach its limits, and grow slower with each order.
        """
        before = self.core.state.book.on
        is_first = before is None
        is_short = self._orders_today < _ORDERS_A_DAY + len(self.instruments) // 2
        if not is_first and (is_short or self._pending):
            return
        on = date_of(first.start_ms)
        if before is not None and on <= before:
            if before >= _LAST_COUNTED or not self._is_splittable(first):
                return
            on = before + timedelta(days=1)
        self._orders_today = 0
        self._rows.clear()
        self._today.clear()
        begin_ms = first.start_ms
        sessions = {one.key: ((begin_ms, begin_ms + _YEARS_MS),) for one in self.instruments}
        events: list[inputs.Input] = [
            inputs.DayOpened(
                at_ms=begin_ms,
                on=on,
                instruments=self.instruments,
                sessions=sessions,
                keeps_indicators=True,
            )
        ]
        if is_first:
            events.append(inputs.OwnershipClaimed(at_ms=begin_ms, program_version="", settings_hash=""))
            events += [
                inputs.WarmedUp(at_ms=begin_ms, instrument_key=one.key, candles=(), session_starts={})
                for one in self.instruments
            ]
        events += [self._books(begin_ms), self._positions(begin_ms), self._account(begin_ms)]
        for event in events:
            self._take(self.core.step(event))

    def _is_splittable(self, first: inputs.BarsClosed) -> bool:
        """Whether no longer candles form, which a day that begins among them would cut."""
        return all(one.timeframe_s == first.timeframe_s for one in self.core.state.strategies)

    def _fill_at(self, first: inputs.BarsClosed) -> None:
        """Let what waits for an instrument with a candle here trade at its open."""
        wanted = {order.request.instrument_key for order in self._pending}
        opens = {key: candle[1] for key, candle in first.bars if key in wanted}
        left: list[_Pending] = []
        for order in self._pending:
            price = opens.get(order.request.instrument_key)
            if price is None:
                left.append(order)
            else:
                self._fill(order, price, first.start_ms)
        if len(left) < len(self._pending):
            self._pending = left
            self._take(self.core.step(self._books(first.start_ms)))

    def _fill(self, order: _Pending, price: int, at_ms: int) -> None:
        request = order.request
        fill = Fill(
            trade_id=order.order_id,
            order_id=order.order_id,
            instrument_key=request.instrument_key,
            side=request.side,
            quantity=request.terms.quantity,
            price=price,
            filled_at_ms=at_ms,
        )
        self._rows[order.order_id] = self._row(order, OrderStatus.FILLED)
        self._today.append(fill)
        self.fills.append(fill)
        held = self.held.get(request.instrument_key, 0) + request.side.sign * fill.quantity
        self.held[request.instrument_key] = held

    # --- as the broker ----------------------------------------------------------------------------------

    def _take(self, step: Step) -> None:
        """Keep the rows, and carry out what is asked for."""
        self.rows += step.rows
        commands = deque[Command](step.commands)
        while commands:
            event = self._carried_out(commands.popleft())
            if event is not None:
                after = self.core.step(event)
                self.rows += after.rows
                commands += after.commands

    def _carried_out(self, command: Command) -> inputs.Input | None:
        now_ms = self.core.state.now_ms
        match command:
            case PlaceOrder(request=request):
                self._orders_today += 1
                self._orders += 1
                order = _Pending(str(self._orders), request)
                self._pending.append(order)
                self._rows[order.order_id] = self._row(order, OrderStatus.OPEN)
                self.rows += self.core.step(inputs.SendStarted(at_ms=now_ms, tag=request.tag)).rows
                return inputs.PlaceAnswered(at_ms=now_ms, tag=request.tag, outcome=Accepted(order.order_id))
            case CancelOrder(tag=str() as tag, order_id=order_id):
                self._pending = [order for order in self._pending if order.order_id != order_id]
                self._rows[order_id] = replace(self._rows[order_id], status=OrderStatus.CANCELLED)
                self.rows += self.core.step(
                    inputs.CancelAnswered(at_ms=now_ms, tag=tag, outcome=Accepted(order_id))
                ).rows
                return self._books(now_ms)
            case ReadBooks():
                return self._books(now_ms)
            case ReadPositions():
                return self._positions(now_ms)
        return None

    def _row(self, order: _Pending, status: OrderStatus) -> OrderReport:
        request = order.request
        return OrderReport(
            order_id=order.order_id,
            tag=request.tag,
            instrument_key=request.instrument_key,
            side=request.side,
            product=request.product,
            status=status,
            terms=request.terms,
            filled_quantity=request.terms.quantity if status is OrderStatus.FILLED else 0,
            average_price=None,
        )

    def _books(self, now_ms: int) -> inputs.BooksRead:
        return inputs.BooksRead(
            at_ms=now_ms,
            asked_at_ms=now_ms,
            orders=tuple(self._rows.values()),
            fills=tuple(self._today),
        )

    def _positions(self, now_ms: int) -> inputs.PositionsRead:
        return inputs.PositionsRead(
            at_ms=now_ms,
            asked_at_ms=now_ms,
            positions=tuple(
                BrokerPosition(
                    instrument_key=key,
                    product=Product.DELIVERY,
                    quantity=quantity,
                    buy_quantity=None,
                    sell_quantity=None,
                )
                for key, quantity in self.held.items()
                if quantity
            ),
        )

    def _account(self, now_ms: int) -> inputs.AccountRead:
        funds = Funds(available=self.cash, used_margin=ZERO)
        bands = {one.key: (one.tick_size, _NO_LIMIT) for one in self.instruments if one.is_tradable}
        return inputs.AccountRead(at_ms=now_ms, asked_at_ms=now_ms, funds=funds, margin_rates={}, bands=bands)

    # --- what came of it --------------------------------------------------------------------------------

    @property
    def flow(self) -> Decimal:
        """Rupees that flowed, fees taken: the cash of the end less that of the beginning."""
        value = sum(-fill.side.sign * fill.value for fill in self.fills)
        return rupees(value) - self.fee * rupees(sum(fill.value for fill in self.fills))

    @property
    def equity(self) -> Decimal:
        """Cash and what is held at its newest price, in rupees."""
        market = self.core.state.market
        held = sum(quantity * market.last_price(key) for key, quantity in self.held.items())
        return self.cash + self.flow + rupees(held)
