"""A made market for measurements: instruments, their history, and frames of ticks in session time."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle, Frame, Tick
from trading_bot.engine.core import Core
from trading_bot.engine.inputs import DayOpened, OwnershipClaimed, WarmedUp
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.state import State
from trading_bot.risk.settings import RiskSettings
from trading_bot.strategies.confluence import Confluence

ON = date(2026, 11, 19)
OPEN_MS = ms_at(ON, time(9, 15))
CLOSE_MS = ms_at(ON, time(15, 30))
TIMEFRAME_MS = 900_000
MICRO_MS = 10_000
FIRST_FRAME_MS = 100
"""How long after the quarter of an hour its first frame is sent."""
MINUTES_A_DAY = 375


class Beat(NamedTuple):
    """When a frame is sent in session time, and what it closes: nothing, micro-candles, or every candle."""

    at_ms: int
    closes: str


def instruments_of(count: int) -> tuple[Instrument, ...]:
    """So many shares."""
    return tuple(
        Instrument(
            key=f"NSE_EQ|INE{number:06d}018",
            symbol=f"SHARE{number:04d}",
            name=f"SHARE{number:04d}",
            segment=Segment.NSE_EQ,
            kind=InstrumentKind.EQUITY,
        )
        for number in range(count)
    )


def beats(frames_between: int, step_ms: int) -> Iterator[Beat]:
    """A day in jumps: some frames, then the first one of the next 15 minutes, which closes everything."""
    start_ms = OPEN_MS
    while start_ms + TIMEFRAME_MS <= CLOSE_MS:
        for number in range(frames_between):
            at_ms = start_ms + FIRST_FRAME_MS + number * step_ms
            closes = "micro" if (at_ms - OPEN_MS) % MICRO_MS < step_ms else "nothing"
            yield Beat(at_ms, closes if number else ("all" if start_ms > OPEN_MS else "nothing"))
        start_ms += TIMEFRAME_MS


class Prices:
    """Random walks, one for each instrument, the same in every run."""

    def __init__(self, count: int) -> None:
        self._random = Random(7)
        self._prices = [100_000 + number % 100 * 1_000 for number in range(count)]

    def next(self) -> list[int]:
        """Prices in paise, one step on."""
        draw = self._random.randrange
        self._prices = [price + draw(-20, 21) * 5 for price in self._prices]
        return self._prices


def frame_at(at_ms: int, instruments: tuple[Instrument, ...], prices: list[int], number: int) -> Frame:
    """A frame with a tick for every instrument."""
    return Frame(
        at_ms,
        tuple(
            Tick(one.key, price, at_ms - 10, 1_000 + number * 10, price - 5, 50, price + 5, 50, 99_000)
            for one, price in zip(instruments, prices, strict=True)
        ),
    )


def sessions_before(count: int) -> dict[date, tuple[int, int]]:
    """Session starts and ends of so many days before, and of the day."""
    days = [ON - timedelta(days=back) for back in range(count, -1, -1)]
    return {day: (ms_at(day, time(9, 15)), ms_at(day, time(15, 30))) for day in days}


def history_of(sessions: int) -> tuple[Candle, ...]:
    """Minutes of so many sessions before the day."""
    random = Random(11)
    price, minutes = 120_000, []
    for day in list(sessions_before(sessions))[:-1]:
        for minute in range(MINUTES_A_DAY):
            close = price + random.randrange(-60, 61) * 5
            minutes.append(
                Candle(
                    ms_at(day, time(9, 15)) + minute * 60_000,
                    price,
                    max(price, close) + 50,
                    min(price, close) - 50,
                    close,
                    5_000 + minute,
                )
            )
            price = close
    return tuple(minutes)


def new_core(instruments: tuple[Instrument, ...]) -> Core:
    """A core with one confluence strategy of 15 minutes, its day opened."""
    state = State(
        settings=EngineSettings(),
        risk=RiskSettings(),
        strategies=(Confluence(),),
        charges_so_far=lambda _book: Decimal(0),
    )
    core = Core(state)
    at_ms = OPEN_MS - 60_000
    sessions = {one.key: ((OPEN_MS, CLOSE_MS),) for one in instruments}
    core.step(DayOpened(at_ms=at_ms, on=ON, instruments=instruments, sessions=sessions))
    core.step(OwnershipClaimed(at_ms=at_ms, program_version="benchmark", settings_hash="-"))
    return core


def warm(core: Core, instruments: tuple[Instrument, ...], sessions: int = 12) -> None:
    """Open every instrument's indicators on a history of so many sessions."""
    minutes = history_of(sessions)
    starts = {on: start_ms for on, (start_ms, _) in sessions_before(sessions).items()}
    for one in instruments:
        core.step(
            WarmedUp(at_ms=OPEN_MS - 60_000, instrument_key=one.key, candles=minutes, session_starts=starts)
        )
