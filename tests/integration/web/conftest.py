"""The dashboard on a real socket."""

import asyncio

import pytest

from tests.fakes.dashboard import ASSETS, DashboardBench, new_parts
from trading_bot.web.app import create_app
from trading_bot.web.server import Listener, PublishWorker, WebWorker
from trading_bot.web.settings import WebSettings


def no_beat() -> None:
    """A worker's heartbeat goes nowhere here."""


class Served:
    """A bench whose app listens."""

    def __init__(self, settings: WebSettings) -> None:
        self.bench = DashboardBench(settings=settings)
        self.bench.parts = new_parts(settings)
        self.bench.app = create_app(self.bench.parts, ASSETS)
        self.bench._begin_anew()
        self.listener = Listener(settings)
        self.beats = 0
        self._tasks: list[asyncio.Task] = []

    @property
    def address(self) -> str:
        return self.listener.address.rstrip("/")

    async def start(self) -> None:
        listening = asyncio.Event()
        worker = WebWorker(
            self.bench.app,
            self.bench.parts.hub,
            self.listener,
            on_listening=lambda _address: listening.set(),
        )
        publishing = PublishWorker(self.bench.parts.hub)
        self._tasks = [asyncio.ensure_future(one.run(self._beat)) for one in (worker, publishing)]
        await listening.wait()

    def _beat(self) -> None:
        self.beats += 1

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        await self.stop()
        self.listener.close()


@pytest.fixture
async def served():
    server = Served(WebSettings(enabled=True, port=0))
    await server.start()
    yield server
    await server.close()
