"""Replay: the whole daemon against a simulator, through Upstox's own wire."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.simulator.link import ClockReading, SimulatorLink
from trading_bot.bootstrap.alerting import Alerting
from trading_bot.bootstrap.daemon import Daemon, DayFiles, Outcome
from trading_bot.bootstrap.day.day_plans import day_plan
from trading_bot.bootstrap.day.day_standing import day_standing
from trading_bot.bootstrap.day.outlooks import Outlooks
from trading_bot.bootstrap.day.reporting import Reported, ReportRequest, report_day
from trading_bot.bootstrap.reception import Reception
from trading_bot.bootstrap.replaying.simulator_child import child_simulator
from trading_bot.bootstrap.replaying.simulator_world import SimulatorWorld, simulator_world
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.bootstrap.vitals.service_link import ServiceLink
from trading_bot.domain.errors import HaltedError, ReadFailedError, TradingBotError, UserFacingError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of
from trading_bot.domain.symbol_search import find_instrument
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.day import TradingDay
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.snapshot import RunHeader
from trading_bot.settings.options import RunOptions, SimulatorOptions
from trading_bot.settings.tree import Settings

if TYPE_CHECKING:
    from trading_bot.bootstrap.web.dashboard import Dashboard

_TOKEN = "replay"  # noqa: S105  # any word: the child simulator is told the same one
_FASTEST = 0.0


@dataclass(slots=True, kw_only=True)
class Replay:
    """One replayed session."""

    settings: Settings
    options: RunOptions
    files: DayFiles
    run_id: str
    reports: Path
    write: Callable[[str], None]
    service: ServiceLink = field(default_factory=lambda: ServiceLink(None))
    board: NoticeBoard = field(default_factory=NoticeBoard)
    reception: Reception = field(default_factory=Reception)
    dashboard: "Dashboard | None" = None

    async def run(self) -> int:
        """Trade the session to its close, report, and return the exit code.

        Raises UserFacingError when there is no simulator, or its data cannot be served.
        """
        async with AsyncExitStack() as owned:
            if self.settings.alerts.in_replay:
                alerting = Alerting(
                    settings=self.settings, board=self.board, mode="replay", reception=self.reception
                )
                await owned.enter_async_context(alerting.under_way())
            url = self.options.simulator_url
            if url is None:
                self._warn_of_data()
                url = await owned.enter_async_context(child_simulator(self._child_options()))
            cache = self.files.database.parent / "instruments"
            token = attached_token(self.settings, self.options)
            attached = await owned.enter_async_context(simulator_world(self.settings, url, token, cache))
            await attached.require_login()
            return await self._finish(await self._trade(attached), attached)

    def _warn_of_data(self) -> None:
        """Say what is doubtful about the data before they are played."""
        from trading_bot.bootstrap.backtesting.price_scale import warm_up_doubts  # noqa: PLC0415  # brings numpy

        options = self.options
        if options.data is None:
            return
        for doubt in warm_up_doubts(options.data, self.settings.run.symbols, options.session_on):
            self.write(f"warning: {doubt}")

    def _child_options(self) -> SimulatorOptions:
        speed = self.options.speed
        return SimulatorOptions(
            port=0,
            data=self.options.data,
            session_on=self.options.session_on,
            speed=_FASTEST if speed is None else speed,
            seed=self.options.seed,
            symbols=self.settings.run.symbols,
            with_volatility=self.settings.risk.overlays.vix.enabled,
            token=_TOKEN,
            config_file=self.options.config_file,
        )

    async def _trade(self, attached: SimulatorWorld) -> Outcome:
        rules = load_market_rules()
        strategies = chosen_strategies(self.settings)
        instruments = self._universe(await attached.instruments())
        on = date_of(attached.clock.now_ms())
        outlooks = Outlooks.load(self.settings.risk.overlays, rules)
        daemon = Daemon(
            settings=self.settings,
            rules=rules,
            plan=day_plan(rules.calendar, on, instruments, strategies).with_outlook(outlooks.of(on)),
            world=attached.world,
            files=self.files,
            strategies=strategies,
            header=lambda day: replay_header(day, attached.reading, self.run_id),
            service=self.service,
            board=self.board,
            reception=self.reception,
            shown=None if self.dashboard is None else self.dashboard.day(self.files.database),
        )
        return await daemon.run()

    def _universe(self, listed: tuple[Instrument, ...]) -> tuple[Instrument, ...]:
        """What the simulator lists, or of it what the settings name; indices are watched in any case."""
        if not self.settings.run.symbols:
            return listed
        chosen = {find_instrument(symbol, listed).key for symbol in self.settings.run.symbols}
        return tuple(one for one in listed if one.key in chosen or not one.is_tradable)

    async def _finish(self, outcome: Outcome, attached: SimulatorWorld) -> int:
        day = outcome.day
        if outcome.broke:
            raise TradingBotError(f"the circuit breaker opened: {outcome.broke}")
        if not outcome.is_over:
            self.write("stopped before the close; positions keep their resting stops at the broker")
            return 0
        ledger = await _ledger(attached.link)
        request = ReportRequest(
            run_id=self.run_id,
            mode="replay",
            data=attached.reading.data,
            reports=self.reports,
            ledger_net_pnl=ledger,
        )
        reported = report_day(day, self.files.database, load_market_rules(), request)
        self.write(reported.text)
        level = "warning" if reported.problems else "info"
        self.board.add(day.engine.state.now_ms, level, reported.summary, AlertKind.DAY_SUMMARY)
        if day.engine.state.book.is_panicking:
            raise HaltedError("panic is latched: python main.py resume allows entries again")
        require_explained(reported, ledger)
        return 0


def replay_header(day: TradingDay, reading: ClockReading, run_id: str) -> RunHeader:
    """The first line of every surface at this moment; phase and speed are the simulator's."""
    now_ms = day.engine.state.now_ms
    state, reason = day_standing(day, now_ms)
    return RunHeader(
        mode="replay",
        session_on=day.plan.on,
        now_ms=now_ms,
        phase=reading.phase,
        data=reading.data,
        speed=reading.speed,
        run_id=run_id,
        state=state,
        reason=reason,
    )


def attached_token(settings: Settings, options: RunOptions) -> SecretStr:
    """The token to present: the one that is configured where the simulator is somebody else's."""
    given = settings.credentials.access_token
    return SecretStr(_TOKEN) if given is None or options.simulator_url is None else given


def require_explained(reported: Reported, ledger_net_pnl: Decimal | None) -> None:
    """Raise UserFacingError for a session that did not end flat, reconciled, and equal to the ledger."""
    if ledger_net_pnl is None:
        raise UserFacingError("the simulator's ledger could not be read: nothing confirms the result")
    if reported.problems:
        raise UserFacingError(f"the session did not end as it should: {'; '.join(reported.problems)}")


async def _ledger(link: SimulatorLink) -> Decimal | None:
    try:
        return await link.ledger_net_pnl()
    except ReadFailedError:
        return None
