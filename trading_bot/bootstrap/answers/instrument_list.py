"""`instruments`: the broker's list, which needs no login, or that of a running simulator."""

import asyncio

from trading_bot.adapters.simulator.link import SimulatorLink, require_simulator
from trading_bot.adapters.upstox.rest.instrument_rows import parsed
from trading_bot.bootstrap.answers.broker import upstox
from trading_bot.bootstrap.answers.one_shot import silence
from trading_bot.domain.errors import ReadFailedError, UserFacingError
from trading_bot.report.instrument_list import InstrumentAnswer
from trading_bot.settings.tree import Settings


def listed_instruments(settings: Settings, simulator_url: str | None, now_ms: int) -> InstrumentAnswer:
    """Today's instruments: stored ones where they are of today, else fetched, else the newest stored ones.

    Raises UserFacingError when there is nothing to search.
    """
    with silence():
        if simulator_url is not None:
            return asyncio.run(_of_simulator(simulator_url))
        return asyncio.run(_of_broker(settings, now_ms))


async def _of_simulator(url: str) -> InstrumentAnswer:
    link = SimulatorLink(url)
    try:
        await require_simulator(link, url)
        rows = await link.instruments()
        return InstrumentAnswer(instruments=parsed(rows, f"instruments of {url}").instruments)
    except ReadFailedError as error:
        raise UserFacingError(str(error)) from error
    finally:
        await link.close()


async def _of_broker(settings: Settings, now_ms: int) -> InstrumentAnswer:
    async with upstox(settings, lambda: None, now_ms) as broker:
        try:
            known = await broker.instruments.known()
        except ReadFailedError as error:
            raise UserFacingError(
                f"the broker's list of instruments could not be read, and none is stored: {error}.\n"
                f"  fix: check the connection to {settings.upstox.instruments_url}, or search a running "
                "simulator's list with --simulator URL"
            ) from error
    return InstrumentAnswer(
        instruments=known.instruments, outdated_since=None if known.is_today else known.on
    )
