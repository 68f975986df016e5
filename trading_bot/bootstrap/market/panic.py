"""Panic on the real market, or on the paper venue that its journal restores, when no daemon runs."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from trading_bot.adapters.clocks import SystemClock
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.bootstrap.answers.broker import token_of_the_day
from trading_bot.bootstrap.answers.following import Write
from trading_bot.bootstrap.daemon import DayFiles
from trading_bot.bootstrap.emergency import bring_home
from trading_bot.bootstrap.market.market_worlds import DayWorld, MarketDay
from trading_bot.bootstrap.market.universe import held_keys
from trading_bot.bootstrap.panic import PanicRun, panic_plan
from trading_bot.bootstrap.panic_records import what_is_kept
from trading_bot.bootstrap.places import instruments_folder, lock_paths
from trading_bot.domain.errors import ReadFailedError, StorageError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of
from trading_bot.engine.engine import Engine
from trading_bot.engine.ports import Broker, Clock
from trading_bot.settings.tree import Settings


async def panic_on_market(
    settings: Settings, files: DayFiles, world_of: Callable[[MarketDay], DayWorld], write: Write
) -> int:
    """Panic on the real market, or on the paper venue that its journal restores.

    Raises LoginNeededError without a token.
    """
    clock, rules = SystemClock(), load_market_rules()
    token = token_of_the_day(settings, clock.now_ms())
    adapter = upstox_adapter(
        settings.upstox,
        lambda: token.secret,
        cache_folder=instruments_folder(settings),
        clock_ms=clock.now_ms,
    )
    with ExitStack() as owned:
        owned.callback(adapter.close)
        locks = lock_paths(settings, files.database, account=token.account)
        replace(files, locks=locks).take_over(owned, write)
        _bring_home(files.database, settings, clock)
        book, kept = what_is_kept(files.database)
        wanted = held_keys(book) | await open_at_the_broker(adapter.broker, write)
        instruments = await _listed(adapter, kept, wanted, write)
        plan = panic_plan(rules, date_of(clock.now_ms()), instruments)
        day_world = world_of(
            MarketDay(
                settings=settings,
                rules=rules,
                plan=plan,
                book=book,
                adapter=adapter,
                feed=adapter.feed,
                clock=clock,
                workers=(),
                on_engine=_nobody_waits,
                previous_closes={},
            )
        )
        run = PanicRun(
            settings=settings,
            rules=rules,
            plan=plan,
            world=day_world.world,
            database=files.database,
            write=write,
        )
        return await run.run()


def _bring_home(database: Path, settings: Settings, clock: Clock) -> None:
    """So that a pretend broker holds what the book does; where it cannot be done, the run says so."""
    with suppress(StorageError):
        bring_home(database, settings.storage, clock.now_ms)


def _nobody_waits(_engine: Engine) -> None:
    """The feed follows its own pace: the clock is the computer's."""


async def open_at_the_broker(broker: Broker, write: Write) -> frozenset[str]:
    """Keys of everything that the broker shows as held or ordered, whoever opened it.

    Where it gives no answer the panic is latched all the same; what it then finds open keeps it from "flat".
    """
    try:
        held = {row.instrument_key for row in await broker.positions() if row.quantity}
        ordered = {row.instrument_key for row in await broker.orders() if row.status.is_live}
    except ReadFailedError as error:
        write(f"the broker does not say what is open ({error}): only what the journal knows can be closed")
        return frozenset()
    return frozenset(held | ordered)


async def _listed(
    adapter: UpstoxAdapter, kept: Iterable[Instrument], wanted: Iterable[str], write: Write
) -> tuple[Instrument, ...]:
    """The wanted instruments, from the broker's list or else from what the journal's file keeps."""
    try:
        listed = {one.key: one for one in (await adapter.instruments.known()).instruments}
    except ReadFailedError as error:
        write(f"no list of instruments ({error}); using what the journal keeps")
        listed = {}
    known = {one.key: one for one in kept} | listed
    for key in sorted(set(wanted) - known.keys()):
        write(f"{key} is in no list: close it in the broker's app")
    return tuple(known[key] for key in wanted if key in known)
