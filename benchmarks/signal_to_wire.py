"""From a closed candle with a signal to the order's bytes at the broker's door.

Run: python benchmarks/signal_to_wire.py [ROUNDS]

In between: the decision, the journal's commit on this disk, the outbox, the rate gate, and the SDK's call
through the adapter's write lane over a connection that is kept open.
"""

import asyncio
import shutil
import socket
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog
from pydantic import SecretStr

from benchmarks.figures import show, spread_of
from benchmarks.machine import machine
from tests.fakes.engine_driver import PRICE, EngineDriver
from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.storage.market_records import keep_note
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import EvaluationDue
from trading_bot.engine.rate_gate import RateGate, RateSettings
from trading_bot.engine.workers.orders import OrderWorker
from trading_bot.engine.workers.signals import SignalWorker

LIMIT_MS = 3.0
ROUNDS = 40
EARLIER_COMMITS = 20
"""A journal has been written to since the morning; the first commits of a file wait for its growth."""
BODY = b'{"status":"success","data":{"order_ids":["261119000000001"]},"metadata":{"latency":1}}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


class Door:
    """Stands in for the broker's order host, and notes when a request's first bytes arrive."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.arrived_ns: list[int] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        while head := connection.recv(65_536):
            self.arrived_ns.append(time.monotonic_ns())
            while b"\r\n\r\n" not in head or len(head.split(b"\r\n\r\n", 1)[1]) < _body_length(head):
                head += connection.recv(65_536)
            connection.sendall(ANSWER)


def _body_length(head: bytes) -> int:
    for line in head.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def main() -> None:
    """Print the median and the 99th percentile."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(machine())
    folder = Path(tempfile.mkdtemp())
    try:
        taken = asyncio.run(_measure(folder, rounds))
    finally:
        shutil.rmtree(folder)
    spread = spread_of(taken[1:])  # the first one opens the connection
    show("signal to bytes on the wire, median", spread.p50, LIMIT_MS, "ms")
    show("signal to bytes on the wire, p99", spread.p99, None, "ms")


async def _measure(folder: Path, rounds: int) -> list[float]:
    door = Door()
    url = f"http://127.0.0.1:{door.port}"
    settings = UpstoxSettings(api_url=url, order_url=url)
    adapter = upstox_adapter(
        settings, lambda: SecretStr("token"), cache_folder=folder, clock_ms=lambda: 1_795_060_800_000
    )
    taken = [await _one(folder / f"{number}.db", adapter, door) for number in range(rounds)]
    adapter.close()
    return taken


async def _one(path: Path, adapter: UpstoxAdapter, door: Door) -> float:
    driver = EngineDriver()
    driver.strategy.scripted.next_direction = Direction.LONG
    clock = SimulatorClock(driver.now_ms)
    journal = open_journal(path, clock_ms=clock.now_ms, on_failure=print)
    driver.core.last_sequence = journal.last_sequence
    engine = Engine(driver.core, clock, journal)
    workers = (SignalWorker(engine), OrderWorker(engine, adapter.broker, clock, RateGate(RateSettings())))
    tasks = [asyncio.ensure_future(worker.run(lambda: None)) for worker in workers]
    for number in range(EARLIER_COMMITS):
        await journal.run(partial(keep_note, name="earlier", value=str(number)))
    await asyncio.sleep(0.05)
    arrived = len(door.arrived_ns)
    candle = Candle(driver.now_ms - 900_000, PRICE, PRICE + 100, PRICE - 100, PRICE, 10_000)
    due = EvaluationDue(at_ms=0, instrument_key=driver.instrument.key, timeframe_s=900, candle=candle)
    started_ns = time.monotonic_ns()
    engine.outbox.put_evaluation(due)
    async with asyncio.timeout(5):
        while len(door.arrived_ns) == arrived:  # noqa: ASYNC110  it is noted on another thread
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    journal.close()
    return (door.arrived_ns[arrived] - started_ns) / 1e6


if __name__ == "__main__":
    main()
