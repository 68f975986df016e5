"""Starting and stopping of the simulator's server, in a process of its own or inside a test."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from trading_bot.simulator.server.application import build_application
from trading_bot.simulator.server.session.driver import SessionDriver
from trading_bot.simulator.server.session.rules import MarketRules
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import BrokerCore, MarketSource

_SHUTDOWN_WAIT_S = 1.0


class RunningSimulator:
    """A server that listens and a session that runs."""

    def __init__(self, simulation: Simulation, runner: web.AppRunner, host: str, port: int) -> None:
        self.simulation = simulation
        self.host = host
        self.port = port
        self._runner = runner
        self._driver = SessionDriver(simulation)
        self._session = asyncio.create_task(self._driver.run(), name="simulated session")

    @property
    def address(self) -> str:
        """Base address of both of the broker's hosts."""
        return f"http://{self.host}:{self.port}"

    async def wait_finished(self) -> None:
        """Return when the session is over; what broke the session is raised here."""
        finished = asyncio.create_task(self.simulation.finished.wait())
        try:
            await asyncio.wait({finished, self._session}, return_when=asyncio.FIRST_COMPLETED)
            if self._session.done():
                self._session.result()
        finally:
            finished.cancel()

    async def close(self) -> None:
        """Cut every socket, end the session and stop listening."""
        self._session.cancel()
        await asyncio.wait({self._session})
        self.simulation.feed.cut_all()
        self.simulation.stream.cut_all()
        await self._runner.cleanup()


async def serve(
    core: BrokerCore,
    source: MarketSource,
    settings: ServerSettings,
    *,
    rules: MarketRules,
    host: str = "127.0.0.1",
    port: int = 0,
) -> RunningSimulator:
    """Start to listen and to run the session. Raises OSError when the port is taken."""
    simulation = Simulation(core, source, rules, settings)
    runner = web.AppRunner(
        build_application(simulation),
        access_log=None,
        handle_signals=False,
        shutdown_timeout=_SHUTDOWN_WAIT_S,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    bound_port = runner.addresses[0][1]
    return RunningSimulator(simulation, runner, host, bound_port)


async def run_simulator(
    core: BrokerCore,
    source: MarketSource,
    settings: ServerSettings,
    *,
    rules: MarketRules,
    host: str = "127.0.0.1",
    port: int = 0,
    exit_at_close: bool = False,
    announce: Callable[[str], None],
) -> None:
    """Serve one session: announce the address, and return at its close or never."""
    running = await serve(core, source, settings, rules=rules, host=host, port=port)
    try:
        announce(running.address)
        await running.wait_finished()
        if not exit_at_close:
            await asyncio.Event().wait()
    finally:
        await running.close()
