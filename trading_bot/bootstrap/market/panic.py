"""Panic on the real market, or on the paper venue that its journal restores, when no daemon runs."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from trading_bot.adapters.clocks import SystemClock
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.adapters.upstox.login.token_store import AccessToken
from trading_bot.bootstrap.answers.broker import token_of_the_day
from trading_bot.bootstrap.answers.daemon.following import Write
from trading_bot.bootstrap.answers.daemon.panic_wish import ASKED_BY
from trading_bot.bootstrap.daemon import DayFiles
from trading_bot.bootstrap.market.market_worlds import DayWorld, MarketDay
from trading_bot.bootstrap.market.universe import held_keys, traded_keys
from trading_bot.bootstrap.panicking.panic import PanicRun, left_open, panic_plan
from trading_bot.bootstrap.panicking.panic_records import PanicFiles, PanicRecords, kept_instruments
from trading_bot.bootstrap.places import instruments_folder, lock_paths
from trading_bot.domain.errors import LoginNeededError, ReadFailedError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of
from trading_bot.engine.engine import Engine
from trading_bot.engine.ports import Broker
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings


async def panic_on_market(
    settings: Settings, files: DayFiles, world_of: Callable[[MarketDay], DayWorld], write: Write
) -> int:
    """Panic on the real market, or on the paper venue that its journal restores.

    It is latched before anything is asked that may fail; what then keeps it from closing anything is raised,
    after what the journal knows to be open was told. Raises LoginNeededError without a token.
    """
    clock, beside = SystemClock(), files.locks[:1]
    panic_files = PanicFiles(database=files.database, settings=settings.storage, clock=clock, write=write)
    with ExitStack() as owned:
        replace(files, locks=beside).take_over(owned, write)
        opened = await panic_files.latched(owned, ASKED_BY)
        try:
            token = token_of_the_day(settings, clock.now_ms())
            locks = lock_paths(settings, files.database, account=token.account)
            replace(files, locks=locks[len(beside) :]).take_over(owned, write)
            maker = _RunMaker(settings, panic_files, opened, world_of)
            run = await maker.made(token, owned)
            return await run.run()
        except Exception as error:
            book = opened.book if opened.is_book_known else None
            write(left_open(book, kept_instruments(files.database), _then(settings.mode, error)))
            raise


def _then(mode: Mode, error: Exception) -> str:
    after = "after a login" if isinstance(error, LoginNeededError) else "once what failed is mended"
    again = f"by --panic-exit again {after}"
    if mode is Mode.PAPER:
        return f"what is open is on paper alone, and closed {again}"
    return f"what is open has to be closed in the broker's app, or {again}"


@dataclass(frozen=True, slots=True)
class _RunMaker:
    settings: Settings
    files: PanicFiles
    opened: PanicRecords
    world_of: Callable[[MarketDay], DayWorld]

    async def made(self, token: AccessToken, owned: ExitStack) -> PanicRun:
        """A run that knows every instrument which may have to be closed."""
        settings, files, clock = self.settings, self.files, self.files.clock
        rules = load_market_rules()
        adapter = upstox_adapter(
            settings.upstox,
            lambda: token.secret,
            cache_folder=instruments_folder(settings),
            clock_ms=clock.now_ms,
        )
        owned.callback(adapter.close)
        on, book = date_of(clock.now_ms()), self.opened.book
        wanted = held_keys(book) | await open_at_the_broker(adapter.broker, files.write)
        wanted |= traded_keys(book, on)
        instruments = await _listed(adapter, kept_instruments(files.database), wanted, files.write)
        plan = panic_plan(rules, on, instruments)
        day_world = self.world_of(
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
        return PanicRun(
            settings=settings,
            rules=rules,
            plan=plan,
            world=day_world.world,
            files=files,
            opened=self.opened,
            write=files.write,
        )


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
