"""Order commands out, through the rate gate, exits first; outcomes back in."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.engine.commands import CancelOrder, ModifyOrder, OrderCommand, PlaceOrder
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import (
    CancelAnswered,
    ForeignCancelAnswered,
    Input,
    ModifyAnswered,
    PlaceAnswered,
    SendSkipped,
    SendStarted,
)
from trading_bot.engine.ports import Broker, Clock, Outcome, RefusalCause, Refused
from trading_bot.engine.rate_gate import RateGate
from trading_bot.engine.state import State

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OrderWorker:
    """Sends one command at a time. Two share an outbox, so that a slow answer does not hold up an exit."""

    engine: Engine
    broker: Broker
    clock: Clock
    gate: RateGate
    name: str = "orders"
    exits_only: bool = False

    async def run(self, beat: Callable[[], None]) -> None:
        """Send until cancelled. A cancelled send leaves an order in doubt, which the books settle."""
        outbox = self.engine.outbox
        while True:
            beat()
            command = outbox.peek_order(exits_only=self.exits_only)
            if command is None:
                await outbox.wait_for_orders(exits_only=self.exits_only)
                continue
            ready_ms = self._ready_at_ms(command)
            if ready_ms > self.clock.now_ms():
                self._tell_wait(command, ready_ms)
                await self.clock.sleep_until(ready_ms)
                continue
            outbox.take_order()
            with outbox.order_in_hand():
                await self._carry_out(command)

    def _ready_at_ms(self, command: OrderCommand) -> int:
        """When the gate lets the command pass, or, if that comes first, when it is to be let go."""
        ready_ms = self.gate.ready_at(self.clock.now_ms(), is_exit=is_exit(command))
        if isinstance(command, PlaceOrder) and command.expires_at_ms is not None:
            return min(ready_ms, command.expires_at_ms)
        return ready_ms

    def _tell_wait(self, command: OrderCommand, ready_ms: int) -> None:
        now_ms = self.clock.now_ms()
        windows = ", ".join(f"{use.used}/{use.limit} in {use.length_s} s" for use in self.gate.use(now_ms))
        waits_s = (ready_ms - now_ms) / MS_PER_SECOND
        log.info("rate_window_full", waits_s=waits_s, windows=windows, is_exit=is_exit(command))

    async def _carry_out(self, command: OrderCommand) -> None:
        match command:
            case PlaceOrder():
                await self._place(command)
            case ModifyOrder() | CancelOrder():
                await self._change(command)

    async def _change(self, command: ModifyOrder | CancelOrder) -> None:
        """Ask the broker for a change that is still wanted, unless it was decided before time was lost."""
        state, tag = self.engine.state, command.tag
        if not _is_wanted(state, command):
            return
        if tag is not None and state.book.orders[tag].changed_at_ms < state.time_lost_at_ms:
            text = "not sent: time was lost since it was decided"
            outcome: Outcome = Refused(code="", message=text, cause=RefusalCause.NOT_SENT)
        else:
            self.gate.take(self.clock.now_ms(), is_exit=True)
            outcome = await self._outcome_of(command)
        await self.engine.handle(_answer_to(command, outcome))

    async def _outcome_of(self, command: ModifyOrder | CancelOrder) -> Outcome:
        if isinstance(command, ModifyOrder):
            return await self.broker.modify(command.order_id, command.terms)
        return await self.broker.cancel(command.order_id)

    async def _place(self, command: PlaceOrder) -> None:
        tag = command.request.tag
        if command.expires_at_ms is not None and self.clock.now_ms() >= command.expires_at_ms:
            await self.engine.handle(SendSkipped(at_ms=0, tag=tag, reason="waited too long to be sent"))
            return
        if not await self._is_sent(command):
            return
        outcome: Outcome = Refused(code="NOT_SENT", message="panic was latched while it was written down")
        if is_exit(command) or not self.engine.state.book.is_panicking:
            outcome = await self.broker.place(command.request)
        await self.engine.handle(PlaceAnswered(at_ms=0, tag=tag, outcome=outcome))

    async def _is_sent(self, command: PlaceOrder) -> bool:
        """Journal that the order leaves now; False when it is not wanted any more.

        The call counts from the moment at which it leaves: the commit before it takes its time.
        """
        tag, exits = command.request.tag, is_exit(command)
        self.gate.reserve(is_exit=exits)
        is_leaving = False
        try:
            await self.engine.handle(SendStarted(at_ms=0, tag=tag))
            order = self.engine.state.book.orders.get(tag)
            is_leaving = order is not None and order.status is OrderStatus.SENT
        finally:
            if is_leaving:
                self.gate.leave(self.clock.now_ms(), is_exit=exits)
            else:
                self.gate.let_go(is_exit=exits)
        return is_leaving


def _is_wanted(state: State, command: ModifyOrder | CancelOrder) -> bool:
    """Whether a change still waits for its outcome: while it was queued, reads may have ended the wait."""
    if command.tag is None:
        return command.order_id in state.book.foreign_cancels
    order = state.book.orders.get(command.tag)
    if order is None:
        return False
    if isinstance(command, ModifyOrder):
        return order.requested_terms == command.terms
    return order.cancel_requested


def _answer_to(command: ModifyOrder | CancelOrder, outcome: Outcome) -> Input:
    if command.tag is None:
        return ForeignCancelAnswered(at_ms=0, order_id=command.order_id, outcome=outcome)
    if isinstance(command, ModifyOrder):
        return ModifyAnswered(at_ms=0, tag=command.tag, outcome=outcome)
    return CancelAnswered(at_ms=0, tag=command.tag, outcome=outcome)


def is_exit(command: OrderCommand) -> bool:
    """Whether a command may use the part of the rate budget that is reserved for exits."""
    return not (isinstance(command, PlaceOrder) and command.request.purpose is Purpose.ENTRY)
