"""Numbers and times as a person reads them on a screen or in a line."""

from decimal import Decimal

from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import grouped, round_to_paisa, rupees

NOTHING = "-"


def price_text(price_paise: int | None) -> str:
    """Rupees with two decimals; a dash for an unknown or absent price."""
    return grouped(rupees(price_paise)) if price_paise else NOTHING


def money_text(amount: Decimal | None) -> str:
    """Signed rupees, rounded to the paisa, with digits grouped as in India: +12,34,567.80."""
    return NOTHING if amount is None else grouped(round_to_paisa(amount), signed=True)


def time_text(at_ms: int | None, *, seconds: bool = True) -> str:
    """A time of day in India."""
    if at_ms is None:
        return NOTHING
    return f"{datetime_of(at_ms):%H:%M:%S}" if seconds else f"{datetime_of(at_ms):%H:%M}"


def age_text(age_s: float | None) -> str:
    """An age in the unit that fits."""
    if age_s is None:
        return NOTHING
    if age_s < 1:
        return f"{age_s * 1_000:.0f} ms"
    if age_s < 120:  # noqa: PLR2004  # two minutes, below which seconds are easier to read
        return f"{age_s:.0f} s"
    return f"{age_s / 60:.0f} min"


def window_text(window_s: int) -> str:
    """The length of a rate window: 1s, 1m, 30m."""
    return f"{window_s // 60}m" if window_s >= 60 else f"{window_s}s"  # noqa: PLR2004  # seconds in a minute
