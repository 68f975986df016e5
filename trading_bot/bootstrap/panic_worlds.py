"""The world that panic works in when no daemon runs, by mode."""

from collections.abc import Callable

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.daemon import DayFiles
from trading_bot.bootstrap.day_plans import day_plan
from trading_bot.bootstrap.panic import PanicRun
from trading_bot.bootstrap.places import instruments_folder
from trading_bot.bootstrap.replay import attached_token
from trading_bot.bootstrap.simulator_world import simulator_world
from trading_bot.domain.ist import date_of
from trading_bot.settings.options import RunOptions
from trading_bot.settings.tree import Settings


async def panic_in_replay(
    settings: Settings, options: RunOptions, files: DayFiles, write: Callable[[str], None]
) -> int:
    """Panic against the simulator that the options name.

    Raises UserFacingError when none answers there.
    """
    assert options.simulator_url is not None
    token = attached_token(settings, options)
    cache = instruments_folder(settings)
    async with simulator_world(settings, options.simulator_url, token, cache) as attached:
        await attached.require_login()
        rules = load_market_rules()
        on = date_of(attached.clock.now_ms())
        run = PanicRun(
            settings=settings,
            rules=rules,
            plan=day_plan(rules.calendar, on, await attached.instruments(), ()),
            world=attached.world,
            files=files,
            write=write,
        )
        return await run.run()
