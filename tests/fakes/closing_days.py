"""The last hour of a day in virtual time, with gaps, locks, rejects and storms around the square-off.

A seed decides what happens to each instrument and what the broker does to our calls. The pretend exchange is
the oracle: what it says is held at the cut-off is what counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from random import Random

from tests.fakes.faulty_brokers import FaultyBroker
from tests.fakes.invariants import ProbedCore
from tests.fakes.scripted_market import CALL, ON, RELIANCE
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.journal.memory_journal import MemoryJournal
from trading_bot.bootstrap.engine_parts import EngineSections, Records
from trading_bot.bootstrap.replaying.virtual_day import VirtualDay
from trading_bot.domain.instrument import Instrument, InstrumentKind, Rounding, Segment
from trading_bot.domain.ist import MS_PER_SECOND, ms_at
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import Side
from trading_bot.domain.signal import Direction, Evaluation, Signal
from trading_bot.engine.commands import Alert
from trading_bot.engine.ports import RefusalCause, Refused, Unknown
from trading_bot.engine.rate_gate import RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import SupervisorSettings
from trading_bot.risk.settings import RiskSettings, SizingSettings
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.virtual_time import run_virtually
from trading_bot.strategies.strategy import WarmUp

PROJECT = Path(__file__).resolve().parents[2]
AUCTION = Instrument(
    key=RELIANCE.key, symbol="RELIANCE", name="RELIANCE", segment=Segment.NSE_EQ, tick_size=10,
    kind=InstrumentKind.EQUITY, freeze_quantity=60, isin=RELIANCE.isin, closing_auction_eligible=True,
)  # fmt: skip
PLAIN = Instrument(
    key="NSE_EQ|INE000A01001", symbol="PLAIN", name="PLAIN", segment=Segment.NSE_EQ,
    kind=InstrumentKind.EQUITY, freeze_quantity=500, isin="INE000A01001",
)  # fmt: skip
TRADED = (AUCTION, PLAIN, CALL)
CLOSES = {AUCTION.key: 140_000, PLAIN.key: 40_000, CALL.key: 12_000}
CUT_OFF = {AUCTION.key: time(15, 10), PLAIN.key: time(15, 15), CALL.key: time(15, 25)}
"""When the broker's desk begins: flat by then, or it costs."""
FLAT_BY = {AUCTION.key: time(15, 5), PLAIN.key: time(15, 10), CALL.key: time(15, 20)}
LIQUID = ("calm", "gap", "thin", "silent", "unlocked")
STEP_MS = 5 * MS_PER_SECOND


def at(clock: time) -> int:
    return ms_at(ON, clock)


START_MS, END_MS = at(time(14, 38)), at(time(15, 40))
_MANY = 100_000


@dataclass
class Fate:
    """What happens to one instrument."""

    kind: str
    direction: Direction
    from_ms: int
    until_ms: int


def fates(random: Random) -> dict[str, Fate]:
    """Draw them: locks only where the band is fixed, and a dried-up book elsewhere."""
    drawn = {}
    for instrument in TRADED:
        kinds = [*LIQUID[:4], "dry"]
        if instrument is PLAIN:
            kinds += ["locked", "unlocked", "locked"]
        direction = Direction.LONG if instrument is CALL else random.choice(list(Direction))
        flat_by_ms = at(FLAT_BY[instrument.key])
        from_ms = flat_by_ms + random.randrange(-120, 60) * MS_PER_SECOND
        kind = random.choice(kinds)
        until_ms = END_MS if kind in {"locked", "dry"} else from_ms + random.randrange(20, 90) * MS_PER_SECOND
        drawn[instrument.key] = Fate(kind, direction, from_ms, until_ms)
    return drawn


