"""History in: each instrument's indicators open on its candles, while positions are already protected."""

from asyncio import Event
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.market_data import Candle
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import DayClosesRead, WarmedUp
from trading_bot.engine.ports import History
from trading_bot.engine.workers.failed_read import tell_failed_read

_start_ms = attrgetter("start_ms")


@dataclass(frozen=True, slots=True)
class WarmUpPlan:
    """Which days of history to ask for, and when was traded in each of them."""

    first: date
    last: date
    """The trading day itself: today's finished minutes are part of the history after a late start."""
    sessions: Mapping[str, Mapping[date, tuple[int, int]]]
    """Start and end of continuous trading by instrument and day, epoch ms; minutes outside are left out."""
    closes_from: date | None = None
    """First day whose close is wanted; None where no strategy looks at whole days."""


@dataclass(frozen=True, slots=True)
class WarmUpWorker:
    """Warms one instrument after the other; one that has no history is watched, not traded."""

    engine: Engine
    history: History
    instrument_keys: Sequence[str]
    plan: WarmUpPlan
    done: Event
    """Set when every instrument was tried."""
    name: str = "warm-up"

    async def run(self, beat: Callable[[], None]) -> None:
        """Warm everything up, and again after each gap in the feed.

        When the worker is started anew, instruments that are warm already are left alone.
        """
        market, gap = self.engine.state.market, self.engine.outbox.history_wanted
        cold = [
            key for key in self.instrument_keys if key in market.series and not market.series[key].is_warm
        ]
        while True:
            for key in cold:
                beat()
                await self._warm(key)
            self.done.set()
            await gap.wait()
            gap.clear()
            cold = [key for key in self.instrument_keys if key in market.series]

    async def _warm(self, key: str) -> None:
        await self._read_closes(key)
        try:
            candles = await self.history.minute_candles(key, self.plan.first, self._last_day(key))
        except ReadFailedError as error:
            await tell_failed_read(self.engine, f"history of {self.engine.state.market.symbol(key)}", error)
            return
        await self.engine.handle(_warmed_up(key, candles, self.plan.sessions[key]))

    async def _read_closes(self, key: str) -> None:
        """Ask for the closes of earlier sessions, once a day; without an answer they are unknown."""
        first, series = self.plan.closes_from, self.engine.state.market.series[key]
        if first is None or series.day_closes is not None or not series.evaluators:
            return
        try:
            closes = await self.history.day_closes(key, first, self.plan.last - timedelta(days=1))
        except ReadFailedError as error:
            await tell_failed_read(self.engine, f"days of {self.engine.state.market.symbol(key)}", error)
            return
        await self.engine.handle(DayClosesRead(at_ms=0, instrument_key=key, closes=closes))

    def _last_day(self, key: str) -> date:
        """Before the open there is nothing of today to ask for: that saves a call each."""
        sessions, today = self.plan.sessions[key], self.plan.last
        if self.engine.state.now_ms < sessions[today][0]:
            return max(day for day in sessions if day < today)
        return today


def _warmed_up(key: str, candles: Sequence[Candle], sessions: Mapping[date, tuple[int, int]]) -> WarmedUp:
    """Keep the minutes of continuous trading: live trading makes no candle of an auction's print."""
    kept: list[Candle] = []
    for start_ms, end_ms in sorted(sessions.values()):
        first, beyond = (bisect_left(candles, start, key=_start_ms) for start in (start_ms, end_ms))
        kept += candles[first:beyond]
    return WarmedUp(
        at_ms=0,
        instrument_key=key,
        candles=tuple(kept),
        session_starts={on: start_ms for on, (start_ms, _) in sessions.items()},
    )
