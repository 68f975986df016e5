"""The rules of the confluence strategy as pure functions of a reading: votes, triggers and gates."""

from typing import NamedTuple

from trading_bot.domain.gate import Gate
from trading_bot.domain.market_data import Quote
from trading_bot.domain.signal import Direction
from trading_bot.indicators.macd import MacdValue
from trading_bot.indicators.rolling_averages import NOT_READ, RollingAverages
from trading_bot.indicators.supertrend import SupertrendValue
from trading_bot.strategies.confluence_settings import ConfluenceSettings, RollingBars

SUPERTREND_FLIP = "Supertrend flip"
MACD_CROSS = "MACD cross"
RSI_CROSS = "RSI cross"
_VOTES = {1: "long", 0: "abstains", -1: "short"}
_NO_DIRECTION = "no direction: the votes cancel out"


class Reading(NamedTuple):
    """The market at one candle: prices in rupees, and each indicator or None where it has no value."""

    high: float
    low: float
    close: float
    ema: float | None
    rsi: float | None
    macd: MacdValue | None
    supertrend: SupertrendValue | None
    atr: float | None


class Sides(NamedTuple):
    """What of a reading the next one's triggers are found by; all that is kept of it, for thousands."""

    rsi: float | None
    histogram: float | None
    """Of the MACD."""
    direction: int | None
    """Of the Supertrend."""


def sides_of(reading: Reading) -> Sides:
    """Where the three stand, each None where it has no value."""
    macd, supertrend = reading.macd, reading.supertrend
    return Sides(
        reading.rsi, None if macd is None else macd[2], None if supertrend is None else supertrend[1]
    )


class Trigger(NamedTuple):
    """The newest trigger in one direction, and how many candles ago it was."""

    kind: str
    age: int


class Triggers(NamedTuple):
    """The newest trigger on either side of the market; None where there was none lately."""

    long: Trigger | None = None
    short: Trigger | None = None


_NO_TRIGGERS = Triggers()
_NOTHING_FIRED: tuple[str | None, str | None] = (None, None)


class Surroundings(NamedTuple):
    """What a candle is judged by, beside its reading."""

    candles_seen: int
    triggers: Triggers
    volume: int | None
    mean_volume: float | None
    """Mean of the candles before it; None where the source has no volume or there was none."""
    quote: Quote | None
    rolling: RollingAverages = NOT_READ
    """Of complete days, weeks or months; looked at where that gate is on."""


