"""Panic against a simulator that runs on its own, when no daemon is attached to it."""

from contextlib import AsyncExitStack

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.answers.daemon.following import Write
from trading_bot.bootstrap.answers.daemon.panic_wish import ASKED_BY
from trading_bot.bootstrap.daemon import DayFiles
from trading_bot.bootstrap.panicking.panic import PanicRun, panic_plan
from trading_bot.bootstrap.panicking.panic_records import PanicFiles
from trading_bot.bootstrap.places import instruments_folder
from trading_bot.bootstrap.replaying.replay import attached_token
from trading_bot.bootstrap.replaying.simulator_world import simulator_world
from trading_bot.domain.ist import date_of
from trading_bot.settings.options import RunOptions
from trading_bot.settings.tree import Settings


async def panic_in_replay(settings: Settings, options: RunOptions, files: DayFiles, write: Write) -> int:
    """Panic against the simulator that the options name.

    Raises UserFacingError when none answers there.
    """
    assert options.simulator_url is not None
    token = attached_token(settings, options)
    cache = instruments_folder(settings)
    async with AsyncExitStack() as owned:
        files.take_over(owned, write)
        attached = await owned.enter_async_context(
            simulator_world(settings, options.simulator_url, token, cache)
        )
        panic_files = PanicFiles(
            database=files.database, settings=settings.storage, clock=attached.clock, write=write
        )
        opened = await panic_files.latched(owned, ASKED_BY)
        await attached.require_login()
        rules = load_market_rules()
        on = date_of(attached.clock.now_ms())
        run = PanicRun(
            settings=settings,
            rules=rules,
            plan=panic_plan(rules, on, await attached.instruments()),
            world=attached.world,
            files=panic_files,
            opened=opened,
            write=write,
        )
        return await run.run()
