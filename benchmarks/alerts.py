"""What a flood of alerts costs the trading beside it.

    python benchmarks/alerts.py

Two webhooks on this machine, one of which never answers, and 1,000 alerts at once. A coroutine that wants
its turn all the time measures the longest wait for it, with the flood and without. Prints times and their
ratio to a limit.
"""

import asyncio
import statistics
import sys
import time
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.machine import machine
from trading_bot.adapters.alerts.settings import AlertSettings, ChannelSettings
from trading_bot.bootstrap.alerting import Alerting
from trading_bot.bootstrap.answers.one_shot import silence
from trading_bot.bootstrap.session import BoardNotifier
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.engine.observe import NoticeBoard
from trading_bot.settings.tree import Settings

ALERTS = 1_000
ROUNDS = 5
LIMIT_US = 50
LIMIT_MS = 5
_WATCH_S = 2.0


async def main() -> None:
    """Measure and print the table."""
    print(machine())
    posted: list[str] = []
    port = await _receiver(posted)
    calm = [await _longest_wait_ms() for _ in range(ROUNDS)]
    handed, waits = [], []
    for _ in range(ROUNDS):
        board = NoticeBoard()
        async with Alerting(settings=_settings(port), board=board, mode="benchmark").under_way():
            watching = asyncio.create_task(_longest_wait_ms())
            await asyncio.sleep(0)
            handed.append(await _flood(BoardNotifier(board, lambda: 0)))
            waits.append(await watching)
    _print("handing over one alert, two channels, µs", statistics.median(handed), LIMIT_US)
    _print("longest wait for a turn without alerts, ms", statistics.median(calm), LIMIT_MS)
    _print(f"longest wait in a flood of {ALERTS:,}, ms", statistics.median(waits), LIMIT_MS)
    print(f"{'messages that came of one flood':<46} {len(posted) / ROUNDS:8.1f}")


async def _flood(notifier: BoardNotifier) -> float:
    """Microseconds for each alert, with a turn for others after each, as the alert worker gives it."""
    spent_s = 0.0
    for number in range(ALERTS):
        alert = Alert(kind=AlertKind.ORDER_NOT_TAKEN, level="critical", text=f"order {number} refused")
        began_s = time.perf_counter()
        await notifier.notify(alert)
        spent_s += time.perf_counter() - began_s
        await asyncio.sleep(0)
    return spent_s / ALERTS * 1e6


async def _longest_wait_ms() -> float:
    """Of a coroutine that asks for its turn again and again."""
    longest_s, end_s = 0.0, time.perf_counter() + _WATCH_S
    while (began_s := time.perf_counter()) < end_s:
        await asyncio.sleep(0)
        longest_s = max(longest_s, time.perf_counter() - began_s)
    return longest_s * 1e3


async def _receiver(posted: list[str]) -> int:
    async def take(request: web.Request) -> web.Response:
        if request.path == "/hangs":
            await asyncio.sleep(3_600)
        posted.append(await request.text())
        return web.Response(text="ok")

    application = web.Application()
    application.router.add_post("/{tail:.*}", take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return int(runner.addresses[0][1])


def _settings(port: int) -> Settings:
    def channel(path: str) -> ChannelSettings:
        return ChannelSettings(url=SecretStr(f"json://127.0.0.1:{port}/{path}"))

    alerts = AlertSettings(channel_1=channel("hook"), channel_2=channel("hangs"), drain_s=0.5)
    return Settings(alerts=alerts)


def _print(what: str, figure: float, limit: float) -> None:
    print(f"{what:<46} {figure:8.2f}   {figure / limit:5.2f} of the limit of {limit}")


if __name__ == "__main__":
    with silence():
        asyncio.run(main())
