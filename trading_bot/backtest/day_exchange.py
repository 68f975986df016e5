"""The pretend broker of one day behind the core: orders out, answers, rows and trades in, without a loop.

It is the same venue as in every simulation. It is set up only when the first order of the day comes: on most
days of most instruments nothing is traded.
"""

from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from trading_bot.domain.errors import TradingBotError
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE
from trading_bot.domain.market_data import Tick
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.engine import inputs
from trading_bot.engine.commands import (
    Alert,
    CancelOrder,
    Command,
    ModifyOrder,
    OrderCommand,
    PlaceOrder,
    ReadBand,
    ReadBooks,
    ReadPositions,
    SearchTag,
)
from trading_bot.engine.core import Core, Step
from trading_bot.engine.ports import Funds, JournalRow
from trading_bot.simulator.in_process.broker import SimulatedBroker
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate
from trading_bot.simulator.venue.venue import Venue

VenueMaker = Callable[[Decimal], Venue]
"""Makes the venue of the day for an account with so many rupees."""

_T = TypeVar("_T")
STANDING_VOLUME = 1
"""The day's volume as the venue sees it: it stands still, since 0 would mean that it is not known."""
_STALE_MS = MS_PER_MINUTE
"""A quote that was shown longer ago is gone: in the candles since then nothing was looked at."""
_HANDED_ON_MAX = 10_000
"""Inputs that one moment may lead to; more would be orders that chase each other for ever."""


