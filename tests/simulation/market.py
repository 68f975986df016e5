"""A cheap market for a window of a session: walks, gaps, thin and one-sided books, by seed."""

from dataclasses import replace
from random import Random

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.simulator.market import DEFAULT_DAY
from trading_bot.simulator.market.listings import listings
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate

_STEP_MS = 1_000
POSITION_FRACTION = 0.2
"""Largest position as a fraction of the capital."""


class SeededMarket:
    """A `MarketSource` whose moments begin in the middle of a session and have no history before it."""

    on = DEFAULT_DAY
    description = "seeded walks for a simulation"

    def __init__(self, schedule):
        self._schedule = schedule
        self.instruments = tuple(
            replace(one.instrument, freeze_quantity=_freeze_of(one, schedule.world))
            for one in listings(schedule.world.symbols)
        )
        self._prices = {one.instrument.key: one.price for one in listings(schedule.world.symbols)}

    def previous_close(self, instrument_key):
        return self._prices[instrument_key]

    def history(self, instrument_key, first, last):
        return ()

    def moments(self):
        """The same walk each time it is asked for."""
        random = Random(f"market {self._schedule.seed}")
        walks = [_Walk(one, self._prices[one.key], random, self._schedule) for one in self.instruments]
        at_ms, end_ms = self._schedule.start_ms, self._schedule.end_ms
        while at_ms < end_ms:
            at_ms += int(_STEP_MS * (0.5 + random.random()))
            updates = tuple(walk.step(at_ms) for walk in walks if random.random() < self._schedule.world.pace)
            if updates:
                yield MarketMoment(at_ms, updates)


def _freeze_of(listing, knobs):
    """A freeze quantity that cuts the largest position into the wanted number of orders."""
    if not knobs.slices:
        return None
    return max(1, int(POSITION_FRACTION * knobs.capital * 100 / listing.price / knobs.slices))


class _Walk:
    """One share's way."""

    def __init__(self, instrument, price, random, schedule):
        self._key, self._symbol, self._tick = instrument.key, instrument.symbol, instrument.tick_size
        self._price, self._centre = float(price), float(price)
        self._random, self._schedule = random, schedule
        self._volume = 10_000
        self._gapped = set()

    def step(self, at_ms):
        random, faults = self._random, self._schedule.market_faults(self._symbol, at_ms)
        volatility = self._schedule.world.volatility
        # Pulled back to where it began, so that a long walk stays within the day's price band.
        pull = (self._centre - self._price) / self._centre * 0.01
        self._price *= 1 + random.gauss(0, volatility) + pull
        frozen = None
        for fault in faults:
            if fault.kind == "gap" and fault not in self._gapped:
                self._gapped.add(fault)
                self._price *= 1 + fault.value
            if fault.kind == "one_sided":
                frozen = fault
        return self._update(at_ms, frozen, is_thin=any(fault.kind == "thin" for fault in faults))

    def _update(self, at_ms, frozen, *, is_thin):
        random, tick = self._random, self._tick
        price = max(tick, round(self._price / tick) * tick)
        largest = 4 if is_thin else 4_000
        traded = 0 if frozen else random.randint(1, largest)
        self._volume += traded
        bids, asks = (
            tuple(Level(price + sign * tick * depth, random.randint(1, largest)) for depth in range(1, 4))
            for sign in (-1, 1)
        )
        if frozen:
            bids, asks = ((), asks) if frozen.value < 0 else (bids, ())
        return MarketUpdate(
            self._key, price, traded, at_ms // MS_PER_SECOND * MS_PER_SECOND, self._volume, bids, asks
        )
