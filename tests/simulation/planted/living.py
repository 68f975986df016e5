"""Defects of restarts, of workers, and of the record."""

import asyncio

from tests.simulation.planted.patches import always, bug, nothing
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.core import Core
from trading_bot.engine.decide import DECIDE
from trading_bot.engine.decisions.market import feed_health, standstill
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.orders import answers, doubts, reports
from trading_bot.engine.decisions.positions import guard, protection, trades
from trading_bot.engine.inputs import OwnershipClaimed, ReadFailed
from trading_bot.engine.outbox import Outbox
from trading_bot.engine.workers import books
from trading_bot.engine.workers.feed import FeedWorker
from trading_bot.engine.workers.order_stream import OrderStreamWorker


def _after_restore(patches, change):
    def made(restore):
        def changed(core, rows):
            restore(core, rows)
            change(core.state)

        return changed

    patches.around(Core, "restore", made)


@bug
def halts_are_forgotten_by_a_restart(patches):
    _after_restore(patches, lambda state: state.book.halts.clear())


@bug
def a_halt_of_the_market_is_not_noticed(patches):
    for user in (standstill, protection, guard, answers, reports):
        for name in ("stands_still", "stands_still_for"):
            if name in vars(user):
                patches.put(user, name, always(False))


@bug
def stops_do_not_come_back_after_a_halt(patches):
    patches.put(protection, "stands_still_for", lambda state, _key: bool(state.market.phases_at_ms))


@bug
def the_day_loss_is_forgotten_by_a_restart(patches):
    def forget(state):
        if state.book.epoch:
            state.book.halts.clear()
            state.book.closed_trades.clear()

    _after_restore(patches, forget)


@bug
def panic_is_forgotten_by_a_restart(patches):
    _after_restore(patches, lambda state: setattr(state.book, "is_panicking", False))


@bug
def trades_of_the_day_are_forgotten_by_a_restart(patches):
    _after_restore(patches, lambda state: setattr(state.book, "trades_today", 0))


@bug
def fills_are_forgotten_by_a_restart(patches):
    _after_restore(patches, lambda state: state.book.fills.clear())


@bug
def tags_begin_again_after_a_restart(patches):
    def made(claim):
        def same_owner(state, event, turn):
            state.book.last_intent = 0
            state.book.epoch = 0
            claim(state, event, turn)

        return same_owner

    patches.entry(DECIDE, OwnershipClaimed, made)


@bug
def unanswered_orders_are_dropped_by_a_restart(patches):
    def made(enter):
        def dropping(state, order, reason, turn, **since):
            if order.status is OrderStatus.SENT and "process ended" in reason:
                turn.emit(ev.OrderAdvanced(at_ms=state.now_ms, tag=order.tag, status=OrderStatus.REFUSED))
                return
            enter(state, order, reason, turn, **since)

        return dropping

    patches.around(doubts, "enter", made)


@bug
def earlier_trades_are_not_looked_after(patches):
    def made(drive):
        def only_new(state, trade_id, turn):
            if trade_id not in _EARLIER.get(id(state), ()):
                drive(state, trade_id, turn)

        return only_new

    _EARLIER.clear()
    _after_restore(patches, lambda state: _EARLIER.__setitem__(id(state), frozenset(state.book.trades)))
    patches.around(trades, "drive", made)


_EARLIER: dict[int, frozenset[int]] = {}


@bug
def moved_stops_are_not_journaled(patches):
    def made(step_of):
        def forgetful(core, turn):
            turn.events = [event for event in turn.events if not isinstance(event, ev.StopMoved)]
            return step_of(core, turn)

        return forgetful

    patches.around(Core, "_step_of", made)


@bug
def a_failed_read_ends_the_polling(patches):
    def made(run):
        async def fragile(worker, beat):
            failing = books.tell_failed_read

            async def end(*given):
                await failing(*given)
                raise _EndError

            books.tell_failed_read = end
            try:
                await run(worker, beat)
            except _EndError:
                return
            finally:
                books.tell_failed_read = failing

        return fragile

    patches.around(books.OrderPollingWorker, "run", made)


class _EndError(Exception):
    pass


@bug
def the_feed_is_not_sought_again(patches):
    def made(run):
        async def once(worker, beat):
            await run(_OneFeed(worker), beat)

        return once

    patches.around(FeedWorker, "run", made)


class _OneFeed:
    """A feed worker whose feed ends where the connection does."""

    def __init__(self, worker):
        self.engine, self.instrument_keys = worker.engine, worker.instrument_keys
        self.clock, self.warmed_up, self.open_ms = worker.clock, worker.warmed_up, worker.open_ms
        self.feed = self
        self._real = worker.feed

    async def messages(self, keys):
        async for message in self._real.messages(keys):
            yield message
            if message is None:
                return


@bug
def positions_are_read_once(patches):
    def made(run):
        async def lazy(worker, beat):
            await run(_AfterOne(worker), beat)

        return lazy

    patches.around(books.PositionWorker, "run", made)


class _AfterOne:
    """A positions worker that sleeps for the rest of the day after its first round."""

    def __init__(self, worker):
        self.engine, self.broker, self.settings = worker.engine, worker.broker, worker.settings
        self.clock = self
        self._real = worker.clock

    def now_ms(self):
        return self._real.now_ms()

    async def sleep_until(self, at_ms):
        await self._real.sleep_until(at_ms)

    async def wait_for(self, _event, _until_ms):
        await self._real.sleep_until(self._real.now_ms() + 86_400_000)


@bug
def the_order_book_is_never_polled(patches):
    async def idle(worker, _beat):
        await worker.clock.sleep_until(worker.clock.now_ms() + 86_400_000)

    patches.put(books.OrderPollingWorker, "run", idle)


@bug
def alerts_are_lost(patches):
    patches.put(Outbox, "put_alert", nothing)


@bug
def a_dead_token_is_told_to_nobody(patches):
    patches.entry(DECIDE, ReadFailed, lambda _take: nothing)


@bug
def silence_of_the_feed_is_not_noticed(patches):
    patches.put(feed_health, "check_silence", nothing)


@bug
def the_order_stream_ends_with_a_bad_row(patches):
    """The worker stays and listens no more; one that ended with an error would be started again."""

    async def run(worker, beat):
        async for report in worker.broker.order_updates():
            beat()
            if report is not None:
                break
        await asyncio.Future()

    patches.put(OrderStreamWorker, "run", run)


@bug
def rejections_are_not_counted(patches):
    patches.put(halts, "note_rejection", nothing)
