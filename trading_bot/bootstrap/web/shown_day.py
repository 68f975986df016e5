"""What joins a trading day to the dashboard: taps beside its records, a timed broker, and the workers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from trading_bot.bootstrap.engine_parts import Records
from trading_bot.bootstrap.web.day_chart import DayCharts
from trading_bot.bootstrap.web.earlier_equity import earlier_equity
from trading_bot.bootstrap.web.equity import EquityWorker
from trading_bot.bootstrap.web.measured import Measured
from trading_bot.bootstrap.web.surface import Surface
from trading_bot.bootstrap.web.tap import DayTap
from trading_bot.bootstrap.web.timed_broker import TimedBroker
from trading_bot.bootstrap.web.watching import InDay
from trading_bot.engine.day import TradingDay
from trading_bot.engine.engine import MarketSink, RowSink
from trading_bot.engine.latency import LatencyTally
from trading_bot.engine.observe import NoticeBoard, head_of
from trading_bot.engine.ports import Broker
from trading_bot.engine.snapshot import RunHeader, Snapshot
from trading_bot.engine.workers.worker import Worker
from trading_bot.settings.tree import Settings
from trading_bot.web.views import Why


@dataclass(slots=True, kw_only=True)
class ShownDay:
    """One day on the dashboard."""

    surface: Surface
    settings: Settings
    database: Path
    reports: Path
    why: Why | None = None
    tap: DayTap = field(default_factory=DayTap)
    broker_calls: dict[str, LatencyTally] = field(default_factory=dict)

    def tapped(self, records: Records) -> Records:
        """The same records, and what passes them is seen here as well."""
        return replace(
            records,
            market_sink=self.tap.market_sink(records.market_sink or _no_market),
            row_sink=self.tap.row_sink(records.row_sink or _no_rows),
        )

    def timed(self, broker: Broker) -> Broker:
        """The same broker, its answers timed."""
        return TimedBroker(broker, self.broker_calls)

    def workers(
        self, day: TradingDay, header: Callable[[], RunHeader], board: NoticeBoard
    ) -> Sequence[Worker]:
        """What serves the day."""
        loop = asyncio.get_running_loop()
        measured = Measured(loop.time)

        def head() -> Snapshot:
            return replace(head_of(day, header(), board, loop.time()), resources=measured.use())

        equities = EquityWorker(
            lambda: day.engine.state, earlier=partial(earlier_equity, self.database, day.plan.on)
        )
        watched = InDay(
            engine=day.engine,
            strategies_of=day.engine.state.strategies,
            supervisor=day.supervisor,
            header=head,
            database=self.database,
            reports=self.reports,
            pin=lambda text: board.add(day.engine.state.now_ms, "warning", text),
            symbol_of=day.engine.state.market.symbol,
            day=day,
            tap=self.tap,
            charts=DayCharts(day, self.tap, self.settings.confluence),
            equities=equities,
            broker_calls=self.broker_calls,
        )
        return (*self.surface.workers(watched, self.why), equities)


_no_market: MarketSink = lambda _candles, _traces: None  # noqa: E731  # nobody else listens
_no_rows: RowSink = lambda _rows: None  # noqa: E731  # as above
