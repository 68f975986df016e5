"""Replay: the whole daemon against a simulator, through Upstox's own wire."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.simulator.clocked_feed import ClockedFeed
from trading_bot.adapters.simulator.link import (
    SimulatorClockWorker,
    SimulatorLink,
    require_simulator,
)
from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.adapters.upstox.instrument_rows import parsed
from trading_bot.bootstrap.daemon import Daemon, DayFiles, Outcome, World
from trading_bot.bootstrap.day_plans import day_plan
from trading_bot.bootstrap.reporting import ReportRequest, report_day
from trading_bot.bootstrap.simulator_child import child_simulator
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.errors import HaltedError, ReadFailedError, TradingBotError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of
from trading_bot.domain.symbol_search import find_instrument
from trading_bot.engine.day import TradingDay
from trading_bot.engine.snapshot import RunHeader
from trading_bot.settings.options import RunOptions, SimulatorOptions
from trading_bot.settings.tree import Settings

_TOKEN = "replay"  # noqa: S105  # any word: the child simulator is told the same one
_FASTEST = 0.0
_FEED_MODE = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One replayed session."""

    settings: Settings
    options: RunOptions
    files: DayFiles
    run_id: str
    reports: Path
    write: Callable[[str], None]

    async def run(self) -> int:
        """Trade the session to its close, report, and return the exit code.

        Raises UserFacingError when there is no simulator, or its data cannot be served.
        """
        async with AsyncExitStack() as owned:
            url = self.options.simulator_url
            if url is None:
                url = await owned.enter_async_context(child_simulator(self._child_options()))
            link = SimulatorLink(url)
            owned.push_async_callback(link.close)
            reading = await require_simulator(link, url)
            clock = SimulatorClock(reading.now_ms)
            follower = SimulatorClockWorker(link, clock, asyncio.sleep, reading=reading)
            adapter = upstox_adapter(
                self.settings.upstox.model_copy(update=_addresses(url)),
                self._token,
                cache_folder=self.files.database.parent / "instruments",
                clock_ms=clock.now_ms,
            )
            owned.callback(adapter.close)
            outcome = await self._trade(link, clock, follower, adapter, url)
            return await self._finish(outcome, link, follower)

    def _child_options(self) -> SimulatorOptions:
        speed = self.options.speed
        return SimulatorOptions(
            port=0,
            data=self.options.data,
            session_on=self.options.session_on,
            speed=_FASTEST if speed is None else speed,
            seed=self.options.seed,
            symbols=self.settings.run.symbols,
            token=_TOKEN,
        )

    def _token(self) -> SecretStr:
        given = self.settings.credentials.access_token
        return SecretStr(_TOKEN) if given is None or self.options.simulator_url is None else given

    async def _trade(
        self,
        link: SimulatorLink,
        clock: SimulatorClock,
        follower: SimulatorClockWorker,
        adapter: UpstoxAdapter,
        url: str,
    ) -> Outcome:
        rules = load_market_rules()
        strategies = chosen_strategies(self.settings)
        instruments = self._universe(
            parsed(await link.instruments(), f"{url}/simulator/instruments").instruments
        )
        plan = day_plan(rules.calendar, date_of(clock.now_ms()), instruments, strategies)
        daemon = Daemon(
            settings=self.settings,
            rules=rules,
            plan=plan,
            world=World(
                clock=clock,
                broker=adapter.broker,
                feed=ClockedFeed(adapter.feed, clock),
                history=adapter.history,
                workers=(follower,),
            ),
            files=self.files,
            strategies=strategies,
            header=lambda day: self._header(day, follower),
        )
        return await daemon.run()

    def _universe(self, listed: tuple[Instrument, ...]) -> tuple[Instrument, ...]:
        """What the simulator lists, or of it what the settings name; indices are watched in any case."""
        if not self.settings.run.symbols:
            return listed
        chosen = {find_instrument(symbol, listed).key for symbol in self.settings.run.symbols}
        return tuple(one for one in listed if one.key in chosen or not one.is_tradable)

    def _header(self, day: TradingDay, follower: SimulatorClockWorker) -> RunHeader:
        reading = follower.reading
        assert reading is not None, "the clock was read before the day began"
        return RunHeader(
            mode="replay",
            session_on=day.plan.on,
            now_ms=day.engine.state.now_ms,
            phase=reading.phase,
            data=reading.data,
            speed=reading.speed,
            run_id=self.run_id,
        )

    async def _finish(self, outcome: Outcome, link: SimulatorLink, follower: SimulatorClockWorker) -> int:
        day = outcome.day
        assert follower.reading is not None
        if not outcome.is_over:
            if outcome.broke:
                raise TradingBotError(f"the circuit breaker opened: {outcome.broke}")
            self.write("stopped before the close; positions keep their resting stops at the broker")
            return 0
        request = ReportRequest(
            run_id=self.run_id,
            mode="replay",
            data=follower.reading.data,
            reports=self.reports,
            ledger_net_pnl=await _ledger(link),
        )
        self.write(report_day(day, self.files.database, load_market_rules(), request))
        if day.engine.state.book.is_panicking:
            raise HaltedError("panic is latched: python main.py resume allows entries again")
        return 0


def _addresses(url: str) -> Mapping[str, Any]:
    return {
        "api_url": url,
        "order_url": url,
        "instruments_url": f"{url}/market-quote/instruments/exchange",
        "feed_mode": _FEED_MODE,
    }


async def _ledger(link: SimulatorLink) -> Decimal | None:
    try:
        return await link.ledger_net_pnl()
    except ReadFailedError:
        return None
