"""What happens in a run, as data: its world and its faults, drawn from a seed or read from a file."""

import json
from dataclasses import asdict, dataclass, replace
from random import Random

from tests.simulation.catalogue import KINDS, Fault
from tests.simulation.situations import SITUATIONS, STAGED_MINUTES, situation_of
from trading_bot.domain.ist import MS_PER_SECOND, midnight_ms
from trading_bot.simulator.market import DEFAULT_DAY
from trading_bot.simulator.venue.exchange.session_plan import MarketHalt

SYMBOLS = ("TATASTEEL", "INFY", "MARUTI", "ZEEL")
_MS_PER_MINUTE = 60_000
_OPEN_MINUTE = 9 * 60 + 15
_LAST_START_MINUTE = 14 * 60
_CHANCES = {False: (0.1, 0.3, 0.7, 1.0), True: (0.3, 0.6, 1.0)}
_LATER_CHANCE = 0.08
_STAGED_EVERY, _STAGED_TURN = 3, 2
_SHUFFLED = 0.9
_BATCHED_CHANCE = 0.5
_CLOSING_START_MINUTES = (14 * 60 + 40, 14 * 60 + 58)


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """What of the world is drawn: shares, pace, money, limits, latencies, storage."""

    symbols: tuple[str, ...] = SYMBOLS[:2]
    slices: int = 0
    """Orders that a full position takes within the freeze quantity; 0: none is set."""
    pace: float = 0.6
    volatility: float = 0.0005
    provisional_s: int = 0
    signal_chance: float = 0.5
    atr_least: float = 0.0005
    atr_most: float = 0.004
    """Range of the average true range that signals name, as a fraction of the price."""
    capital: int = 500_000
    max_daily_loss: float = 0.02
    max_concurrent: int = 3
    max_trades: int = 25
    max_losses: int = 50
    latency_ms: int = 30
    commit_ms: int = 3
    on_disk: bool = False
    shuffled: bool = True
    resume_every_s: int = 0
    batched: bool = False
    """Whether a message of the feed carries all instruments that changed, as in life, or one."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Everything that a run needs; two runs of one schedule are the same."""

    seed: int
    start_minute: int
    minutes: int
    """Until everything heals."""
    world: Knobs
    faults: tuple[Fault, ...] = ()

    @property
    def start_ms(self):
        return midnight_ms(DEFAULT_DAY) + self.start_minute * _MS_PER_MINUTE

    @property
    def heal_ms(self):
        return self.start_ms + self.minutes * _MS_PER_MINUTE

    @property
    def end_ms(self):
        """When the market's moments end: time to heal, to flatten, and to look."""
        return self.heal_ms + 6 * _MS_PER_MINUTE

    @property
    def halt(self):
        """The market-wide halt, the last third of it being the call auction; None where there is none."""
        for fault in self.faults:
            if fault.kind == "market_halt":
                start_ms, auction_ms, end_ms = (
                    self.start_ms + round((fault.at_s + part * fault.for_s) * MS_PER_SECOND)
                    for part in (0, 2 / 3, 1)
                )
                return MarketHalt(start_ms=start_ms, auction_ms=auction_ms, end_ms=end_ms)
        return None

    @property
    def late_words_s(self):
        """Seconds until the feed tells of the halt's beginning, and of its end; None where it never does."""
        value = next(fault.value for fault in self.faults if fault.kind == "market_halt")
        return (0.0, None) if value < 0 else (value, value)

    def market_faults(self, symbol, at_ms):
        at_s = (at_ms - self.start_ms) / MS_PER_SECOND
        return [
            fault
            for fault in self.faults
            if KINDS[fault.kind].is_market
            and fault.symbol == symbol
            and (fault.at_s <= at_s < fault.until_s or (not fault.for_s and fault.at_s <= at_s))
        ]

    def to_json(self):
        return json.dumps(asdict(self), indent=1)

    @staticmethod
    def from_json(text):
        tree = json.loads(text)
        world = tree.pop("world")
        world["symbols"] = tuple(world["symbols"])
        faults = tuple(Fault(**fault) for fault in tree.pop("faults"))
        return Schedule(world=Knobs(**world), faults=faults, **tree)

    def without(self, fault):
        return replace(self, faults=tuple(one for one in self.faults if one is not fault))


def draw(seed):
    """The schedule of a seed: each third one sets a situation up, the others are swarms."""
    random = Random(f"schedule {seed}")
    number, turn = divmod(seed, _STAGED_EVERY)
    return _staged(seed, number, random) if turn == _STAGED_TURN else _swarm(seed, random)


