"""The dashboard as the modes have it: one for the process, shown each of its days and rests."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from trading_bot.bootstrap.places import reports_folder
from trading_bot.bootstrap.web.measured import Measured
from trading_bot.bootstrap.web.shown_day import ShownDay
from trading_bot.bootstrap.web.surface import Surface
from trading_bot.bootstrap.web.watching import AtRest
from trading_bot.engine.engine import Engine
from trading_bot.engine.observe import NoticeBoard, SymbolOf
from trading_bot.engine.snapshot import Snapshot
from trading_bot.engine.supervisor import Supervisor
from trading_bot.engine.workers.worker import Worker
from trading_bot.settings.tree import Settings
from trading_bot.strategies.strategy import Strategy
from trading_bot.web.tokens import Tokens
from trading_bot.web.views import Why

WhyOf = Callable[[Path], Why]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Makes what serves a day or a rest."""

    settings: Settings
    surface: Surface
    why_of: WhyOf | None = None
    """Makes what explains the decisions that a journal holds."""

    def day(self, database: Path) -> ShownDay:
        """How the coming day is shown."""
        return ShownDay(
            surface=self.surface,
            settings=self.settings,
            database=database,
            reports=reports_folder(self.settings),
            why=self._why(database),
        )

    def rest(
        self,
        *,
        engine: Engine,
        supervisor: Supervisor,
        strategies: Sequence[Strategy],
        snapshot: Callable[[], Snapshot],
        board: NoticeBoard,
        database: Path,
        symbol_of: SymbolOf,
    ) -> Sequence[Worker]:
        """What serves until the next day."""
        measured = Measured(asyncio.get_running_loop().time)
        watched = AtRest(
            engine=engine,
            supervisor=supervisor,
            strategies_of=strategies,
            header=lambda: replace(snapshot(), symbols=(), orders=(), resources=measured.use()),
            symbol_of=symbol_of,
            database=database,
            reports=reports_folder(self.settings),
            pin=lambda text: board.add(engine.state.now_ms, "warning", text),
        )
        return self.surface.workers(watched, self._why(database))

    def _why(self, database: Path) -> Why | None:
        return None if self.why_of is None else self.why_of(database)


@contextmanager
def open_dashboard(
    settings: Settings, tokens: Tokens, write: Callable[[str], None], why_of: WhyOf | None = None
) -> Iterator[Dashboard]:
    """The dashboard, which stops listening at the end."""
    surface = Surface(settings, tokens, write)
    try:
        yield Dashboard(settings, surface, why_of)
    finally:
        surface.listener.close()
