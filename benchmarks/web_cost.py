"""What the dashboard costs a tick: from send to decision with pages, scrapers and alerts active and without.

Run: python benchmarks/web_cost.py [--instruments 200] [--pairs 3]

Pairs of runs in one process, each pair in the other order than the one before. The clients are a process of
their own: two pages that listen, /metrics every two seconds, a call of the API every half, an alert a second.
The ratio is that of the medians over all pairs of p50 and p99.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from types import MappingProxyType

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog
from pydantic import SecretStr

from benchmarks.figures import spread_of
from benchmarks.machine import machine
from benchmarks.market import CLOSE_MS, ON, OPEN_MS
from benchmarks.tick_to_decision import Alone, Case, Sink, latencies_of, measured
from trading_bot.bootstrap.web.shown_day import ShownDay
from trading_bot.bootstrap.web.surface import Surface
from trading_bot.bootstrap.web.tap import DayTap
from trading_bot.domain.market_data import Candle
from trading_bot.engine.commands import Alert
from trading_bot.engine.day import DayPlan, Ports, TradingDay
from trading_bot.engine.engine import Engine
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.rate_gate import RateGate, RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.snapshot import RunHeader
from trading_bot.engine.supervisor import LagWorker, Supervisor, SupervisorSettings
from trading_bot.engine.workers.alerts import AlertWorker
from trading_bot.engine.workers.warm_up import WarmUpPlan
from trading_bot.settings.tree import Settings
from trading_bot.web.settings import WebSettings
from trading_bot.web.tokens import Tokens

CLIENT = Path(__file__).with_name("web_client.py")
TOKEN = "operator-of-the-benchmark-operator"
LIMIT = 1.25
PACE_MS = 12
_HOURS = MappingProxyType({ON: (OPEN_MS, CLOSE_MS)})


class NoHistory:
    """Charts begin with the day."""

    async def minute_candles(self, key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Nothing."""
        del key, first, last
        return ()


class BoardNotifier:
    """Pins alerts, as the daemon does."""

    def __init__(self, board: NoticeBoard) -> None:
        self._board = board

    async def notify(self, level: str, text: str) -> None:
        """Pin one."""
        self._board.add(OPEN_MS, level, text)


class WithDashboard(Alone):
    """The dashboard as the daemon runs it, and whoever looks at it."""

    def __init__(self) -> None:
        self.tap = DayTap()
        self.board = NoticeBoard()

    def tapped(self, sink: Sink) -> Sink:
        """Keep evaluations and minutes for the API."""
        return self.tap.market_sink(sink)

    @asynccontextmanager
    async def active(self, engine: Engine) -> AsyncIterator[None]:
        """Serve, and have it looked at."""
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(
                web=WebSettings(enabled=True, port=0),
                run={"data_dir": folder},  # type: ignore[arg-type]
                logs={"folder": folder},  # type: ignore[arg-type]
            )
            tokens = Tokens(operator=SecretStr(TOKEN), read_only=SecretStr(TOKEN[::-1]))
            surface = Surface(settings, tokens, lambda _text: None)
            shown = ShownDay(
                surface=surface, settings=settings, database=Path(folder), reports=Path(folder), tap=self.tap
            )
            day = _day(engine, self.board)
            workers = (
                *shown.workers(day, lambda: _header(engine), self.board),
                AlertWorker(engine, BoardNotifier(self.board)),
                day.lag,
            )
            tasks = [asyncio.ensure_future(worker.run(_no_beat)) for worker in workers]
            tasks.append(asyncio.ensure_future(_alerting(engine)))
            while not surface.listener.address:  # noqa: ASYNC110  # once, before it begins
                await asyncio.sleep(0.01)
            command = [sys.executable, str(CLIENT), surface.listener.address, TOKEN]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:  # noqa: ASYNC220  # as above
                assert client.stdout is not None
                assert await asyncio.to_thread(client.stdout.readline) == "listening\n"
                try:
                    yield
                finally:
                    assert client.poll() is None, "the client failed"
                    client.terminate()
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
                    surface.listener.close()


def main() -> None:
    """Print both sides and the ratio."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--instruments", type=int, default=200)
    arguments.add_argument("--pairs", type=int, default=3)
    chosen = arguments.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    print(f"{machine()}; {chosen.instruments} instruments, {chosen.pairs} pairs")
    case = Case(chosen.instruments, 40, 250, PACE_MS, 1.0, 2.0)
    without: list[tuple[float, float]] = []
    with_it: list[tuple[float, float]] = []
    for pair in range(chosen.pairs):
        sides: list[tuple[list[tuple[float, float]], Callable[[], Alone]]] = [
            (without, Alone),
            (with_it, WithDashboard),
        ]
        for taken, beside in sides if pair % 2 == 0 else reversed(sides):
            ordinary, _ = latencies_of(case, *measured(case, beside=beside()))
            taken.append(spread_of(ordinary))
            print(
                f"  {beside.__name__:14} p50 {taken[-1][0]:7.3f} ms   p99 {taken[-1][1]:7.3f} ms", flush=True
            )
    for place, name in enumerate(("p50", "p99")):
        before, after = (statistics.median(one[place] for one in taken) for taken in (without, with_it))
        ratio = after / before
        print(f"{name}: {before:.3f} ms without, {after:.3f} ms with; ratio {ratio:.2f}, at most {LIMIT}")


def _day(engine: Engine, board: NoticeBoard) -> TradingDay:
    plan = DayPlan(
        on=ON,
        instruments=tuple(series.instrument for series in engine.state.market),
        sessions=dict.fromkeys(engine.state.market.series, ((OPEN_MS, CLOSE_MS),)),
        warm_up=WarmUpPlan(first=ON, last=ON, sessions=dict.fromkeys(engine.state.market.series, _HOURS)),
    )
    ports = Ports(
        clock=None,  # type: ignore[arg-type]
        broker=None,  # type: ignore[arg-type]
        feed=None,  # type: ignore[arg-type]
        history=NoHistory(),
        notifier=BoardNotifier(board),
    )
    return TradingDay(
        plan=plan,
        engine=engine,
        ports=ports,
        supervisor=Supervisor(SupervisorSettings(), print),
        gate=RateGate(RateSettings()),
        settings=EngineSettings(),
        lag=LagWorker(),
    )


def _header(engine: Engine) -> RunHeader:
    return RunHeader(
        mode="replay", session_on=ON, now_ms=engine.state.now_ms, phase="open", data="made for measuring"
    )


async def _alerting(engine: Engine) -> None:
    while True:
        engine.outbox.put_alert(Alert(level="warning", text="an alert of the benchmark"))
        await asyncio.sleep(1)


def _no_beat() -> None:
    return


if __name__ == "__main__":
    main()
