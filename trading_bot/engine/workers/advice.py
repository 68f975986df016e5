"""Orders that nobody is to send: told to a person instead."""

from collections.abc import Callable
from dataclasses import dataclass, field

from trading_bot.domain.money import rupees
from trading_bot.domain.order import OrderRequest
from trading_bot.domain.trade import Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, OrderCommand, PlaceOrder
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import SendSkipped

_REASON = "told, not sent"


@dataclass(slots=True)
class AdviceWorker:
    """Tells each planned trade once and lets its intents lapse, so that the trade closes as not filled."""

    engine: Engine
    name: str = "advice"
    _told: set[int] = field(default_factory=set)
    """Trades that were told; an entry in slices is one piece of advice."""

    async def run(self, beat: Callable[[], None]) -> None:
        """Tell until cancelled."""
        outbox = self.engine.outbox
        while True:
            beat()
            command = outbox.peek_order()
            if command is None:
                await outbox.wait_for_orders()
                continue
            outbox.take_order()
            with outbox.order_in_hand():
                await self._tell(command)

    async def _tell(self, command: OrderCommand) -> None:
        if not isinstance(command, PlaceOrder):
            return  # nothing was ever sent, so there is nothing to change
        request = command.request
        book = self.engine.state.book
        trade_id = book.trade_id_by_tag.get(request.tag)
        trade = None if trade_id is None else book.trades.get(trade_id)
        if trade is not None and trade.trade_id not in self._told:
            self._told.add(trade.trade_id)
            self.engine.outbox.put_alert(
                Alert(kind=AlertKind.ADVICE, level="info", text=self._advice(request, trade))
            )
        await self.engine.handle(SendSkipped(at_ms=0, tag=request.tag, reason=_REASON))

    def _advice(self, request: OrderRequest, trade: Trade) -> str:
        symbol = self.engine.state.market.series[request.instrument_key].instrument.symbol
        target = trade.plan.target_price
        levels = f"stop {rupees(trade.stop_price)}"
        if target is not None:
            levels += f", target {rupees(target)}"
        return (
            f"{trade.strategy} would {request.side.lower()} {trade.planned_quantity} {symbol} at "
            f"{rupees(request.terms.price)} ({levels}; score {trade.signed_score:+.2f})"
        )
