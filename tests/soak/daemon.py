"""The daemon of mode live as a process of its own, day after day, its time from the simulator.

`python -m tests.soak.daemon URL` in a folder with settings; `--leak KIND …` plants leaks, so that
the verdict can be seen to find it.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.simulator.clocked_feed import ClockedFeed
from trading_bot.adapters.simulator.link import SimulatorLink
from trading_bot.bootstrap.loops import event_loop
from trading_bot.bootstrap.market.market_daemon import Surroundings
from trading_bot.bootstrap.modes import market_daemon, started_logs
from trading_bot.domain.errors import ReadFailedError
from trading_bot.settings.load import Places, load_settings
from trading_bot.settings.tree import Settings

LEAKS = ("memory", "descriptors", "tasks")
_FOLLOW_S = 0.02
_LOOK_S = 0.05
_LEAK_S = 1.0
_LEAKED_BYTES = 200_000


def main() -> None:
    """Run until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--leak", choices=LEAKS, nargs="*", default=())
    arguments = parser.parse_args()
    settings = load_settings(Places(folder=Path.cwd())).settings
    with started_logs(settings), asyncio.Runner(loop_factory=event_loop) as runner:
        sys.exit(runner.run(_run(settings, arguments.url, arguments.leak)))


async def _run(settings: Settings, url: str, leaks: Sequence[str]) -> int:
    link = SimulatorLink(url)
    clock = SimulatorClock((await link.clock()).now_ms)
    feeds: list[ClockedFeed] = []

    def timed(feed) -> ClockedFeed:
        feeds[:] = [ClockedFeed(feed, clock)]
        return feeds[0]

    around = Surroundings(
        clock=clock,
        timed=timed,
        on_engine=lambda engine: feeds[0].wait_for(lambda: engine.is_at_rest),
        look_s=_LOOK_S,
    )
    beside = [asyncio.create_task(one) for one in (_follow(link, clock), *map(_leaking, leaks))]
    try:
        return await market_daemon(settings, around).run()
    finally:
        for task in beside:
            task.cancel()
        await link.close()


async def _follow(link: SimulatorLink, clock: SimulatorClock) -> None:
    """Take the simulator's time, over its nights as well, when there is none."""
    while True:
        with suppress(ReadFailedError):
            clock.sync((await link.clock()).now_ms)
        await asyncio.sleep(_FOLLOW_S)


async def _leaking(kind: str) -> None:
    kept: list[object] = []
    while True:
        await asyncio.sleep(_LEAK_S)
        match kind:
            case "memory":
                kept.append(os.urandom(_LEAKED_BYTES))
            case "descriptors":
                kept.append(os.dup(0))
            case _:
                kept.append(asyncio.create_task(asyncio.sleep(1e6)))


if __name__ == "__main__":
    main()
