"""One turn of the engine: the events and commands that a single input leads to."""

from trading_bot.domain import events as ev
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import OrderRequest, OrderTerms, Purpose, Side
from trading_bot.domain.tag import Tag
from trading_bot.domain.trace import Trace
from trading_bot.domain.trade import Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, CancelOrder, Command, ModifyOrder, PlaceOrder
from trading_bot.engine.inputs import EvaluationDue
from trading_bot.engine.state import State


class Turn:
    """Collects what a decision leads to; each event is applied to the book at once."""

    state: State
    events: list[ev.BookEvent]
    commands: list[Command]
    evaluations: list[EvaluationDue]
    candles: list[tuple[str, Candle]]
    """Minutes that closed, by instrument key, for the record of candles."""
    traces: list[Trace]
    """What strategies said, for the record of gate traces."""
    failures: list[Exception]
    """Errors of strategies, for the log."""
    touched_trades: dict[int, None]
    """Trades whose orders or position changed in this turn: each is driven before the turn ends."""

    __slots__ = (
        "candles",
        "commands",
        "evaluations",
        "events",
        "failures",
        "state",
        "touched_trades",
        "traces",
    )

    def __init__(self, state: State) -> None:
        self.state = state
        self.events = []
        self.commands = []
        self.evaluations = []
        self.candles = []
        self.traces = []
        self.failures = []
        self.touched_trades = {}

    @property
    def now_ms(self) -> int:
        """Session time of the input."""
        return self.state.now_ms

    def emit(self, event: ev.BookEvent) -> None:
        """Journal an event and let the book take it."""
        self.state.book.apply(event)
        self.events.append(event)

    def touch(self, tag: str) -> None:
        """Have the trade of an order driven at the end of the turn."""
        trade_id = self.state.book.trade_id_by_tag.get(tag)
        if trade_id is not None:
            self.touched_trades[trade_id] = None

    def touch_instrument(self, instrument_key: str) -> None:
        """Have the trade in an instrument driven at the end of the turn."""
        trade_id = self.state.book.trade_id_by_instrument.get(instrument_key)
        if trade_id is not None:
            self.touched_trades[trade_id] = None

    def command(self, command: Command) -> None:
        """Ask something of the world, once the events of this turn are on disk."""
        self.commands.append(command)

    def tell(self, kind: AlertKind, level: str, text: str) -> None:
        """Have a person told, once the events of this turn are on disk: info, warning or critical."""
        self.commands.append(Alert(kind=kind, level=level, text=text))

    def intend(
        self,
        trade: Trade,
        side: Side,
        purpose: Purpose,
        terms: OrderTerms,
        expires_at_ms: int | None = None,
    ) -> str:
        """Journal the intent of a new order and ask for it to be sent; its tag."""
        book = self.state.book
        assert book.on is not None, "no order before a day was opened"
        request = OrderRequest(
            tag=str(Tag(book.on, book.epoch, book.last_intent + 1)),
            instrument_key=trade.instrument_key,
            side=side,
            product=trade.product,
            purpose=purpose,
            terms=terms,
        )
        self.emit(ev.OrderIntended(at_ms=self.now_ms, request=request, trade_id=trade.trade_id))
        self.command(PlaceOrder(request=request, expires_at_ms=expires_at_ms))
        return request.tag

    def intend_modify(self, tag: str, terms: OrderTerms) -> None:
        """Journal and ask for new terms of a resting order."""
        order = self.state.book.orders[tag]
        assert order.order_id is not None
        self.emit(ev.ModifyIntended(at_ms=self.now_ms, tag=tag, terms=terms))
        self.command(ModifyOrder(tag=tag, order_id=order.order_id, terms=terms))

    def intend_cancel(self, tag: str) -> None:
        """Journal and ask for the cancellation of a resting order."""
        order = self.state.book.orders[tag]
        assert order.order_id is not None
        self.emit(ev.CancelIntended(at_ms=self.now_ms, tag=tag))
        self.command(CancelOrder(tag=tag, order_id=order.order_id))