def situations_first(seeds):
    """The same seeds in another order: in each round through all situations these come first, being cheap."""
    around = _STAGED_EVERY * len(SITUATIONS)
    return sorted(seeds, key=lambda seed: (seed // around, seed % _STAGED_EVERY != _STAGED_TURN, seed))


def _staged(seed, number, random):
    """A situation, each in its turn, so that any row of seeds holds them all alike."""
    situation = situation_of(number)
    symbols = tuple(random.sample(SYMBOLS, random.choice((1, 2))))
    knobs, faults = situation(random, symbols)
    start_minute = random.randint(_OPEN_MINUTE, _LAST_START_MINUTE)
    return Schedule(
        seed=seed,
        start_minute=knobs.pop("start_minute", start_minute),
        minutes=knobs.pop("minutes", STAGED_MINUTES),
        world=Knobs(symbols=symbols, shuffled=random.random() < _SHUFFLED, **knobs),
        faults=tuple(sorted(faults, key=lambda fault: (fault.at_s, fault.kind))),
    )


def _swarm(seed, random):
    """A random subset of kinds at random intensities, or none at all."""
    start_minute, minutes = _window(random)
    world = _knobs(random)
    faults = _faults(random, minutes * 60, world.symbols)
    later = Random(f"later {seed}")
    faults += _later_faults(later, minutes * 60, world.symbols)
    world = replace(world, batched=later.random() < _BATCHED_CHANCE)
    return Schedule(
        seed=seed,
        start_minute=start_minute,
        minutes=minutes,
        world=world,
        faults=tuple(sorted(faults, key=lambda fault: (fault.at_s, fault.kind))),
    )


def _window(random):
    if random.random() < 0.01:
        return _OPEN_MINUTE - 5, 300
    minutes = random.choice((6, 8, 10, 10, 12, 15, 20))
    if random.random() < 0.2:
        return random.randint(*_CLOSING_START_MINUTES), random.choice((6, 8, 10))
    if random.random() < 0.15:
        return _OPEN_MINUTE - 2, minutes
    return random.randint(_OPEN_MINUTE, _LAST_START_MINUTE), minutes


def _knobs(random):
    count = random.choice((1, 2, 2, 3))
    return Knobs(
        symbols=tuple(random.sample(SYMBOLS, count)),
        slices=random.choice((0, 0, 2, 3)),
        pace=random.choice((0.3, 0.6, 0.9)),
        volatility=random.choice((0.0002, 0.0005, 0.001)),
        provisional_s=random.choice((0, 10, 20)),
        signal_chance=random.choice((0.3, 0.7, 1.0)),
        atr_least=0.0003,
        atr_most=random.choice((0.001, 0.002, 0.004)),
        capital=random.choice((100_000, 500_000, 2_000_000)),
        max_daily_loss=random.choice((0.002, 0.02, 0.1, 0.3)),
        max_concurrent=random.choice((1, 2, 3)),
        max_trades=random.choice((4, 25, 25, 25)),
        max_losses=random.choice((3, 50, 50)),
        latency_ms=random.choice((2, 15, 60, 250)),
        commit_ms=random.choice((0, 1, 5, 40)),
        on_disk=random.random() < 0.03,
        shuffled=random.random() < _SHUFFLED,
        resume_every_s=random.choice((0, 30, 30, 45)),
    )


def _faults(random, seconds, symbols):
    count = random.choice((0, 1, 2, 4, 6, 8, 11, 15))
    kinds = sorted(kind for kind in KINDS if not KINDS[kind].is_later)
    # What happens to orders on their way is drawn more often: most of the promises are about it.
    writes = [kind for kind in KINDS if KINDS[kind].is_write]
    swarming = sorted(kind for kind in kinds if not KINDS[kind].is_staged)
    drawn = {*random.sample(writes, count // 3), *random.sample(swarming, count - count // 3)}
    return [
        _fault(random, kind, seconds, symbols)
        for kind in sorted(drawn)
        for _ in range(random.choice((1, 1, 2, 3)))
    ]


def _later_faults(random, seconds, symbols):
    """Faults of kinds that came later, drawn apart: a seed without them has the course that it always had."""
    drawn = [kind for kind in sorted(KINDS) if KINDS[kind].is_later and random.random() < _LATER_CHANCE]
    return [_fault(random, kind, seconds, symbols) for kind in drawn]


def _fault(random, kind, seconds, symbols):
    what = KINDS[kind]
    at_s = round(random.uniform(0, seconds - 1), 3)
    lasts_s = (
        0.0 if what.is_instant else what.shortest_s * (what.longest_s / what.shortest_s) ** random.random()
    )
    return Fault(
        kind=kind,
        at_s=at_s,
        for_s=round(min(lasts_s, seconds - at_s), 3),
        chance=random.choice(_CHANCES[what.is_write]) if what.has_chance else 1.0,
        value=what.value(random),
        symbol=random.choice(symbols),
    )