class ClosingMarket:
    """A market source of one hour."""

    on = ON
    instruments = TRADED
    description = "a close"

    def __init__(self, random: Random, drawn: dict[str, Fate]) -> None:
        self._random = random
        self._fates = drawn
        self._prices = dict(CLOSES)
        self._volumes = dict.fromkeys(CLOSES, 0)
        self.limit_ms: dict[str, int] = {}
        """When an instrument first traded at its price limit."""

    def previous_close(self, instrument_key: str) -> int:
        return CLOSES[instrument_key]

    def history(self, _key, _first, _last) -> tuple[Candle, ...]:
        return ()

    def moments(self) -> Iterator[MarketMoment]:
        for at_ms in range(START_MS, END_MS, STEP_MS):
            updates = [self._update(instrument, at_ms) for instrument in TRADED]
            yield MarketMoment(at_ms, tuple(one for one in updates if one is not None))

    def _update(self, instrument: Instrument, at_ms: int) -> MarketUpdate | None:
        key = instrument.key
        fate = self._fates[key]
        is_on = fate.from_ms <= at_ms < fate.until_ms
        if is_on and fate.kind == "silent":
            return None
        self._move(instrument, fate, at_ms, is_on=is_on)
        is_shut = is_on and fate.kind in {"locked", "unlocked", "dry"}
        if not is_shut:
            self._volumes[key] += 200
        price, tick = self._prices[key], instrument.tick_size
        size = self._random.randrange(5, 60) if is_on and fate.kind == "thin" else _MANY
        bids, asks = (Level(price - tick, size),), (Level(price + tick, size),)
        if is_shut:
            bids, asks = ((), asks) if fate.direction is Direction.LONG else (bids, ())
        return MarketUpdate(key, price, 0 if is_shut else 10, at_ms, self._volumes[key], bids, asks)

    def _move(self, instrument: Instrument, fate: Fate, at_ms: int, *, is_on: bool) -> None:
        key, sign = instrument.key, fate.direction.sign
        price, close = self._prices[key], CLOSES[key]
        if is_on and fate.kind in {"locked", "unlocked"}:
            limit = instrument.round_price(close * (1 - sign * 0.2), _inwards(sign))
            step = int(close * 0.07) * -sign
            price = max(limit, price + step) if sign > 0 else min(limit, price + step)
            if price == limit:
                self.limit_ms.setdefault(key, at_ms)
        elif fate.kind == "gap" and at_ms <= fate.from_ms < at_ms + STEP_MS:
            price = instrument.round_price(
                price * (1 - sign * self._random.uniform(0.02, 0.07)), _inwards(sign)
            )
        elif not (is_on and fate.kind == "dry"):
            drift = self._random.randrange(-2, 3) * instrument.tick_size
            price = max(instrument.tick_size, price + drift)
        self._prices[key] = (
            price if instrument is not PLAIN else min(max(price, close * 4 // 5), close * 6 // 5)
        )


def _inwards(sign: int) -> Rounding:
    return Rounding.UP if sign > 0 else Rounding.DOWN


class OneSignal:
    """A strategy that enters each instrument once, in the direction that its fate will hurt."""

    name, timeframe_s, provisional_interval_s = "closing", 60, 0
    warm_up = WarmUp(required=0, wanted=0)

    def __init__(self, drawn: dict[str, Fate]) -> None:
        self._fates = drawn

    def evaluator(self, instrument: Instrument) -> "OneSignalEvaluator":
        return OneSignalEvaluator(instrument.key, self._fates[instrument.key].direction)


class OneSignalEvaluator:
    def __init__(self, key: str, direction: Direction) -> None:
        self._key, self._direction, self._is_done = key, direction, False

    def warm_up(self, candles) -> None:
        """Need nothing."""

    def evaluate(self, candle: Candle, _quote) -> Evaluation:
        signal = None
        if not self._is_done:
            self._is_done = True
            signal = Signal(
                strategy="closing",
                instrument_key=self._key,
                direction=self._direction,
                score=1.0,
                candle_start_ms=candle.start_ms,
                reference_price=candle.close,
                atr_paise=candle.close * 0.02,
            )
        return Evaluation(
            strategy="closing",
            instrument_key=self._key,
            candle_start_ms=candle.start_ms,
            score=1.0,
            gates=(),
            signal=signal,
        )

    peek = evaluate


class StormyBroker(FaultyBroker):
    """Around the square-off calls are refused, as too many or for no good reason, or lose their answer."""

    def __init__(self, broker, clock, random: Random) -> None:
        super().__init__(broker, clock)
        self._random = random
        self._chance = random.choice((0.0, 0.1, 0.3))
        first_ms = at(time(15, 4))
        self._storms = [
            (start_ms, start_ms + random.randrange(5, 40) * MS_PER_SECOND)
            for start_ms in (first_ms + random.randrange(0, 1_000) * MS_PER_SECOND for _ in range(3))
        ]

    async def _write(self, call):
        now_ms = self._clock.now_ms()
        if any(start_ms <= now_ms < end_ms for start_ms, end_ms in self._storms):
            return Refused("UDAPI10005", "too many requests", RefusalCause.RATE_LIMITED)
        if now_ms < at(time(15, 3)) or self._random.random() >= self._chance:
            return await call()
        kind = self._random.choice(("refused", "lost before", "lost after"))
        if kind == "refused":
            return Refused("RMS", "rule of the day")
        if kind == "lost after":
            await call()
        return Unknown("the answer was lost")

    async def place(self, request):
        return await self._write(lambda: self._broker.place(request))

    async def modify(self, order_id, terms):
        return await self._write(lambda: self._broker.modify(order_id, terms))

    async def cancel(self, order_id):
        return await self._write(lambda: self._broker.cancel(order_id))


@dataclass
class Pager:
    """Remembers what a person was told, and when."""

    told: list[tuple[str, str]] = field(default_factory=list)

    async def notify(self, alert: Alert) -> None:
        if alert.level == "critical":
            self.told.append((alert.level, alert.text))


@dataclass
class Close:
    """How a close went."""

    seed: int
    fates: dict[str, Fate]
    problems: list[str]
    held: int
    """Positions that were open two minutes before the square-off."""
    flat_s: list[float]
    """From the time to be flat to being flat, of those that had to be."""
    page_s: list[float]
    """From the lock to the page, of those that were locked with an exit wanted."""


def simulated_close(seed: int) -> Close:
    """Trade one close and judge it by what the exchange holds."""
    random = Random(seed)
    drawn = fates(random)
    market = ClosingMarket(random, drawn)
    probes: list[ProbedCore] = []

    def watched(core):
        probes.append(ClosingCore(core.state))
        return probes[0]

    day = VirtualDay(
        source=market,
        rules=load_market_rules(PROJECT / "config" / "market"),
        strategies=(OneSignal(drawn),),
        sections=EngineSections(
            engine=EngineSettings(),
            risk=RiskSettings(sizing=SizingSettings(max_position_fraction=0.2)),
            rate=RateSettings(),
            supervisor=SupervisorSettings(),
        ),
        records=Records(journal=MemoryJournal()),
        venue_settings=VenueSettings(),
        seed=seed,
        start_ms=START_MS,
        notifier=Pager(),
        wired=lambda broker, clock: StormyBroker(broker, clock, Random(seed + 1)),
        watched=watched,
    )
    _, venue = run_virtually(day.run())
    return _judged(seed, market, drawn, venue, probes[0])


class ClosingCore(ProbedCore):
    """Also remembers when each position ended, and when a person was told of it."""

    def __init__(self, state) -> None:
        super().__init__(state)
        self.pages: list[tuple[int, str]] = []
        self.exiting_ms: dict[str, int] = {}

    def _step_of(self, turn):
        step = super()._step_of(turn)
        now_ms = self.state.now_ms
        for command in step.commands:
            if getattr(command, "level", "") == "critical":
                self.pages.append((now_ms, command.text))
        for trade in self.state.book.trades.values():
            if trade.is_exiting:
                self.exiting_ms.setdefault(trade.instrument_key, now_ms)
        return step


def _judged(seed, market, drawn, venue, probe) -> Close:
    close = Close(seed, drawn, [], 0, [], [])
    close.problems += [text for text in probe.violations if "(V4)" not in text]
    trades = venue.trade_rows()
    by_desk = {row.order_id for row in venue.order_rows() if row.tag is None}
    for key, fate in drawn.items():
        own = [trade for trade in trades if trade.instrument_key == key]
        cut_off_ms, flat_by_ms = at(CUT_OFF[key]), at(FLAT_BY[key])
        close.held += bool(_quantity(own, flat_by_ms - 120_000))
        name = f"{key} {fate.kind}"
        if fate.kind in LIQUID:
            if _quantity(own, cut_off_ms):
                close.problems.append(f"{name}: {_quantity(own, cut_off_ms)} units at the cut-off")
            elif _quantity(own, flat_by_ms):
                close.flat_s.append((own[-1].traded_at_ms - flat_by_ms) / MS_PER_SECOND)
        elif _quantity(own, cut_off_ms):
            _judge_page(close, key, fate, probe, market.limit_ms.get(key))
        if fate.kind in LIQUID and any(trade.order_id in by_desk for trade in own):
            close.problems.append(f"{name}: the desk had to close it")
    return close


def _judge_page(close, key, fate, probe, limit_ms) -> None:
    told_of = [(page_ms, text) for page_ms, text in probe.pages if probe.state.market.symbol(key) in text]
    pages = [page_ms for page_ms, _ in told_of if page_ms >= fate.from_ms]
    if not pages or pages[0] > at(CUT_OFF[key]):
        close.problems.append(f"{key} {fate.kind}: nobody was told")
        return
    if fate.kind == "locked":
        told = [page_ms for page_ms, text in told_of if "price limit" in text]
        known_ms = max(limit_ms, probe.exiting_ms[key])
        waited_s = (told[0] - known_ms) / MS_PER_SECOND if told else float("inf")
        close.page_s.append(waited_s)
        if waited_s > 5:
            close.problems.append(f"{key} locked: told after {waited_s} s")


def _quantity(trades, until_ms: int) -> int:
    return sum(
        (trade.quantity if trade.side is Side.BUY else -trade.quantity)
        for trade in trades
        if trade.traded_at_ms < until_ms
    )