class DayExchange:
    """Carries out what the core asks for, and tells it what came of it."""

    def __init__(
        self, core: Core, new_venue: VenueMaker, cash: Decimal, margin_rates: Mapping[str, Decimal]
    ) -> None:
        """`cash` in rupees; `margin_rates` as fractions of value, by instrument."""
        self.rows: list[JournalRow] = []
        """The journal of the day."""
        self.alerts: list[Alert] = []
        self._core = core
        self._new_venue = new_venue
        self._cash = cash
        self._margin_rates = margin_rates
        self._venue: Venue | None = None
        self._broker: SimulatedBroker | None = None
        self._shown_ms: dict[str, int] = {}
        self._pushed: deque[inputs.Input] = deque()
        self._commands: deque[Command] = deque()
        self._due: deque[inputs.EvaluationDue] = deque()

    @property
    def venue(self) -> Venue | None:
        """The venue; None while nothing was ordered."""
        return self._venue

    @property
    def is_busy(self) -> bool:
        """Whether a trade is open or an order lives: then prices inside the candles matter."""
        book = self._core.state.book
        return bool(book.trades) or any(order.status.is_live for order in book.orders.values())

    def keys(self) -> set[str]:
        """The instruments in which something is held or ordered."""
        book = self._core.state.book
        live = {order.request.instrument_key for order in book.orders.values() if order.status.is_live}
        return live | set(book.trade_id_by_instrument)

    def dealt(self, instrument_key: str) -> tuple[int, int]:
        """Units that were bought and sold at the venue today."""
        rows = () if self._venue is None else self._venue.trade_rows()
        bought, sold = (
            sum(row.quantity for row in rows if row.instrument_key == instrument_key and row.side is side)
            for side in (Side.BUY, Side.SELL)
        )
        return bought, sold

    def levels(self, instrument_key: str) -> set[int]:
        """Prices in paise at which something happens: triggers at the venue, levels that are watched."""
        state = self._core.state
        levels = {
            order.terms.trigger_price
            for order in state.book.orders.values()
            if order.request.instrument_key == instrument_key
            and order.status.is_live
            and order.terms.order_type.has_trigger
        }
        watch = state.market.series[instrument_key].watch
        return levels if watch is None else levels | {watch.below, watch.above}

    def move(self, update: MarketUpdate, at_ms: int, *, is_last: bool = False) -> None:
        """Let the venue see a price first, and the core then; the last one of a day does not grow old."""
        if self._venue is not None:
            self._venue.on_market(MarketMoment(at_ms, (update,)))
            self._shown_ms[update.instrument_key] = at_ms + (MS_PER_DAY if is_last else 0)
        bid, ask = update.bids[0], update.asks[0]
        tick = Tick(update.instrument_key, update.last_price, at_ms, update.day_volume or None, *bid, *ask)
        self.hand_on(inputs.PricesMoved(at_ms=at_ms, ticks=(tick,)))

    def hand_on(self, event: inputs.Input) -> None:
        """Give the core one input, and carry out what it asks for."""
        self.take(self._core.step(event))

    def take(self, step: Step) -> None:
        """Keep the rows of a step, carry out its commands, and go on until nothing is left to do at once.

        Candles that closed by the clock are judged, too. Raises TradingBotError for a strategy that failed.
        """
        self._keep(step)
        for _ in range(_HANDED_ON_MAX):
            if self._due:
                event: inputs.Input | None = self._due.popleft()
            elif self._commands:
                event = self._carried_out(self._commands.popleft())
            elif self._pushed:
                event = self._pushed.popleft()
            else:
                return
            if event is not None:
                self._keep(self._core.step(event))
        raise RuntimeError(f"{_HANDED_ON_MAX} inputs at one moment: orders chase each other")

    def settle(self, until_ms: int) -> None:
        """Let everything happen at the venue that is due by then, one thing after the other."""
        venue = self._venue
        if venue is None:
            return
        while (due_ms := venue.next_due_ms) is not None and due_ms <= until_ms:
            venue.advance(due_ms)
            self._take_pushed()
        venue.advance(until_ms)
        self._take_pushed()

    def tick(self, at_ms: int) -> None:
        """A second for everything that waits for time to pass; that nothing traded is no silence."""
        self.settle(at_ms)
        self.hand_on(inputs.PricesMoved(at_ms=at_ms, ticks=()))
        self.hand_on(inputs.ClockTicked(at_ms=at_ms))

    def read_all(self, at_ms: int) -> None:
        """Complete reads of orders, trades, positions and funds."""
        self.hand_on(self._books(at_ms))
        self.hand_on(self._positions(at_ms))
        self.hand_on(self._account(at_ms, self._banded_keys()))

    # --- commands ---------------------------------------------------------------------------------------

    def _carried_out(self, command: Command) -> inputs.Input | None:
        """What came of a command; None where nothing is to be told."""
        if isinstance(command, PlaceOrder | ModifyOrder | CancelOrder):
            return self._sent(command)
        if isinstance(command, Alert):
            self.alerts.append(command)
            return None
        return self._looked(command)

    def _sent(self, command: OrderCommand) -> inputs.Input | None:
        now_ms, broker = self._core.state.now_ms, self._open_broker()
        match command:
            case PlaceOrder(request=request):
                self._keep(self._core.step(inputs.SendStarted(at_ms=now_ms, tag=request.tag)))
                if self._core.state.book.orders[request.tag].status is not OrderStatus.SENT:
                    return None  # not wanted any more
                self._withdraw_old_quote(request.instrument_key, now_ms)
                outcome = answered(broker.place(request))
                return inputs.PlaceAnswered(at_ms=now_ms, tag=request.tag, outcome=outcome)
            case ModifyOrder(tag=tag, order_id=order_id, terms=terms):
                outcome = answered(broker.modify(order_id, terms))
                return inputs.ModifyAnswered(at_ms=now_ms, tag=tag, outcome=outcome)
            case CancelOrder(tag=str() as tag, order_id=order_id):
                outcome = answered(broker.cancel(order_id))
                return inputs.CancelAnswered(at_ms=now_ms, tag=tag, outcome=outcome)
        return None

    def _withdraw_old_quote(self, instrument_key: str, now_ms: int) -> None:
        """Let an order wait for the next price, instead of meeting one of long ago."""
        shown_ms = self._shown_ms.get(instrument_key)
        if self._venue is None or shown_ms is None or now_ms - shown_ms <= _STALE_MS:
            return
        self._show_nothing(instrument_key, self._core.state.market.last_price(instrument_key), now_ms)
        self._shown_ms[instrument_key] = now_ms

    def _show_nothing(self, instrument_key: str, price: int, now_ms: int) -> None:
        """Let the venue know a price at which nobody offers anything."""
        assert self._venue is not None
        nothing = (Level(price, 0),)
        update = MarketUpdate(instrument_key, price, 0, now_ms, STANDING_VOLUME, nothing, nothing)
        self._venue.on_market(MarketMoment(now_ms, (update,)))

    def _looked(self, command: Command) -> inputs.Input | None:
        now_ms = self._core.state.now_ms
        match command:
            case ReadBooks():
                return self._books(now_ms)
            case ReadPositions():
                self._keep(self._core.step(self._books(now_ms)))
                return self._positions(now_ms)
            case ReadBand(instrument_key=key):
                return self._account(now_ms, (key,))
            case SearchTag(tag=tag):
                found = answered(self._open_broker().orders_by_tag(tag))
                return inputs.TagSearched(at_ms=now_ms, tag=tag, asked_at_ms=now_ms, orders=found)
        return None

    def _keep(self, step: Step) -> None:
        """Keep the rows of a step, and what it asks for until its turn comes."""
        if step.failures:
            error = step.failures[0]
            raise TradingBotError(f"a strategy failed: {type(error).__name__}: {error}") from error
        self.rows += step.rows
        self._commands += step.commands
        self._due += step.evaluations

    def _open_broker(self) -> SimulatedBroker:
        """The broker, its venue at the time of the core: while nothing is open nobody looks at it."""
        if self._venue is None or self._broker is None:
            self._venue = self._new_venue(self._cash)
            self._broker = SimulatedBroker(self._venue, lambda: self._core.state.now_ms)
            self._broker.listen(
                lambda report: self._pushed.append(
                    inputs.OrderPushed(at_ms=self._core.state.now_ms, report=report)
                )
            )
        self._venue.advance(self._core.state.now_ms)
        return self._broker

    def _take_pushed(self) -> None:
        if not self._pushed or self._venue is None:
            return
        now_ms = max(self._core.state.now_ms, self._venue.now_ms)
        pushed = [event.stamped(now_ms) for event in self._pushed]
        self._pushed.clear()
        for event in pushed:
            self.hand_on(event)

    # --- reads ------------------------------------------------------------------------------------------

    def _books(self, now_ms: int) -> inputs.BooksRead:
        broker = self._broker
        return inputs.BooksRead(
            at_ms=now_ms,
            asked_at_ms=now_ms,
            orders=() if broker is None else answered(broker.orders()),
            fills=() if broker is None else answered(broker.fills()),
        )

    def _positions(self, now_ms: int) -> inputs.PositionsRead:
        positions = () if self._broker is None else answered(self._broker.positions())
        return inputs.PositionsRead(at_ms=now_ms, asked_at_ms=now_ms, positions=positions)

    def _banded_keys(self) -> Sequence[str]:
        """Whose price limits are read before anything is ordered: all, where entries keep away from them."""
        state = self._core.state
        if state.risk.overlays.circuits.band_margin <= 0:
            return ()
        return [key for key, one in state.market.series.items() if one.instrument.is_tradable]

    def _bands(self, keys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Price limits as the venue has them, once it has seen what the candles have shown."""
        if not keys:
            return {}
        now_ms, market, busy = self._core.state.now_ms, self._core.state.market, self.keys()
        broker = self._open_broker()
        for key in keys:
            if key not in busy and (price := market.last_price(key)):
                self._show_nothing(key, price, now_ms)
        return answered(broker.price_bands(keys))

    def _account(self, now_ms: int, keys: Sequence[str]) -> inputs.AccountRead:
        bands = self._bands(keys)
        broker = self._broker
        return inputs.AccountRead(
            at_ms=now_ms,
            asked_at_ms=now_ms,
            funds=Funds(available=self._cash, used_margin=Decimal(0))
            if broker is None
            else answered(broker.funds()),
            margin_rates=self._margin_rates,
            bands=bands,
        )


def answered(call: Coroutine[Any, Any, _T]) -> _T:
    """The answer of a call that never waits. Raises RuntimeError for one that does."""
    try:
        call.send(None)
    except StopIteration as done:
        answer: _T = done.value
        return answer
    call.close()
    raise RuntimeError("a call to the broker of a backtest may not wait")