class ConfluenceRules:
    """Votes, triggers and gates under one set of parameters."""

    __slots__ = ("_fresh", "_has_rolling", "_macd_weight", "_needed_direction", "_needed_ready",
                 "_needed_rolling", "_needed_score",
                 "_needed_shock", "_needed_spread", "_needed_trend", "_needed_trigger", "_needed_volume",
                 "_required", "_rsi_long", "_rsi_short", "_rsi_weight", "_settings", "_supertrend_weight",
                 "_threshold", "_total_weight", "_trigger_texts")  # fmt: skip

    def __init__(self, settings: ConfluenceSettings, required_candles: int) -> None:
        self._settings = settings
        self._required = required_candles
        # Copies of what every candle asks for: a plain attribute costs half of one of a settings object.
        self._rsi_weight, self._macd_weight = settings.rsi_weight, settings.macd_weight
        self._supertrend_weight, self._threshold = settings.supertrend_weight, settings.threshold
        self._rsi_long = (settings.rsi_long_above, settings.rsi_long_up_to)
        self._rsi_short = (settings.rsi_short_down_to, settings.rsi_short_below)
        self._fresh = settings.trigger_within_candles
        self._total_weight = settings.rsi_weight + settings.macd_weight + settings.supertrend_weight
        fresh = settings.trigger_within_candles
        self._needed_ready = f">= {required_candles} candles"
        self._needed_score = f">= {settings.threshold:g} or <= -{settings.threshold:g}"
        self._needed_direction = "one of: " + ", ".join(settings.directions)
        self._needed_trend = {
            Direction.LONG: f"> 0: close above EMA({settings.ema_period})",
            Direction.SHORT: f"< 0: close below EMA({settings.ema_period})",
            None: _NO_DIRECTION,
        }
        self._needed_trigger = {
            Direction.LONG: f"a trigger for long within {fresh} candles",
            Direction.SHORT: f"a trigger for short within {fresh} candles",
            None: _NO_DIRECTION,
        }
        self._needed_shock = f"<= {settings.max_bar_range:g} of the close"
        self._needed_spread = f"0 to {settings.max_spread:g} of the price"
        self._has_rolling = settings.rolling_bars is not RollingBars.OFF
        averages = f"{settings.rolling_fast}- and {settings.rolling_slow}-{settings.rolling_bars} averages"
        self._needed_rolling = {
            Direction.LONG: f"> 0: close above the {averages}",
            Direction.SHORT: f"< 0: close below the {averages}",
            None: _NO_DIRECTION,
        }
        self._needed_volume = f">= {settings.min_volume_ratio:g} of the mean of {settings.volume_candles}"
        self._trigger_texts = {
            Trigger(kind, age): f"{kind}, {age} candles ago" if age else f"{kind} at this candle"
            for kind in (SUPERTREND_FLIP, MACD_CROSS, RSI_CROSS)
            for age in range(fresh)
        }

    def score(self, reading: Reading) -> float:
        """The weighted votes of RSI, MACD and Supertrend, each -1, 0 or 1, as a mean between -1 and 1."""
        votes = 0.0
        rsi, macd, supertrend = reading[4:7]
        if rsi is not None:
            votes += self._rsi_weight * self._rsi_vote(rsi)
        if macd is not None:
            histogram = macd[2]
            votes += self._macd_weight * ((histogram > 0) - (histogram < 0))
        if supertrend is not None:
            votes += self._supertrend_weight * supertrend[1]
        return votes / self._total_weight

    def triggers(self, before: Triggers, previous: Sides | None, now: Sides) -> Triggers:
        """The newest triggers, one candle on; those that are no longer fresh are forgotten."""
        rises, falls = _NOTHING_FIRED if previous is None else self._fired(previous, now)
        if before is _NO_TRIGGERS and rises is None and falls is None:
            return _NO_TRIGGERS
        long = self._aged(before.long) if rises is None else Trigger(rises, 0)
        short = self._aged(before.short) if falls is None else Trigger(falls, 0)
        return _NO_TRIGGERS if long is None and short is None else Triggers(long, short)

    def may_pass(self, score: float, direction: Direction | None, around: Surroundings) -> bool:
        """Whether the two gates that block most candles are open: where not, there can be no signal."""
        if abs(score) < self._threshold or direction is None:
            return False
        triggers = around.triggers
        return (triggers.long if direction is Direction.LONG else triggers.short) is not None

    def gates(
        self, reading: Reading, score: float, direction: Direction | None, around: Surroundings
    ) -> tuple[Gate, ...]:
        """Every condition of an entry, always all of them and in this order."""
        rolling = (self._rolling(reading, direction, around.rolling),) if self._has_rolling else ()
        return (
            self._ready(reading, around.candles_seen),
            self._score(reading, score),
            Gate("direction", direction in self._settings.directions, direction, self._needed_direction),
            self._trend(reading, direction),
            self._trigger(around.triggers, direction),
            self._shock(reading),
            Gate("atr", bool(reading.atr), reading.atr, "> 0"),
            self._spread(around.quote),
            self._volume(around.volume, around.mean_volume),
            *rolling,
        )

    def _rsi_vote(self, rsi: float) -> int:
        long_above, long_up_to = self._rsi_long
        if long_above < rsi <= long_up_to:
            return 1
        short_down_to, short_below = self._rsi_short
        return -1 if short_down_to <= rsi < short_below else 0

    def _score(self, reading: Reading, score: float) -> Gate:
        """The score, and who voted: the number alone does not say which indicator abstained."""
        rsi, macd, supertrend = reading[4:7]
        rsi_text = "unknown" if rsi is None else f"{rsi:.1f} {_VOTES[self._rsi_vote(rsi)]}"
        macd_text = band_text = "unknown"
        if macd is not None:
            macd_text = f"{macd[2]:+.3f} {_VOTES[(macd[2] > 0) - (macd[2] < 0)]}"
        if supertrend is not None:
            band_text = f"{supertrend[0]:.2f} {_VOTES[supertrend[1]]}"
        needed = f"{self._needed_score}; RSI {rsi_text}, MACD {macd_text}, Supertrend {band_text}"
        return Gate("score", abs(score) >= self._settings.threshold, score, needed)

    def _fired(self, before: Sides, now: Sides) -> tuple[str | None, str | None]:
        """What fired with this candle, for long and for short; the later in this list gives the name."""
        rsi = _crossing(before.rsi, now.rsi, self._rsi_long[0], self._rsi_short[1])
        macd = _crossing(before.histogram, now.histogram, 0.0, 0.0)
        supertrend = _crossing(before.direction, now.direction, 0.0, 0.0)
        if not (rsi or macd or supertrend):
            return _NOTHING_FIRED
        rises = falls = None
        for kind, turn in ((RSI_CROSS, rsi), (MACD_CROSS, macd), (SUPERTREND_FLIP, supertrend)):
            if turn > 0:
                rises = kind
            elif turn < 0:
                falls = kind
        return rises, falls

    def _aged(self, trigger: Trigger | None) -> Trigger | None:
        if trigger is None or trigger.age + 1 >= self._fresh:
            return None
        return Trigger(trigger.kind, trigger.age + 1)

    def _ready(self, reading: Reading, candles_seen: int) -> Gate:
        is_ready = candles_seen >= self._required and None not in (
            reading.ema, reading.macd, reading.supertrend, reading.atr
        )  # fmt: skip
        return Gate("ready", is_ready, candles_seen, self._needed_ready)

    def _trend(self, reading: Reading, direction: Direction | None) -> Gate:
        needed = self._needed_trend[direction]
        if reading.ema is None:
            return Gate("trend", False, None, needed)
        distance = reading.close / reading.ema - 1.0
        passed = distance > 0 if direction is Direction.LONG else distance < 0
        return Gate("trend", passed and direction is not None, distance, needed)

    def _rolling(self, reading: Reading, direction: Direction | None, rolling: RollingAverages) -> Gate:
        """The close beyond both averages; what is not known is no yes, unless the settings say so."""
        needed = self._needed_rolling[direction]
        if rolling.unknown:
            if self._settings.rolling_unknown_passes:
                return Gate("rolling", True, None, f"skipped: {rolling.unknown}")
            return Gate("rolling", False, None, f"{needed}; {rolling.unknown}")
        fast, slow = rolling.fast, rolling.slow
        nearest = min(fast, slow) if direction is Direction.SHORT else max(fast, slow)
        distance = reading.close / nearest - 1.0
        passed = distance > 0 if direction is Direction.LONG else distance < 0
        text = f"{needed}; averages {fast:.2f} and {slow:.2f}"
        return Gate("rolling", passed and direction is not None, distance, text)

    def _trigger(self, triggers: Triggers, direction: Direction | None) -> Gate:
        needed = self._needed_trigger[direction]
        trigger = triggers.long if direction is Direction.LONG else triggers.short
        if trigger is None or direction is None:
            return Gate("trigger", False, None, needed)
        return Gate("trigger", True, self._trigger_texts[trigger], needed)

    def _shock(self, reading: Reading) -> Gate:
        if reading.close <= 0:
            return Gate("shock", False, None, self._needed_shock)
        bar_range = (reading.high - reading.low) / reading.close
        return Gate("shock", bar_range <= self._settings.max_bar_range, bar_range, self._needed_shock)

    def _spread(self, quote: Quote | None) -> Gate:
        if quote is None or quote.bid <= 0 or quote.ask <= 0:
            return Gate("spread", True, None, "skipped: no quote on both sides")
        spread = 2.0 * (quote.ask - quote.bid) / (quote.ask + quote.bid)
        return Gate("spread", 0 <= spread <= self._settings.max_spread, spread, self._needed_spread)

    def _volume(self, volume: int | None, mean_volume: float | None) -> Gate:
        if volume is None or not mean_volume:
            return Gate("volume", True, None, "skipped: no volume")
        ratio = volume / mean_volume
        return Gate("volume", ratio >= self._settings.min_volume_ratio, ratio, self._needed_volume)


def _crossing(before: float | None, after: float | None, upper: float, lower: float) -> int:
    """+1 when the value rose over `upper` with this candle, -1 when it fell under `lower`, else 0."""
    if before is None or after is None:
        return 0
    if before <= upper < after:
        return 1
    return -1 if before >= lower > after else 0
