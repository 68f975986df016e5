"""The volatility index as an overlay: its place among its own closes, and its rise since the last one."""

from collections.abc import Sequence
from datetime import date

from trading_bot.domain.outlook import DayClose
from trading_bot.domain.values import dataclass
from trading_bot.risk.overlays.adjustment import Spoken
from trading_bot.risk.overlays.settings import Regime, VixReading, VixSettings

_CENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityPicture:
    """What is known of the index at one moment; values in hundredths."""

    on: date
    previous_session_on: date | None
    closes: Sequence[DayClose]
    """Closes, oldest first; those of the day itself or later are not looked at."""
    value: int
    """The newest one; 0 where none was seen."""
    age_s: float
    """Seconds since it was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A regime, and the numbers behind it."""

    regime: Regime
    text: str
    is_known: bool = True


def spoken(picture: VolatilityPicture, settings: VixSettings) -> Spoken:
    """The overlay's word."""
    found = standing(picture, settings)
    return Spoken(overlay="vix", reason=found.text, rule=settings.rule(found.regime))


def standing(picture: VolatilityPicture, settings: VixSettings) -> Standing:
    """Place the index. What cannot be known is read as configured, never as calm by default."""
    before = [close for close in picture.closes if close.on < picture.on and close.close > 0]
    closes = before[-settings.lookback_sessions :]
    why = _unknown(picture, closes, settings)
    if why:
        return Standing(
            regime=settings.unknown_as,
            text=f"India VIX unknown ({why}), read as {settings.unknown_as}",
            is_known=False,
        )
    last = closes[-1].close
    is_today = settings.reading is VixReading.TODAY
    value = picture.value if is_today else last
    percentile = sum(1 for close in closes if close.close <= value) / len(closes)
    rise = (value - last) / last if is_today else 0.0
    regime = _regime(percentile, rise, settings)
    change = f", {rise:+.1%} today" if is_today else ""
    text = (
        f"India VIX {value / _CENT:.2f} is {regime}: at or above {percentile:.0%} "
        f"of {len(closes)} closes{change}"
    )
    return Standing(regime=regime, text=text)


def _unknown(picture: VolatilityPicture, closes: Sequence[DayClose], settings: VixSettings) -> str:
    """Why nothing can be said; empty where something can."""
    if len(closes) < settings.min_closes:
        return f"{len(closes)} of {settings.min_closes} closes"
    if picture.previous_session_on is None or closes[-1].on < picture.previous_session_on:
        return f"last close of {closes[-1].on}, session before is {picture.previous_session_on}"
    if settings.reading is VixReading.PREVIOUS_CLOSE:
        return ""
    if picture.value <= 0:
        return "no value today"
    if picture.age_s > settings.max_age_s:
        return f"{picture.age_s:.0f} s old"
    return ""


def _regime(percentile: float, rise: float, settings: VixSettings) -> Regime:
    if percentile >= settings.stress_percentile or rise >= settings.stress_rise:
        return Regime.STRESS
    if percentile >= settings.high_percentile or rise >= settings.high_rise:
        return Regime.HIGH
    return Regime.ORDINARY
