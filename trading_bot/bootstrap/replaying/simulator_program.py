"""The simulator as a program of its own: a market source, the venue, Upstox's API in front."""

import asyncio
import errno
import os
from collections.abc import Callable
from datetime import date, time
from random import Random

from pydantic import SecretStr

from trading_bot.adapters.market_rules import load_corporate_actions, load_market_rules
from trading_bot.domain.errors import SettingsError, UncoveredDateError, UserFacingError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND, datetime_of, ms_at
from trading_bot.domain.rules.contract_rules import TickKind
from trading_bot.domain.rules.dated import row_on
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.settings.options import SimulatorOptions
from trading_bot.simulator.market.day_plan import plan_of
from trading_bot.simulator.market.generated import DEFAULT_DAY, GeneratedMarket
from trading_bot.simulator.market.halted import interrupted
from trading_bot.simulator.market.listings import require_listable
from trading_bot.simulator.market.opening import open_market
from trading_bot.simulator.server.run import run_simulator
from trading_bot.simulator.server.session.dated_rules import DatedRules
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.venue.contracts import MarketSource
from trading_bot.simulator.venue.exchange.day_rules import breaker_halt, contract_note_charges, session_plans
from trading_bot.simulator.venue.exchange.session_plan import MarketHalt
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue

DEFAULT_SPEED = 1.0
DEFAULT_SEED = 1
_STDIN = 0
_USUAL_OPEN = time(9, 15)
_START_BEFORE_MS = 15 * MS_PER_MINUTE
_HOLD_BEFORE_MS = 10 * MS_PER_SECOND


def serve_simulator(options: SimulatorOptions, venue: VenueSettings, write: Callable[[str], None]) -> int:
    """Serve one session; the address is the first line that is written.

    Raises UserFacingError for data that cannot be served.
    """
    rules = load_market_rules()
    source = market_source(options, rules)
    halt = halt_of(options, source.on, rules)
    source = interrupted(source, halt)
    seed = DEFAULT_SEED if options.seed is None else options.seed
    core = new_venue(source, rules, venue, seed, halt=halt)
    settings = server_settings(options, source.on, rules)

    async def run() -> None:
        serving = asyncio.ensure_future(
            run_simulator(
                core,
                source,
                settings,
                rules=DatedRules(rules, halt),
                port=options.port,
                exit_at_close=options.exit_at_close,
                announce=write,
            )
        )
        if options.until_stdin_ends:
            asyncio.get_running_loop().add_reader(_STDIN, _end_with_parent, serving)
        await serving

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        return 0
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise UserFacingError(
            f"port {options.port} is in use by another program: choose another --port, or 0 for any"
        ) from error
    return 0


def _end_with_parent(serving: "asyncio.Future[None]") -> None:
    if not os.read(_STDIN, 4096):
        asyncio.get_running_loop().remove_reader(_STDIN)
        serving.cancel()


def market_source(options: SimulatorOptions, rules: MarketRules) -> MarketSource:
    """The day to serve: from a folder, or generated. Raises UserFacingError."""
    symbols = tuple(options.symbols) or None
    seed = DEFAULT_SEED if options.seed is None else options.seed
    if options.data is None:
        require_listable(options.symbols)
        plan = plan_of(rules.calendar, options.session_on or DEFAULT_DAY)
        return GeneratedMarket(
            plan,
            symbols=symbols,
            seed=seed,
            tick_size_of=_tick_size_of(rules),
            with_volatility=options.with_volatility,
        )
    return open_market(
        options.data, options.session_on, symbols=symbols, seed=seed, actions=load_corporate_actions()
    )


def _tick_size_of(rules: MarketRules) -> Callable[[int, date], int]:
    return lambda close, on: rules.contracts.tick_size(TickKind.SHARE, close, on)


def halt_of(options: SimulatorOptions, on: date, rules: MarketRules) -> MarketHalt | None:
    """The market-wide halt that the options ask for. Raises SettingsError for one that cannot be."""
    if options.breaker_at is None:
        return None
    breaker = row_on(rules.breakers, on)
    if breaker is None:
        raise SettingsError(f"no market-wide breaker is on record for {on}: leave out --breaker-at")
    session = rules.calendar.session(on, Segment.NSE_EQ)
    at_ms = ms_at(on, options.breaker_at)
    windows = () if session is None else session.continuous
    window = next((one for one in windows if one.start_ms <= at_ms < one.end_ms), None)
    if window is None:
        raise SettingsError(f"breaker at {options.breaker_at:%H:%M}: nothing trades then on {on}")
    halt = breaker_halt(breaker, on, options.breaker_at)
    if halt.end_ms >= window.end_ms:
        when = f"{options.breaker_at:%H:%M}"
        raise SettingsError(f"breaker at {when}: it would outlast its session; choose an earlier time")
    return halt


def new_venue(
    source: MarketSource,
    rules: MarketRules,
    settings: VenueSettings,
    seed: int,
    *,
    halt: MarketHalt | None = None,
) -> Venue:
    """The pretend broker for a source's day; chance is seeded."""
    chance = Random(seed)  # noqa: S311  # a simulation
    return Venue(
        on=source.on,
        instruments=source.instruments,
        previous_closes={
            instrument.key: source.previous_close(instrument.key) for instrument in source.instruments
        },
        plans=session_plans(rules.calendar, source.on, settings, chance, halt=halt),
        settings=settings,
        random=Random(seed + 1),  # noqa: S311  # a simulation
        charges=contract_note_charges(rules.charges),
    )


def server_settings(options: SimulatorOptions, on: date, rules: MarketRules) -> ServerSettings:
    """Speed, token, and a start a little before the day's first session."""
    token = None if options.token is None else SecretStr(options.token)
    chosen: dict[str, object] = {
        "speed": DEFAULT_SPEED if options.speed is None else options.speed,
        "fixed_token": token,
        "accept_any_token": token is None,
        "notifier_url": options.notifier_url,
    }
    return ServerSettings.model_validate(chosen | _hours(on, rules))


def _hours(on: date, rules: MarketRules) -> dict[str, object]:
    """On a day that does not open at 09:15 the simulator starts a quarter of an hour before its open."""
    try:
        session = rules.calendar.session(on, Segment.NSE_EQ)
    except UncoveredDateError:
        return {}
    if session is None or session.open_ms == ms_at(on, _USUAL_OPEN):
        return {}
    return {
        "start_at": datetime_of(session.open_ms - _START_BEFORE_MS).time(),
        "hold_at": datetime_of(session.open_ms - _HOLD_BEFORE_MS).time(),
    }
