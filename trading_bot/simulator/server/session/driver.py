"""The course of the session: market moments into core and feed, at the pace that the clock allows."""

import asyncio

import structlog

from trading_bot.domain.ist import MS_PER_DAY, MS_PER_SECOND, midnight_ms
from trading_bot.simulator.server.entrance.tokens import expiry_ms
from trading_bot.simulator.server.session.day_phase import next_change_ms
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import MarketMoment

_FINE_STEP_MS = 100
_SETTLE_MS = 60_000
_log = structlog.get_logger()


class SessionDriver:
    """Runs one session to its end, then lets the clock run on until midnight."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._next_change_ms = next_change_ms(simulation.plan, simulation.now_ms)
        self._tokens_die_ms = expiry_ms(simulation.now_ms)

    async def run(self) -> None:
        """Drive the whole day."""
        simulation = self._simulation
        for moment in simulation.source.moments():
            await self._reach(moment.at_ms)
            await self._deliver(moment)
        await self._reach(max(simulation.end_ms + _SETTLE_MS, simulation.now_ms))
        simulation.pacing.has_ended = True
        simulation.finished.set()
        _log.info("simulated_session_finished", on=str(simulation.on))
        await self._reach(midnight_ms(simulation.on) + MS_PER_DAY - MS_PER_SECOND)

    async def _deliver(self, moment: MarketMoment) -> None:
        simulation = self._simulation
        if moment.at_ms < simulation.core.now_ms:
            moment = moment._replace(at_ms=simulation.core.now_ms)
        simulation.core.on_market(moment)
        simulation.days.apply(moment)
        await simulation.feed.publish(moment)
        await asyncio.sleep(0)  # requests and pongs are read even where nothing had to be waited for

    async def _reach(self, target_ms: int) -> None:
        """Let session time pass until an instant; it may be reached already."""
        simulation = self._simulation
        while True:
            ceiling_ms = self._ceiling_ms(target_ms)
            simulation.next_stop_ms = ceiling_ms
            simulation.catch_up()
            await self._announce_changes()
            if simulation.now_ms >= self._tokens_die_ms:
                self._tokens_die_ms = expiry_ms(simulation.now_ms)
                simulation.cut_dead_sockets()
            if simulation.now_ms >= target_ms:
                return
            if simulation.now_ms < ceiling_ms:
                await simulation.wake.wait(simulation.pacing.wait_s(ceiling_ms))

    def _ceiling_ms(self, target_ms: int) -> int:
        """The next instant that matters: small steps while orders are on their way, phase changes."""
        simulation = self._simulation
        now_ms = simulation.now_ms
        ceiling_ms = min(target_ms, self._tokens_die_ms)
        simulation.pacing.is_close = simulation.has_orders_moving
        if simulation.pacing.is_close:
            ceiling_ms = min(ceiling_ms, now_ms + _FINE_STEP_MS)
        if self._next_change_ms is not None:
            ceiling_ms = min(ceiling_ms, self._next_change_ms)
        return ceiling_ms

    async def _announce_changes(self) -> None:
        simulation = self._simulation
        if self._next_change_ms is None or simulation.now_ms < self._next_change_ms:
            return
        self._next_change_ms = next_change_ms(simulation.plan, simulation.now_ms)
        await simulation.feed.broadcast(simulation.market_info(), simulation.now_ms)
